"""Search: GET /v2/feeds with all its parameters."""
import uuid
import xml.etree.ElementTree as ElementTree

import pytest

EEML = "{http://www.eeml.org/xsd/0.5.1}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.fixture
def mark():
    """A tag that only this test's feeds have."""
    return "t" + uuid.uuid4().hex[:12]


@pytest.fixture
def found(api, mark):
    """Titles of the test's feeds that a search finds, in its order."""

    def search(**params):
        answer = api.get("/v2/feeds", params={"tag": mark, **params})
        assert answer.status_code == 200, answer.text
        return [feed["title"] for feed in answer.json()["results"]]

    return search


@pytest.fixture
def make(make_feed, mark):
    def one(title, **members):
        return make_feed(title=title, tags=[mark], **members)

    return one


def with_unit(feed, label):
    made = feed.api.post(feed.path + "/datastreams", json={"datastreams": [{"id": "v", "unit": {"label": label}}]})
    assert made.status_code == 201, made.text


def test_by_unit(make, found):
    with_unit(make("warm"), "Celsius")
    with_unit(make("wet"), "Percent")
    make("bare")
    assert found(units="Celsius") == ["warm"]
    assert found(units="celsius") == ["warm"]
    assert found(units="Kelvin") == []


def test_by_status(make, found):
    make("alive").write("v", "1")
    assert found(status="live") == ["alive"]
    assert found(status="frozen") == []
    assert found(status="all") == ["alive"]


def test_orders(make, found):
    first, second, third = make("first"), make("second"), make("third")
    assert found(order="created_at") == ["third", "second", "first"]
    assert found() == found(order="created_at")
    first.write("v", "1")
    assert found(order="retrieved_at")[0] == "first"
    second.write("v", "1")
    assert found(order="retrieved_at")[0] == "second"
    assert third.read()["title"] == "third"


def test_relevance_puts_titles_first(make, found, mark):
    word = "w" + mark
    make("about " + word)
    make("other", description=f"something with {word} in it")
    assert found(q=word, order="relevance") == ["about " + word, "other"]
    assert found(q=word) == ["other", "about " + word]


PLACES = {"Greenwich": (51.4779, 0.0), "Big Ben": (51.5007, -0.1246), "Paris": (48.8566, 2.3522), "Fiji": (-17.7, 179.9)}


@pytest.fixture
def places(make):
    for name, (lat, lon) in PLACES.items():
        make(name, location={"lat": lat, "lon": lon})
    make("nowhere")


@pytest.mark.parametrize("centre, distance, units, names", [
    ("Greenwich", 1, None, {"Greenwich"}),
    ("Greenwich", 10, None, {"Greenwich", "Big Ben"}),
    ("Greenwich", 10, "kms", {"Greenwich", "Big Ben"}),
    # 9.0 km are 5.6 miles.
    ("Greenwich", 5.2, "miles", {"Greenwich"}),
    ("Greenwich", 6, "miles", {"Greenwich", "Big Ben"}),
    ("Greenwich", 330, None, {"Greenwich", "Big Ben"}),
    ("Greenwich", 345, None, {"Greenwich", "Big Ben", "Paris"}),
    ("Greenwich", 50000, None, set(PLACES)),
])
def test_by_distance(places, found, centre, distance, units, names):
    lat, lon = PLACES[centre]
    params = {"lat": lat, "lon": lon, "distance": distance, **({"distance_units": units} if units else {})}
    assert set(found(**params)) == names


def test_distance_reaches_across_the_date_line(places, found):
    assert found(lat=-17.7, lon=-179.9, distance=50) == ["Fiji"]


def test_conditions_add_up(places, found):
    assert found(lat=51.4779, lon=0, distance=10, q="ben") == ["Big Ben"]
    assert found(lat=51.4779, lon=0, distance=10, status="frozen") == []


@pytest.mark.parametrize("params, word", [
    ({"status": "zombie"}, "status"), ({"order": "size"}, "order"), ({"content": "some"}, "content"),
    ({"show_user": "maybe"}, "show_user"), ({"page": 0}, "page"), ({"per_page": "many"}, "per_page"),
    ({"lat": 51}, "lon"), ({"lat": 91, "lon": 0, "distance": 1}, "lat"), ({"lat": 0, "lon": 181, "distance": 1}, "lon"),
    ({"lat": 0, "lon": 0, "distance": -1}, "distance"), ({"lat": 0, "lon": 0, "distance": "far"}, "distance"),
    ({"lat": "nan", "lon": 0, "distance": 1}, "lat"),
    ({"lat": 0, "lon": 0, "distance": 1, "distance_units": "leagues"}, "distance_units"),
])
def test_bad_parameters_get_400_and_the_reason(api, params, word):
    answer = api.get("/v2/feeds", params=params)
    assert answer.status_code == 400, answer.text
    assert word in answer.json()["errors"]


def test_pages_and_totals(make, api, mark):
    for i in range(5):
        make(str(i))
    answer = api.get("/v2/feeds", params={"tag": mark, "per_page": 2, "page": 2}).json()
    assert (answer["totalResults"], answer["startIndex"], answer["itemsPerPage"]) == (5, 2, 2)
    assert [feed["title"] for feed in answer["results"]] == ["2", "1"]
    assert api.get("/v2/feeds", params={"tag": mark, "per_page": 2, "page": 9}).json()["results"] == []


def test_totals_do_not_count_what_the_key_may_not_see(make, api, mark, make_key):
    make("open")
    make("closed", private=True)
    assert api.get("/v2/feeds", params={"tag": mark}).json()["totalResults"] == 2
    public = make_key([{"access_methods": ["get"]}], private_access=False)
    answer = public.get("/v2/feeds", params={"tag": mark}).json()
    assert answer["totalResults"] == 1
    assert [feed["title"] for feed in answer["results"]] == ["open"]


def test_summary_and_user(make, api, mark):
    make("one").write("v", "1")
    plain = api.get("/v2/feeds", params={"tag": mark}).json()["results"][0]
    assert "datastreams" in plain and "user" not in plain
    short = api.get("/v2/feeds", params={"tag": mark, "content": "summary", "show_user": "true"}).json()["results"][0]
    assert "datastreams" not in short and short["user"] == {"login": "admin"}


def test_opensearch_members_in_xml(make, api, mark):
    make("a").write("v", "1")
    make("b")
    answer = api.get("/v2/feeds.xml", params={"tag": mark, "per_page": 1, "page": 2})
    root = ElementTree.fromstring(answer.content)
    names = [child.tag for child in root]
    assert names == [OPENSEARCH + "totalResults", OPENSEARCH + "startIndex", OPENSEARCH + "itemsPerPage",
                     EEML + "environment"]
    assert [child.text for child in root][:3] == ["2", "1", "1"]
    assert root.find(f"{EEML}environment/{EEML}title").text == "a"


def test_rows_in_csv(make, api, mark):
    feed = make("a")
    feed.write("v", "1", "2026-01-02T12:00:00Z")
    rows = api.get("/v2/feeds.csv", params={"tag": mark}).text.splitlines()
    assert rows == [f"{feed.id},v,2026-01-02T12:00:00.000000Z,1"]
