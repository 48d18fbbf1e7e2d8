#!/usr/bin/python3
"""Measures Thingtank and its peers in one run, alternating, and prints the medians.

usage: bench.py --list | --targets NAME | NAME [--rounds N]
"""
import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "test"))
import history  # noqa: E402
import http_put  # noqa: E402
import ingest  # noqa: E402
import rest  # noqa: E402
import series  # noqa: E402
import start  # noqa: E402
import template  # noqa: E402
import webhook  # noqa: E402
import year  # noqa: E402
from rounds import machine  # noqa: E402

BENCHMARKS = {"history": history, "http-put": http_put, "ingest": ingest, "rest": rest, "series": series, "start": start,
              "template": template,
              "webhook": webhook, "year": year}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("name", nargs="?", choices=BENCHMARKS)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--targets", action="store_true", help="print what must be built for it")
    options = parser.parse_args()
    if options.targets and options.name:
        print(" ".join(getattr(BENCHMARKS[options.name], "TARGETS", ["thingtank"])))
        return
    if options.list or not options.name:
        for name, module in BENCHMARKS.items():
            print(f"{name:10} {module.__doc__.splitlines()[0]}")
        return
    print(f"{options.name}, {options.rounds} rounds, {machine()}\n", flush=True)
    BENCHMARKS[options.name].run(options.rounds)


if __name__ == "__main__":
    main()
