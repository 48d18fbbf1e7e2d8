"""The Xively TCP socket: a JSON object a line, both ways."""
import json
import socket

import pytest
import requests

WAIT_S = 30


class Lines:
    def __init__(self, address):
        self.socket = socket.create_connection(address, WAIT_S)
        self.file = self.socket.makefile("rb")

    def send(self, text):
        self.socket.sendall(text.encode() + b"\n")

    def receive(self):
        """None when the connection is over, whether it was closed or reset: bytes were not read."""
        try:
            line = self.file.readline()
        except ConnectionResetError:
            return None
        return json.loads(line) if line else None

    def ask(self, key, method, resource, **more):
        headers = {"headers": {"X-ApiKey": key}} if key else {}
        self.send(json.dumps({"method": method, "resource": resource, **headers, **more}))
        return self.receive()


@pytest.fixture
def dial(server):
    opened = []

    def open_one():
        opened.append(Lines(server.address("socket")))
        return opened[-1]

    yield open_one
    for one in opened:
        one.socket.close()


def test_a_feed_is_read_and_written(feed, dial):
    line = dial()
    body = {"version": "1.0.0", "datastreams": [{"id": "v", "current_value": "7"}]}
    answer = line.ask(feed.api.key, "put", f"/feeds/{feed.id}", body=body, token="0x1")
    assert answer == {"token": "0x1", "resource": f"/feeds/{feed.id}", "status": 200}
    answer = line.ask(feed.api.key, "get", f"/feeds/{feed.id}/datastreams/v", token="0x2")
    assert (answer["token"], answer["status"]) == ("0x2", 200)
    assert answer["headers"]["CONTENT_TYPE"].startswith("application/json")
    assert answer["body"]["current_value"] == "7"


@pytest.mark.parametrize("name", ["params", "parameters"])
def test_parameters_by_either_name(feed, dial, name):
    feed.write("a", "1")
    feed.write("b", "2")
    answer = dial().ask(feed.api.key, "get", f"/feeds/{feed.id}", **{name: {"datastreams": "b"}})
    assert [stream["id"] for stream in answer["body"]["datastreams"]] == ["b"]


def test_a_subscriber_gets_each_update(feed, dial):
    feed.write("v", "1")
    line = dial()
    resource = f"/feeds/{feed.id}/datastreams/v"
    assert line.ask(feed.api.key, "subscribe", resource, token="0x12345") == {
        "token": "0x12345", "resource": resource, "status": 200}
    # "idempotent per token"
    assert line.ask(feed.api.key, "subscribe", resource, token="0x12345")["status"] == 200
    for value in ("2", "3"):
        feed.write("v", value)
        update = line.receive()
        assert (update["token"], update["resource"]) == ("0x12345", resource)
        assert (update["body"]["id"], update["body"]["current_value"]) == ("v", value)


def test_a_subscription_without_token(feed, dial):
    feed.write("v", "1")
    line = dial()
    resource = f"/feeds/{feed.id}"
    assert line.ask(feed.api.key, "subscribe", resource) == {"resource": resource, "status": 200}
    feed.write("v", "2")
    update = line.receive()
    assert sorted(update) == ["body", "resource"]
    assert update["body"]["datastreams"][0]["current_value"] == "2"


def test_unsubscribing_with_another_token_goes_by_the_resource(feed, dial):
    feed.write("v", "1")
    line = dial()
    resource = f"/feeds/{feed.id}/datastreams/v"
    line.ask(feed.api.key, "subscribe", resource, token="old")
    assert line.ask(feed.api.key, "unsubscribe", resource, token="new")["status"] == 200
    feed.write("v", "2")
    # The next line is the answer, no update.
    assert line.ask(feed.api.key, "get", resource, token="u")["token"] == "u"
    assert line.ask(feed.api.key, "unsubscribe", resource, token="new")["status"] == 404


def test_what_is_refused(feed, dial, make_key):
    private = {"method": "get", "resource": f"/feeds/{feed.id}"}
    line = dial()
    assert line.ask(None, **private)["status"] == 401
    assert line.ask("no-such-key", **private)["status"] == 401
    reader = make_key([{"access_methods": ["get"]}])
    refused = line.ask(reader.key, "put", f"/feeds/{feed.id}", body={"title": "x"}, token="t")
    assert (refused["token"], refused["status"]) == ("t", 403)
    refused = line.ask(reader.key, "subscribe", "/feeds/9999999999", token="t")
    assert refused["status"] == 404


def test_a_line_that_is_no_request_is_answered(feed, dial):
    line = dial()
    line.send('{"method":')
    assert line.receive()["status"] == 400
    assert line.ask(feed.api.key, "get", f"/feeds/{feed.id}")["status"] == 200


def test_requests_one_behind_the_other_and_in_pieces(feed, dial):
    line = dial()
    request = json.dumps({"method": "get", "resource": f"/feeds/{feed.id}",
                          "headers": {"X-ApiKey": feed.api.key}})
    text = (request + "\r\n\n" + request + "\n").encode()
    for begin in range(0, len(text), 7):
        line.socket.sendall(text[begin:begin + 7])
    assert [line.receive()["status"] for _ in range(2)] == [200, 200]


def test_a_line_that_is_too_long_ends_the_connection(start_server):
    server = start_server(config="[limits]\nwebsocket_message_bytes_max = 1000\n")
    line = Lines(server.address("socket"))
    line.send('{"body":"' + "x" * 8000 + '"}')
    assert line.receive()["status"] == 413
    assert line.receive() is None
    line.socket.close()


def test_a_client_that_does_not_read_is_disconnected(start_server):
    server = start_server(config="[limits]\nclient_queue_bytes_max = 10000\n")
    line = Lines(server.address("socket"))
    request = json.dumps({"method": "get", "resource": "/feeds/1", "token": "x" * 2000}) + "\n"
    line.socket.settimeout(WAIT_S)
    with pytest.raises(OSError):
        for _ in range(100_000):
            line.socket.sendall(request.encode())
    line.socket.close()


def test_a_client_that_only_sends_gets_its_answers(feed, dial):
    line = dial()
    line.send(json.dumps({"method": "get", "resource": f"/feeds/{feed.id}",
                          "headers": {"X-ApiKey": feed.api.key}}))
    line.socket.shutdown(socket.SHUT_WR)
    assert line.receive()["status"] == 200
    assert line.receive() is None


def test_a_silent_client_is_disconnected_unless_it_listens(start_server):
    server = start_server(config="[limits]\nhttp_idle_timeout_s = 1\n")
    key = {"X-ApiKey": server.API_KEY}
    made = requests.post(server.url("/v2/feeds"), json={"title": "t"}, headers=key, timeout=WAIT_S)
    feed = made.headers["Location"].rsplit("/", 1)[1]
    listener, silent = Lines(server.address("socket")), Lines(server.address("socket"))
    assert listener.ask(server.API_KEY, "subscribe", f"/feeds/{feed}")["status"] == 200
    assert silent.ask(server.API_KEY, "get", f"/feeds/{feed}")["status"] == 200
    assert silent.receive() is None
    body = {"datastreams": [{"id": "v", "current_value": "1"}]}
    requests.put(server.url(f"/v2/feeds/{feed}"), json=body, headers=key, timeout=WAIT_S)
    assert listener.receive()["body"]["datastreams"][0]["current_value"] == "1"
    listener.socket.close()
    silent.socket.close()
