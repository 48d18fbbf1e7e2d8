"""Durable PUT of single values over HTTP, 32 keep-alive connections, beside Django REST framework."""
import pathlib
import re
import subprocess

import requests

import programs
from rounds import alternate, print_medians

FEEDS, CHANNELS = 8, 4
CONNECTIONS, THREADS, SECONDS = 32, 2, 8
SCRIPT = str(pathlib.Path(__file__).with_name("put.lua"))


def run(rounds):
    sides = {"thingtank": measure_thingtank}
    if programs.DjangoRest.is_installed():
        sides["Django REST"] = measure_django
    else:
        print("Django REST framework is not installed: no peer in this run\n")
    print_medians(alternate(sides, rounds), "thingtank")


def measure_thingtank():
    with programs.workspace() as folder, programs.thingtank(folder) as server:
        feeds = [make_feed(server, number) for number in range(FEEDS)]
        return load(server.url(), server.API_KEY, feeds)


def make_feed(server, number):
    streams = [{"id": f"c{channel}"} for channel in range(CHANNELS)]
    made = requests.post(server.url("/v2/feeds"), json={"title": f"bench {number}", "datastreams": streams},
                         headers={"X-ApiKey": server.API_KEY}, timeout=30)
    assert made.status_code == 201, made.text
    return made.headers["Location"].rsplit("/", 1)[1]


def measure_django():
    with programs.workspace() as folder, programs.DjangoRest(folder) as server:
        return load(f"http://127.0.0.1:{server.port}", "none", [str(feed) for feed in range(FEEDS)])


def load(url, key, feeds):
    command = ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout", "30s", "-s", SCRIPT, url, "--", key, str(CHANNELS), *feeds]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"RESULT requests=(\d+) seconds=([\d.]+) failed=(\d+) p50_us=(\d+) p99_us=(\d+)", output)
    requests_done, seconds, failed, p50_us, p99_us = (float(text) for text in found.groups())
    assert failed == 0, output
    return {"PUT/s": requests_done / seconds, "p50 ms": p50_us / 1000, "p99 ms": p99_us / 1000}
