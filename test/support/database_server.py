"""A private database server of a test: PostgreSQL or MariaDB, in a temporary folder, reached by a
Unix socket only, gone with everything it kept when the test ends.

    with DatabaseServer("postgresql") as server:
        settings["DATABASES"] = {"default": server.settings("cloud")}

The databases `name_1`, `name_2`, … are for the test to make: server.create_database(name).

As a program it serves tests in other languages, one line of standard input a command, one line of
standard output its answer:

    $ database_server.py mysql
    ready HOST USER PASSWORD         HOST is the socket (MariaDB) or its folder (PostgreSQL)
    create cloud                     makes an empty database:        ok
    kill                             SIGKILL, as a power loss:       ok
    stop                             refuses and ends connections:   ok
    start                            after kill or stop:             ok

At the end of its input, however that comes about, the server is stopped and its folder removed.
"""
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time

START_TIMEOUT_S = 60  # on a busy machine
PASSWORD = "private-password"


def find_program(name, folders=()):
    """The newest one, where the packages of Debian put it."""
    found = [str(path) for pattern in folders for path in pathlib.Path("/").glob(pattern + "/" + name)]
    program = max(found, default=None) or shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if not program:
        raise FileNotFoundError(f"{name} is missing; ./dev setup installs it")
    return program


def unprivileged():
    """Arguments of subprocess that give up root, which no database server runs as."""
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


class Postgresql:
    user = "tester"
    stop_signal = signal.SIGINT  # ends connections
    quick_stop_signal = signal.SIGQUIT

    def __init__(self, folder):
        self.folder, self.data = folder, folder / "data"
        self.host = str(folder)
        self.bin = ["usr/lib/postgresql/*/bin"]

    def create(self, run):
        password = self.folder / "password"
        password.write_text(PASSWORD + "\n")
        run([find_program("initdb", self.bin), "-D", self.data, "--no-sync", "--no-instructions",
             "--auth=scram-sha-256", f"--pwfile={password}", f"--username={self.user}",
             "--encoding=UTF8", "--locale=C.UTF-8"])

    def command(self):
        settings = ["listen_addresses=", "fsync=off", "full_page_writes=off", "shared_buffers=16MB",
                    f"unix_socket_directories={self.folder}", "max_connections=40",
                    "password_encryption=scram-sha-256", "deadlock_timeout=20ms"]
        return [find_program("postgres", self.bin), "-D", str(self.data),
                *(word for setting in settings for word in ("-c", setting))]

    def client(self, sql):
        environment = {**os.environ, "PGPASSWORD": PASSWORD}
        return [find_program("psql", self.bin), "-h", self.host, "-U", self.user, "-d", "postgres",
                "-X", "-q", "-c", sql], environment

    def create_database(self, name):
        return f'CREATE DATABASE "{name}"'


class Mysql:
    user = "root"
    stop_signal = signal.SIGTERM
    quick_stop_signal = signal.SIGKILL

    def __init__(self, folder):
        self.folder, self.data = folder, folder / "data"
        self.host = str(folder / "socket")
        self.innodb = ["--innodb-flush-method=nosync", "--innodb-log-file-size=4M",
                       "--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=2",
                       "--innodb-doublewrite=0", "--innodb-file-per-table=0", "--sync-frm=0"]

    def create(self, run):
        run([find_program("mariadb-install-db"), "--no-defaults", f"--datadir={self.data}",
             "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve",
             *self.innodb])
        password = self.folder / "init.sql"
        password.write_text(f"SET PASSWORD FOR 'root'@'localhost' = PASSWORD('{PASSWORD}');\n")

    def command(self):
        return [find_program("mariadbd"), "--no-defaults", f"--datadir={self.data}",
                f"--socket={self.host}", "--skip-networking", f"--pid-file={self.folder / 'pid'}",
                f"--init-file={self.folder / 'init.sql'}", "--character-set-server=latin1",
                *self.innodb]

    def client(self, sql):
        environment = {**os.environ, "MYSQL_PWD": PASSWORD}
        return [find_program("mariadb"), "--no-defaults", f"--socket={self.host}",
                f"--user={self.user}", "--batch", "-e", sql], environment

    def create_database(self, name):
        return f"CREATE DATABASE `{name}`"


ENGINES = {"postgresql": Postgresql, "mysql": Mysql}


class StartFailed(Exception):
    """The server ended, or did not answer in time; the message is what it logged."""


class DatabaseServer:
    """`engine` is a name of settings.json: postgresql or mysql."""

    def __init__(self, engine):
        self.engine = engine
        self.process = None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"tt-{engine}-"))
        self.log = self.folder / "log"
        self.server = ENGINES[engine](self.folder)

    def __enter__(self):
        try:
            identity = unprivileged()
            if identity:
                os.chown(self.folder, identity["user"], identity["group"])
            self.server.create(self._run)
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_):
        self.close()

    def settings(self, name):
        """What DATABASES of settings.json says to reach the database `name`."""
        return {"ENGINE": self.engine, "NAME": name, "USER": self.server.user,
                "PASSWORD": PASSWORD, "HOST": self.server.host}

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.server.command(), stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, cwd=self.folder,
                                            **unprivileged())
        deadline = time.monotonic() + START_TIMEOUT_S
        while self._client("SELECT 1").returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise StartFailed(self.log.read_text(errors="replace"))
            time.sleep(0.01)
        return self

    def create_database(self, name):
        done = self._client(self.server.create_database(name))
        if done.returncode != 0:
            raise RuntimeError(done.stdout)

    def stop(self):
        self._end(self.server.stop_signal)

    def kill(self):
        if self.engine == "postgresql":
            self._kill_workers()
        self._end(signal.SIGKILL)

    def close(self):
        self._end(self.server.quick_stop_signal)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _kill_workers(self):
        """The processes of PostgreSQL hold the shared memory until the last has gone."""
        self.process.send_signal(signal.SIGSTOP)  # starts no others meanwhile
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for child in children.read_text().split():
            os.kill(int(child), signal.SIGKILL)

    def _end(self, signal_number):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal_number)
            self.process.wait()

    def _client(self, sql):
        command, environment = self.server.client(sql)
        return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def _run(self, command):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, cwd=self.folder, **unprivileged())
        if done.returncode != 0:
            raise StartFailed(done.stdout)


def serve(server, commands, answers):
    actions = {"create": server.create_database, "kill": server.kill, "stop": server.stop,
               "start": server.start}

    def answer(line):
        print(line, file=answers, flush=True)

    answer(f"ready {server.server.host} {server.server.user} {PASSWORD}")
    for line in commands:
        name, *arguments = line.split()
        try:
            actions[name](*arguments)
            answer("ok")
        except Exception as error:  # the test is told
            answer(f"failed {error!r}")


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the end of the input ends the server
    with DatabaseServer(sys.argv[1]) as server:
        serve(server, sys.stdin, sys.stdout)


if __name__ == "__main__":
    main()
