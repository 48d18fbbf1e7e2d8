"""A million series in 10,000 feeds: memory of each, at rest and with a sample in memory, and how long a start takes."""
import random
import time
from concurrent.futures import ThreadPoolExecutor

import requests

import programs
from rounds import alternate, print_medians

FEEDS, CHANNELS, ROWS = 10_000, 100, 10_000
SERIES = FEEDS * CHANNELS


def run(rounds):
    print(f"{SERIES:,} series: {FEEDS:,} feeds with {CHANNELS} channels each\n", flush=True)
    with programs.workspace() as folder:
        used = prepare(folder)
        print_medians(alternate({"thingtank": lambda: measure(folder, used)}, rounds), "thingtank")


def prepare(folder):
    with programs.thingtank(folder) as server:
        feeds = make_feeds(server)
        send(server, feeds, "2026-01-01T00:00:00Z")
        assert server.stop() == 0
    return feeds


def make_feeds(server):
    session = requests.Session()
    session.headers["X-ApiKey"] = server.API_KEY
    streams = [{"id": f"c{number}"} for number in range(CHANNELS)]

    def make(number):
        made = session.post(server.url("/v2/feeds"), json={"title": f"feed {number}", "datastreams": streams}, timeout=60)
        assert made.status_code == 201, made.text
        return int(made.headers["Location"].rsplit("/", 1)[1])

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(make, range(FEEDS)))


def send(server, feeds, at):
    """A sample for every series."""
    headers = {"X-ApiKey": server.API_KEY, "Content-Type": "text/csv"}
    session = requests.Session()
    per_body = ROWS // CHANNELS
    for first in range(0, FEEDS, per_body):
        rows = "".join(f"{feed},c{number},{at},{number}.5\n" for feed in feeds[first:first + per_body] for number in range(CHANNELS))
        answer = session.post(server.url("/api/v1/datapoints"), data=rows, headers=headers, timeout=120)
        assert answer.status_code == 200, answer.text


def measure(folder, feeds):
    with programs.workspace() as empty, programs.thingtank(empty) as server:
        base = server.rss_bytes()
    with programs.thingtank(folder) as server:
        figures = {"ready ms": server.ready_after_s * 1e3, "bytes a series after start": (server.rss_bytes() - base) / SERIES}
        send(server, feeds, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_768_000_000 + random.randrange(10_000_000))))
        figures["bytes a series, each with a new sample"] = (server.rss_bytes() - base) / SERIES
        server.kill()
    with programs.thingtank(folder) as server:
        figures["ready ms after kill -9, a sample of each in the log"] = server.ready_after_s * 1e3
        assert server.stop() == 0
    return figures
