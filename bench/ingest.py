"""Bulk ingest of 2 M points over two connections, and their bytes at rest, beside VictoriaMetrics and InfluxDB."""
import functools
import http.client
import queue
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import requests

import programs
from rounds import alternate, print_medians

SERIES, POINTS, STEP_S, START_S = 1000, 2000, 10, 1_700_000_000
BATCH_POINTS, CONNECTIONS = 10_000, 2


def run(rounds):
    sides = {"thingtank": measure_thingtank}
    if programs.is_installed("victoria-metrics"):
        sides["VictoriaMetrics"] = measure_victoria
    if programs.is_installed("influxd"):
        sides["InfluxDB"] = measure_influx
    print(f"{SERIES} series of {POINTS} points, one every {STEP_S} s, two decimals, a random walk; "
          f"batches of {BATCH_POINTS}, {CONNECTIONS} connections\n", flush=True)
    print_medians(alternate(sides, rounds), "thingtank")


@functools.cache
def steps():
    """[(time in seconds, [value of series 0, …])]: temperatures that wander."""
    source = random.Random(7)
    values = [20 + source.random() * 10 for _ in range(SERIES)]
    result = []
    for number in range(POINTS):
        for series in range(SERIES):
            values[series] += source.gauss(0, 0.15)
        result.append((START_S + number * STEP_S, ["%.2f" % value for value in values]))
    return result


def batches(row):
    """The whole load as request bodies; row(series, time in seconds) gives what goes around a value."""
    bodies, rows = [], []
    for at, values in steps():
        around = row(at)
        rows += [before + value + after for (before, after), value in zip(around, values)]
        if len(rows) >= BATCH_POINTS:
            bodies.append("".join(rows).encode())
            rows = []
    assert not rows
    return bodies


@functools.cache
def influx_lines():
    return batches(lambda at: [(f"temp,feed={series},ds=temperature value=", f" {at}000000000\n") for series in range(SERIES)])


@functools.cache
def thingtank_rows(feeds):
    def row(at):
        text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
        return [(f"{feed},temperature,{text},", "\n") for feed in feeds]
    return batches(row)


def measure_thingtank():
    with programs.workspace() as folder, programs.thingtank(folder) as server:
        feeds = make_feeds(server)
        bodies = thingtank_rows(feeds)
        server.stop()  # what the feeds themselves take is not counted
        before = programs.bytes_of(server.data, is_information)
        server.start()
        host, port = server.address("http")
        figures = load((host, port), "/api/v1/datapoints", bodies, {"X-ApiKey": server.API_KEY, "Content-Type": "text/csv"}, 200)
        figures["RSS MB"] = server.rss_bytes() / 1e6
        check_thingtank(server, feeds)
        assert server.stop() == 0
        figures["bytes/point"] = (programs.bytes_of(server.data, is_information) - before) / (SERIES * POINTS)
        return figures


def is_information(path):
    """RocksDB's own log of what it did, and the settings it notes."""
    return path.name.startswith(("LOG", "OPTIONS-"))


def make_feeds(server):
    session = requests.Session()
    session.headers["X-ApiKey"] = server.API_KEY

    def make(number):
        body = {"title": f"series {number}", "datastreams": [{"id": "temperature"}]}
        made = session.post(server.url("/v2/feeds"), json=body, timeout=60)
        assert made.status_code == 201, made.text
        return int(made.headers["Location"].rsplit("/", 1)[1])

    with ThreadPoolExecutor(8) as pool:
        return tuple(sorted(pool.map(make, range(SERIES))))


def check_thingtank(server, feeds):
    """What was sent is there, exactly."""
    at, values = steps()[-1]
    for series in (0, SERIES // 2, SERIES - 1):
        answer = requests.get(server.url(f"/v2/feeds/{feeds[series]}/datastreams/temperature.json"),
                              headers={"X-ApiKey": server.API_KEY}, timeout=30).json()
        assert answer["current_value"] == values[series], answer


def measure_victoria():
    with programs.workspace() as folder, programs.VictoriaMetrics(folder) as server:
        figures = load(("127.0.0.1", server.port), "/write", influx_lines(), {}, 204)
        figures["RSS MB"] = server.rss_bytes() / 1e6
        server.wait_until_compacted()
        server.stop()
        figures["bytes/point"] = server.data_bytes() / (SERIES * POINTS)
        return figures


def measure_influx():
    with programs.workspace() as folder, programs.InfluxDb(folder) as server:
        assert server.request("POST", "/query?q=CREATE+DATABASE+bench") == 200
        figures = load(("127.0.0.1", server.port), "/write?db=bench", influx_lines(), {}, 204)
        figures["RSS MB"] = server.rss_bytes() / 1e6
        server.wait_until_compacted()
        figures["bytes/point"] = server.data_bytes() / (SERIES * POINTS)
        return figures


def load(address, path, bodies, headers, status):
    waiting = queue.SimpleQueue()
    for body in bodies:
        waiting.put(body)
    latencies, failures = [], []

    def send():
        connection = http.client.HTTPConnection(*address, timeout=120)
        while True:
            try:
                body = waiting.get_nowait()
            except queue.Empty:
                return
            started = time.monotonic()
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
            latencies.append(time.monotonic() - started)
            if answer.status != status:
                failures.append((answer.status, text[:300]))
                return

    senders = [threading.Thread(target=send) for _ in range(CONNECTIONS)]
    started = time.monotonic()
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    took = time.monotonic() - started
    assert not failures and len(latencies) == len(bodies), failures
    latencies.sort()
    return {"points/s": SERIES * POINTS / took, "batch p50 ms": latencies[len(latencies) // 2] * 1e3,
            "batch p99 ms": latencies[len(latencies) * 99 // 100] * 1e3}
