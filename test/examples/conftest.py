"""The example site on each of the four databases, unchanged but for settings.json."""
import contextlib
import os
import pathlib
import sys

import pytest
import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test"))
from support.database_server import DatabaseServer  # noqa: E402
from support.mongo import MongoServer  # noqa: E402
from support.site import Site  # noqa: E402

SOURCES = ROOT / "examples" / "weatherstation-web"
USER, PASSWORD = "arshdeep", "a-weather-station-42"


class FileDatabase:
    """SQLite: a file of the site."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def settings(self, name):
        return {"ENGINE": "sqlite3", "NAME": f"{name}.sqlite3"}

    def create_database(self, name):
        pass


SERVERS = {"sqlite3": FileDatabase, "postgresql": lambda: DatabaseServer("postgresql"),
           "mysql": lambda: DatabaseServer("mysql"), "mongodb": MongoServer}


@pytest.fixture(scope="session")
def program():
    return pathlib.Path(os.environ.get("THINGTANK_EXAMPLES_BIN", ROOT / "build/dev/bin")) / "weatherstation-web"


@pytest.fixture(scope="module", params=SERVERS)
def database(request):
    with SERVERS[request.param]() as server:
        server.create_database("weather")
        yield server


@pytest.fixture(scope="module")
def site(database, program, tmp_path_factory):
    """Migrated, with a superuser."""
    folder = tmp_path_factory.mktemp("site") / "weatherstation"
    made = Site(program, folder, SOURCES, DATABASES={"default": database.settings("weather") | {"TIMEOUT": 5}})
    made.manage("migrate")
    made.create_superuser(USER, PASSWORD)
    return made


@pytest.fixture(scope="module")
def url(site):
    with site.serve() as address:
        yield address


@pytest.fixture
def api(url):
    session = requests.Session()
    session.trust_env = False
    session.auth = (USER, PASSWORD)
    session.headers["Accept"] = "application/json"
    with contextlib.closing(session):
        yield session
