"""The parameter `timezone`: in which zone the times of a document are written."""
import re

import pytest

WINTER, SUMMER = "2026-01-02T12:00:00.250000Z", "2026-07-02T12:00:00.250000Z"


@pytest.fixture
def zoned(feed):
    """A feed with one point in winter and one in summer, its times by zone."""
    assert feed.points("v", [(WINTER, "1"), (SUMMER, "2")]).status_code == 200

    def times(zone):
        params = {"timezone": zone} if zone is not None else {}
        answer = feed.api.get(feed.stream("v") + f"/datapoints/{WINTER}", params=params)
        assert answer.status_code == 200, answer.text
        summer = feed.api.get(feed.stream("v"), params=params).json()["at"]
        return answer.json()["at"], summer

    times.feed = feed
    return times


@pytest.mark.parametrize("zone, winter, summer", [
    (None, WINTER, SUMMER),
    ("", WINTER, SUMMER),
    ("UTC", WINTER, SUMMER),
    ("0", WINTER, SUMMER),
    ("1", "2026-01-02T13:00:00.250000+01:00", "2026-07-02T13:00:00.250000+01:00"),
    ("+1", "2026-01-02T13:00:00.250000+01:00", "2026-07-02T13:00:00.250000+01:00"),
    ("-8", "2026-01-02T04:00:00.250000-08:00", "2026-07-02T04:00:00.250000-08:00"),
    ("5.75", "2026-01-02T17:45:00.250000+05:45", "2026-07-02T17:45:00.250000+05:45"),
    ("-3.5", "2026-01-02T08:30:00.250000-03:30", "2026-07-02T08:30:00.250000-03:30"),
    ("14", "2026-01-03T02:00:00.250000+14:00", "2026-07-03T02:00:00.250000+14:00"),
    ("London", "2026-01-02T12:00:00.250000+00:00", "2026-07-02T13:00:00.250000+01:00"),
    ("Berlin", "2026-01-02T13:00:00.250000+01:00", "2026-07-02T14:00:00.250000+02:00"),
    ("Pacific Time (US & Canada)", "2026-01-02T04:00:00.250000-08:00", "2026-07-02T05:00:00.250000-07:00"),
    ("Sydney", "2026-01-02T23:00:00.250000+11:00", "2026-07-02T22:00:00.250000+10:00"),
    ("Kathmandu", "2026-01-02T17:45:00.250000+05:45", "2026-07-02T17:45:00.250000+05:45"),
    ("Nuku'alofa", "2026-01-03T01:00:00.250000+13:00", "2026-07-03T01:00:00.250000+13:00"),
    ("Europe/Oslo", "2026-01-02T13:00:00.250000+01:00", "2026-07-02T14:00:00.250000+02:00"),
])
def test_zones(zoned, zone, winter, summer):
    assert zoned(zone) == (winter, summer)


@pytest.mark.parametrize("suffix", [".json", ".xml", ".csv"])
@pytest.mark.parametrize("path", ["", "/datastreams/v", f"/datastreams/v/datapoints/{WINTER}"])
def test_every_time_of_every_document(zoned, path, suffix):
    feed = zoned.feed
    feed.put({"location": {"disposition": "mobile", "lat": 1, "lon": 2}})
    feed.put({"location": {"lat": 3, "lon": 4}})  # leaves a waypoint behind
    params = {"timezone": "Tokyo", "start": WINTER, "duration": "1minute"}
    text = feed.api.get(feed.path + path + suffix, params=params).text
    times = re.findall(r"\d{4}-\d\d-\d\dT[^\"<,\s]*", text)
    assert times
    for time in times:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+09:00", time), text


def test_a_list_of_feeds(zoned):
    params = {"timezone": "-3", "per_page": 1}
    for suffix in (".json", ".xml"):
        text = zoned.feed.api.get("/v2/feeds" + suffix, params=params).text
        assert "-03:00" in text and not re.search(r"\d\.\d{6}Z", text)


@pytest.mark.parametrize("zone", ["Atlantis", "london", "15", "-14.5", "nan", "inf", "../Europe/London", "/etc/passwd",
                                  "Europe/../Europe/London", "posixrules", "Europe", "x" * 500, "file:/etc/passwd"])
def test_an_unknown_zone_gets_400_and_a_hint(zoned, zone):
    answer = zoned.feed.api.get(zoned.feed.path, params={"timezone": zone})
    assert answer.status_code == 400, answer.text
    assert "timezone" in answer.json()["errors"] and "London" in answer.json()["errors"]


def test_nobody_learns_anything_without_a_key(zoned, nobody):
    assert nobody.get(zoned.feed.path, params={"timezone": "Atlantis"}).status_code == 401
