"""CSV in both directions."""
import pytest

DAY = "2026-01-02T"


def put_csv(feed, path, text, method="PUT"):
    return feed.api.request(method, path, data=text.encode(), headers={"Content-Type": "text/plain"})


def values(feed):
    return {s["id"]: s.get("current_value") for s in feed.read().get("datastreams", [])}


def test_two_columns(feed):
    assert put_csv(feed, feed.path + ".csv", "a,1\nb, 2.50 \r\n").status_code == 200
    assert values(feed) == {"a": "1", "b": "2.50"}


def test_three_columns(feed):
    assert put_csv(feed, feed.path + ".csv", f"a,{DAY}03:04:05Z,1\nb,{DAY}03:04:06Z,2\n").status_code == 200
    answer = feed.api.get(feed.path + ".csv")
    assert answer.text.splitlines() == [f"a,{DAY}03:04:05.000000Z,1", f"b,{DAY}03:04:06.000000Z,2"]


def test_several_rows_of_a_stream_are_datapoints(feed):
    rows = "".join(f"a,{DAY}00:00:0{i}Z,{i}\n" for i in range(4))
    assert put_csv(feed, feed.path + ".csv", rows).status_code == 200
    answer = feed.api.get(feed.stream("a") + ".csv", params={"start": DAY + "00:00:00Z", "duration": "1minute"})
    assert answer.text.splitlines() == [f"{DAY}00:00:0{i}.000000Z,{i}" for i in range(4)]


def test_a_stream_that_was_never_written(feed):
    feed.api.post(feed.path + "/datastreams", json={"datastreams": [{"id": "temp"}]})
    assert feed.api.get(feed.path + ".csv").text.splitlines() == ['temp,,""']


def test_quoting(feed):
    assert put_csv(feed, feed.path + ".csv", 'a,"one, ""two"""\n').status_code == 200
    assert values(feed) == {"a": 'one, "two"'}
    assert feed.api.get(feed.path + ".csv").text.rstrip("\r\n").endswith(',"one, ""two"""')


def test_a_datastream(feed):
    feed.write("a", "1")
    assert put_csv(feed, feed.stream("a") + ".csv", "7\n").status_code == 200
    assert values(feed) == {"a": "7"}
    assert put_csv(feed, feed.stream("a") + ".csv", "2100-01-02T03:04:05Z,8\n").status_code == 200
    assert feed.api.get(feed.stream("a") + ".csv").text.strip() == "2100-01-02T03:04:05.000000Z,8"


def test_create_a_datastream(feed):
    made = put_csv(feed, feed.path + "/datastreams.csv", f"newds,{DAY}00:00:00.000000Z,42\n", "POST")
    assert made.status_code == 201
    assert made.headers["Location"].endswith(feed.stream("newds"))
    assert values(feed) == {"newds": "42"}


def test_datapoints(feed):
    feed.points("a", [(DAY + "00:00:00Z", "0")])
    rows = f"{DAY}00:00:01Z,1\n{DAY}00:00:02Z,2\n"
    assert put_csv(feed, feed.stream("a") + "/datapoints.csv", rows, "POST").status_code == 200
    path = feed.stream("a") + f"/datapoints/{DAY}00:00:01Z.csv"
    assert feed.api.get(path).text.strip() == f"{DAY}00:00:01.000000Z,1"
    assert put_csv(feed, path, "9").status_code == 200
    assert feed.api.get(path).text.strip() == f"{DAY}00:00:01.000000Z,9"
    assert feed.api.delete(path).status_code == 200
    assert feed.api.get(path).status_code == 404


@pytest.mark.parametrize("text, message", [
    ("", "Submitted CSV is empty."),
    ("a\n", "CSV is invalid. Incorrect number of fields"),
    ("a,1,2,3\n", "CSV is invalid. Incorrect number of fields"),
    ("a,1\nb\n", "CSV is invalid. Incorrect number of fields"),
    ("a,1\na,2\n", "If multiple values given they must include a timestamp for all values"),
    ('a,"1\n', "CSV is invalid"),
])
def test_errors(feed, text, message):
    feed.write("kept", "1")
    answer = put_csv(feed, feed.path + ".csv", text)
    assert answer.status_code == 400
    assert message in answer.text
    assert values(feed) == {"kept": "1"}


def test_the_content_type_decides_without_a_suffix(feed):
    answer = feed.api.put(feed.path, data=b"a,1\n", headers={"Content-Type": "text/csv"})
    assert answer.status_code == 200
    assert values(feed) == {"a": "1"}
