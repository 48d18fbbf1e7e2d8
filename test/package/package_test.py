"""The Debian package: made, installed into an empty root, started from there, removed, purged.

dpkg does the real work, with its own database in that root; only what belongs to a running system
(users, systemd) is left out by the maintainer scripts themselves.
"""
import os
import pathlib
import socket
import subprocess
import sys

import pytest
import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.server import Server  # noqa: E402


def run(*command, **options):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=240, **options)
    assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"
    return result.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """thingtank_VERSION_ARCH.deb of the build under test, without the framework's package."""
    folder = tmp_path_factory.mktemp("package")
    run(os.environ["CPACK"], "--config", f"{os.environ['THINGTANK_BUILD']}/CPackConfig.cmake", "-B", folder,
        "-D", "CPACK_COMPONENTS_ALL=program;service", cwd=os.environ["THINGTANK_BUILD"])
    return next(folder.glob("thingtank_*.deb"))


class Root:
    def __init__(self, path):
        self.path = path
        (path / "var/lib/dpkg").mkdir(parents=True)
        (path / "var/lib/dpkg/status").touch()

    def dpkg(self, *arguments):
        # What the package depends on is on this machine, not in the root.
        return run("fakeroot", "dpkg", f"--root={self.path}", "--force-depends", "--force-script-chrootless",
                   "--force-not-root", "--log=/dev/null", *arguments)

    def __truediv__(self, name):
        return self.path / name


@pytest.fixture
def root(tmp_path, package):
    installed = Root(tmp_path / "root")
    installed.dpkg("--install", package)
    return installed


def field(package, name):
    return run("dpkg-deb", "--field", package, name).strip()


def test_it_says_what_it_is_and_needs(package):
    assert field(package, "Package") == "thingtank"
    depends = field(package, "Depends")
    for library in ("libc6", "libssl3", "librocksdb7.8", "libsqlite3-0", "adduser", "tzdata"):
        assert library in depends
    assert field(package, "Description").splitlines()[0].startswith("cloud for things")


def test_the_installed_program_runs_with_the_installed_settings(root, tmp_path):
    settings = root / "etc/thingtank/thingtank.toml"
    assert 'data = "/var/lib/thingtank"' in settings.read_text()
    with Server(tmp_path / "data", arguments=["--config", str(settings)], program=str(root / "usr/bin/thingtank")) as server:
        assert requests.get(server.url("/healthz"), timeout=30).text == "ok\n"
        assert server.stop() == 0


def test_the_unit_is_sound_and_enabled(root, tmp_path):
    unit = (root / "usr/lib/systemd/system/thingtank.service").read_text()
    # systemd looks whether the program is there, which is elsewhere in this test.
    copy = tmp_path / "thingtank.service"
    copy.write_text(unit.replace("/usr/bin/thingtank", str(root / "usr/bin/thingtank")))
    run("systemd-analyze", "verify", "--man=no", copy)
    assert (root / "etc/systemd/system/multi-user.target.wants/thingtank.service").is_symlink()


def test_the_unit_waits_until_the_server_is_ready(root, tmp_path):
    assert "Type=notify" in (root / "usr/lib/systemd/system/thingtank.service").read_text()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(60)
        server = Server(tmp_path / "data", program=str(root / "usr/bin/thingtank"))
        server.environment["NOTIFY_SOCKET"] = str(tmp_path / "notify")
        with server:
            assert manager.recv(100) == b"READY=1"
            assert requests.get(server.url("/healthz"), timeout=30).status_code == 200
            server.stop()
            assert manager.recv(100) == b"STOPPING=1"


def test_an_upgrade_keeps_the_settings_and_a_removal_the_data(root, package):
    settings, data = root / "etc/thingtank/thingtank.toml", root / "var/lib/thingtank"
    settings.write_text('data = "/srv/thingtank"\n')
    data.mkdir(parents=True)
    (data / "credentials").write_text("secret")
    root.dpkg("--force-confold", "--install", package)
    assert settings.read_text() == 'data = "/srv/thingtank"\n'
    root.dpkg("--remove", "thingtank")
    assert not (root / "usr/bin/thingtank").exists()
    assert (data / "credentials").exists() and settings.exists()
    root.dpkg("--purge", "thingtank")
    assert not data.exists() and not settings.exists()
    assert not (root / "etc/systemd/system/multi-user.target.wants/thingtank.service").is_symlink()
