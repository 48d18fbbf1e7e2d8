"""Rendering of a home page and of a table with 100 rows, beside Django's templates: CPU time of one page."""
import json
import pathlib
import subprocess

import programs
from rounds import alternate, print_medians

PROGRAM = str(programs.ROOT / "build/release/bin/template_bench")
TARGETS = ["template_bench"]
TEMPLATES = pathlib.Path(__file__).with_name("templates")
DJANGO = """
import sys, timeit
from django.conf import settings
settings.configure(TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [sys.argv[1]],
    "OPTIONS": {"loaders": [("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"])]}}])
import django; django.setup()
from django.template.loader import get_template
home = {"title": "Weather station", "name": "Chandigarh & around", "temperature": 28,
        "position": {"lat": "30.733315", "lng": "76.779418"}}
table = {"stations": [{"name": f"Station <{i}>", "temperature": 20 + i / 7.0, "lat": i, "active": i % 3 == 0} for i in range(100)]}
for name, context in (("home", home), ("table", table)):
    template = get_template(name + ".html")
    number = 20000 if name == "home" else 300
    print(name, min(timeit.repeat(lambda: template.render(context), number=number, repeat=3)) / number * 1e6)
"""


def run(rounds):
    print_medians(alternate({"thingtank": measure_thingtank, "Django": measure_django}, rounds), "thingtank")


def measure_thingtank():
    output = subprocess.run([PROGRAM, "--benchmark_format=json"], capture_output=True, text=True, check=True).stdout
    return {f"{entry['name']} us": entry["cpu_time"] / 1000 for entry in json.loads(output)["benchmarks"]}


def measure_django():
    output = subprocess.run([programs.DjangoRest.python, "-c", DJANGO, str(TEMPLATES)], capture_output=True, text=True, check=True).stdout
    return {f"{name} us": float(number) for name, number in map(str.split, output.splitlines())}
