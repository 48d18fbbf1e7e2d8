"""kill -9 under load: every reading that was acknowledged is there afterwards.

Writers send readings over HTTP (keep-alive) and MQTT (QoS 1) as fast as they are answered, each to
channels of its own, each reading with the number of its turn as the value and a time made from it.
A seeded moment later the server is killed, started again on the same folder, and asked for the
history of every channel.  A reading that was sent but not acknowledged may be there or not.

THINGTANK_CRASH_ROUNDS and THINGTANK_CRASH_SEED repeat or prolong a run.
"""
import http.client
import json
import os
import pathlib
import queue
import random
import socket
import sys
import threading
import time

import paho.mqtt.client
import pytest
import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.server import Server  # noqa: E402

ROUNDS = int(os.environ.get("THINGTANK_CRASH_ROUNDS", "24"))
SEED = int(os.environ.get("THINGTANK_CRASH_SEED", str(random.SystemRandom().randrange(1 << 32))))
HTTP_WRITERS, MQTT_WRITERS = 4, 2
MQTT_IN_FLIGHT = 16
LOAD_S_MIN, LOAD_S_MAX = 0.05, 1.5
PAGE = 1000  # the most points of one answer
START_S = 1_700_000_000


def time_of(number):
    """One reading a second; far below six hours a page, the longest raw query."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(START_S + number))


class Writer(threading.Thread):
    """Counts up in one channel until the connection breaks; `acknowledged` survive a crash."""

    def __init__(self, server, feed, channel, first):
        super().__init__(daemon=True)
        self.server, self.feed, self.channel = server, feed, channel
        self.next = first
        self.acknowledged = set()
        self.refused = []

    def run(self):
        try:
            self.write()
        except (OSError, http.client.HTTPException):
            pass  # killed


class HttpWriter(Writer):
    def write(self):
        connection = http.client.HTTPConnection(*self.server.address("http"), timeout=30)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        headers = {"X-ApiKey": self.server.API_KEY, "Content-Type": "application/json"}
        while True:
            number = self.next
            self.next += 1
            body = json.dumps({"datastreams": [{"id": self.channel, "current_value": str(number), "at": time_of(number)}]})
            connection.request("PUT", f"/v2/feeds/{self.feed}", body, headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                self.refused.append((answer.status, text[:200]))
                return
            self.acknowledged.add(number)


class MqttWriter(Writer):
    """PUBACK names a packet, so several may be under way."""

    def write(self):
        ended, free, sent = threading.Event(), queue.Queue(), {}
        for _ in range(MQTT_IN_FLIGHT):
            free.put(None)
        acknowledged = queue.Queue()
        client = paho.mqtt.client.Client()
        client.username_pw_set(self.server.API_KEY)
        client.max_inflight_messages_set(MQTT_IN_FLIGHT)
        client.on_publish = lambda c, u, packet: (acknowledged.put(packet), free.put(None))
        client.on_disconnect = lambda c, u, code: (ended.set(), free.put(None), c.disconnect())
        client.connect(*self.server.address("mqtt"))
        client.loop_start()
        while True:
            free.get(timeout=30)
            if ended.is_set():
                break
            number = self.next
            self.next += 1
            body = json.dumps({"datastreams": [{"id": self.channel, "current_value": str(number), "at": time_of(number)}]})
            sent[client.publish(f"/v2/feeds/{self.feed}.json", body, qos=1).mid] = number
        client.loop_stop()
        while not acknowledged.empty():
            packet = acknowledged.get()
            if packet in sent:
                self.acknowledged.add(sent[packet])


def make_feed(server):
    made = requests.post(server.url("/v2/feeds"), json={"title": "Crash"}, headers={"X-ApiKey": server.API_KEY}, timeout=30)
    assert made.status_code == 201, made.text
    return made.headers["Location"].rsplit("/", 1)[1]


def stored(server, session, writer, first, last):
    """The numbers of [first, last] that the channel holds."""
    found = set()
    for start in range(first, last + 1, PAGE):
        end = min(start + PAGE - 1, last)
        answer = session.get(server.url(f"/v2/feeds/{writer.feed}/datastreams/{writer.channel}"),
                             params={"start": time_of(start), "end": time_of(end), "limit": PAGE, "interval": 0}, timeout=60)
        if answer.status_code == 404:
            return set()
        assert answer.status_code == 200, answer.text
        for point in answer.json().get("datapoints", []):
            assert point["at"] == time_of(int(point["value"]))
            found.add(int(point["value"]))
    return found


def one_round(server, feed, first, load_s):
    """Returns the writers, stopped by the kill."""
    writers = [HttpWriter(server, feed, f"http{i}", first) for i in range(HTTP_WRITERS)]
    writers += [MqttWriter(server, feed, f"mqtt{i}", first) for i in range(MQTT_WRITERS)]
    for writer in writers:
        writer.start()
    time.sleep(load_s)  # the moment of the crash is the input of this test
    server.kill()
    for writer in writers:
        writer.join(60)
        assert not writer.is_alive()
        assert not writer.refused, writer.refused
    return writers


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def test_every_acknowledged_reading_survives_kill_9(data):
    moments = random.Random(SEED)
    server = Server(data).start()
    feed = make_feed(server)
    everything = {}
    first, total = 0, 0
    for number in range(ROUNDS):
        writers = one_round(server, feed, first, moments.uniform(LOAD_S_MIN, LOAD_S_MAX))
        server = Server(data).start()
        with requests.Session() as session:
            session.headers["X-ApiKey"] = server.API_KEY
            last = max(writer.next for writer in writers)
            for writer in writers:
                lost = writer.acknowledged - stored(server, session, writer, first, last)
                assert not lost, f"seed {SEED}, round {number}: {writer.channel} lost {len(lost)}: {sorted(lost)[:10]}"
                everything.setdefault(writer.channel, set()).update(writer.acknowledged)
                total += len(writer.acknowledged)
        first = last + 1
    check_everything(server, feed, everything, first)
    assert total > ROUNDS * (HTTP_WRITERS + MQTT_WRITERS), f"seed {SEED}: hardly any load, {total} readings"
    print(f"seed {SEED}: {ROUNDS} crashes, {total} acknowledged readings, none lost")
    assert server.stop() == 0


def check_everything(server, feed, everything, end):
    """Later crashes must not lose what earlier ones left."""
    with requests.Session() as session:
        session.headers["X-ApiKey"] = server.API_KEY
        for channel, acknowledged in everything.items():
            writer = Writer(server, feed, channel, 0)
            lost = acknowledged - stored(server, session, writer, 0, end)
            assert not lost, f"seed {SEED}, at the end: {channel} lost {len(lost)}: {sorted(lost)[:10]}"
