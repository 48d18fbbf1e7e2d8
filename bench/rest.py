"""The Station API of examples/weatherstation-web: list, detail and create, beside Django REST framework."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import requests

import programs
from rounds import alternate, print_medians

TARGETS = ["weatherstation-web"]
CONNECTIONS, THREADS, SECONDS = 32, 2, 5
USER, PASSWORD = "arshdeep", "mypassword"
STATIONS = [{"name": f"st{number}", "timestamp": str(1393926310 + number), "temperature": str(20 + number % 10),
             "lat": "30.733315", "lon": "76.779418"} for number in range(1, 26)]
SCRIPT = str(pathlib.Path(__file__).with_name("rest.lua"))
EXAMPLE = programs.ROOT / "examples/weatherstation-web"


def run(rounds):
    sides = {"thingtank": lambda: measure(WeatherStation)}
    if programs.DjangoRest.is_installed():
        sides["Django REST"] = lambda: measure(DjangoWeather)
    else:
        print("Django REST framework is not installed: no peer in this run\n")
    print_medians(alternate(sides, rounds), "thingtank")


def measure(program):
    with programs.workspace() as folder, program(folder) as server:
        url = f"http://127.0.0.1:{server.port}"
        cookie, token = sign_in(url)
        figures = {}
        for kind in ("list", "detail", "create"):
            figures |= load(url, kind, cookie, token)
        return figures


def sign_in(url):
    session = requests.Session()
    session.get(f"{url}/api-auth/login/", timeout=30)
    form = {"username": USER, "password": PASSWORD, "next": "/station/", "csrfmiddlewaretoken": session.cookies["csrftoken"]}
    answer = session.post(f"{url}/api-auth/login/", form, allow_redirects=False, timeout=30)
    assert answer.status_code == 302, answer.text
    page = session.get(f"{url}/station/", headers={"Accept": "application/json"}, timeout=30)
    assert page.status_code == 200 and len(page.json()["results"]) == 10, page.text
    return "; ".join(f"{name}={value}" for name, value in session.cookies.items()), session.cookies["csrftoken"]


def load(url, kind, cookie, token):
    command = ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout", "30s", "-s", SCRIPT, url, "--", kind, cookie, token]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"RESULT requests=(\d+) seconds=([\d.]+) failed=(\d+) p50_us=(\d+) p99_us=(\d+)", output)
    requests_done, seconds, failed, p50_us, p99_us = (float(text) for text in found.groups())
    assert failed == 0, output
    return {f"{kind}/s": requests_done / seconds, f"{kind} p50 ms": p50_us / 1000, f"{kind} p99 ms": p99_us / 1000}


class WeatherStation(programs.Peer):
    """The example, built for release, on an SQLite database in the folder."""

    ready_path = "/api-auth/login/"
    program = str(programs.ROOT / "build/release/bin/weatherstation-web")

    def command(self):
        site = self.folder / "site"
        shutil.copytree(EXAMPLE, site, ignore=shutil.ignore_patterns("build", "db.sqlite3*"))
        settings = json.loads((site / "settings.json").read_text())
        settings["DEBUG"] = False
        settings["ALLOWED_HOSTS"] = ["127.0.0.1"]
        (site / "settings.json").write_text(json.dumps(settings))
        fixture = [{"model": "myapp.station", "pk": number, "fields": station} for number, station in enumerate(STATIONS, 1)]
        (site / "stations.json").write_text(json.dumps(fixture))
        common = ["--settings", str(site / "settings.json")]
        subprocess.run([self.program, "migrate", *common], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([self.program, "loaddata", str(site / "stations.json"), *common], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([self.program, "createsuperuser", "--username", USER, "--noinput", *common], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, "THINGTANK_SUPERUSER_PASSWORD": PASSWORD})
        return [self.program, "serve", f"127.0.0.1:{self.port}", *common]


class DjangoWeather(programs.Peer):
    """Django REST framework on gunicorn with two workers, as many as there are cores."""

    ready_path = "/healthz"

    def environment(self):
        return {"STATION_DATABASE": str(self.folder / "station.db"),
                "PYTHONPATH": str(pathlib.Path(__file__).parent), "PYTHONDONTWRITEBYTECODE": "1"}

    def command(self):
        prepare = f"import django_weather; django_weather.prepare({USER!r}, {PASSWORD!r}, {STATIONS!r})"
        subprocess.run([programs.DjangoRest.python, "-c", prepare], check=True, env={**os.environ, **self.environment()})
        return [programs.DjangoRest.python, "-m", "gunicorn", "--workers", "2", "--keep-alive", "60", "--worker-class", "gthread",
                "--threads", "16", "--bind", f"127.0.0.1:{self.port}", "--log-level", "warning", "django_weather:application"]
