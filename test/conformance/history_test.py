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


def test_find_previous_is_not_repeated_on_later_pages(history):
    params = {"start": at(90), "duration": "1hour", "per_page": 3, "find_previous": "true"}
    assert history(**params) == ["1", "2", "3", "4"]
    assert history(**params, page=2) == ["5", "6", "7"]


def test_find_previous_with_an_interval(feed):
    feed.points("v", [(at(-3000), "a"), (at(70), "b"), (at(200), "c")])
    params = {"start": at(0), "duration": "10minutes", "interval": 60, "find_previous": "true"}
    answer = feed.api.get(feed.stream("v"), params=params).json()
    assert [(p["at"], p["value"]) for p in answer["datapoints"]] == [(at(-3000), "a"), (at(120), "b"), (at(240), "c")]


@pytest.mark.parametrize("params, values", [
    ({"datastreams": "a"}, {"a": ["1"]}),
    ({"datastreams": "a,c"}, {"a": ["1"], "c": ["3"]}),
    ({"datastreams": "nothing"}, {}),
    ({}, {"a": ["1"], "b": ["2"], "c": ["3"]}),
])
def test_streams_of_a_feed_can_be_chosen(feed, params, values):
    for name, value in (("a", "1"), ("b", "2"), ("c", "3")):
        feed.points(name, [(at(0), value)])
    read = feed.read(start=at(0), duration="1hour", **params)
    assert {s["id"]: [p["value"] for p in s["datapoints"]] for s in read["datastreams"]} == values


def test_a_response_holds_1000_points_of_all_streams_together(feed):
    for name in ("a", "b", "c"):
        for start in (0, 400):
            feed.points(name, [(at(start + i), "1") for i in range(400)])
    read = feed.read(start=at(0), duration="1hour", limit=1000)
    assert [len(s["datapoints"]) for s in read["datastreams"]] == [800, 200, 0]
    read = feed.read(start=at(500), duration="1hour", limit=1000, find_previous="true")
    assert sum(len(s["datapoints"]) for s in read["datastreams"]) <= 1000


@pytest.mark.parametrize("interval, longest, too_long", [
    (0, "6hours", "361minutes"), (30, "12hours", "721minutes"), (60, "24hours", "1441minutes"),
    (300, "5days", "121hours"), (900, "14days", "337hours"), (1800, "31days", "745hours"),
    (3600, "31days", "745hours"), (10800, "90days", "91days"), (21600, "180days", "181days"),
    (43200, "1year", "367days"), (86400, "1year", "367days"),
])
def test_how_long_a_range_may_be(feed, interval, longest, too_long):
    feed.points("v", [(at(0), "1")])

    def status(duration):
        return feed.api.get(feed.stream("v"), params={"duration": duration, "interval": interval}).status_code

    assert (status(longest), status(too_long)) == (200, 400)


@pytest.mark.parametrize("duration, interval", [("6hours", 0), ("12hours", 30), ("1day", 60), ("5days", 300),
                                                ("14days", 900), ("31days", 1800), ("90days", 10800),
                                                ("180days", 21600), ("1year", 43200)])
def test_without_an_interval_the_shortest_is_taken_that_may_be(feed, duration, interval):
    odd = -(interval or 20) // 2 + 1  # on no border of a slot
    feed.points("v", [(at(odd), "1")])
    answer = feed.api.get(feed.stream("v"), params={"end": at(86400), "duration": duration})
    if duration in ("6hours", "12hours"):
        answer = feed.api.get(feed.stream("v"), params={"end": at(60), "duration": duration})
    midnight = datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)
    place = datetime.datetime.fromisoformat(answer.json()["datapoints"][0]["at"].replace("Z", "+00:00")) - midnight
    if interval == 0:
        assert place == datetime.timedelta(hours=12, seconds=odd)
    else:
        assert place.total_seconds() % interval == 0
        assert 0 < place.total_seconds() - (12 * 3600 + odd) <= interval


def test_an_unknown_type_of_interval_is_refused(feed):
    feed.points("v", [(at(0), "1")])
    answer = feed.api.get(feed.stream("v"), params={"duration": "1hour", "interval_type": "odd"})
    assert answer.status_code == 400 and "discrete" in answer.json()["errors"]


def test_the_function_is_named_only_where_one_was_asked_for(feed):
    feed.points("v", [(at(10), "1"), (at(20), "2")])
    params = {"start": at(0), "duration": "1hour", "interval": 60}
    assert "datapoints_function" not in feed.api.get(feed.stream("v"), params=params).json()
    params["function"] = "average"
    assert feed.api.get(feed.stream("v"), params=params).json()["datapoints_function"] == "average"
    assert '<datapoints function="average">' in feed.api.get(feed.stream("v") + ".xml", params=params).text


@pytest.mark.parametrize("moment, values", [
    (0, {"a": "1", "b": "3"}), (59, {"a": "1", "b": "3"}), (60, {"a": "2", "b": "3"}), (9999, {"a": "2", "b": "3"}),
    (-1, {"b": "3"}), (-61, {}),
])
def test_time_shows_the_values_of_a_moment(feed, moment, values):
    feed.points("a", [(at(0), "1"), (at(60), "2")])
    feed.points("b", [(at(-60), "3")])
    read = feed.read(time=at(moment))
    assert {s["id"]: s["current_value"] for s in read["datastreams"]} == values
    rows = feed.api.get(feed.path + ".csv", params={"time": at(moment)}).text.splitlines()
    assert {row.split(",")[0]: row.split(",")[2] for row in rows} == values


def test_time_of_one_datastream(feed):
    feed.points("a", [(at(0), "1"), (at(60), "2")])
    read = feed.api.get(feed.stream("a"), params={"time": at(30)}).json()
    assert (read["current_value"], read["at"]) == ("1", at(0))
    assert "current_value" not in feed.api.get(feed.stream("a"), params={"time": at(-1)}).json()


@pytest.mark.parametrize("params", [{"time": "then"}, {"time": at(0), "duration": "1hour"}])
def test_a_bad_moment_gets_400(feed, params):
    assert feed.api.get(feed.path, params=params).status_code == 400


def test_a_key_may_be_limited_to_long_intervals(feed, make_key):
    feed.points("v", [(at(0), "1")])
    hourly = make_key([{"access_methods": ["get"], "minimum_interval": 3600}])

    def status(path, **params):
        return hourly.get(path, params={"start": at(0), "duration": "1day", **params}).status_code

    for path in (feed.path, feed.stream("v")):
        assert status(path, interval=60) == 403
        assert status(path, interval=3600) == 200
        assert hourly.get(path).status_code == 200  # the current values are no history
        assert hourly.get(path, params={"time": at(0)}).status_code == 403
    assert status(feed.stream("v") + ".png") == 403
    assert status(feed.stream("v") + ".png", interval=3600) == 200
