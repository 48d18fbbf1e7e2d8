"""History: start, end, duration, limit, interval."""
import datetime

import pytest

DAY = "2026-01-02T"
NOON = datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.timezone.utc)


def at(seconds, base=NOON):
    return (base + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@pytest.fixture
def history(feed):
    """Ten points, one a minute from noon: values 0 to 9; returns a function that queries them."""
    assert feed.points("v", [(at(60 * i), str(i)) for i in range(10)]).status_code == 200

    def query(**params):
        answer = feed.api.get(feed.stream("v"), params=params)
        assert answer.status_code == 200, answer.text
        return [p["value"] for p in answer.json().get("datapoints", [])]

    query.feed = feed
    return query


@pytest.mark.parametrize("params, values", [
    ({"start": at(0), "end": at(540)}, "0123456789"),
    ({"start": at(120), "end": at(300)}, "2345"),
    ({"start": at(121), "end": at(299)}, "34"),
    ({"start": at(120), "duration": "3minutes"}, "2345"),
    ({"end": at(300), "duration": "3minutes"}, "2345"),
    ({"end": at(300), "duration": "180"}, "2345"),
    ({"start": at(0), "duration": "1hour"}, "0123456789"),
    ({"start": at(0), "duration": "1hour", "limit": 3}, "012"),
    ({"start": at(0), "duration": "1hour", "per_page": 3}, "012"),
    ({"start": at(0), "duration": "1hour", "per_page": 3, "page": 2}, "345"),
    ({"start": at(600), "duration": "1hour"}, ""),
    ({"start": at(90), "duration": "1minute", "find_previous": "true"}, "12"),
    # The times may be written in any zone.
    ({"start": "2026-01-02T14:02:00+02:00", "end": "2026-01-02T06:35:00-05:30"}, "2345"),
])
def test_windows(history, params, values):
    assert "".join(history(**params)) == values


def test_reading_on_with_the_last_time_as_the_next_start(history):
    first = history.feed.api.get(history.feed.stream("v"), params={"start": at(0), "duration": "1hour", "limit": 4}).json()
    assert history(start=first["datapoints"][-1]["at"], duration="1hour", limit=4) == ["3", "4", "5", "6"]


@pytest.mark.parametrize("unit, count", [("second", 1), ("seconds", 30), ("minute", 1), ("minutes", 5), ("hour", 1),
                                         ("hours", 5), ("day", 1), ("days", 2), ("week", 1), ("month", 1), ("year", 1)])
def test_durations_up_to_now(feed, unit, count):
    now = datetime.datetime.now(datetime.timezone.utc)
    feed.points("v", [(at(0, now), "now"), (at(-400 * 86400, now), "long ago")])
    answer = feed.api.get(feed.stream("v"), params={"duration": f"{count}{unit}"})
    assert answer.status_code == 200, answer.text
    values = [p["value"] for p in answer.json().get("datapoints", [])]
    assert "long ago" not in values
    # Beyond six hours the server picks an interval, whose last slot may lie after now.
    if unit.startswith(("minute", "hour")):
        assert values == ["now"]


@pytest.mark.parametrize("params", [
    {"start": at(0), "end": at(60), "duration": "1minute"},
    {"duration": "5fortnights"},
    {"duration": "-1hour"},
    {"start": "noon"},
    {"start": at(60), "end": at(0)},
    {"start": at(0), "duration": "1hour", "limit": "many"},
    {"start": at(0), "duration": "1hour", "limit": "-1"},
    {"start": at(0), "duration": "1hour", "interval": "often"},
    {"start": at(0), "duration": "7hours", "interval": "0"},
    {"start": at(0), "duration": "13hours", "interval": "30"},
    {"start": at(0), "duration": "2days", "interval": "60"},
])
def test_bad_parameters_get_400(feed, params):
    feed.points("v", [(at(0), "1")])
    answer = feed.api.get(feed.stream("v"), params=params)
    assert answer.status_code == 400, answer.text
    assert set(answer.json()) == {"title", "errors"}


def test_the_default_limit_is_100_and_the_greatest_1000(feed):
    for start in (0, 400, 800):
        assert feed.points("v", [(at(i), str(i)) for i in range(start, start + 400)]).status_code == 200

    def values(**params):
        answer = feed.api.get(feed.stream("v"), params={"start": at(0), "duration": "1hour", **params})
        return [p["value"] for p in answer.json()["datapoints"]]

    assert values() == [str(i) for i in range(100)]
    assert values(limit=1000) == [str(i) for i in range(1000)]
    assert values(limit=5000) == values(limit=1000)


def test_an_interval_takes_the_last_value_before_each_slot(feed):
    points = [(10, "a"), (50, "b"), (70, "c"), (200, "d"), (239, "e")]
    feed.points("v", [(at(s), v) for s, v in points])
    answer = feed.api.get(feed.stream("v"), params={"start": at(0), "duration": "1hour", "interval": 60}).json()
    assert [(p["at"], p["value"]) for p in answer["datapoints"]] == [(at(60), "b"), (at(120), "c"), (at(240), "e")]


def test_a_discrete_interval_fills_the_grid(feed):
    feed.points("v", [(at(10), "a"), (at(130), "b")])
    params = {"start": at(60), "end": at(240), "interval": 60, "interval_type": "discrete"}
    answer = feed.api.get(feed.stream("v"), params=params).json()
    assert [(p["at"], p["value"]) for p in answer["datapoints"]] == [
        (at(60), "a"), (at(120), "a"), (at(180), "b"), (at(240), "b")]


def test_an_interval_is_rounded_up_to_one_that_exists(feed):
    feed.points("v", [(at(10), "a"), (at(100), "b")])
    for interval in (31, 45, 60):
        answer = feed.api.get(feed.stream("v"), params={"start": at(0), "duration": "1hour", "interval": interval}).json()
        assert [p["at"] for p in answer["datapoints"]] == [at(60), at(120)]


@pytest.mark.parametrize("function, value", [("average", 2.5), ("sum", 10.0), ("min", 1.0), ("max", 4.0)])
def test_functions_of_an_interval(feed, function, value):
    feed.points("v", [(at(10 * i), str(i)) for i in range(1, 5)])
    params = {"start": at(0), "duration": "1hour", "interval": 60, "function": function}
    answer = feed.api.get(feed.stream("v"), params=params).json()
    assert [float(p["value"]) for p in answer["datapoints"]] == [value]


def test_the_history_of_a_feed_holds_all_its_streams(feed):
    feed.points("a", [(at(0), "1"), (at(60), "2")])
    feed.points("b", [(at(30), "3")])
    read = feed.read(start=at(0), duration="1hour")
    assert {s["id"]: [p["value"] for p in s["datapoints"]] for s in read["datastreams"]} == {"a": ["1", "2"], "b": ["3"]}


def test_csv_history_of_a_datastream(history):
    answer = history.feed.api.get(history.feed.stream("v") + ".csv", params={"start": at(0), "duration": "2minutes"})
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.text.splitlines() == [f"{at(60 * i)},{i}" for i in range(3)]


def test_csv_history_of_a_feed_is_merged_in_order_of_time(feed):
    feed.points("a", [(at(0), "1"), (at(60), "2")])
    feed.points("b", [(at(30), "3")])
    answer = feed.api.get(feed.path + ".csv", params={"start": at(0), "duration": "1hour"})
    assert answer.text.splitlines() == [f"a,{at(0)},1", f"b,{at(30)},3", f"a,{at(60)},2"]


def test_points_come_back_in_order_however_they_were_sent(feed):
    order = [5, 1, 9, 3, 7, 2]
    feed.points("v", [(at(i), str(i)) for i in order])
    feed.points("v", [(at(4), "4")])
    answer = feed.api.get(feed.stream("v"), params={"start": at(0), "duration": "1minute"}).json()
    assert [p["value"] for p in answer["datapoints"]] == ["1", "2", "3", "4", "5", "7", "9"]
