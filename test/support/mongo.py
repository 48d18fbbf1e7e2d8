"""The small MongoDB server of the tests (mongo_server.py) as a process.

    with MongoServer() as server:
        settings["DATABASES"] = {"default": server.settings("cloud")}
"""
import pathlib
import subprocess

PROGRAM = pathlib.Path(__file__).with_name("mongo_server.py")


class MongoServer:
    engine = "mongodb"

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()

    def start(self):
        self.process = subprocess.Popen(["/usr/bin/python3", str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ready = self.process.stdout.readline().split()
        assert ready and ready[0] == "ready", "mongo_server.py did not start"
        self.port = ready[1]
        return self

    def create_database(self, name):
        """A database is there as soon as somebody writes to it."""

    def settings(self, name):
        return {"ENGINE": self.engine, "NAME": name, "HOST": "127.0.0.1", "PORT": self.port}

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
