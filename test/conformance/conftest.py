"""Black-box tests: the real binary, real clients, nothing shared but a data folder per worker."""
import os
import pathlib
import sys

import pytest
import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.raw_http import Connection  # noqa: E402
from support.server import Server, binary  # noqa: E402

TIMEOUT_S = 30


def pytest_configure(config):
    if not os.access(binary(), os.X_OK):
        raise pytest.UsageError(f"{binary()} is missing: ./dev build")


class Api:
    """The HTTP API as one caller; paths are below the root of the server."""

    def __init__(self, server, key):
        self.server, self.key = server, key
        self.session = requests.Session()
        self.session.trust_env = False

    def request(self, method, path, **options):
        headers = {**({"X-ApiKey": self.key} if self.key else {}), **options.pop("headers", {})}
        return self.session.request(method, self.server.url(path), headers=headers, timeout=TIMEOUT_S, **options)

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def put(self, path, **options):
        return self.request("PUT", path, **options)

    def post(self, path, **options):
        return self.request("POST", path, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)


class Feed:
    """A feed of its own for one test."""

    def __init__(self, api, **members):
        self.api = api
        created = api.post("/v2/feeds", json={"title": "Conformance", "version": "1.0.0", **members})
        assert created.status_code == 201, created.text
        self.id = int(created.headers["Location"].rsplit("/", 1)[1])
        self.path = f"/v2/feeds/{self.id}"

    def stream(self, name):
        return f"{self.path}/datastreams/{name}"

    def read(self, **params):
        return self.api.get(self.path, params=params).json()

    def put(self, body):
        return self.api.put(self.path, json=body)

    def write(self, name, value, at=None):
        stream = {"id": name, "current_value": value, **({"at": at} if at else {})}
        answer = self.put({"version": "1.0.0", "datastreams": [stream]})
        assert answer.status_code == 200, answer.text

    def points(self, name, points):
        """Makes the datastream if needed and stores [(at, value), ...]."""
        if self.api.get(self.stream(name)).status_code == 404:
            made = self.api.post(f"{self.path}/datastreams", json={"datastreams": [{"id": name}]})
            assert made.status_code == 201, made.text
        body = {"datapoints": [{"at": at, "value": value} for at, value in points]}
        return self.api.post(self.stream(name) + "/datapoints", json=body)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for the tests of a worker that do not stop or configure it."""
    running = Server(tmp_path_factory.mktemp("server") / "data").start()
    yield running
    assert running.process.poll() is None, "the server ended by itself:\n" + running.log()[-4000:]
    code = running.stop()
    assert code == 0, running.log()[-4000:]
    assert not [line for line in log_lines(running) if running.API_KEY in line or running.PASSWORD in line]


def log_lines(server):
    """What was logged; without the indented lines in which a first start hands over its credentials."""
    return [line for line in server.log().splitlines() if not line.startswith("  ")]


@pytest.fixture
def start_server(tmp_path):
    """Starts further servers: start_server(config=TOML, **options of Server); all end with the test."""
    started = []

    def start(name="data", config=None, **options):
        if config is not None:
            (tmp_path / "thingtank.toml").write_text(config)
            options["arguments"] = ["--config", str(tmp_path / "thingtank.toml")]
        one = Server(tmp_path / name, **options)
        started.append(one)
        return one.start()

    yield start
    for one in started:
        one.kill()


@pytest.fixture(scope="session")
def api(server):
    return Api(server, server.API_KEY)


@pytest.fixture(scope="session")
def nobody(server):
    return Api(server, None)


@pytest.fixture
def feed(api):
    return Feed(api)


@pytest.fixture
def make_feed(api):
    return lambda **members: Feed(api, **members)


@pytest.fixture
def make_key(api, server):
    """An Api with a key of its own: make_key([{"access_methods": ["get"], ...}], private_access=True)."""

    def make(permissions, **settings):
        key = {"label": "conformance", "private_access": True, "permissions": permissions, **settings}
        made = api.post("/v2/keys", json={"key": key})
        assert made.status_code == 201, made.text
        return Api(server, made.headers["Location"].rsplit("/", 1)[1])

    return make


@pytest.fixture
def connect(server):
    """Opens raw connections to the HTTP listener, all closed with the test."""
    opened = []

    def open_one(timeout_s=TIMEOUT_S):
        opened.append(Connection(server.address("http"), timeout_s))
        return opened[-1]

    yield open_one
    for one in opened:
        one.socket.close()
