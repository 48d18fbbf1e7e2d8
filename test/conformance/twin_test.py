"""Twins: what a device should be and what it says it is, over HTTP and MQTT."""
import json
import queue

import paho.mqtt.client
import pytest

WAIT_S = 30


class Device:
    """A device on MQTT that keeps what it hears."""

    def __init__(self, server, key, *topics):
        self.heard, ready = queue.Queue(), queue.Queue()
        self.mqtt = paho.mqtt.client.Client()
        self.mqtt.username_pw_set(key)
        self.mqtt.on_connect = lambda c, u, f, code: ready.put(code)
        self.mqtt.on_subscribe = lambda c, u, mid, qos: ready.put(qos[0])
        self.mqtt.on_message = lambda c, u, m: self.heard.put((m.topic.split("/")[-1], json.loads(m.payload)))
        self.mqtt.connect(*server.address("mqtt"))
        self.mqtt.loop_start()
        assert ready.get(timeout=WAIT_S) == 0
        for topic in topics:
            self.mqtt.subscribe(topic, 1)
            self.granted = ready.get(timeout=WAIT_S)

    def next(self):
        return self.heard.get(timeout=WAIT_S)

    def publish(self, topic, state):
        self.mqtt.publish(topic, json.dumps(state), 1).wait_for_publish(WAIT_S)

    def close(self):
        self.mqtt.disconnect()
        self.mqtt.loop_stop()


@pytest.fixture
def device(server):
    opened = []

    def open_one(*topics, key=server.API_KEY):
        opened.append(Device(server, key, *topics))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def twin_path(feed):
    return f"/api/v1/feeds/{feed.id}/twin"


def patch(feed, side, state, **headers):
    headers = {"Content-Type": "application/merge-patch+json", **headers}
    return feed.api.request("PATCH", f"{twin_path(feed)}/{side}", data=json.dumps(state), headers=headers)


def test_a_twin_begins_empty_and_follows_both_sides(feed):
    empty = {"version": 0, "updated": None, "state": {}}
    assert feed.api.get(twin_path(feed)).json() == {"feed_id": feed.id, "desired": empty, "reported": empty, "delta": {}}

    answer = patch(feed, "desired", {"target": 21.5, "led": {"on": True, "colour": "red"}})
    assert answer.status_code == 200 and answer.headers["ETag"] == '"1"'
    assert answer.json()["delta"] == {"target": 21.5, "led": {"on": True, "colour": "red"}}
    answer = patch(feed, "reported", {"target": 21.5, "led": {"on": False, "colour": "red"}, "firmware": "1.2"})
    assert answer.json()["delta"] == {"led": {"on": True}}
    patch(feed, "desired", {"led": None})
    twin = feed.api.get(twin_path(feed)).json()
    assert (twin["desired"]["version"], twin["desired"]["state"]) == (2, {"target": 21.5})
    assert twin["reported"]["version"] == 1 and twin["reported"]["updated"].endswith("Z")
    assert twin["delta"] == {}


def test_a_change_of_a_certain_version(feed):
    assert patch(feed, "desired", {"a": 1}, **{"If-Match": '"0"'}).status_code == 200
    refused = patch(feed, "desired", {"a": 2}, **{"If-Match": '"0"'})
    assert refused.status_code == 412
    assert refused.json() == {"title": "Precondition Failed", "errors": "the desired state has version 1, not 0: read it again"}
    assert patch(feed, "desired", {"a": 3}, **{"If-Match": '"1"'}).headers["ETag"] == '"2"'
    assert patch(feed, "desired", {"a": 4}, **{"If-Match": "*"}).status_code == 200
    assert patch(feed, "desired", {"a": 5}, **{"If-Match": "four"}).status_code == 400


def test_what_is_no_patch(feed):
    for body in ("", "[]", "7", "{", '{"a":1'):
        answer = feed.api.request("PATCH", f"{twin_path(feed)}/desired", data=body)
        assert answer.status_code == 400, body
    answer = feed.api.request("PATCH", f"{twin_path(feed)}/desired", data="{}", headers={"Content-Type": "text/csv"})
    assert answer.status_code == 415
    assert patch(feed, "desired", {"a": "x" * 70_000}).status_code == 413
    assert feed.api.get(twin_path(feed)).json()["desired"]["version"] == 0


def test_who_may(feed, make_key, nobody):
    reader = make_key([{"access_methods": ["get"], "resources": [{"feed_id": feed.id}]}])
    stranger = make_key([{"access_methods": ["get", "put", "post", "delete"], "resources": [{"feed_id": make_other(feed)}]}])
    assert reader.get(twin_path(feed)).status_code == 200
    assert reader.request("PATCH", f"{twin_path(feed)}/desired", json={"a": 1}).status_code == 403
    assert stranger.get(twin_path(feed)).status_code == 403
    assert nobody.get(twin_path(feed)).status_code == 401
    assert feed.api.get("/api/v1/feeds/999999999/twin").status_code == 404


def make_other(feed):
    made = feed.api.post("/v2/feeds", json={"title": "Other"})
    return int(made.headers["Location"].rsplit("/", 1)[1])


def test_a_device_hears_what_is_desired_and_reports(feed, device):
    patch(feed, "desired", {"on": True})
    lamp = device(f"twin/{feed.id}/delta")
    assert lamp.next() == ("delta", {"version": 1, "state": {"on": True}})
    lamp.publish(f"twin/{feed.id}/reported", {"on": True})
    assert lamp.next() == ("delta", {"version": 1, "state": {}})
    twin = feed.api.get(twin_path(feed)).json()
    assert twin["reported"]["state"] == {"on": True} and twin["delta"] == {}
    patch(feed, "desired", {"on": False})
    assert lamp.next() == ("delta", {"version": 2, "state": {"on": False}})


def test_all_of_a_twin_by_one_subscription(feed, device):
    watcher = device(f"twin/{feed.id}/+")
    assert sorted(watcher.next()[0] for _ in range(3)) == ["delta", "desired", "reported"]
    patch(feed, "reported", {"firmware": "2"})
    assert [watcher.next() for _ in range(2)] == [
        ("reported", {"version": 1, "state": {"firmware": "2"}}), ("delta", {"version": 0, "state": {}})]


def test_a_subscription_needs_the_right_to_read(feed, make_key, device):
    stranger = make_key([{"access_methods": ["get"], "resources": [{"feed_id": make_other(feed)}]}])
    assert device(f"twin/{feed.id}/desired", key=stranger.key).granted == 128


def test_it_is_there_after_a_crash_and_gone_with_its_feed(start_server):
    from conftest import Api, Feed
    server = start_server()
    feed = Feed(Api(server, server.API_KEY))
    assert patch(feed, "desired", {"a": 1}).status_code == 200
    server.kill()
    server.start()
    feed.api = Api(server, server.API_KEY)
    assert feed.api.get(twin_path(feed)).json()["desired"]["state"] == {"a": 1}
    assert feed.api.delete(feed.path).status_code == 200
    assert feed.api.get(twin_path(feed)).status_code == 404
