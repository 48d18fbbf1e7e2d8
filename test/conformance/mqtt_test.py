"""MQTT 3.1.1 with the clients of Debian: paho and mosquitto."""
import json
import queue
import socket
import subprocess
import uuid

import paho.mqtt.client
import pytest

from support.waiting import eventually

WAIT_S = 30


class Client:
    """paho with its callbacks turned into queues."""

    def __init__(self, server, username=None, client_id="", clean=True, will=None):
        self.mqtt = paho.mqtt.client.Client(client_id, clean_session=clean)
        self.connected, self.granted, self.published = queue.Queue(), queue.Queue(), queue.Queue()
        self.messages, self.ended = queue.Queue(), queue.Queue()
        if username is not None:
            self.mqtt.username_pw_set(username)
        if will:
            self.mqtt.will_set(**will)
        self.mqtt.on_connect = lambda c, u, flags, code: self.connected.put((code, flags["session present"]))
        self.mqtt.on_subscribe = lambda c, u, mid, qos: self.granted.put(tuple(qos))
        self.mqtt.on_publish = lambda c, u, mid: self.published.put(mid)
        self.mqtt.on_message = lambda c, u, m: self.messages.put(m)
        self.mqtt.on_disconnect = lambda c, u, code: self.ended.put(code)
        self.mqtt.connect(*server.address("mqtt"))
        self.mqtt.loop_start()

    def open(self):
        self.code, self.session_present = self.connected.get(timeout=WAIT_S)
        return self

    def subscribe(self, topic, qos=0):
        self.mqtt.subscribe(topic, qos)
        return self.granted.get(timeout=WAIT_S)

    def publish(self, topic, payload, qos=0, retain=False):
        self.mqtt.publish(topic, payload, qos, retain)
        self.published.get(timeout=WAIT_S)

    def message(self):
        return self.messages.get(timeout=WAIT_S)

    def close(self):
        self.mqtt.disconnect()
        self.mqtt.loop_stop()


@pytest.fixture
def dial(server):
    opened = []

    def open_one(username=server.API_KEY, **options):
        opened.append(Client(server, username, **options))
        return opened[-1].open()

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def topic():
    return "conformance/" + uuid.uuid4().hex


def current(feed, name):
    answer = feed.api.get(f"{feed.stream(name)}.json")
    return answer.json().get("current_value") if answer.status_code == 200 else None


# --- readings ---------------------------------------------------------------------------------------


def test_a_reading_published_with_paho_is_read_over_http(feed, dial):
    device = dial()
    device.publish(f"feeds/{feed.id}/temperature", "21.50", qos=1)
    # PUBACK means durable, so the reading is there without waiting.
    assert current(feed, "temperature") == "21.50"


def test_a_reading_published_with_mosquitto_pub_is_read_over_http(feed, server):
    host, port = server.address("mqtt")
    subprocess.run(["mosquitto_pub", "-h", host, "-p", str(port), "-u", server.API_KEY, "-q", "1",
                    "-t", f"feeds/{feed.id}/humidity", "-m", "40"], check=True, timeout=WAIT_S)
    assert current(feed, "humidity") == "40"


def test_qos_0_readings_arrive_too(feed, dial):
    dial().publish(f"feeds/{feed.id}/t", "1")
    assert eventually(lambda: current(feed, "t") == "1")


def test_json_and_csv_on_the_topics_of_the_api(feed, dial):
    device = dial()
    body = {"datastreams": [{"id": "a", "current_value": "1"}, {"id": "b", "current_value": 2.50}]}
    device.publish(f"/v2/feeds/{feed.id}.json", json.dumps(body), qos=1)
    device.publish(f"/v2/feeds/{feed.id}.csv", "c,3\n", qos=1)
    device.publish(f"/v2/feeds/{feed.id}/datastreams/c.csv", "4", qos=1)
    assert {s["id"]: s["current_value"] for s in feed.read()["datastreams"]} == {"a": "1", "b": "2.5", "c": "4"}


def test_a_write_over_http_reaches_subscribers_of_every_topic(feed, dial):
    feed.write("t", "0")
    plain, as_json, as_csv = dial(), dial(), dial()
    assert plain.subscribe(f"feeds/{feed.id}/#") == (0,)
    as_json.subscribe(f"/v2/feeds/{feed.id}.json")
    as_csv.subscribe(f"/v2/feeds/{feed.id}/datastreams/t.csv")
    # The topics of the API deliver the state of now first.
    assert json.loads(as_json.message().payload)["datastreams"][0]["current_value"] == "0"
    assert as_csv.message().payload.decode().strip().endswith(",0")
    at = "2100-01-02T03:04:05.000000Z"
    feed.write("t", "23.75", at)
    message = eventually_last(plain, b"23.75")
    assert (message.topic, message.payload) == (f"feeds/{feed.id}/t", b"23.75")
    assert json.loads(as_json.message().payload)["datastreams"][0]["current_value"] == "23.75"
    assert as_csv.message().payload.decode().strip() == f"{at},23.75"


def test_topics_of_v1_bring_the_bare_value(feed, dial):
    feed.write("0", "14")
    bare, document = dial(), dial()
    bare.subscribe(f"/v1/feeds/{feed.id}/datastreams/0.csv")
    document.subscribe(f"/v1/feeds/{feed.id}.json")
    assert bare.message().payload == b"14"
    assert json.loads(document.message().payload)["version"] == "0.6-alpha"
    feed.write("0", "15.50")
    assert bare.message().payload == b"15.50"
    (stream,) = json.loads(document.message().payload)["datastreams"]
    assert stream["values"][0]["value"] == "15.50"


def test_v1_is_for_reading(feed, dial):
    feed.write("0", "14")
    device = dial()
    device.publish(f"/v1/feeds/{feed.id}/datastreams/0.csv", "15", qos=1)
    assert current(feed, "0") == "14"


def eventually_last(client, payload):
    """Plain topics may deliver the retained value first."""
    while True:
        message = client.message()
        if message.payload == payload:
            return message


def test_mosquitto_sub_prints_what_is_written_over_http(feed, server):
    host, port = server.address("mqtt")
    feed.write("t", "0")
    command = ["mosquitto_sub", "-h", host, "-p", str(port), "-u", server.API_KEY, "-t", f"feeds/{feed.id}/+", "-v", "-d"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        for line in reader.stdout:
            if line.startswith("Subscribed"):
                break
        feed.write("t", "77")
        assert any(line == f"feeds/{feed.id}/t 77\n" for line in reader.stdout)
        reader.terminate()


def test_a_reading_for_somebody_elses_feed_or_none_is_dropped_in_silence(feed, dial, make_key, make_feed):
    other = make_feed()
    limited = make_key([{"access_methods": ["get", "put", "post"], "resources": [{"feed_id": feed.id}]}])
    device = dial(limited.key)
    assert device.code == 0
    for target in (other.id, 999999999):
        device.publish(f"feeds/{target}/t", "1", qos=1)
    device.publish(f"feeds/{feed.id}/t", "2", qos=1)
    assert (current(other, "t"), current(feed, "t")) == (None, "2")


def test_values_that_cannot_be_stored_are_dropped_and_the_connection_goes_on(feed, dial):
    device = dial()
    for payload in ("x" * 256, b"\xff\xfe"):
        device.publish(f"feeds/{feed.id}/t", payload, qos=1)
    device.publish(f"/v2/feeds/{feed.id}.json", "{broken", qos=1)
    device.publish(f"feeds/{feed.id}/t", "1", qos=1)
    assert current(feed, "t") == "1"


# --- who may connect ----------------------------------------------------------------------------------


def test_a_wrong_key_is_refused(server, dial):
    for username in ("wrong", ""):
        client = dial(username)
        assert client.code in (4, 5)


# --- the protocol -------------------------------------------------------------------------------------


@pytest.mark.parametrize("published, subscribed", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_the_lower_qos_counts(dial, topic, published, subscribed):
    reader, writer = dial(), dial()
    assert reader.subscribe(topic, subscribed) == (subscribed,)
    writer.publish(topic, "hello", published)
    message = reader.message()
    assert (message.topic, message.payload, message.qos, message.retain) == (
        topic, b"hello", min(published, subscribed), False)


def test_messages_keep_their_order(dial, topic):
    reader, writer = dial(), dial()
    reader.subscribe(topic, 1)
    for i in range(500):
        writer.mqtt.publish(topic, str(i), 1)
    assert [int(reader.message().payload) for _ in range(500)] == list(range(500))


@pytest.mark.parametrize("filter, matches", [
    ("{t}/+/c", ["{t}/a/c", "{t}/b/c"]),
    ("{t}/#", ["{t}/a/c", "{t}/b/c", "{t}/b", "{t}"]),
    ("{t}/b/#", ["{t}/b/c", "{t}/b"]),
    ("{t}/+", ["{t}/b"]),
])
def test_wildcards(dial, topic, filter, matches):
    reader, writer = dial(), dial()
    reader.subscribe(filter.format(t=topic), 1)
    for name in ("{t}/a/c", "{t}/b/c", "{t}/b", "{t}"):
        writer.publish(name.format(t=topic), "x", 1)
    reader.subscribe(topic + "-end", 1)
    writer.publish(topic + "-end", "end", 1)
    got = []
    while (message := reader.message()).payload != b"end":
        got.append(message.topic)
    assert got == [name.format(t=topic) for name in matches]


def test_retained_messages(dial, topic):
    writer = dial()
    writer.publish(topic, "kept", 1, retain=True)
    writer.publish(topic + "/gone", "x", 1, retain=True)
    writer.publish(topic + "/gone", "", 1, retain=True)
    reader = dial()
    reader.subscribe(topic + "/#", 1)
    message = reader.message()
    assert (message.topic, message.payload, message.retain) == (topic, b"kept", True)
    writer.publish(topic, "live", 1, retain=True)
    message = reader.message()
    assert (message.payload, message.retain) == (b"live", False)


def test_unsubscribe(dial, topic):
    client = dial()
    client.subscribe(topic, 1)
    done = queue.Queue()
    client.mqtt.on_unsubscribe = lambda c, u, mid: done.put(mid)
    client.mqtt.unsubscribe(topic)
    done.get(timeout=WAIT_S)
    client.subscribe(topic + "-end", 1)
    client.publish(topic, "x", 1)
    client.publish(topic + "-end", "end", 1)
    assert client.message().payload == b"end"


def test_the_will_of_a_client_that_vanishes(dial, topic):
    reader = dial()
    reader.subscribe(topic, 1)
    device = dial(will={"topic": topic, "payload": "gone", "qos": 1})
    device.mqtt.socket().shutdown(socket.SHUT_RDWR)
    assert reader.message().payload == b"gone"


def test_a_client_that_says_goodbye_leaves_no_will(dial, topic):
    reader = dial()
    reader.subscribe(topic, 1)
    device = dial(will={"topic": topic, "payload": "gone", "qos": 1})
    device.close()
    dial().publish(topic, "next", 1)
    assert reader.message().payload == b"next"


def test_the_second_client_with_an_id_ends_the_first(dial):
    name = uuid.uuid4().hex
    first = dial(client_id=name)
    first.mqtt.reconnect_delay_set(min_delay=600, max_delay=600)
    dial(client_id=name)
    assert first.ended.get(timeout=WAIT_S) != 0


# --- bytes ----------------------------------------------------------------------------------------------

CONNECT = bytes.fromhex("10 0c 0004 4d515454 04 02 003c 0000")


def utf8(text):
    data = text.encode()
    return len(data).to_bytes(2, "big") + data


def connect_packet(key, keep_alive_s=60, client_id=""):
    body = utf8("MQTT") + bytes([4, 0x82]) + keep_alive_s.to_bytes(2, "big") + utf8(client_id) + utf8(key)
    return bytes([0x10, len(body)]) + body


@pytest.fixture
def raw(server):
    opened = []

    def open_one():
        opened.append(socket.create_connection(server.address("mqtt"), WAIT_S))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def is_closed(connection):
    try:
        while connection.recv(4096):
            pass
    except ConnectionError:
        pass
    return True


def test_ping(raw, server):
    connection = raw()
    connection.sendall(connect_packet(server.API_KEY) + b"\xc0\x00")
    received = b""
    while len(received) < 6:
        received += connection.recv(64)
    assert received == bytes.fromhex("20020000 d000")


def test_a_silent_client_is_dropped_after_one_and_a_half_keep_alives(raw, server):
    connection = raw()
    connection.sendall(connect_packet(server.API_KEY, keep_alive_s=1))
    assert connection.recv(4) == bytes.fromhex("20020000")
    assert is_closed(connection)


@pytest.mark.parametrize("packet", [
    "10 00",                                   # CONNECT without a body
    "10 0c 0004 4d515454 04 03 003c 0000",     # its reserved flag is set
    "30 03 0001 61",                           # PUBLISH before CONNECT
    "82 06 0001 0001 61 00",                   # SUBSCRIBE before CONNECT
    "10 ff ff ff ff 01",                       # a length of five bytes
    "10 ff ff ff 7f",                          # 256 MiB announced
    "00 00", "f0 00",                          # types that do not exist
])
def test_what_is_not_a_connect_ends_the_connection(raw, packet):
    connection = raw()
    connection.sendall(bytes.fromhex(packet))
    assert is_closed(connection)


@pytest.mark.parametrize("packet", [
    "10 0c 0004 4d515454 04 02 003c 0000",     # a second CONNECT
    "36 05 0001 61 0001",                      # QoS 3
    "30 05 0003 61 2b 62",                     # a wildcard in a topic
    "30 02 0000",                              # an empty topic
    "30 04 0002 c3 28",                        # a topic that is not UTF-8
    "80 06 0001 0001 61 00",                   # SUBSCRIBE with wrong flags
    "82 02 0001",                              # SUBSCRIBE without a filter
    "82 06 0001 0001 61 03",                   # a requested QoS of 3
    "82 08 0001 0003 61 23 62 00",             # '#' inside of a level
    "32 05 0001 61 0000",                      # packet id 0
    "30 01 00",                                # shorter than its topic's length field
])
def test_malformed_packets_end_the_connection(raw, server, packet):
    connection = raw()
    connection.sendall(connect_packet(server.API_KEY))
    assert connection.recv(4) == bytes.fromhex("20020000")
    connection.sendall(bytes.fromhex(packet))
    assert is_closed(connection)


def test_another_level_of_the_protocol_is_refused_by_name(raw):
    connection = raw()
    connection.sendall(bytes.fromhex("10 0c 0004 4d515454 06 02 003c 0000"))
    assert connection.recv(4) == bytes.fromhex("20020001")
    assert is_closed(connection)
