"""History as a file: GET and POST /api/v1/feeds/ID/history.csv."""
import csv
import datetime
import io

START = datetime.datetime(2026, 1, 1)


def time(n):
    return (START + datetime.timedelta(seconds=n)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def path(feed):
    return f"/api/v1/feeds/{feed.id}/history.csv"


def fill(feed, stream, count, value=lambda n: f"{n % 100}.{n % 10}0"):
    rows = "".join(f"{feed.id},{stream},{time(n)},{value(n)}\n" for n in range(count))
    answer = feed.api.post("/api/v1/datapoints", data=rows.encode(), headers={"Content-Type": "text/csv"})
    assert answer.json() == {"datapoints": count}


def rows_of(text):
    return list(csv.reader(io.StringIO(text)))


def test_out_and_in_again(make_feed):
    one, two = make_feed(), make_feed()
    fill(one, "a", 5_001)  # more than is read at once
    fill(one, "b", 3)
    one.points("texts", [(time(0), 'a "quoted", line'), (time(1), "0000017"), (time(2), "")])
    answer = one.api.get(path(one), stream=True)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Transfer-Encoding"] == "chunked"
    text = answer.text
    rows = rows_of(text)
    assert rows[0] == ["stream_id", "at", "value"] and len(rows) == 1 + 5_001 + 3 + 3
    assert rows[1] == ["a", time(0), "0.00"] and rows[-3:] == [
        ["texts", time(0), 'a "quoted", line'], ["texts", time(1), "0000017"], ["texts", time(2), ""]]

    back = two.api.post(path(two), data=text.encode(), headers={"Content-Type": "text/csv"})
    assert back.json() == {"datapoints": 5_007}
    assert two.api.get(path(two)).text == text
    # The same again changes nothing.
    assert two.api.post(path(two), data=text.encode()).status_code == 200
    assert two.api.get(path(two)).text == text


def test_a_part_of_it(feed):
    fill(feed, "a", 100)
    fill(feed, "b", 100)
    part = rows_of(feed.api.get(path(feed), params={"datastreams": "b", "start": time(10), "end": time(12)}).text)
    assert [row[:2] for row in part[1:]] == [["b", time(10)], ["b", time(11)], ["b", time(12)]]
    assert feed.api.get(path(feed), params={"datastreams": "c"}).status_code == 404
    assert feed.api.get(path(feed), params={"start": "soon"}).status_code == 400


def test_a_feed_without_readings(feed):
    assert feed.api.get(path(feed)).text == "stream_id,at,value\n"


def test_a_bad_row_refuses_all(feed):
    for bad in ("a,whenever,1\n", "a,1\n", "no spaces,2026-01-01,1\n"):
        answer = feed.api.post(path(feed), data="a,2026-01-01,1\n" + bad)
        assert answer.status_code == 400 and "line 2" in answer.json()["errors"], bad
    assert feed.api.get(path(feed)).text == "stream_id,at,value\n"
    assert feed.api.post("/api/v1/feeds/999999999/history.csv", data="a,2026-01-01,1\n").status_code == 404


def test_who_may(make_feed, make_key, nobody):
    feed = make_feed(private=True)
    fill(feed, "a", 2)
    fill(feed, "b", 2)
    assert nobody.get(path(feed)).status_code == 401
    only_b = make_key([{"access_methods": ["get"], "resources": [{"feed_id": feed.id, "datastream_id": "b"}]}])
    assert [row[0] for row in rows_of(only_b.get(path(feed)).text)] == ["stream_id", "b", "b"]
    assert only_b.get(path(feed), params={"datastreams": "a,b"}).status_code == 403
    assert only_b.post(path(feed), data=f"b,{time(5)},1\n").status_code == 403
    coarse = make_key([{"access_methods": ["get"], "minimum_interval": 3600}])
    assert coarse.get(path(feed)).status_code == 403


def test_a_feed_says_when_it_was_heard(feed):
    document = feed.api.get(f"/api/v1/feeds/{feed.id}").json()
    assert document["status"] == "live" and document["retention_days"] == 0 and document["heard"].endswith("Z")
    patch = lambda body: feed.api.request("PATCH", f"/api/v1/feeds/{feed.id}", json=body)
    assert patch({"retention_days": 36_501}).status_code == 422
    assert patch({"retention_days": "a month"}).status_code == 422
    assert patch({"title": "x"}).status_code == 422
    assert patch([]).status_code == 400
