"""The real server as a process of a test, a benchmark or the demo.

    with Server(data) as server:
        requests.get(server.url("/healthz"))

It listens on free ports of the loopback only; `ready` is awaited, nothing is guessed.  What it
logs is kept in `log` beside the data folder.
"""
import configparser
import os
import pathlib
import selectors
import signal
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 60  # a sanitizer build on a busy machine
STOP_TIMEOUT_S = 60


def binary():
    return os.environ.get("THINGTANK_BIN", str(ROOT / "build/dev/bin/thingtank"))


class StartFailed(Exception):
    """The server ended, or said nothing, instead of getting ready."""

    def __init__(self, returncode, log):
        super().__init__(f"exit code {returncode}:\n{log}")
        self.returncode, self.log = returncode, log


class Server:
    API_KEY = "conformance-master-key-0123456789abcdefghijklmno"
    PASSWORD = "conformance password"

    def __init__(self, data, arguments=(), environment=None, listeners=("http", "mqtt", "socket"), program=None):
        self.data = pathlib.Path(data)
        self.log_path = self.data.with_name(self.data.name + ".log")
        self.program = program or binary()
        self.arguments = list(arguments)
        self.listeners = listeners
        credentials = {"THINGTANK_ADMIN_PASSWORD": self.PASSWORD, "THINGTANK_API_KEY": self.API_KEY}
        self.environment = credentials if environment is None else environment
        self.process = None
        self.addresses = {}
        self.ready_after_s = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()

    def start(self):
        command = [self.program, "serve", "--data", str(self.data), *self.arguments]
        for name in self.listeners:
            command += ["--listen", f"{name}=127.0.0.1:0"]
        clean = {k: v for k, v in os.environ.items() if not k.startswith("THINGTANK_")}
        started = time.monotonic()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                                            env={**clean, **self.environment}, start_new_session=True)
        line = self.first_line("ready ")
        self.ready_after_s = time.monotonic() - started
        self.addresses = dict(word.split("=", 1) for word in line.split()[1:])
        return self

    def first_line(self, beginning):
        """The first line of the output that begins so; the others (credentials) are skipped."""
        deadline = time.monotonic() + START_TIMEOUT_S
        text = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while selector.select(max(0, deadline - time.monotonic())):
                piece = os.read(self.process.stdout.fileno(), 65536)
                if not piece:
                    break
                text += piece
                for line in text.decode().split("\n")[:-1]:
                    if line.startswith(beginning):
                        self.output = text.decode()
                        return line
        self.output = text.decode()
        self.kill()
        raise StartFailed(self.process.returncode, self.output + self.log())

    def stop(self):
        """Asks for a graceful stop; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self):
        code = self.process.wait(STOP_TIMEOUT_S)
        self.process.stdout.close()
        return code

    def kill(self):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def log(self):
        return self.log_path.read_text(errors="replace")

    def address(self, name):
        """(host, port) of a listener."""
        host, port = self.addresses[name].rsplit(":", 1)
        return host, int(port)

    def url(self, path=""):
        return f"http://{self.addresses['http']}{path}"

    def rss_bytes(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024

    def credentials(self):
        """The sections of DIR/credentials."""
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(self.data / "credentials")
        return parser
