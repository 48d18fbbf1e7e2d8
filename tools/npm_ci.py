#!/usr/bin/env python3
"""Installs the npm packages of a folder, unless those of its package-lock.json are there already.

usage: npm_ci.py DIR

Several builds may call it at the same time.  With the packages in place it needs no network and
takes a few milliseconds.
"""
import fcntl
import pathlib
import shutil
import subprocess
import sys


def install(folder: pathlib.Path) -> None:
    lock = (folder / "package-lock.json").read_bytes()
    installed = folder / "node_modules" / ".installed-package-lock.json"
    with open(folder / "package-lock.json", "rb") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if installed.exists() and installed.read_bytes() == lock:
            return
        if shutil.which("npm") is None:
            sys.exit(f"npm_ci.py: npm is missing, which {folder} needs: apt-get install nodejs npm")
        command = ["npm", "ci", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"]
        if subprocess.run(command, cwd=folder, stdout=sys.stderr).returncode != 0:
            sys.exit(f"npm_ci.py: 'npm ci' failed in {folder}; its packages come from the network once")
        installed.write_bytes(lock)


if len(sys.argv) != 2:
    sys.exit(__doc__)
install(pathlib.Path(sys.argv[1]))
