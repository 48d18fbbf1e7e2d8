"""The programs under measurement, each started on a folder and free ports of its own."""
import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from support.server import ROOT, Server

RELEASE = os.environ.get("THINGTANK_BIN", str(ROOT / "build/release/bin/thingtank"))
READY_TIMEOUT_S = 60
STOP_TIMEOUT_S = 60


def workspace():
    """A folder on the disk that holds the repository: /tmp may be memory, which syncs for nothing."""
    base = ROOT / ".dev" / "bench"
    base.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(dir=base)


def thingtank(folder, **options):
    return Server(pathlib.Path(folder) / "thingtank", program=RELEASE, **options)


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def bytes_of(folder, ignored=lambda path: False):
    return sum(path.stat().st_size for path in pathlib.Path(folder).rglob("*") if path.is_file() and not ignored(path))


def wait_for_rest(state, seconds=3):
    last, since = state(), time.monotonic()
    while time.monotonic() - since < seconds:
        time.sleep(0.1)
        if state() != last:
            last, since = state(), time.monotonic()


class Peer:
    """A server of somebody else; `ready_path` answers 2xx when it serves."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        with open(self.folder / "log", "ab") as log:
            started = time.monotonic()
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, env={**os.environ, **self.environment()})
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() - started > READY_TIMEOUT_S:
                raise RuntimeError((self.folder / "log").read_text()[-2000:])
            time.sleep(0.002)
        self.ready_after_s = time.monotonic() - started
        return self

    def is_ready(self):
        try:
            return 200 <= self.request("GET", self.ready_path) < 300
        except OSError:
            return False

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def environment(self):
        return {}

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def rss_bytes(self):
        """Of the process with its children."""
        children = subprocess.run(["ps", "-o", "rss=", "--pid", str(self.process.pid), "--ppid", str(self.process.pid)],
                                  capture_output=True, text=True, check=True).stdout.split()
        return sum(map(int, children)) * 1024


class VictoriaMetrics(Peer):
    ready_path = "/health"

    def command(self):
        return ["victoria-metrics", f"-storageDataPath={self.folder / 'data'}", f"-httpListenAddr=127.0.0.1:{self.port}",
                "-retentionPeriod=100y"]

    def data_bytes(self):
        """Samples and index; its caches, which it could rebuild, are not counted."""
        return bytes_of(self.folder / "data" / "data") + bytes_of(self.folder / "data" / "indexdb")

    def wait_until_compacted(self):
        """Until everything is merged and the files have kept their size for three seconds."""
        for path in ("/internal/force_flush", "/internal/force_merge"):
            assert self.request("GET", path) == 200
        wait_for_rest(self.data_bytes)


class InfluxDb(Peer):
    ready_path = "/ping"

    def command(self):
        (self.folder / "influxdb.conf").write_text(f"""
reporting-disabled = true
bind-address = "127.0.0.1:{free_port()}"
[meta]
dir = "{self.folder}/meta"
[data]
dir = "{self.folder}/data"
wal-dir = "{self.folder}/wal"
# So that what is measured at rest is compacted.
cache-snapshot-write-cold-duration = "1s"
compact-full-write-cold-duration = "1s"
[http]
bind-address = "127.0.0.1:{self.port}"
log-enabled = false
[monitor]
store-enabled = false
""")
        return ["influxd", "-config", str(self.folder / "influxdb.conf")]

    def data_bytes(self):
        return bytes_of(self.folder / "data", ignored=lambda path: path.suffix != ".tsm")

    def wait_until_compacted(self):
        """Until the log is empty and the files have kept their size for three seconds."""
        wait_for_rest(lambda: (bytes_of(self.folder / "wal") > 0, self.data_bytes()))


class DjangoRest(Peer):
    """Django REST framework on gunicorn: the same PUT on an SQLite database, durable as it comes."""

    ready_path = "/healthz"
    python = "/usr/bin/python3"

    def environment(self):
        return {"STATION_DATABASE": str(self.folder / "station.db"),
                "PYTHONPATH": str(pathlib.Path(__file__).parent), "PYTHONDONTWRITEBYTECODE": "1"}

    def command(self):
        subprocess.run([self.python, "-c", "import django_station; django_station.prepare()"], check=True,
                       env={**os.environ, **self.environment()})
        return [self.python, "-m", "gunicorn", "--workers", "2", "--threads", "16", "--worker-class", "gthread",
                "--keep-alive", "60", "--bind", f"127.0.0.1:{self.port}", "--log-level", "warning", "django_station:application"]

    @staticmethod
    def is_installed():
        have = subprocess.run([DjangoRest.python, "-c", "import rest_framework, gunicorn"], capture_output=True)
        return have.returncode == 0


def is_installed(program):
    return shutil.which(program) is not None
