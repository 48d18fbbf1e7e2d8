#!/usr/bin/python3
"""Measures Thingtank and its peers in one run, alternating, and prints the medians.

usage: bench.py --list | NAME [--rounds N]
"""
import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "test"))
import http_put  # noqa: E402
import ingest  # noqa: E402
import start  # noqa: E402
from rounds import machine  # noqa: E402

BENCHMARKS = {"http-put": http_put, "ingest": ingest, "start": start}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("name", nargs="?", choices=BENCHMARKS)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if options.list or not options.name:
        for name, module in BENCHMARKS.items():
            print(f"{name:10} {module.__doc__.splitlines()[0]}")
        return
    print(f"{options.name}, {options.rounds} rounds, {machine()}\n", flush=True)
    BENCHMARKS[options.name].run(options.rounds)


if __name__ == "__main__":
    main()
