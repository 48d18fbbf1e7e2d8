"""A database that goes away: 503 meanwhile, and the site recovers by itself."""
import requests

from conftest import PASSWORD, USER


def test_a_lost_database_is_503_until_it_is_back(database, site, url):
    if not hasattr(database, "kill") or database.engine == "mongodb":  # that one is in memory
        return
    api = requests.Session()
    api.auth, api.trust_env = (USER, PASSWORD), False
    assert api.get(f"{url}/station/", timeout=30).status_code == 200
    database.kill()
    lost = api.get(f"{url}/station/", timeout=30)
    assert lost.status_code == 503 and "Retry-After" in lost.headers, lost.text
    database.start()
    back = [api.get(f"{url}/station/", timeout=30).status_code for _ in range(3)]
    assert back[-1] == 200, site.log()
