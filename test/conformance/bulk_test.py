"""POST /api/v1/datapoints: many readings of many feeds in one request."""


def post(api, rows, **headers):
    return api.post("/api/v1/datapoints", data="".join(rows).encode(), headers={"Content-Type": "text/csv", **headers})


def test_readings_of_several_feeds(make_feed):
    one, two = make_feed(), make_feed()
    rows = [f"{feed.id},s{i},2026-01-02T00:00:0{j}Z,{i}.{j}0\n" for feed in (one, two) for i in range(3) for j in range(5)]
    answer = post(one.api, rows)
    assert (answer.status_code, answer.json()) == (200, {"datapoints": 30})
    for feed in (one, two):
        history = feed.read(start="2026-01-02T00:00:00Z", duration="1minute")
        assert {s["id"]: [p["value"] for p in s["datapoints"]] for s in history["datastreams"]} == {
            f"s{i}": [f"{i}.{j}0" for j in range(5)] for i in range(3)}


def test_one_bad_row_refuses_all(make_feed):
    feed = make_feed()
    good = f"{feed.id},v,2026-01-02T00:00:00Z,1\n"
    for bad in (f"{feed.id},v,whenever,1\n", f"{feed.id},v\n", "999999999,v,2026-01-02T00:00:00Z,1\n", "x,v,2026-01-02T00:00:00Z,1\n",
                f"{feed.id},no spaces,2026-01-02T00:00:00Z,1\n", f"{feed.id},v,2026-01-02T00:00:00Z,{'9' * 256}\n"):
        assert post(feed.api, [good, bad]).status_code in (400, 403, 404, 422), bad
    assert feed.read().get("datastreams", []) == []


def test_it_needs_a_key(make_feed, nobody):
    feed = make_feed()
    assert post(nobody, [f"{feed.id},v,2026-01-02T00:00:00Z,1\n"]).status_code == 401
    assert feed.read().get("datastreams", []) == []


def test_more_rows_than_a_request_may_hold(make_feed):
    feed = make_feed()
    rows = [f"{feed.id},v,2026-01-02T00:00:00Z,1\n"] * 100_001
    assert post(feed.api, rows).status_code in (413, 422)
    assert feed.read().get("datastreams", []) == []
