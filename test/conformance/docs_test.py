"""The commands of the documentation work as printed.

A block ```console is a transcript: lines that begin with `$ ` are run, in order, by one shell for
the page; the lines below a command are what it prints.  `…` in them stands for anything.  The
addresses and the key of the page are replaced with those of the server under test.
"""
import os
import pathlib
import re
import socket
import subprocess

import pytest

from support.server import binary

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))]
MARK = "--- end of command ---"
COMMANDS_TIMEOUT_S = 500  # a page that builds a site, on a busy machine


def transcripts(page):
    """[(command, [expected line, ...]), ...] of all the page's console blocks."""
    steps = []
    for block in re.findall(r"^```console\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            elif line == ">" or line.startswith("> "):
                steps[-1] = (steps[-1][0] + "\n" + line[2:], steps[-1][1])
            else:
                steps[-1][1].append(line)
    return steps


def for_this_server(text, server):
    text = text.replace("127.0.0.1:8080", server.addresses["http"])
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{server.site_port}")
    return text.replace("-p 1883", f"-p {server.address('mqtt')[1]}")


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """What `./dev install` makes, of the build under test."""
    prefix = tmp_path_factory.mktemp("prefix")
    build = pathlib.Path(binary()).parents[1]
    subprocess.run(["cmake", "--install", str(build), "--prefix", str(prefix)], check=True, stdout=subprocess.DEVNULL)
    return prefix


def expected_pattern(lines):
    return "\n".join(".*".join(re.escape(part) for part in line.split("…")) for line in lines)


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_the_commands_of_a_page(page, start_server, installed, tmp_path):
    steps = transcripts(page)
    if not steps:
        pytest.skip("no transcript on this page")
    server = start_server()
    server.site_port = free_port()
    script = "".join(f"{for_this_server(command, server)}\necho; echo '{MARK}'\n" for command, _ in steps)
    result = subprocess.run(["bash"], input=script, capture_output=True, text=True, timeout=COMMANDS_TIMEOUT_S, cwd=tmp_path,
                            env={**os.environ, "KEY": server.API_KEY, "no_proxy": "*",
                                 "PATH": f"{installed / 'bin'}:{os.environ['PATH']}"})
    outputs = result.stdout.split(MARK + "\n")
    assert len(outputs) == len(steps) + 1, result.stderr
    for (command, lines), output in zip(steps, outputs):
        pattern = expected_pattern([for_this_server(line, server) for line in lines])
        assert re.fullmatch(pattern, output.strip("\n"), re.DOTALL), f"$ {command}\n{output}\n{result.stderr}"
