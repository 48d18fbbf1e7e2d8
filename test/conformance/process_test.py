"""The process: start, stop, its folder, what it tells about itself."""
import hashlib
import json
import os
import re
import signal
import stat
import subprocess

import pytest
import requests

from conftest import Api, Feed
from support.raw_http import Connection
from support.server import Server, StartFailed, binary
from support.waiting import eventually


def test_it_says_that_it_is_well(nobody):
    answer = nobody.get("/healthz")
    assert answer.status_code == 200


def test_metrics_in_the_format_of_prometheus(server, feed, nobody):
    feed.write("v", "1")
    answer = nobody.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    sample = re.compile(r'[a-zA-Z_:][\w:]*(\{(\w+="(\\.|[^"\\])*",?)*\})? [-+\d.eEINnaf]+( \d+)?')
    lines = [line for line in answer.text.splitlines() if line and not line.startswith("#")]
    assert lines and all(sample.fullmatch(line) for line in lines)
    assert server.API_KEY not in answer.text


def test_the_ready_line_names_the_process(server):
    assert int(server.addresses["pid"]) == server.process.pid
    for name in server.listeners:
        assert server.address(name)[0] == "127.0.0.1"


def test_a_graceful_stop_finishes_what_was_begun(start_server):
    server = start_server()
    feed = Feed(Api(server, server.API_KEY))
    body = b'{"datastreams":[{"id":"v","current_value":"last"}]}'
    with Connection(server.address("http")) as begun, Connection(server.address("http")) as idle:
        assert idle.request("GET", "/healthz").status == 200
        begun.send(f"PUT {feed.path} HTTP/1.1\r\nHost: x\r\nX-ApiKey: {server.API_KEY}\r\n"
                   f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n")
        assert begun.response().status == 100
        server.process.send_signal(signal.SIGTERM)
        assert idle.is_closed_by_server()
        eventually(lambda: refuses_connections(server))
        begun.send(body)
        assert begun.response().status == 200
    assert server.wait() == 0
    again = start_server()
    assert Feed.read(rebind(feed, again))["datastreams"][0]["current_value"] == "last"


def refuses_connections(server):
    try:
        Connection(server.address("http")).socket.close()
        return False
    except ConnectionError:
        return True


def rebind(feed, server):
    moved = object.__new__(Feed)
    moved.api, moved.id, moved.path = Api(server, server.API_KEY), feed.id, feed.path
    return moved


def test_sigint_stops_it_too(start_server):
    server = start_server()
    server.process.send_signal(signal.SIGINT)
    assert server.wait() == 0


def test_everything_is_there_after_a_restart(start_server):
    server = start_server()
    feed = Feed(Api(server, server.API_KEY), tags=["kept"], description="kept")
    feed.write("v", "0000017", "2026-01-02T03:04:05Z")
    before = feed.read()
    assert server.stop() == 0
    moved = rebind(feed, start_server())
    after = moved.read()
    for text in (before, after):
        text.pop("feed"), text.pop("creator")
    assert after == before
    history = moved.api.get(moved.stream("v"), params={"start": "2026-01-02T00:00:00Z", "duration": "6hours"}).json()
    assert history["datapoints"] == [{"value": "0000017", "at": "2026-01-02T03:04:05.000000Z"}]


def test_a_retained_message_is_there_after_a_restart(start_server):
    import paho.mqtt.publish
    import paho.mqtt.subscribe
    server = start_server()
    for run in (1, 2):
        host, port = server.address("mqtt")
        access = {"hostname": host, "port": port, "auth": {"username": server.API_KEY}}
        if run == 1:
            paho.mqtt.publish.single("kept/topic", "kept", qos=1, retain=True, **access)
            assert server.stop() == 0
            server = start_server()
        else:
            assert paho.mqtt.subscribe.simple("kept/#", qos=1, **access).payload == b"kept"


def test_a_second_process_on_the_same_folder_is_refused(start_server):
    first = start_server()
    with pytest.raises(StartFailed) as failure:
        start_server()
    assert failure.value.returncode not in (0, -signal.SIGSEGV, -signal.SIGABRT)
    assert "in use" in failure.value.log or "another process" in failure.value.log
    assert requests.get(first.url("/healthz"), timeout=30).status_code == 200


def contents(folder):
    return {p.relative_to(folder): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


def is_database(path):
    return path.is_file() and path.read_bytes()[:15] == b"SQLite format 3"


@pytest.mark.parametrize("which", ["manifest", "table", "database"])
def test_a_damaged_folder_is_refused_with_the_reason(start_server, which):
    server = start_server()
    feed = Feed(Api(server, server.API_KEY))
    feed.write("v", "1")
    assert server.stop() == 0
    pattern = {"manifest": lambda p: p.name.startswith("MANIFEST-"), "table": lambda p: p.suffix in (".sst", ".log") and p.stat().st_size,
               "database": is_database}[which]
    damaged = [p for p in server.data.rglob("*") if p.is_file() and pattern(p)]
    assert damaged, "nothing to damage: has the layout of the folder changed?"
    for path in damaged:
        text = bytearray(path.read_bytes())
        for offset in range(0, len(text), 64):
            text[offset] ^= 0xA5
        path.write_bytes(text)
    with pytest.raises(StartFailed) as failure:
        start_server()
    assert failure.value.returncode > 0
    assert re.search(r"(?i)corrupt|damaged|not a database|malformed|checksum", failure.value.log)
    after = contents(server.data)
    for path in damaged:
        assert after[path.relative_to(server.data)] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path, start_server):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StartFailed) as failure:
        start_server("file")
    assert failure.value.returncode > 0
    assert (tmp_path / "file").read_text() == "not a folder"


def test_an_address_that_is_taken(start_server, tmp_path):
    first = start_server()
    taken = "http=" + first.addresses["http"]
    result = subprocess.run([binary(), "serve", "--data", str(tmp_path / "other"), "--listen", taken, "--listen", "mqtt=127.0.0.1:0", "--listen", "socket=127.0.0.1:0"],
                            capture_output=True, text=True, timeout=60)
    assert result.returncode > 0
    assert first.addresses["http"] in result.stderr + result.stdout
    assert "ready" not in result.stdout


@pytest.mark.parametrize("arguments", [["--listen", "http"], ["--listen", "http=nowhere:http"], ["--listen", "gopher=127.0.0.1:0"],
                                       ["--config", "does-not-exist.toml"], ["--no-such-option"]])
def test_bad_arguments_are_named(tmp_path, arguments):
    result = subprocess.run([binary(), "serve", "--data", str(tmp_path / "data"), *arguments], capture_output=True, text=True, timeout=60)
    assert result.returncode > 0
    assert arguments[-1].split("=")[0] in result.stdout + result.stderr
    assert "ready" not in result.stdout


def test_the_configuration_is_checked(tmp_path):
    for text in ("[limits]\nno_such_limit = 1\n", "[limits]\nhttp_body_bytes_max = 'big'\n", "= broken\n",
                 "[webhooks]\nallowed_networks = ['ten']\n", "[webhooks]\npublic_url = 'cloud'\n",
                 "[mail]\nserver = 'mail.example.org'\n", "[mail]\nfrom = 'nobody'\n"):
        path = tmp_path / "thingtank.toml"
        path.write_text(text)
        result = subprocess.run([binary(), "serve", "--data", str(tmp_path / "data"), "--config", str(path)],
                                capture_output=True, text=True, timeout=60)
        assert result.returncode > 0
        assert "thingtank.toml" in result.stdout + result.stderr


def test_the_first_start_makes_credentials_and_keeps_them_to_its_owner(start_server):
    server = start_server(environment={})
    path = server.data / "credentials"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    keys = [word for word in re.findall(r"[A-Za-z0-9_-]{20,}", text) if Api(server, word).get("/v2/feeds").status_code == 200]
    assert keys, "no API key in the credentials"
    assert keys[0] in server.output + server.log()
    assert server.stop() == 0
    again = start_server(environment={})
    assert path.read_text() == text
    assert (again.output + again.log()).count(keys[0]) == 1  # the log goes on in the same file
    assert Api(again, keys[0]).get("/v2/feeds").status_code == 200


def test_the_version(tmp_path):
    result = subprocess.run([binary(), "--version"], capture_output=True, text=True, timeout=30)
    assert result.returncode == 0
    assert re.search(r"\d+\.\d+\.\d+", result.stdout)


def test_a_full_disk_is_an_error_and_loses_nothing(tmp_path):
    """On a small file system of its own: writes fail when it is full, what was acknowledged stays."""
    mount = tmp_path / "small"
    mount.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", str(mount)], capture_output=True).returncode:
        pytest.skip("needs the right to mount")
    try:
        with Server(mount / "data") as server:
            fill_until_refused(server, mount)
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=True)


def fill_until_refused(server, mount):
    feed = Feed(Api(server, server.API_KEY))
    feed.write("v", "before")
    with open(mount / "filler", "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            pass
    acknowledged, refused = [], None
    while refused is None:
        assert len(acknowledged) < 99, "250 MB went onto a full disk"
        second = len(acknowledged)
        at = f"2026-01-02T00:{second // 60:02}:{second % 60:02}"
        rows = [f"{feed.id},s{i % 1000},{at}.{i // 1000}Z,{second:0250}\n" for i in range(10_000)]
        answer = feed.api.post("/api/v1/datapoints", data="".join(rows), headers={"Content-Type": "text/csv"})
        if answer.status_code == 200:
            acknowledged.append(second)
        else:
            refused = answer
    assert refused.status_code in (500, 503, 507)
    assert set(json.loads(refused.text)) == {"title", "errors"}
    assert feed.api.get(feed.stream("v")).json()["current_value"] == "before"
    (mount / "filler").unlink()
    server.kill()
    with Server(server.data) as again:
        kept = rebind(feed, again)
        assert kept.api.get(kept.stream("v")).json()["current_value"] == "before"
        for stream in ("s0", "s999") if acknowledged else ():
            history = kept.api.get(kept.stream(stream), params={"start": "2026-01-02T00:00:00Z", "duration": "1hour", "limit": 1000}).json()
            found = [int(p["value"]) for p in history["datapoints"]]
            assert all(found.count(second) == 10 for second in acknowledged)
        kept.write("v", "after")
