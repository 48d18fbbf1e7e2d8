"""HTTP/1.1 as it comes: proxies, pipelines, compression, limits, and clients that misbehave."""
import gzip
import json
import re
import resource
import socket
import zlib

import pytest

from support.raw_http import Connection

BODY_BYTES_MAX = 16 * 1024 * 1024


@pytest.fixture
def key(api):
    return {"X-ApiKey": api.key}


def put_value(key, text):
    body = json.dumps({"datastreams": [{"id": "v", "current_value": text}]}).encode()
    return {**key, "Content-Type": "application/json"}, body


def value(feed):
    streams = feed.read().get("datastreams", [])
    return streams[0]["current_value"] if streams else None


# --- targets and proxies --------------------------------------------------------------------------


def test_absolute_targets_as_sent_to_a_proxy(feed, connect, key):
    target = f"http://api.xively.com{feed.path}.json"
    answer = connect().request("GET", target, key, host="api.xively.com")
    assert (answer.status, json.loads(answer.body)["id"]) == (200, feed.id)
    assert json.loads(answer.body)["feed"] == f"http://api.xively.com{feed.path}.json"


def test_a_program_behind_http_proxy(feed, api, server):
    answer = api.session.get(f"http://api.xively.com{feed.path}", headers={"X-ApiKey": api.key},
                             proxies={"http": server.url()}, timeout=30)
    assert answer.json()["id"] == feed.id


def test_percent_encoding(feed, connect, key):
    encoded = feed.path.replace("feeds", "%66eeds")
    assert connect().request("GET", encoded, key).status == 200
    for target in ("/v2/feeds/%", "/v2/feeds/%zz", "/v2/%00"):
        assert connect().request("GET", target, key).status in (400, 404)


def test_the_host_is_required(connect, key):
    raw = f"GET /healthz HTTP/1.1\r\nX-ApiKey: {key['X-ApiKey']}\r\n\r\n"
    assert connect().send(raw).response().status == 400


def test_http_1_0_closes(connect):
    connection = connect()
    answer = connection.send("GET /healthz HTTP/1.0\r\n\r\n").response()
    assert answer.status == 200
    assert connection.is_closed_by_server()


# --- one answer, one packet -----------------------------------------------------------------------


def test_an_answer_is_sent_in_one_piece_with_a_length(feed, connect, key):
    """libxively reads once: what does not come with the first packet is lost to it."""
    feed.write("v", "1")
    for target in (feed.path + ".json", feed.path + ".csv", feed.stream("v") + ".csv", "/v2/feeds/999999999.json"):
        connection = connect()
        fields = "".join(f"{name}: {text}\r\n" for name, text in key.items())
        connection.send(f"GET {target} HTTP/1.1\r\nHost: x\r\n{fields}\r\n")
        first = connection.socket.recv(65536)
        head, body = first.split(b"\r\n\r\n", 1)
        assert re.match(rb"HTTP/1\.1 \d{3} \w+", head)
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        assert length and int(length[1]) == len(body)
        assert b"chunked" not in head.lower()


def test_keep_alive_and_close(connect):
    connection = connect()
    for _ in range(3):
        assert connection.request("GET", "/healthz").status == 200
    assert connection.request("GET", "/healthz", {"Connection": "close"}).status == 200
    assert connection.is_closed_by_server()


def test_pipelined_requests_are_answered_in_order(feed, connect, key):
    connection = connect()
    fields = f"Host: x\r\nX-ApiKey: {key['X-ApiKey']}\r\n"
    requests = ""
    for i in range(20):
        body = f'{{"datastreams":[{{"id":"v","current_value":"{i}"}}]}}'
        requests += f"PUT {feed.path}.json HTTP/1.1\r\n{fields}Content-Length: {len(body)}\r\n\r\n{body}"
        requests += f"GET {feed.stream('v')}.json HTTP/1.1\r\n{fields}\r\n"
    connection.send(requests)
    for i in range(20):
        assert connection.response().status == 200
        assert json.loads(connection.response().body)["current_value"] == str(i)


def test_a_request_that_comes_byte_by_byte(feed, connect, key):
    connection = connect()
    headers, body = put_value(key, "slow")
    fields = "".join(f"{name}: {text}\r\n" for name, text in headers.items())
    for byte in f"PUT {feed.path} HTTP/1.1\r\nHost: x\r\n{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body:
        connection.send(bytes([byte]))
    assert connection.response().status == 200
    assert value(feed) == "slow"


def test_a_chunked_body(feed, connect, key):
    headers, body = put_value(key, "chunked")
    chunks = b"".join(b"%x;ext=1\r\n%s\r\n" % (len(body[i:i + 7]), body[i:i + 7]) for i in range(0, len(body), 7))
    headers["Transfer-Encoding"] = "chunked"
    answer = connect().request("PUT", feed.path, headers, chunks + b"0\r\nTrailer: x\r\n\r\n")
    assert answer.status == 200
    assert value(feed) == "chunked"


# --- methods --------------------------------------------------------------------------------------


def test_head_is_get_without_the_body(feed, connect, key):
    connection = connect()
    get = connection.request("GET", feed.stream("none"), key)
    head = connection.request("HEAD", feed.stream("none"), key)
    assert (get.status, head.status) == (404, 404)
    get, head = (connection.request(method, feed.path, key) for method in ("GET", "HEAD"))
    assert (head.status, head.headers["content-length"]) == (200, get.headers["content-length"])
    assert head.headers["content-type"] == get.headers["content-type"]
    assert connection.request("GET", "/healthz").status == 200


def test_a_browser_may_ask_from_another_origin(feed, connect):
    asked = {"Origin": "http://page.example", "Access-Control-Request-Method": "PUT",
             "Access-Control-Request-Headers": "x-apikey,content-type"}
    answer = connect().request("OPTIONS", feed.path + ".json", asked)
    assert answer.status in (200, 204)
    assert answer.headers["access-control-allow-origin"] == "*"
    methods = {m.strip() for m in answer.headers["access-control-allow-methods"].split(",")}
    assert {"GET", "PUT", "POST", "DELETE", "OPTIONS"} <= methods
    allowed = {h.strip().lower() for h in answer.headers["access-control-allow-headers"].split(",")}
    assert {"x-apikey", "content-type"} <= allowed


def test_every_answer_may_be_read_from_another_origin(feed, nobody):
    for answer in (feed.api.get(feed.path), nobody.get(feed.path), feed.api.get("/v2/feeds/999999999")):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_jsonp(feed):
    answer = feed.api.get(feed.path + ".json", params={"callback": "show_1"})
    match = re.fullmatch(r"show_1\((.*)\);?\s*", answer.text, re.DOTALL)
    assert json.loads(match[1])["id"] == feed.id
    assert "javascript" in answer.headers["Content-Type"]
    answer = feed.api.get(feed.path + ".json", params={"callback": "a(1);<b>"})
    assert answer.text.startswith("a1b({")


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "CONNECT", "BREW"])
def test_methods_that_are_not_offered(feed, connect, key, method):
    assert connect().request(method, feed.path, key).status in (400, 404, 405, 501)


# --- compression ----------------------------------------------------------------------------------


def test_a_compressed_answer(make_feed, connect, key):
    feed = make_feed(datastreams=[{"id": f"stream-{i}", "current_value": str(i)} for i in range(200)])
    answer = connect().request("GET", feed.path, {**key, "Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in answer.headers["vary"].lower()
    plain = connect().request("GET", feed.path, key)
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(answer.body) == plain.body
    assert len(answer.body) < len(plain.body) / 2
    refused = connect().request("GET", feed.path, {**key, "Accept-Encoding": "gzip;q=0, identity"})
    assert "content-encoding" not in refused.headers


def test_a_compressed_request(feed, connect, key):
    headers, body = put_value(key, "packed")
    answer = connect().request("PUT", feed.path, {**headers, "Content-Encoding": "gzip"}, gzip.compress(body))
    assert answer.status == 200
    assert value(feed) == "packed"


def test_a_damaged_compressed_request(feed, connect, key):
    headers, body = put_value(key, "packed")
    packed = gzip.compress(body)
    for damaged in (packed[:-9], b"not gzip at all", packed[:12] + b"\xff\xff" + packed[14:]):
        answer = connect().request("PUT", feed.path, {**headers, "Content-Encoding": "gzip"}, damaged)
        assert answer.status == 400
    assert connect().request("PUT", feed.path, {**headers, "Content-Encoding": "br"}, body).status == 415
    assert value(feed) is None


def test_a_body_that_would_unpack_to_a_gigabyte(feed, connect, key, server):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(1024)) + packer.flush()
    before = server.rss_bytes()
    answer = connect(60).request("PUT", feed.path, {**key, "Content-Encoding": "gzip"}, bomb)
    assert answer.status == 413
    assert server.rss_bytes() - before < 200 << 20


# --- sizes ----------------------------------------------------------------------------------------


def test_expect_100_continue(feed, connect, key):
    connection = connect()
    headers, body = put_value(key, "expected")
    fields = "".join(f"{name}: {text}\r\n" for name, text in headers.items())
    connection.send(f"PUT {feed.path} HTTP/1.1\r\nHost: x\r\n{fields}Content-Length: {len(body)}\r\n"
                    "Expect: 100-continue\r\n\r\n")
    assert connection.response().status == 100
    connection.send(body)
    assert connection.response().status == 200
    assert value(feed) == "expected"


def test_a_body_that_is_announced_too_big_is_not_asked_for(feed, connect, key):
    connection = connect()
    connection.send(f"PUT {feed.path} HTTP/1.1\r\nHost: x\r\nX-ApiKey: {key['X-ApiKey']}\r\n"
                    f"Content-Length: {BODY_BYTES_MAX + 1}\r\nExpect: 100-continue\r\n\r\n")
    assert connection.response().status == 413


def test_a_body_that_is_too_big(feed, connect, key):
    connection = connect()
    connection.send(f"PUT {feed.path} HTTP/1.1\r\nHost: x\r\nX-ApiKey: {key['X-ApiKey']}\r\n"
                    f"Content-Length: {BODY_BYTES_MAX + 1}\r\n\r\n")
    assert connection.response().status == 413
    assert connection.is_closed_by_server()


def test_a_chunked_body_that_becomes_too_big(feed, connect, key):
    connection = connect(60)
    connection.send(f"PUT {feed.path} HTTP/1.1\r\nHost: x\r\nX-ApiKey: {key['X-ApiKey']}\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n")
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    try:
        for _ in range(BODY_BYTES_MAX // 0x100000 + 8):
            connection.send(chunk)
    except ConnectionError:
        pass  # closed while we were still talking, as it may
    try:
        assert connection.response().status == 413
    except ConnectionError:
        pass  # the reset overtook the answer
    assert value(feed) is None


def test_headers_that_are_too_big(connect):
    assert connect().request("GET", "/healthz", {"X-Big": "x" * 20_000}).status == 431
    assert connect().request("GET", "/" + "x" * 20_000).status in (414, 431)
    assert connect().request("GET", "/healthz", {f"X-{i}": "y" for i in range(3000)}).status == 431


@pytest.mark.parametrize("raw", [
    "GET\r\n\r\n",
    "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\n: 1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: sneaky\r\n\r\n",
    "\x16\x03\x01 not TLS after all \r\n\r\n",
    "G\x00T / HTTP/1.1\r\nHost: x\r\n\r\n",
])
def test_what_is_not_http_is_refused_and_the_connection_closed(connect, raw):
    connection = connect().send(raw)
    try:
        assert connection.response().status in (400, 404, 405, 413, 501, 505)
    except ConnectionError:
        pass  # closed without a word, as for what is not even nearly HTTP
    assert connection.is_closed_by_server()


# --- clients that misbehave -------------------------------------------------------------------------


def test_half_sent_requests_change_nothing(feed, connect, key):
    headers, body = put_value(key, "half")
    fields = "".join(f"{name}: {text}\r\n" for name, text in headers.items())
    whole = f"PUT {feed.path} HTTP/1.1\r\nHost: x\r\n{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body
    for count in range(1, len(whole), 11):
        connection = connect()
        connection.send(whole[:count])
        connection.socket.close()
    assert value(feed) is None
    assert feed.api.get("/healthz").status_code == 200


def test_slow_clients_are_cut_off_and_hold_up_nobody(start_server):
    limits = "[limits]\nhttp_header_timeout_s = 1\nhttp_body_timeout_s = 1\nhttp_idle_timeout_s = 1\n"
    server = start_server(config=limits)
    address = server.address("http")
    with Connection(address) as silent, Connection(address) as slow_head, Connection(address) as slow_body:
        slow_head.send("GET /healthz HTTP/1.1\r\nHo")
        slow_body.send("PUT /v2/feeds/1 HTTP/1.1\r\nHost: x\r\nX-ApiKey: "
                       f"{server.API_KEY}\r\nContent-Length: 100\r\n\r\n" + "{")
        with Connection(address) as other:
            assert other.request("GET", "/healthz").status == 200
        for connection, statuses in ((slow_head, (408,)), (slow_body, (404, 408))):
            try:
                assert connection.response().status in statuses
            except ConnectionError:
                pass
            assert connection.is_closed_by_server()
        assert silent.is_closed_by_server()


def test_a_client_that_never_reads_its_answers(make_feed, connect, key):
    """Its requests are left unread when its answers are not taken: memory stays bounded."""
    feed = make_feed(datastreams=[{"id": f"stream-{i}", "current_value": "x" * 200} for i in range(200)])
    connection = connect()
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.socket.settimeout(0.5)
    before = feed.api.server.rss_bytes()
    request = f"GET {feed.path} HTTP/1.1\r\nHost: x\r\nX-ApiKey: {key['X-ApiKey']}\r\n\r\n" * 100
    with pytest.raises(TimeoutError):
        for _ in range(10_000):
            connection.send(request)
    assert feed.api.get("/healthz").status_code == 200
    assert feed.api.server.rss_bytes() - before < 100 << 20


def test_a_thousand_idle_connections(feed, connect, key):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
    before = feed.api.server.rss_bytes()
    idle = [connect() for _ in range(1000)]
    for connection in idle[::2]:
        connection.send("GET /healthz HTTP/1.1\r\n")
    assert connect().request("GET", "/healthz").status == 200
    feed.write("v", "while they wait")
    assert value(feed) == "while they wait"
    for connection in idle[::2]:
        connection.send("Host: x\r\n\r\n")
    assert all(connection.response().status == 200 for connection in idle[::2])
    assert all(connection.request("GET", "/healthz").status == 200 for connection in idle[1::2])
    assert feed.api.server.rss_bytes() - before < 64 << 20
