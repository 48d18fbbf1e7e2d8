"""One year of a series with a sample every 10 s, by the hour: the latency, beside VictoriaMetrics and InfluxDB."""
import functools
import http.client
import json
import random
import time
import urllib.parse

import requests

import history
import programs
from rounds import alternate, print_medians

STEP_S, HOURS, START_S = 10, 365 * 24, 1_672_531_200  # from 2023-01-01
POINTS = HOURS * 3600 // STEP_S
BATCH_POINTS, QUERIES = 20_000, 50
END_S = START_S + HOURS * 3600


def run(rounds):
    sides = {"thingtank": measure_thingtank}
    if programs.is_installed("victoria-metrics"):
        sides["VictoriaMetrics"] = measure_victoria
    if programs.is_installed("influxd"):
        sides["InfluxDB"] = measure_influx
    print(f"one series of {POINTS:,} points, one every {STEP_S} s; {QUERIES} queries for the mean of each of its {HOURS} hours\n",
          flush=True)
    print_medians(alternate(sides, rounds), "thingtank")


@functools.cache
def values():
    source, value, result = random.Random(3), 20.0, []
    for _ in range(POINTS):
        value += source.gauss(0, 0.15)
        result.append("%.2f" % value)
    return result


def batches(row):
    """row(time in seconds, value): a line."""
    for first in range(0, POINTS, BATCH_POINTS):
        part = values()[first:first + BATCH_POINTS]
        yield "".join(row(START_S + (first + i) * STEP_S, value) for i, value in enumerate(part)).encode()


def send(url, bodies, headers, status):
    session = requests.Session()
    session.trust_env = False
    for body in bodies:
        answer = session.post(url, data=body, headers=headers, timeout=120)
        assert answer.status_code == status, answer.text


def prometheus_path(root, series):
    query = urllib.parse.quote(f"avg_over_time({series}[1h])")
    return f"{root}/api/v1/query_range?query={query}&start={START_S + 3600}&end={END_S}&step=3600"


def prometheus_points(body):
    return len(body["data"]["result"][0]["values"])


def measure_thingtank():
    with programs.workspace() as folder, programs.thingtank(folder) as server:
        headers = {"X-ApiKey": server.API_KEY}
        made = requests.post(server.url("/v2/feeds"), json={"title": "year", "datastreams": [{"id": "temperature"}]},
                             headers=headers, timeout=30)
        feed = int(made.headers["Location"].rsplit("/", 1)[1])

        def row(at, value):
            return f"{feed},temperature,{history.text_time(at)},{value}\n"

        send(server.url("/api/v1/datapoints"), batches(row), {**headers, "Content-Type": "text/csv"}, 200)
        assert server.stop() == 0
        server.start()
        path = prometheus_path("/prometheus", f'temperature{{feed="{feed}"}}')
        return latencies(server.address("http"), path, prometheus_points, {"Authorization": f"Bearer {server.API_KEY}"})


def measure_victoria():
    with programs.workspace() as folder, programs.VictoriaMetrics(folder) as server:
        send(f"http://127.0.0.1:{server.port}/write", batches(lambda at, value: f"temp value={value} {at}000000000\n"), {}, 204)
        server.wait_until_compacted()
        # Without its cache of answers, as the others have none.
        path = prometheus_path("", "temp_value") + "&nocache=1"
        return latencies(("127.0.0.1", server.port), path, prometheus_points)


def measure_influx():
    with programs.workspace() as folder, programs.InfluxDb(folder) as server:
        assert server.request("POST", "/query?q=CREATE+DATABASE+bench") == 200
        send(f"http://127.0.0.1:{server.port}/write?db=bench", batches(lambda at, value: f"temp value={value} {at}000000000\n"), {}, 204)
        server.wait_until_compacted()
        query = f"SELECT mean(value) FROM temp WHERE time >= {START_S}s AND time < {END_S}s GROUP BY time(1h)"
        path = "/query?db=bench&q=" + urllib.parse.quote(query)
        return latencies(("127.0.0.1", server.port), path, lambda body: len(body["results"][0]["series"][0]["values"]))


def latencies(address, path, count, headers=None):
    connection = http.client.HTTPConnection(*address, timeout=120)
    body = history.fetch(connection, path, headers or {})
    assert HOURS - 1 <= count(json.loads(body)) <= HOURS + 1
    took = []
    for _ in range(QUERIES):
        started = time.monotonic()
        history.fetch(connection, path, headers or {})
        took.append((time.monotonic() - started) * 1e3)
    took.sort()
    return {"p50 ms": took[len(took) // 2], "p99 ms": took[len(took) * 99 // 100]}
