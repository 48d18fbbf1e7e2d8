"""The commands of the documentation work as printed.

A block ```console is a transcript: lines that begin with `$ ` are run, in order, by one shell for
the page; the lines below a command are what it prints.  `…` in them stands for anything.  The
addresses and the key of the page are replaced with those of the server under test.
"""
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))]
MARK = "--- end of command ---"


def transcripts(page):
    """[(command, [expected line, ...]), ...] of all the page's console blocks."""
    steps = []
    for block in re.findall(r"^```console\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            elif line.startswith("> "):
                steps[-1] = (steps[-1][0] + "\n" + line[2:], steps[-1][1])
            else:
                steps[-1][1].append(line)
    return steps


def for_this_server(text, server):
    text = text.replace("127.0.0.1:8080", server.addresses["http"])
    return text.replace("-p 1883", f"-p {server.address('mqtt')[1]}")


def expected_pattern(lines):
    return "\n".join(".*".join(re.escape(part) for part in line.split("…")) for line in lines)


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_the_commands_of_a_page(page, start_server, tmp_path):
    steps = transcripts(page)
    if not steps:
        pytest.skip("no transcript on this page")
    server = start_server()
    script = "".join(f"{for_this_server(command, server)}\necho; echo '{MARK}'\n" for command, _ in steps)
    result = subprocess.run(["bash"], input=script, capture_output=True, text=True, timeout=120, cwd=tmp_path,
                            env={**os.environ, "KEY": server.API_KEY, "no_proxy": "*"})
    outputs = result.stdout.split(MARK + "\n")
    assert len(outputs) == len(steps) + 1, result.stderr
    for (command, lines), output in zip(steps, outputs):
        pattern = for_this_server(expected_pattern(lines), server).replace(re.escape("127.0.0.1:8080"), re.escape(server.addresses["http"]))
        assert re.fullmatch(pattern, output.strip("\n"), re.DOTALL), f"$ {command}\n{output}\n{result.stderr}"
