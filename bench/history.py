"""A history of 2,000 points as JSON: the latency of one query after the other, beside VictoriaMetrics and InfluxDB."""
import http.client
import json
import time

import ingest
import programs
from rounds import alternate, print_medians

QUERIES, POINTS, PAGE = 1000, 2000, 1000
SERIES = ingest.SERIES


def run(rounds):
    sides = {"thingtank": measure_thingtank}
    if programs.is_installed("victoria-metrics"):
        sides["VictoriaMetrics"] = measure_victoria
    if programs.is_installed("influxd"):
        sides["InfluxDB"] = measure_influx
    print(f"{ingest.SERIES} series of {ingest.POINTS} points; {QUERIES} queries for all {POINTS} points of a series, "
          "one after the other on one connection\n", flush=True)
    print_medians(alternate(sides, rounds), "thingtank")


def measure_thingtank():
    """The API gives 1,000 points an answer at most: a history of 2,000 is two of them."""
    with programs.workspace() as folder, programs.thingtank(folder) as server:
        feeds = ingest.make_feeds(server)
        headers = {"X-ApiKey": server.API_KEY, "Content-Type": "text/csv"}
        ingest.load(server.address("http"), "/api/v1/datapoints", ingest.thingtank_rows(feeds), headers, 200)
        assert server.stop() == 0  # everything into blocks
        server.start()
        starts = [text_time(ingest.START_S), text_time(ingest.START_S + PAGE * ingest.STEP_S)]
        ends = [text_time(ingest.START_S + PAGE * ingest.STEP_S - 1), text_time(ingest.START_S + POINTS * ingest.STEP_S)]

        def paths(series):
            base = f"/v2/feeds/{feeds[series]}/datastreams/temperature.json?limit={PAGE}&interval=0"
            return [f"{base}&start={start}&end={end}" for start, end in zip(starts, ends)]

        return latencies(server.address("http"), paths, lambda body: len(body["datapoints"]), headers)


def measure_victoria():
    with programs.workspace() as folder, programs.VictoriaMetrics(folder) as server:
        ingest.load(("127.0.0.1", server.port), "/write", ingest.influx_lines(), {}, 204)
        server.wait_until_compacted()
        end = ingest.START_S + POINTS * ingest.STEP_S

        def paths(series):
            # All samples of the time before `end`, as they were written.
            selector = f"temp_value%7Bfeed%3D%22{series}%22%7D%5B{POINTS * ingest.STEP_S + 1}s%5D"
            return [f"/api/v1/query?query={selector}&time={end}"]

        return latencies(("127.0.0.1", server.port), paths, lambda body: len(body["data"]["result"][0]["values"]))


def measure_influx():
    with programs.workspace() as folder, programs.InfluxDb(folder) as server:
        assert server.request("POST", "/query?q=CREATE+DATABASE+bench") == 200
        ingest.load(("127.0.0.1", server.port), "/write?db=bench", ingest.influx_lines(), {}, 204)
        server.wait_until_compacted()

        def paths(series):
            return [f"/query?db=bench&q=SELECT+value+FROM+temp+WHERE+feed%3D%27{series}%27"]

        return latencies(("127.0.0.1", server.port), paths, lambda body: len(body["results"][0]["series"][0]["values"]))


def text_time(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def latencies(address, paths, count, headers=None):
    """paths(series): the requests that together bring the history; count(body): how many points one of them did."""
    connection = http.client.HTTPConnection(*address, timeout=60)
    took = []
    for number in range(QUERIES):
        series = number * 7 % SERIES
        started = time.monotonic()
        bodies = [fetch(connection, path, headers or {}) for path in paths(series)]
        took.append((time.monotonic() - started) * 1e3)
        if number % 100 == 0:  # outside the measured time
            assert sum(count(json.loads(body)) for body in bodies) == POINTS
    took.sort()
    return {"p50 ms": took[len(took) // 2], "p99 ms": took[len(took) * 99 // 100]}


def fetch(connection, path, headers):
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, body[:300]
    return body
