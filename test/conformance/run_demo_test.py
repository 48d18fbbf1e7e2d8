"""What `./dev run` prints works as printed, and Ctrl-C ends everything it started."""
import json
import os
import pathlib
import re
import signal
import subprocess

import pytest

from support.server import ROOT, binary

WAIT_S = 60


@pytest.fixture
def demo(tmp_path):
    command = ["/usr/bin/python3", str(ROOT / "tools/run_demo.py"), "--data", str(tmp_path / "data"),
               "--listen", "http=127.0.0.1:0", "--listen", "mqtt=127.0.0.1:0", "--listen", "socket=127.0.0.1:0"]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("THINGTANK_")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path,
                               env={**clean, "THINGTANK_BIN": binary(), "PYTHONUNBUFFERED": "1"}, start_new_session=True)
    printed = ""
    for line in process.stdout:
        printed += line
        if "Ctrl-C" in line:
            break
    yield process, printed
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.wait(WAIT_S)
    process.stdout.close()


def commands(printed):
    return {line.split()[0] + (" PUT" if " PUT " in line else ""): line.strip()
            for line in printed.splitlines() if re.match(r"\s+(curl|mosquitto_sub) ", line)}


def shell(command):
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=WAIT_S)


def test_the_three_commands(demo, tmp_path):
    process, printed = demo
    found = commands(printed)
    assert set(found) == {"curl PUT", "curl", "mosquitto_sub"}, printed
    assert "FEED" not in printed, "the weather station was late"
    assert shell(found["curl PUT"]).returncode == 0
    assert json.loads(shell(found["curl"]).stdout)["current_value"] == "42"
    with subprocess.Popen(["bash", "-c", "exec " + found["mosquitto_sub"]], stdout=subprocess.PIPE, text=True) as reader:
        heard = {reader.stdout.readline().split()[0].rsplit("/", 1)[1] for _ in range(8)}
        reader.terminate()
    assert {"temperature", "humidity", "pressure"} <= heard


def children_of(process):
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True)
    return [int(pid) for pid in listed.stdout.split()]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_server_and_station(demo, number):
    process, _ = demo
    started = [pid for pid in children_of(process) if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "thingtank"]
    assert len(started) == 2
    process.send_signal(number)
    assert process.wait(WAIT_S) == 0
    assert not [pid for pid in started if pathlib.Path(f"/proc/{pid}").exists()]
