"""The chapter's two applications: the temperature page and the Station API, on four databases."""
import re

import pytest
import requests

from conftest import PASSWORD, USER

READING = {"name": "CityName", "timestamp": "1393926310", "temperature": "28", "lat": "30.733315", "lon": "76.779418"}


@pytest.fixture
def station(api, url):
    made = api.post(f"{url}/station/", json=READING)
    assert made.status_code == 201, made.text
    yield made.json()
    api.delete(made.json()["url"])


def test_a_station_is_made_read_changed_and_deleted(api, url):
    made = api.post(f"{url}/station/", json=READING)
    assert (made.status_code, made.headers["Location"]) == (201, made.json()["url"])
    assert made.json() == {"url": made.json()["url"], **READING}
    address = made.json()["url"]
    assert api.get(address).json() == made.json()
    changed = {**READING, "temperature": "20", "timestamp": "1393926457"}
    assert api.put(address, json=changed).json() == {"url": address, **changed}
    assert api.patch(address, json={"name": "Other"}).json()["name"] == "Other"
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_pages_of_ten(api, url):
    made = [api.post(f"{url}/station/", json=READING | {"name": f"st{number}"}).json() for number in range(12)]
    first = api.get(f"{url}/station/").json()
    assert (first["count"], len(first["results"]), first["previous"]) == (12, 10, None)
    second = api.get(first["next"]).json()
    assert [row["name"] for row in first["results"] + second["results"]] == [f"st{number}" for number in range(12)]
    assert api.get(f"{url}/station/?page=3").json() == {"detail": "Invalid page."}
    for row in made:
        api.delete(row["url"])


@pytest.mark.parametrize("change, errors", [
    ({"name": "x" * 11}, {"name": ["Ensure this field has no more than 10 characters."]}),
    ({"name": "", "lat": None}, {"name": ["This field may not be blank."], "lat": ["This field may not be null."]}),
    ({"temperature": ["28"]}, {"temperature": ["Not a valid string."]}),
])
def test_what_does_not_fit_is_refused(api, url, change, errors):
    answer = api.post(f"{url}/station/", json=READING | change)
    assert (answer.status_code, answer.json()) == (400, errors)


@pytest.mark.parametrize("text", ["'; DROP TABLE", "\" OR 1=1", "{$gt:\"\"}", "%_\\", "<b>&\"'", "日本語 🌡"])
def test_any_text_comes_back_as_it_was(api, url, text):
    made = api.post(f"{url}/station/", json=READING | {"name": text[:10]})
    assert made.status_code == 201, made.text
    assert api.get(made.json()["url"]).json()["name"] == text[:10].strip()
    api.delete(made.json()["url"])


@pytest.mark.parametrize("pk", ["99", "9223372036854775808", "99999999999999999999"])
def test_what_is_not_there_is_404(api, url, pk):
    answer = api.get(f"{url}/station/{pk}/")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_only_staff_may_ask(url):
    answer = requests.get(f"{url}/station/", timeout=30)
    assert (answer.status_code, answer.json()) == (403, {"detail": "Authentication credentials were not provided."})


def test_the_page_shows_the_newest_reading(site, url):
    browser = requests.Session()
    assert "No readings yet" in browser.get(f"{url}/home/", timeout=30).text
    sign_in(browser, url)
    form = {"timestamp": "1393926308", "temperature": "25", "lat": "30.733315", "lon": "76.779418"}
    page = post_form(browser, f"{url}/admin/myapp/temperaturedata/add/", form | {"_save": "Save"})
    assert "was added successfully" in page.text
    text = browser.get(f"{url}/home/", timeout=30).text
    assert '<span id="temperature">25</span>' in text
    assert '<tt-map lat="30.733315" lon="76.779418"' in text


def test_the_admin_lists_searches_and_deletes(api, station, url):
    browser = requests.Session()
    sign_in(browser, url)
    found = browser.get(f"{url}/admin/myapp/station/?q=city", timeout=30).text
    assert "CityName" in found
    assert "CityName" not in browser.get(f"{url}/admin/myapp/station/?q=nowhere", timeout=30).text
    pk = station["url"].rstrip("/").rsplit("/", 1)[1]
    page = post_form(browser, f"{url}/admin/myapp/station/{pk}/delete/", {"post": "yes"})
    assert "was deleted successfully" in page.text
    assert api.get(station["url"]).status_code == 404


def test_migrations_are_all_there(site):
    assert site.manage("makemigrations", "--check").returncode == 0
    assert "[X] 0001_initial" in site.manage("showmigrations", "myapp").stdout


def test_rows_survive_a_dump_and_a_load(site, station):
    dump = site.manage("dumpdata", "myapp.station").stdout
    (site.folder / "dump.json").write_text(dump)
    assert f'"name": "{READING["name"]}"' in dump
    assert "Installed 1 object" in site.manage("loaddata", "dump.json").stdout


def sign_in(browser, url):
    page = post_form(browser, f"{url}/admin/login/?next=/admin/", {"username": USER, "password": PASSWORD})
    assert page.status_code == 200 and "Recent actions" in page.text, page.text


def post_form(browser, address, form):
    page = browser.get(address, timeout=30)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token, page.text
    return browser.post(address, form | {"csrfmiddlewaretoken": token.group(1)}, timeout=30,
                        headers={"Referer": address})
