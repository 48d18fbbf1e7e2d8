#!/usr/bin/env python3
"""Compiles a file of mistakes and checks that each is reported in the words written beside it.

usage: check_mistakes.py FILE COMPILER ARGUMENT...
"""
import re, subprocess, sys

file, command = sys.argv[1], sys.argv[2:]
result = subprocess.run([*command, "-fsyntax-only", "-ferror-limit=0", file], capture_output=True, text=True)
reports = re.split(r"\n(?=\S+:\d+:\d+: error: )", "\n" + result.stderr)
missing = []
expected = 0
for number, line in enumerate(open(file), 1):
    if not (found := re.search(r"// error: (.+)", line)):
        continue
    expected += 1
    if not any(f"{file}:{number}:" in report and found[1] in report for report in reports):
        missing.append(f"{file}:{number}: no error says: {found[1]}")
print("\n".join(missing) or f"{expected} mistakes were found")
sys.exit(bool(missing) or expected == 0)
