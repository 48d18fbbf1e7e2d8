"""A web site made with the framework, as processes of a test: its commands and its server.

    site = Site(program, folder)          # a copy of the site's sources, with settings of the test
    site.manage("migrate")
    with site.serve() as url:
        requests.get(url + "/station/")
"""
import contextlib
import json
import os
import pathlib
import selectors
import shutil
import signal
import subprocess
import time

COMMAND_TIMEOUT_S = 120
READY_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30
NOT_COPIED = shutil.ignore_patterns("build", "db.sqlite3*")


class Site:
    def __init__(self, program, folder, sources, **settings):
        self.program, self.folder = str(program), pathlib.Path(folder)
        shutil.copytree(sources, self.folder, ignore=NOT_COPIED)
        self.change_settings(**settings)

    def change_settings(self, **changes):
        path = self.folder / "settings.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    def manage(self, *arguments, environment=None, check=True):
        """Runs a command in the site's folder; the finished process with its output."""
        done = subprocess.run([self.program, *arguments], cwd=self.folder, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=COMMAND_TIMEOUT_S,
                              env={**os.environ, **(environment or {})})
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def create_superuser(self, username, password):
        self.manage("createsuperuser", "--noinput", "--username", username, "--email", f"{username}@example.com",
                    environment={"THINGTANK_SUPERUSER_PASSWORD": password})

    @contextlib.contextmanager
    def serve(self):
        """The URL of the site while it runs; it must stop cleanly."""
        with open(self.folder / "server.log", "ab") as log:
            process = subprocess.Popen([self.program, "serve", "127.0.0.1:0"], cwd=self.folder, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=log)
        try:
            yield "http://" + self._address(process)
            process.send_signal(signal.SIGTERM)
            assert process.wait(STOP_TIMEOUT_S) == 0, self.log()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            process.stdout.close()

    def log(self):
        return (self.folder / "server.log").read_text(errors="replace")

    def _address(self, process):
        deadline, text = time.monotonic() + READY_TIMEOUT_S, b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while b"\n" not in text and selector.select(max(0, deadline - time.monotonic())):
                piece = os.read(process.stdout.fileno(), 4096)
                if not piece:
                    break
                text += piece
        words = dict(word.split("=", 1) for word in text.decode().split() if "=" in word)
        assert "http" in words, text.decode() + self.log()
        return words["http"]
