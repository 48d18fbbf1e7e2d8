"""Datastreams and single datapoints."""
import re

import pytest

NOT_FOUND = {"title": "Not found", "errors": "I'm sorry we are unable to find the resource you are looking for."}
DAY = "2026-01-02T"


def test_create_read_update_delete(feed, server):
    api, path = feed.api, feed.stream("temperature")
    assert api.get(path).status_code == 404
    made = api.post(feed.path + "/datastreams", json={
        "version": "1.0.0", "datastreams": [{"id": "temperature", "tags": "air", "current_value": "20",
                                             "unit": {"type": "derivedSI", "symbol": "C", "label": "Celsius"}}]})
    assert (made.status_code, made.content) == (201, b"")
    assert made.headers["Location"] == server.url(path)
    read = api.get(path).json()
    assert (read["id"], read["current_value"], read["version"], read["tags"]) == ("temperature", "20", "1.0.0", ["air"])
    assert read["unit"] == {"type": "derivedSI", "symbol": "C", "label": "Celsius"}

    answer = api.put(path, json={"id": "temperature", "current_value": 21, "at": DAY + "03:04:05Z"})
    assert (answer.status_code, answer.content.strip()) == (200, b"")
    read = api.get(path).json()
    assert read["unit"]["symbol"] == "C"

    assert api.delete(path).status_code == 200
    answer = api.get(path)
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert feed.read().get("datastreams", []) == []


def test_put_does_not_create(feed):
    answer = feed.api.put(feed.stream("ghost"), json={"current_value": "1"})
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert feed.read().get("datastreams", []) == []


def test_several_are_created_at_once_or_none(feed):
    body = {"datastreams": [{"id": "a"}, {"id": "b"}]}
    assert feed.api.post(feed.path + "/datastreams", json=body).status_code == 201
    body = {"datastreams": [{"id": "c"}, {"id": "not valid!"}]}
    assert feed.api.post(feed.path + "/datastreams", json=body).status_code == 422
    assert [s["id"] for s in feed.read()["datastreams"]] == ["a", "b"]


def test_duplicate_ids_are_refused(feed):
    body = {"datastreams": [{"id": "a"}, {"id": "a"}]}
    answer = feed.api.post(feed.path + "/datastreams", json=body)
    assert answer.status_code == 422
    assert "can't have duplicate IDs: a" in answer.text
    assert feed.read().get("datastreams", []) == []


@pytest.mark.parametrize("name", ["a", "0", "sensor-1", "a.b", "a+b", "Температура", "x_y", "x" * 255])
def test_names_that_are_good(feed, name):
    assert feed.api.post(feed.path + "/datastreams", json={"datastreams": [{"id": name}]}).status_code == 201
    assert feed.api.get(feed.stream(name)).json()["id"] == name
    assert feed.api.get(feed.stream(name) + ".json").json()["id"] == name


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a,b", "a\nb", "a#b", "x" * 256, "a\x00b"])
def test_names_that_are_not(feed, name):
    assert feed.api.post(feed.path + "/datastreams", json={"datastreams": [{"id": name}]}).status_code == 422
    assert feed.read().get("datastreams", []) == []


def test_a_bad_unit_type_is_named(feed):
    body = {"datastreams": [{"id": "a", "unit": {"type": "imperial"}}]}
    answer = feed.api.post(feed.path + "/datastreams", json=body)
    assert answer.status_code == 422
    assert "is not a valid unit_type (pick one from basicSI, derivedSI" in answer.text


def test_an_older_value_does_not_become_the_current_one(feed):
    feed.write("v", "new", DAY + "10:00:00Z")
    feed.write("v", "old", DAY + "09:00:00Z")
    read = feed.api.get(feed.stream("v")).json()
    assert (read["current_value"], read["at"]) == ("new", DAY + "10:00:00.000000Z")


def test_points_and_a_current_value_in_one_write(feed):
    stream = {"id": "v", "current_value": "40", "at": DAY + "12:00:00Z",
              "datapoints": [{"at": DAY + "10:00:00Z", "value": "1"}, {"at": DAY + "11:00:00Z", "value": "2"}]}
    assert feed.put({"datastreams": [stream]}).status_code == 200
    read = feed.api.get(feed.stream("v"), params={"start": DAY + "09:00:00Z", "end": DAY + "13:00:00Z"}).json()
    assert [p["value"] for p in read["datapoints"]] == ["1", "2", "40"]
    assert read["current_value"] == "40"


# --- datapoints ---------------------------------------------------------------------------------


def test_points_are_stored_and_read_one_by_one(feed):
    answer = feed.points("v", [(DAY + "07:48:22.014326Z", "297"), (DAY + "07:48:23Z", "298")])
    assert (answer.status_code, answer.content.strip()) == (200, b"")
    for suffix in ("", ".json"):
        point = feed.api.get(feed.stream("v") + "/datapoints/" + DAY + "07:48:22.014326Z" + suffix).json()
        assert point == {"value": "297", "at": DAY + "07:48:22.014326Z"}
    point = feed.api.get(feed.stream("v") + "/datapoints/" + DAY + "09:48:23+02:00".replace("+", "%2B"))
    assert point.json() == {"value": "298", "at": DAY + "07:48:23.000000Z"}


def test_a_point_is_changed_and_deleted(feed):
    feed.points("v", [(DAY + "07:00:00Z", "1")])
    path = feed.stream("v") + "/datapoints/" + DAY + "07:00:00Z"
    assert feed.api.put(path, json={"value": "2"}).status_code == 200
    assert feed.api.get(path).json()["value"] == "2"
    assert feed.api.delete(path).status_code == 200
    assert feed.api.get(path).status_code == 404
    assert feed.api.put(path, json={"value": "3"}).status_code == 404
    assert feed.api.delete(path).status_code == 404


def test_the_last_of_equal_times_wins(feed):
    feed.points("v", [(DAY + "07:00:00Z", "1"), (DAY + "07:00:00Z", "2")])
    assert feed.api.get(feed.stream("v") + "/datapoints/" + DAY + "07:00:00Z").json()["value"] == "2"


def seconds(count):
    return [(f"{DAY}{i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}Z", str(i)) for i in range(count)]


def test_500_points_are_accepted_and_501_refused_as_a_whole(feed):
    assert feed.points("v", seconds(500)).status_code == 200
    assert feed.points("w", seconds(501)).status_code == 422
    whole_day = {"start": DAY + "00:00:00Z", "duration": "1hour", "limit": 1000}
    assert len(feed.api.get(feed.stream("v"), params=whole_day).json()["datapoints"]) == 500
    assert not feed.api.get(feed.stream("w"), params=whole_day).json().get("datapoints")


def test_the_limit_counts_all_streams_of_a_feed(feed):
    points = [{"at": at, "value": value} for at, value in seconds(251)]
    body = {"datastreams": [{"id": "a", "datapoints": points}, {"id": "b", "datapoints": points}]}
    assert feed.put(body).status_code == 422
    assert feed.read().get("datastreams", []) == []


@pytest.mark.parametrize("window, left", [
    ({"start": DAY + "00:00:03Z"}, ["0", "1", "2"]),
    ({"end": DAY + "00:00:02Z"}, ["3", "4", "5"]),
    ({"start": DAY + "00:00:01Z", "end": DAY + "00:00:04Z"}, ["0", "5"]),
    ({"start": DAY + "00:00:01Z", "duration": "2seconds"}, ["0", "4", "5"]),
    ({"end": DAY + "00:00:04Z", "duration": "1second"}, ["0", "1", "2", "5"]),
    # libxively appends the format to the last value of the query.
    ({"start": DAY + "00:00:01Z", "end": DAY + "00:00:04Z.csv"}, ["0", "5"]),
])
def test_ranges_are_deleted(feed, window, left):
    feed.points("v", seconds(6))
    assert feed.api.delete(feed.stream("v") + "/datapoints", params=window).status_code == 200
    history = feed.api.get(feed.stream("v"), params={"start": DAY + "00:00:00Z", "duration": "1minute"}).json()
    assert [p["value"] for p in history["datapoints"]] == left


def test_bad_times_are_refused(feed):
    feed.points("v", [(DAY + "07:00:00Z", "1")])
    for at in ("yesterday", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", 5, None, {}):
        body = {"datapoints": [{"at": DAY + "08:00:00Z", "value": "2"}, {"at": at, "value": "3"}]}
        answer = feed.api.post(feed.stream("v") + "/datapoints", json=body)
        assert answer.status_code in (400, 422), at
        assert set(answer.json()) == {"title", "errors"}
    history = feed.api.get(feed.stream("v"), params={"start": DAY + "00:00:00Z", "duration": "12hours", "interval": 60})
    assert history.status_code == 200
    assert feed.api.get(feed.stream("v") + "/datapoints/" + DAY + "08:00:00Z").status_code == 404


def test_times_are_always_written_with_six_digits(feed):
    feed.points("v", [("2026-01-02 03:04", "1"), ("2026-01-02T03:04:05.1", "2"), ("2026-01-02T03:04:06-05:30", "3")])
    history = feed.api.get(feed.stream("v"), params={"start": "2026-01-02T03:00:00Z", "duration": "6hours"}).json()
    assert [p["at"] for p in history["datapoints"]] == [
        "2026-01-02T03:04:00.000000Z", "2026-01-02T03:04:05.100000Z", "2026-01-02T08:34:06.000000Z"]
    assert all(re.fullmatch(r"\S{19}\.\d{6}Z", p["at"]) for p in history["datapoints"])
