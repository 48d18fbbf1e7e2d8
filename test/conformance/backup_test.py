"""`thingtank backup` and `restore`: of a server under load, of a folder at rest, and what goes wrong."""
import contextlib
import os
import pathlib
import sqlite3
import subprocess
import threading

import pytest
import requests

from support.server import Server, binary

TIMEOUT_S = 120


def run(*arguments, **options):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("THINGTANK_")}
    environment.update(options.pop("environment", {}))
    return subprocess.run([binary(), *map(str, arguments)], capture_output=True, timeout=TIMEOUT_S, env=environment, **options)


def ask(server, method, path, key=Server.API_KEY, **options):
    session = requests.Session()
    session.trust_env = False
    headers = {"X-ApiKey": key, **options.pop("headers", {})} if key else {}
    return session.request(method, server.url(path), headers=headers, timeout=60, **options)


def make_feed(server, number):
    made = ask(server, "POST", "/v2/feeds", json={"title": f"Feed {number}", "tags": ["backup"], "version": "1.0.0"})
    assert made.status_code == 201, made.text
    return int(made.headers["Location"].rsplit("/", 1)[1])


def import_rows(server, feed, first, count):
    rows = "".join(f"{feed},t,2026-01-01T{i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}Z,{i}.5\n" for i in range(first, first + count))
    return ask(server, "POST", "/api/v1/datapoints", data=rows, headers={"Content-Type": "text/csv"})


def readings(server, feed):
    answer = ask(server, "GET", f"/v2/feeds/{feed}/datastreams/t.csv",
                 params={"start": "2026-01-01T00:00:00Z", "end": "2026-01-01T06:00:00Z", "limit": 1000, "interval": 0})
    assert answer.status_code == 200, answer.text
    return answer.text.split()


def rows_of(data):
    """{table: [row, ...]} of the database: feeds, keys, triggers, dashboards, all there is."""
    with contextlib.closing(sqlite3.connect(f"file:{data / 'thingtank.db'}?mode=ro", uri=True)) as database:
        names = [name for name, in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'")]
        return {name: database.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}


class Load:
    """Writes to a feed until it is told to stop; `written` is how many readings were acknowledged."""

    def __init__(self, server, feed):
        self.server, self.feed = server, feed
        self.written, self.failures = 0, []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.work)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()

    def work(self):
        while not self.stopping.is_set():
            answer = import_rows(self.server, self.feed, self.written, 5)
            if answer.status_code != 200:
                self.failures.append(answer.text)
                return
            self.written += 5


def test_a_server_under_load_and_back(start_server, tmp_path):
    server = start_server("busy")
    feeds = [make_feed(server, number) for number in range(5)]
    for feed in feeds:
        assert import_rows(server, feed, 0, 200).status_code == 200
    trigger = ask(server, "POST", "/v2/triggers", json={
        "environment_id": feeds[0], "stream_id": "t", "trigger_type": "gt", "threshold_value": "1000000",
        "url": "http://example.com/hook"})
    assert trigger.status_code == 201, trigger.text
    key = ask(server, "POST", "/v2/keys", json={"key": {"label": "reader", "permissions": [{"access_methods": ["get"]}]}})
    assert key.status_code == 201, key.text

    busy_feed = make_feed(server, 99)
    assert import_rows(server, busy_feed, 0, 5).status_code == 200
    with Load(server, busy_feed) as load:
        while load.written < 50 and not load.failures:
            pass
        before = load.written
        made = run("backup", tmp_path / "b.tar.zst", "--data", server.data)
        after = load.written
    assert made.returncode == 0, made.stderr
    assert b"written" in made.stderr
    assert not load.failures
    assert (tmp_path / "b.tar.zst").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "b.tar.zst.partial").exists()

    restored = run("restore", tmp_path / "b.tar.zst", "--data", tmp_path / "copy")
    assert restored.returncode == 0, restored.stderr
    assert rows_of(tmp_path / "copy") == rows_of(server.data)
    copy = start_server("copy")
    for feed in feeds:
        assert readings(copy, feed) == readings(server, feed)
        assert ask(copy, "GET", f"/v2/feeds/{feed}.json").json()["title"] == ask(server, "GET", f"/v2/feeds/{feed}.json").json()["title"]
    at = [line.split(",")[1] for line in readings(copy, busy_feed)]
    assert at == [f"{i}.5" for i in range(len(at))]
    assert min(before, 1000) <= len(at) <= min(after + 5, 1000)
    for path in ("/v2/triggers", "/v2/keys"):
        assert ask(copy, "GET", path).json() == ask(server, "GET", path).json()
    new = make_feed(copy, 1)
    assert new > busy_feed
    assert server.stop() == 0
    assert " level=error " not in server.log()
    assert copy.stop() == 0


def test_a_folder_that_no_server_uses(start_server, tmp_path):
    server = start_server("rest")
    feed = make_feed(server, 1)
    assert import_rows(server, feed, 0, 50).status_code == 200
    expected = readings(server, feed)
    server.kill()  # not an orderly stop: the readings are in the log
    made = run("backup", "-", "--data", server.data)
    assert made.returncode == 0, made.stderr
    restored = run("restore", "-", "--data", tmp_path / "again", input=made.stdout)
    assert restored.returncode == 0, restored.stderr
    assert readings(start_server("again"), feed) == expected


def test_by_address_and_key(start_server, tmp_path):
    server = start_server("elsewhere")
    made = run("backup", tmp_path / "b", "--url", server.url(), environment={"THINGTANK_API_KEY": server.API_KEY})
    assert made.returncode == 0, made.stderr
    refused = run("backup", tmp_path / "c", "--url", server.url(), "--key", "wrong")
    assert refused.returncode == 1
    assert b"401" in refused.stderr
    assert not (tmp_path / "c").exists() and not (tmp_path / "c.partial").exists()
    nobody = run("backup", tmp_path / "c", "--url", "http://127.0.0.1:1", "--key", "x")
    assert nobody.returncode == 1 and b"no backup from http://127.0.0.1:1" in nobody.stderr


def test_only_an_administrator_gets_one(server, api, make_key, nobody):
    assert nobody.post("/api/v1/backup").status_code == 401
    reader = make_key([{"access_methods": ["get"]}])
    assert reader.post("/api/v1/backup").status_code == 403


def test_a_client_that_goes_away_leaves_nothing(start_server):
    server = start_server("left")
    answer = ask(server, "POST", "/api/v1/backup", stream=True)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/zstd"
    answer.close()
    # The next one is refused only as long as the first is being put away.
    for _ in range(1000):
        answer = ask(server, "POST", "/api/v1/backup")
        if answer.status_code != 409:
            break
    assert answer.status_code == 200 and answer.content
    assert server.stop() == 0
    assert not any((server.data / "backup").iterdir())


def test_leftovers_of_a_crash_go_with_the_next_start(start_server):
    server = start_server("crash")
    server.kill()
    (server.data / "backup" / "0123" / "kv").mkdir(parents=True)
    server.start()
    assert not (server.data / "backup" / "0123").exists()


@pytest.fixture(scope="module")
def backup_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    with Server(folder / "data") as server:
        assert import_rows(server, make_feed(server, 1), 0, 100).status_code == 200
        assert run("backup", folder / "b", "--data", server.data).returncode == 0
        assert server.stop() == 0
    return folder / "b"


def refused(file, folder):
    result = run("restore", file, "--data", folder)
    assert result.returncode == 1
    assert result.stderr.startswith(b"thingtank: ")
    return result.stderr.decode()


def test_restore_refuses_what_is_no_backup(tmp_path):
    (tmp_path / "text").write_text("hello")
    assert f"{tmp_path}/text is no backup" in refused(tmp_path / "text", tmp_path / "data")
    assert "cannot read" in refused(tmp_path / "none", tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_restore_refuses_a_damaged_backup(backup_file, tmp_path):
    bytes_ = bytearray(backup_file.read_bytes())
    middle = len(bytes_) // 2
    bytes_[middle:middle + 8] = bytes(byte ^ 0xFF for byte in bytes_[middle:middle + 8])
    (tmp_path / "damaged").write_bytes(bytes_)
    assert str(tmp_path / "damaged") in refused(tmp_path / "damaged", tmp_path / "data")
    (tmp_path / "short").write_bytes(backup_file.read_bytes()[:-100])
    assert str(tmp_path / "short") in refused(tmp_path / "short", tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_restore_refuses_a_folder_with_something_in_it(backup_file, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine").write_text("keep")
    assert "is not empty" in refused(backup_file, tmp_path / "data")
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["mine"]
    (tmp_path / "empty").mkdir()
    assert run("restore", backup_file, "--data", tmp_path / "empty").returncode == 0


def test_a_full_disk_ends_a_backup(backup_file):
    if not pathlib.Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    folder = backup_file.parent / "data"
    with open("/dev/full", "wb") as full:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("THINGTANK_")}
        result = subprocess.run([binary(), "backup", "-", "--data", str(folder)], stdout=full, stderr=subprocess.PIPE,
                                timeout=TIMEOUT_S, env=environment)
    assert result.returncode == 1
    assert b"No space left on device" in result.stderr
    assert not any((folder / "backup").iterdir())


def test_what_is_no_data_folder(tmp_path):
    result = run("backup", tmp_path / "b", "--data", tmp_path / "nothing")
    assert result.returncode == 1 and b"is no data folder" in result.stderr
    assert not (tmp_path / "nothing").exists()
