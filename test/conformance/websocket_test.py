"""The Xively WebSocket: requests, subscriptions, errors."""
import json

import pytest
import websocket

WAIT_S = 30


@pytest.fixture
def dial(server):
    opened = []

    def open_one(path="/"):
        opened.append(websocket.create_connection(f"ws://{server.addresses['http']}{path}", timeout=WAIT_S))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def ask(socket, key, method, resource, **more):
    headers = {"headers": {"X-ApiKey": key}} if key else {}
    socket.send(json.dumps({"method": method, "resource": resource, **headers, **more}))
    return json.loads(socket.recv())


def test_a_subscriber_of_a_datastream_gets_each_update(feed, dial):
    feed.write("v", "1")
    socket = dial()
    resource = f"/feeds/{feed.id}/datastreams/v"
    answer = ask(socket, feed.api.key, "subscribe", resource, token="0x12345")
    assert answer == {"token": "0x12345", "resource": resource, "status": 200}
    for value in ("2", "3"):
        feed.write("v", value)
        update = json.loads(socket.recv())
        assert (update["token"], update["resource"]) == ("0x12345", resource)
        assert (update["body"]["id"], update["body"]["current_value"]) == ("v", value)


def test_a_subscriber_of_a_feed_gets_the_whole_feed(feed, dial):
    feed.write("a", "1")
    feed.write("b", "1")
    socket = dial()
    assert ask(socket, feed.api.key, "subscribe", f"/feeds/{feed.id}", token="t")["status"] == 200
    feed.write("b", "2")
    body = json.loads(socket.recv())["body"]
    assert (body["id"], body["title"]) == (feed.id, "Conformance")
    assert {s["id"]: s["current_value"] for s in body["datastreams"]} == {"a": "1", "b": "2"}


def test_no_news_after_unsubscribe(feed, dial):
    feed.write("v", "1")
    socket = dial()
    resource = f"/feeds/{feed.id}/datastreams/v"
    ask(socket, feed.api.key, "subscribe", resource, token="t")
    assert ask(socket, feed.api.key, "unsubscribe", resource, token="t")["status"] == 200
    feed.write("v", "2")
    assert ask(socket, feed.api.key, "get", resource, token="u")["token"] == "u"


def test_a_subscription_twice_delivers_once(feed, dial):
    feed.write("v", "1")
    socket = dial()
    resource = f"/feeds/{feed.id}/datastreams/v"
    for _ in range(2):
        assert ask(socket, feed.api.key, "subscribe", resource, token="t")["status"] == 200
    feed.write("v", "2")
    assert json.loads(socket.recv())["body"]["current_value"] == "2"
    assert ask(socket, feed.api.key, "get", resource, token="u")["token"] == "u"


def test_no_token_given_no_token_returned(feed, dial):
    feed.write("v", "1")
    socket = dial()
    resource = f"/feeds/{feed.id}/datastreams/v"
    assert ask(socket, feed.api.key, "subscribe", resource) == {"resource": resource, "status": 200}
    feed.write("v", "2")
    assert "token" not in json.loads(socket.recv())


def test_requests_over_the_socket(feed, dial):
    socket = dial()
    body = {"datastreams": [{"id": "v", "current_value": "7"}]}
    written = ask(socket, feed.api.key, "put", f"/feeds/{feed.id}", body=body, token="a")
    assert (written["token"], written["status"], written["resource"]) == ("a", 200, f"/feeds/{feed.id}")
    read = ask(socket, feed.api.key, "get", f"/feeds/{feed.id}/datastreams/v", token="b")
    assert (read["status"], read["body"]["current_value"]) == (200, "7")
    params = {"start": "2000-01-01T00:00:00Z", "duration": "1hour"}
    assert ask(socket, feed.api.key, "get", f"/feeds/{feed.id}/datastreams/v", params=params)["status"] == 200


@pytest.mark.parametrize("key, status", [(None, 401), ("wrong", 401)])
def test_no_subscription_without_a_key(feed, dial, key, status):
    feed.write("v", "1")
    socket = dial()
    resource = f"/feeds/{feed.id}/datastreams/v"
    answer = ask(socket, key, "subscribe", resource, token="t")
    assert answer["status"] in (status, 403)
    assert (answer["token"], answer["resource"]) == ("t", resource)
    feed.write("v", "2")
    assert ask(socket, feed.api.key, "get", resource, token="u")["token"] == "u"


def test_an_unknown_feed(api, dial):
    assert ask(dial(), api.key, "subscribe", "/feeds/999999999", token="t")["status"] == 404
    assert ask(dial(), api.key, "get", "/feeds/999999999", token="t")["status"] == 404


def test_what_is_not_a_request_is_answered_and_the_socket_goes_on(feed, dial):
    socket = dial()
    for text in ("nonsense", "[]", "{}", '{"method":"dance","resource":"/feeds/1"}', '{"method":5}'):
        socket.send(text)
        assert json.loads(socket.recv())["status"] >= 400
    assert ask(socket, feed.api.key, "get", f"/feeds/{feed.id}")["status"] == 200


def test_ping_is_answered(dial):
    socket = dial()
    socket.ping("hello")
    opcode, data = socket.recv_data(control_frame=True)
    assert (opcode, data) == (websocket.ABNF.OPCODE_PONG, b"hello")


def test_a_message_that_is_too_big_closes_the_socket(dial):
    socket = dial()
    # The head of a masked text frame; its length is enough for the server to refuse it.
    socket.sock.sendall(b"\x81\xff" + (2 << 20).to_bytes(8, "big") + b"mask")
    opcode, data = socket.recv_data(control_frame=True)
    assert opcode == websocket.ABNF.OPCODE_CLOSE
    assert int.from_bytes(data[:2], "big") == 1009


def test_news_from_mqtt_reach_the_socket(feed, dial, server):
    import paho.mqtt.publish
    feed.write("v", "1")
    socket = dial()
    ask(socket, feed.api.key, "subscribe", f"/feeds/{feed.id}/datastreams/v", token="t")
    host, port = server.address("mqtt")
    paho.mqtt.publish.single(f"feeds/{feed.id}/v", "8.25", qos=1, hostname=host, port=port,
                             auth={"username": feed.api.key})
    assert json.loads(socket.recv())["body"]["current_value"] == "8.25"


def test_a_key_of_one_datastream_hears_no_other(feed, dial, make_key):
    feed.write("v", "1")
    feed.write("secret", "1")
    limits = [{"feed_id": feed.id, "datastream_id": "v"}]
    limited = make_key([{"access_methods": ["get"], "resources": limits}]).key
    socket = dial()
    assert ask(socket, limited, "subscribe", f"/feeds/{feed.id}", token="1")["status"] == 403
    assert ask(socket, limited, "subscribe", f"/feeds/{feed.id}/datastreams/secret", token="2")["status"] == 403
    assert ask(socket, limited, "subscribe", f"/feeds/{feed.id}/datastreams/v", token="3")["status"] == 200
    feed.write("secret", "2")
    feed.write("v", "2")
    assert json.loads(socket.recv())["token"] == "3"


def test_a_deleted_key_hears_and_says_nothing_more_on_an_open_socket(feed, dial, api, make_key):
    feed.write("v", "1")
    doomed, other = make_key([{"access_methods": ["get", "put"]}]).key, dial()
    socket = dial()
    assert ask(socket, doomed, "subscribe", f"/feeds/{feed.id}", token="1")["status"] == 200
    assert ask(other, feed.api.key, "subscribe", f"/feeds/{feed.id}", token="2")["status"] == 200
    assert api.delete(f"/v2/keys/{doomed}").status_code == 200
    feed.write("v", "2")
    assert json.loads(other.recv())["token"] == "2"
    answer = ask(socket, doomed, "get", f"/feeds/{feed.id}", token="3")
    assert (answer["token"], answer["status"]) == ("3", 401)
