#!/usr/bin/python3
"""Runs the cloud with the demo weather station beside it, until Ctrl-C: what `./dev run` starts.

usage: run_demo.py --data DIR [ARGUMENTS OF thingtank serve]
"""
import argparse
import configparser
import json
import os
import pathlib
import queue
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = os.environ.get("THINGTANK_BIN", str(ROOT / "build/release/bin/thingtank"))
READY_TIMEOUT_S = 30
FEED_TIMEOUT_S = 15
STOP_TIMEOUT_S = 15


def start_server(data, arguments, running):
    """The listeners of the server that now runs: {"http": "127.0.0.1:8080", ...}."""
    process = subprocess.Popen([PROGRAM, "serve", "--data", data, *arguments], stdout=subprocess.PIPE, text=True,
                               start_new_session=True)  # Ctrl-C is ours to pass on
    running.append(process)
    lines = queue.Queue()
    threading.Thread(target=forward, args=(process.stdout, lines), daemon=True).start()
    deadline = time.monotonic() + READY_TIMEOUT_S
    while True:
        try:
            line = lines.get(timeout=max(0, deadline - time.monotonic()))
        except queue.Empty:
            line = None
        if line is None:  # it has said why on stderr
            sys.exit(process.wait() if process.poll() is not None else 1)
        if line.startswith("ready "):
            return dict(word.split("=", 1) for word in line.split()[1:])
        print(line, end="")


def forward(stream, lines):
    for line in stream:
        lines.put(line)
    lines.put(None)


def read_credentials(data):
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(pathlib.Path(data) / "credentials")
    return parser["thingtank"]


def start_demo(url, key):
    # The key goes by the environment: a command line can be read by every user of the machine.
    return subprocess.Popen([PROGRAM, "demo", "--url", url], env={**os.environ, "THINGTANK_API_KEY": key},
                            start_new_session=True)


def demo_feed(url, key):
    """The number of the feed that the weather station writes to; None if it is late."""
    query = urllib.parse.urlencode({"q": "Demo weather station", "per_page": 1})
    request = urllib.request.Request(f"{url}/v2/feeds?{query}", headers={"X-ApiKey": key})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + FEED_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            feeds = json.load(opener.open(request, timeout=5))["results"]
            if feeds and feeds[0].get("datastreams"):
                return feeds[0]["id"]
        except urllib.error.URLError:
            pass
        time.sleep(0.1)
    return None


def reachable(address):
    """An address to connect to: a wildcard listens everywhere, also here."""
    host, port = address.rsplit(":", 1)
    return ("127.0.0.1" if host in ("0.0.0.0", "[::]") else host), port


def print_welcome(addresses, credentials, feed):
    host, port = reachable(addresses["http"])
    mqtt_host, mqtt_port = reachable(addresses["mqtt"])
    url, key = f"http://{host}:{port}", credentials["api_key"]
    feed = feed or "FEED"
    print(f"""
  Console   {url}/
  Sign in   {credentials['login']}   {credentials['password']}
  API key   {key}

  Write a reading:
    curl -X PUT -H 'X-ApiKey: {key}' -d '{{"datastreams":[{{"id":"hello","current_value":"42"}}]}}' {url}/v2/feeds/{feed}

  Read it back:
    curl -H 'X-ApiKey: {key}' {url}/v2/feeds/{feed}/datastreams/hello.json

  Watch the weather station over MQTT:
    mosquitto_sub -h {mqtt_host} -p {mqtt_port} -u {key} -v -t 'feeds/{feed}/#'

  Ctrl-C stops the server and the station.
""", flush=True)


def stop(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    options, arguments = parser.parse_known_args()
    pathlib.Path(options.data).parent.mkdir(parents=True, exist_ok=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    running = []
    try:
        run(options.data, arguments, running)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        codes = [stop(process) for process in reversed(running)]
    return max(codes, default=0)


def run(data, arguments, running):
    """Returns when server or station has ended by itself."""
    addresses = start_server(data, arguments, running)
    credentials = read_credentials(data)
    url = "http://%s:%s" % reachable(addresses["http"])
    running.append(start_demo(url, credentials["api_key"]))
    print_welcome(addresses, credentials, demo_feed(url, credentials["api_key"]))
    while all(process.poll() is None for process in running):
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
