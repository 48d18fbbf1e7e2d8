"""From exec to serving, on an empty folder and on a used one, and memory when idle."""
import pathlib

import requests

import ingest
import programs
from rounds import alternate, print_medians

USED_BATCHES = 20  # of 10,000 points


def run(rounds):
    with programs.workspace() as folder:
        sides = {"thingtank": Thingtank(folder).measure}
        if programs.is_installed("victoria-metrics"):
            sides["VictoriaMetrics"] = UsedPeer(folder, programs.VictoriaMetrics, "/write", None).measure
        if programs.is_installed("influxd"):
            sides["InfluxDB"] = UsedPeer(folder, programs.InfluxDb, "/write?db=bench", "/query?q=CREATE+DATABASE+bench").measure
        print_medians(alternate(sides, rounds), "thingtank")


class Thingtank:
    """Keeps a used folder from one round to the next."""

    def __init__(self, folder):
        self.used = pathlib.Path(folder) / "thingtank-used"
        self.used.mkdir()
        with programs.thingtank(self.used) as server:
            feeds = ingest.make_feeds(server)
            headers = {"X-ApiKey": server.API_KEY, "Content-Type": "text/csv"}
            for body in ingest.thingtank_rows(feeds)[:USED_BATCHES]:
                assert requests.post(server.url("/api/v1/datapoints"), body, headers=headers, timeout=60).status_code == 200
            assert server.stop() == 0

    def measure(self):
        with programs.workspace() as folder, programs.thingtank(folder) as server:
            figures = {"empty: ready ms": server.ready_after_s * 1e3}
            assert requests.get(server.url("/healthz"), timeout=30).status_code == 200
            figures["empty: idle RSS MB"] = server.rss_bytes() / 1e6
        with programs.thingtank(self.used) as server:
            figures["used: ready ms"] = server.ready_after_s * 1e3
            assert requests.get(server.url("/healthz"), timeout=30).status_code == 200
            figures["used: idle RSS MB"] = server.rss_bytes() / 1e6
            assert server.stop() == 0
        return figures


class UsedPeer:
    def __init__(self, folder, peer, write_path, prepare_path):
        self.peer = peer
        self.used = pathlib.Path(folder) / peer.__name__
        self.used.mkdir()
        with peer(self.used) as server:
            if prepare_path:
                assert server.request("POST", prepare_path) == 200
            for body in ingest.influx_lines()[:USED_BATCHES]:
                assert server.request("POST", write_path, body) == 204

    def measure(self):
        figures = {}
        with programs.workspace() as folder, self.peer(folder) as server:
            figures["empty: ready ms"] = server.ready_after_s * 1e3
            figures["empty: idle RSS MB"] = server.rss_bytes() / 1e6
        with self.peer(self.used) as server:
            figures["used: ready ms"] = server.ready_after_s * 1e3
            figures["used: idle RSS MB"] = server.rss_bytes() / 1e6
        return figures
