#!/usr/bin/python3
"""Devices come and go over all protocols for a while; then the balance.

    soak.py --seconds 1800

Exits with 1 if a reading that was acknowledged is missing, the log holds an error, memory, file
descriptors or threads grew, or a device could not do what it wanted to.
"""
import argparse
import http.client
import json
import pathlib
import statistics
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from devices import PROTOCOLS, Listener, time_of  # noqa: E402
from support.server import Server  # noqa: E402

PAGE = 1000  # the most points of one answer
# Small buffers, so that a run of minutes reaches the state of days.
SETTINGS = """
[archive]
log_bytes_max = 1048576
[store]
cache_bytes = 8388608
write_buffer_bytes = 1048576
sync = true
"""
MIB = 1024 * 1024


class Api:
    def __init__(self, server):
        self.connection = http.client.HTTPConnection(*server.address("http"), timeout=60)
        self.headers = {"X-ApiKey": server.API_KEY, "Content-Type": "application/json"}

    def request(self, method, path, body=None):
        self.connection.request(method, path, json.dumps(body) if body else None, self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]!r}")
        return answer, json.loads(text) if text else None

    def make_feed(self, title):
        answer, _ = self.request("POST", "/v2/feeds", {"title": title})
        return int(answer.headers["Location"].rsplit("/", 1)[1])

    def numbers(self, feed, channel, count):
        """The numbers below `count` that the server has for the channel."""
        found = set()
        for first in range(0, count, PAGE):
            path = (f"/v2/feeds/{feed}/datastreams/{channel}.json?start={time_of(first)}&end={time_of(first + PAGE - 1)}"
                    f"&limit={PAGE}")
            _, stream = self.request("GET", path)
            for point in stream.get("datapoints", []):
                number = int(point["value"])
                if point["at"] != time_of(number):
                    raise RuntimeError(f"{channel}: {point} is not what was sent")
                found.add(number)
        return found


class Gauges:
    """What the process uses, sampled while it runs."""

    def __init__(self, server):
        self.proc = pathlib.Path(f"/proc/{server.process.pid}")
        self.server = server
        self.rss = []

    def sample(self):
        self.rss.append(self.server.rss_bytes())

    def descriptors(self):
        return len(list((self.proc / "fd").iterdir()))

    def threads(self):
        return len(list((self.proc / "task").iterdir()))

    def growth_bytes(self):
        """From the middle of the run, when everything is warm, to its end."""
        part = max(1, len(self.rss) // 5)
        middle = len(self.rss) // 2
        return statistics.median(self.rss[-part:]) - statistics.median(self.rss[middle - part:middle + 1])


def start(server, count, stop):
    api = Api(server)
    feeds = [api.make_feed(f"Soak {number}") for number in range(4)]
    devices = [kind(server, feeds[number % len(feeds)], number, stop, rate=20)
               for kind in PROTOCOLS for number in range(count)]
    listeners = [Listener(server, feeds[number % len(feeds)], number, stop) for number in range(count)]
    for thread in devices + listeners:
        thread.start()
    return devices, listeners


def show(begun, devices, gauges):
    acknowledged = sum(len(device.acknowledged) for device in devices)
    visits = sum(device.visits for device in devices)
    print(f"{time.monotonic() - begun:6.0f} s  {acknowledged:8} readings  {visits:6} visits  "
          f"{gauges.rss[-1] / MIB:6.1f} MiB  {gauges.descriptors():4} descriptors", flush=True)


def watch(seconds, devices, gauges, server):
    begun = time.monotonic()
    shown = begun
    while time.monotonic() - begun < seconds and server.process.poll() is None:
        time.sleep(min(1, seconds / 20))
        gauges.sample()
        if time.monotonic() - shown >= min(30, seconds / 4):
            shown = time.monotonic()
            show(begun, devices, gauges)


def missing_readings(server, devices):
    api = Api(server)
    problems = []
    for device in devices:
        lost = device.acknowledged - api.numbers(device.feed, device.channel, device.next)
        if lost:
            problems.append(f"{device.name}: {len(lost)} acknowledged readings are missing, the first is {min(lost)}")
    return problems


def wait_until_calm(gauges, before):
    """Connections that were cut end when the server has noticed."""
    deadline = time.monotonic() + 60
    while gauges.descriptors() > before and time.monotonic() < deadline:
        time.sleep(0.2)
    return gauges.descriptors()


def run(options, folder):
    settings = folder / "soak.toml"
    settings.write_text(SETTINGS)
    stop = threading.Event()
    with Server(folder / "data", arguments=["--config", str(settings)]) as server:
        gauges = Gauges(server)
        Api(server).make_feed("Warm")
        descriptors_before = gauges.descriptors() + 8  # files of the store come and go
        devices, listeners = start(server, options.devices, stop)
        watch(options.seconds, devices, gauges, server)
        stop.set()
        for thread in devices + listeners:
            thread.join(60)
        if server.process.poll() is not None:
            return [f"the server ended by itself with {server.process.returncode}", server.log()[-4000:]]
        problems = [thread.failure for thread in devices + listeners if thread.failure]
        problems += [f"{thread.name} hangs" for thread in devices + listeners if thread.is_alive()]
        descriptors = wait_until_calm(gauges, descriptors_before)
        if descriptors > descriptors_before:
            problems.append(f"{descriptors} descriptors are open, {descriptors_before - 8} were before")
        growth = gauges.growth_bytes()
        allowed = max(4 * MIB, statistics.median(gauges.rss) * 0.05) if options.seconds >= 300 else 64 * MIB
        if growth > allowed:
            problems.append(f"memory grew by {growth / MIB:.1f} MiB in the second half")
        problems += missing_readings(server, devices)
        code = server.stop()
        if code != 0:
            problems.append(f"the server stopped with {code}")
        problems += [f"log: {line}" for line in server.log().splitlines() if "level=error" in line][:20]
        heard = sum(listener.heard for listener in listeners)
        acknowledged = sum(len(device.acknowledged) for device in devices)
        for kind in PROTOCOLS:
            if not any(device.acknowledged for device in devices if isinstance(device, kind)):
                problems.append(f"no reading came over {kind.protocol}")
        print(f"{acknowledged} readings acknowledged, {heard} heard by listeners, memory {growth / MIB:+.1f} MiB")
        return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1800)
    parser.add_argument("--devices", type=int, default=6, help="of each protocol")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="thingtank-soak-") as folder:
        problems = run(options, pathlib.Path(folder))
    for problem in problems:
        print(f"soak: {problem}", file=sys.stderr)
    print("soak: failed" if problems else "soak: all is well")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
