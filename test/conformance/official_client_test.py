"""Members that the official Python client knows: it passes each one to a constructor, so any other
one ends the program that reads the document."""
import pytest

FEED = set("id feed status creator created updated version auto_feed_url product_id device_serial title description "
           "website email tags location private datastreams".split())
DATASTREAM = set("id tags unit min_value max_value current_value at datapoints version".split())
DATAPOINT = {"at", "value"}
UNIT = {"label", "type", "symbol"}
LOCATION = set("name domain exposure disposition lat lon ele waypoints".split())
WAYPOINT = {"at", "lat", "lon"}
TRIGGER = set("id notified_at user environment_id stream_id url trigger_type threshold_value".split())
KEY = set("label permissions expires_at private_access api_key".split())
PERMISSION = set("access_methods source_ip referer minimum_interval label resources".split())
RESOURCE = {"feed_id", "datastream_id"}


def check(item, known):
    assert set(item) <= known, set(item) - known
    assert None not in item.values()


def check_feed(feed):
    check(feed, FEED)
    for stream in feed.get("datastreams", []):
        check_datastream(stream)
    location = feed.get("location", {})
    check(location, LOCATION)
    for waypoint in location.get("waypoints", []):
        check(waypoint, WAYPOINT)


def check_datastream(stream):
    check(stream, DATASTREAM)
    check(stream.get("unit", {}), UNIT)
    for point in stream.get("datapoints", []):
        check(point, DATAPOINT)


def check_key(key):
    check(key, KEY)
    for permission in key["permissions"]:
        check(permission, PERMISSION)
        for resource in permission.get("resources", []):
            check(resource, RESOURCE)


@pytest.fixture
def tracker(make_feed):
    """A feed with everything that a feed can have but an icon, which only those get who set one."""
    feed = make_feed(description="d", website="http://example.org/", email="ann@example.org", tags="a,b",
                     location={"name": "here", "domain": "physical", "exposure": "outdoor",
                               "disposition": "mobile", "lat": 1, "lon": 2, "ele": "3"},
                     datastreams=[{"id": "t", "tags": "x", "unit": {"label": "Celsius", "symbol": "C",
                                                                    "type": "derivedSI"}}])
    assert feed.put({"location": {"lat": 4, "lon": 5, "ele": "6"}}).status_code == 200
    feed.points("t", [("2026-01-01T00:00:00Z", "1"), ("2026-01-01T00:01:00Z", "2.5")])
    return feed


def test_feeds(tracker):
    feed = tracker.read()
    check_feed(feed)
    assert feed["location"]["waypoints"]
    history = {"start": "2026-01-01T00:00:00Z", "end": "2026-01-01T01:00:00Z"}
    read = tracker.read(**history)
    check_feed(read)
    assert len(read["datastreams"][0]["datapoints"]) == 2


def test_lists_of_feeds(tracker):
    found = tracker.api.get("/v2/feeds", params={"per_page": 1000}).json()
    assert set(found) == {"totalResults", "startIndex", "itemsPerPage", "results"}
    assert tracker.id in [feed["id"] for feed in found["results"]]
    mine = next(feed for feed in found["results"] if feed["id"] == tracker.id)
    check_feed(mine)


def test_datastreams_and_datapoints(tracker):
    check_datastream(tracker.api.get(tracker.stream("t")).json())
    history = {"start": "2026-01-01T00:00:00Z", "duration": "1hour", "interval": "0"}
    check_datastream(tracker.api.get(tracker.stream("t"), params=history).json())
    check(tracker.api.get(tracker.stream("t") + "/datapoints/2026-01-01T00:00:00Z").json(), DATAPOINT)


def test_keys(api, make_key, tracker):
    made = make_key([{"access_methods": ["get"], "label": "l", "referer": "example.org", "minimum_interval": 60,
                      "resources": [{"feed_id": tracker.id, "datastream_id": "t"}]}],
                    expires_at="2099-01-01T00:00:00Z")
    read = api.get(f"/v2/keys/{made.key}").json()
    assert set(read) == {"key"}
    check_key(read["key"])
    for key in api.get("/v2/keys").json()["keys"]:
        check_key(key)


def test_triggers(api, tracker):
    trigger = {"environment_id": tracker.id, "stream_id": "t", "url": "http://127.0.0.1:9/", "trigger_type": "gt",
               "threshold_value": "15.0"}
    made = api.post("/v2/triggers", json=trigger)
    assert made.status_code == 201, made.text
    read = api.get("/v2/triggers/" + made.headers["Location"].rsplit("/", 1)[1]).json()
    check(read, TRIGGER)
    assert read["notified_at"] == ""
    for one in api.get("/v2/triggers").json():
        check(one, TRIGGER)


def test_the_feed_of_an_activated_device(api, nobody):
    made = api.post("/v2/products", json={"product": {"name": "Demo", "feed_defaults": {
        "title": "Unit", "datastreams": [{"id": "t"}]}}})
    product = "/v2/products/" + made.headers["Location"].rsplit("/", 1)[1]
    api.post(product + "/devices", json={"devices": [{"serial": "s"}]})
    code = api.get(product + "/devices/s").json()["device"]["activation_code"]
    activated = nobody.get(f"/v2/devices/{code}/activate").json()
    check_feed(api.get(f"/v2/feeds/{activated['feed_id']}").json())
    check_key(api.get(f"/v2/keys/{activated['apikey']}").json()["key"])


def test_what_a_client_echoes_changes_nothing(tracker):
    read = tracker.read()
    assert tracker.put(read).status_code == 200
    again = tracker.read()
    for volatile in ("updated", "status"):
        read.pop(volatile), again.pop(volatile)
    assert again == read
