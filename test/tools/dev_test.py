"""The entry script: what it lists, and how it refuses."""
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def dev(*arguments, folder=ROOT):
    return subprocess.run([str(ROOT / "dev"), *arguments], capture_output=True, text=True, cwd=folder)


def listed_verbs(text):
    return re.findall(r"^  ([a-z]+) ", text, re.MULTILINE)


def test_without_a_verb_it_lists_them_a_line_each():
    result = dev()
    assert result.returncode == 0
    assert listed_verbs(result.stdout) == ["setup", "build", "install", "run", "test", "vectors", "bench", "fuzz", "package", "soak", "fmt", "tidy"]


def test_every_verb_that_is_listed_is_there():
    functions = set(re.findall(r"^verb_(\w+)\(\)", (ROOT / "dev").read_text(), re.MULTILINE))
    assert functions == set(listed_verbs(dev().stdout))


def test_an_unknown_verb_is_named_and_the_list_shown(tmp_path):
    result = dev("frobnicate", folder=tmp_path)
    assert result.returncode == 2
    assert "unknown verb 'frobnicate'" in result.stderr
    assert listed_verbs(result.stderr)


def test_an_unknown_preset_is_refused():
    result = dev("build", "nonsense")
    assert result.returncode == 1
    assert "unknown preset 'nonsense'" in result.stderr


def test_cases_of_an_unknown_kind_or_that_are_not_there_are_refused(tmp_path):
    assert "unknown kind of cases 'nonsense'" in dev("vectors", "nonsense", "x").stderr
    result = dev("vectors", "template", "missing.jsonl", folder=tmp_path)
    assert result.returncode == 1
    assert f"cannot read {tmp_path}/missing.jsonl" in result.stderr
    assert "usage" in dev("vectors", "template").stderr


def test_benchmarks_are_listed():
    assert [line.split()[0] for line in dev("bench").stdout.splitlines()] == [
        "history", "http-put", "ingest", "rest", "series", "start", "template", "webhook", "year"]


def test_packages_are_listed_once_and_without_what_brings_another_boost():
    names = []
    for page in ("packages.txt", "packages-bench.txt"):
        lines = (ROOT / "tools" / page).read_text().splitlines()
        names += [line.split()[0] for line in lines if line and not line.startswith("#")]
    assert len(names) == len(set(names))
    assert not {"libboost-dev", "libboost-all-dev", "libmsgpack-cxx-dev"} & set(names)
