"""The query API of Prometheus, as Grafana asks it."""
import datetime

import pytest

NOON = datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.timezone.utc).timestamp()
ROOT = "/prometheus/api/v1"


def iso(seconds):
    return datetime.datetime.fromtimestamp(NOON + seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Prometheus:
    def __init__(self, api):
        self.api = api

    def get(self, path, **params):
        answer = self.api.get(ROOT + path, params=params)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"].startswith("application/json")
        body = answer.json()
        assert body["status"] == "success"
        return body["data"]

    def query(self, query, time=0):
        return self.get("/query", query=query, time=NOON + time)

    def values(self, query, time=0):
        """The values of an instant query, as texts."""
        data = self.query(query, time)
        assert data["resultType"] == "vector"
        return [one["value"][1] for one in data["result"]]

    def range(self, query, start, end, step):
        data = self.get("/query_range", query=query, start=NOON + start, end=NOON + end, step=step)
        assert data["resultType"] == "matrix"
        return {one["metric"].get("channel"): [(at - NOON, value) for at, value in one["values"]]
                for one in data["result"]}


@pytest.fixture
def station(make_feed):
    """Half an hour of a reading every 20 seconds: temperature is the second, wind-speed its half."""
    feed = make_feed(title="Roof", tags=["attic", "outdoor"])
    points = [(iso(s), str(s)) for s in range(0, 1801, 20)]
    assert feed.points("temperature", points).status_code == 200
    assert feed.points("wind-speed", [(at, str(int(v) / 2)) for at, v in points]).status_code == 200
    answer = feed.put({"datastreams": [{"id": "temperature", "tags": ["warm"],
                                        "unit": {"label": "Celsius", "symbol": "°C", "type": "derivedSI"}}]})
    assert answer.status_code == 200
    return feed


@pytest.fixture
def prometheus(station):
    return Prometheus(station.api)


def test_an_instant_query(prometheus, station):
    data = prometheus.query(f'temperature{{feed="{station.id}"}}', 100)
    assert data == {"resultType": "vector", "result": [{
        "metric": {"__name__": "temperature", "feed": str(station.id), "channel": "temperature", "title": "Roof",
                   "owner": "admin", "unit": "°C", "tags": ",attic,outdoor,warm,"},
        "value": [NOON + 100, "100"]}]}


@pytest.mark.parametrize("query, values", [
    ('temperature{feed="ID"}', ["100"]),
    ('{__name__="wind_speed",feed="ID"}', ["50"]),
    ('{feed="ID"}', ["100", "50"]),
    ('reading{feed="ID"}', ["100", "50"]),
    ('reading{feed="ID",channel="wind-speed"}', ["50"]),
    ('reading{feed=~"ID|999999999",channel!="wind-speed"}', ["100"]),
    ('reading{feed="ID",channel=~"w.*"}', ["50"]),
    ('reading{feed="ID",channel!~"w.*"}', ["100"]),
    ('reading{feed="ID",unit="°C"}', ["100"]),
    ('reading{feed="ID",unit=""}', ["50"]),
    ('reading{feed="ID",tags=~".*,attic,.*",title="Roof",owner="admin"}', ["100", "50"]),
    ('reading{feed="ID",tags=~".*,att,.*"}', []),
    ('reading{feed=~".*ID",feed!="7",channel="temperature"}', ["100"]),
    ('nothing{feed="ID"}', []),
    ('temperature{feed="ID"} * 2 + 1', ["201"]),
    ('temperature{feed="ID"} offset 40s', ["60"]),
    ('sum(reading{feed="ID"})', ["150"]),
    ('avg by (feed) (reading{feed="ID"})', ["75"]),
    ('count(reading{feed="ID"}) by (unit)', ["1", "1"]),
    ('reading{feed="ID"} > 60', ["100"]),
    ('reading{feed="ID"} > bool 60', ["1", "0"]),
    ('temperature{feed="ID"} / on(feed) wind_speed{feed="ID"}', ["2"]),
    # Windows include both of their ends: 40, 60, 80 and 100.
    ('count_over_time(temperature{feed="ID"}[1m])', ["4"]),
    ('sum_over_time(temperature{feed="ID"}[1m])', ["280"]),
    ('avg_over_time(temperature{feed="ID"}[1m])', ["70"]),
    ('min_over_time(temperature{feed="ID"}[1m])', ["40"]),
    ('max_over_time(temperature{feed="ID"}[1m])', ["100"]),
    ('last_over_time(temperature{feed="ID"}[1m])', ["100"]),
    ('rate(temperature{feed="ID"}[1m])', ["1"]),
    ('delta(wind_speed{feed="ID"}[1m])', ["30"]),
    ('abs(0 - temperature{feed="ID"})', ["100"]),
])
def test_instant_values(prometheus, station, query, values):
    assert prometheus.values(query.replace("ID", str(station.id)), 100) == values


@pytest.mark.parametrize("time, values", [(-1, []), (0, ["0"]), (19, ["0"]), (1800, ["1800"]), (2100, ["1800"]), (2101, [])])
def test_a_reading_counts_for_five_minutes(prometheus, station, time, values):
    assert prometheus.values(f'temperature{{feed="{station.id}"}}', time) == values


@pytest.mark.parametrize("spelling", [str(NOON + 100), str(int(NOON + 100)), iso(100), "2026-01-02T13:01:40+01:00"])
def test_spellings_of_time(prometheus, station, spelling):
    data = prometheus.get("/query", query=f'temperature{{feed="{station.id}"}}', time=spelling)
    assert data["result"][0]["value"] == [NOON + 100, "100"]


def test_without_a_time_it_is_now(prometheus, station):
    station.write("fresh", "42")
    data = prometheus.get("/query", query=f'fresh{{feed="{station.id}"}}')
    assert data["result"][0]["value"][1] == "42"


def test_numbers_are_scalars(prometheus):
    assert prometheus.query("1+1", 4) == {"resultType": "scalar", "result": [NOON + 4, "2"]}
    assert prometheus.query("vector(1)/0", 4)["result"] == [{"metric": {}, "value": [NOON + 4, "+Inf"]}]


def test_a_range_query(prometheus, station):
    query = f'temperature{{feed="{station.id}"}}'
    assert prometheus.range(query, 0, 60, 15) == {"temperature": [(0, "0"), (15, "0"), (30, "20"), (45, "40"), (60, "60")]}
    assert prometheus.range(query, 0, 60, "30s") == {"temperature": [(0, "0"), (30, "20"), (60, "60")]}
    # The steps begin at the start; the last one is not after the end.
    assert prometheus.range(query, 7, 60, 25) == {"temperature": [(7, "0"), (32, "20"), (57, "40")]}
    assert prometheus.range(query, -300, -1, 60) == {}


def test_a_range_over_a_gap_has_no_values_there(prometheus, station):
    station.points("gappy", [(iso(0), "1"), (iso(1200), "2")])
    values = prometheus.range(f'gappy{{feed="{station.id}"}}', 0, 1500, 150)["gappy"]
    assert values == [(0, "1"), (150, "1"), (300, "1"), (1200, "2"), (1350, "2"), (1500, "2")]


def test_functions_in_a_range_query(prometheus, station):
    minutes = prometheus.range(f'avg_over_time(temperature{{feed="{station.id}"}}[1m])', 60, 1800, 60)
    assert minutes["temperature"] == [(t, str(t - 30)) for t in range(60, 1801, 60)]
    # On no border of a minute the readings themselves are read.
    odd = prometheus.range(f'avg_over_time(temperature{{feed="{station.id}"}}[1m])', 70, 1800, 60)
    assert odd["temperature"] == [(t, str(t - 30)) for t in range(70, 1801, 60)]
    both = prometheus.range(f'sum by (channel) (reading{{feed="{station.id}"}})', 0, 40, 20)
    assert both == {"temperature": [(0, "0"), (20, "20"), (40, "40")], "wind-speed": [(0, "0"), (20, "10"), (40, "20")]}


def test_texts_are_no_values(prometheus, station):
    station.points("state", [(iso(0), "on"), (iso(20), "1"), (iso(40), "off")])
    assert prometheus.range(f'state{{feed="{station.id}"}}', 0, 60, 20) == {"state": [(20, "1"), (40, "1"), (60, "1")]}


def test_a_post_with_a_form(prometheus, station):
    form = {"query": f'temperature{{feed="{station.id}"}}', "time": NOON + 20}
    answer = station.api.post(ROOT + "/query", data=form)
    assert answer.json()["data"]["result"][0]["value"] == [NOON + 20, "20"]
    form = {"query": "1", "start": NOON, "end": NOON + 10, "step": 10}
    answer = station.api.post(ROOT + "/query_range", data=form)
    assert answer.json()["data"]["result"] == [{"metric": {}, "values": [[NOON, "1"], [NOON + 10, "1"]]}]


def test_series_labels_and_their_values(prometheus, station):
    mine = f'{{feed="{station.id}"}}'
    assert [one["channel"] for one in prometheus.get("/series", **{"match[]": mine})] == ["temperature", "wind-speed"]
    assert prometheus.get("/labels", **{"match[]": mine}) == [
        "__name__", "channel", "feed", "owner", "tags", "title", "unit"]
    assert prometheus.get("/label/__name__/values", **{"match[]": mine}) == ["temperature", "wind_speed"]
    assert prometheus.get("/label/channel/values", **{"match[]": f'reading{mine}'}) == ["temperature", "wind-speed"]
    assert prometheus.get("/label/unit/values", **{"match[]": mine}) == ["°C"]
    assert prometheus.get("/label/nobody/values", **{"match[]": mine}) == []
    assert {"reading", "temperature", "wind_speed"} <= set(prometheus.get("/label/__name__/values"))
    assert str(station.id) in prometheus.get("/label/feed/values")
    both = station.api.post(ROOT + "/series", data={"match[]": [f'temperature{mine}', f'wind_speed{mine}']}).json()
    assert len(both["data"]) == 2


def test_metadata_and_build(prometheus):
    data = prometheus.get("/metadata", metric="temperature")
    assert list(data) == ["temperature"]
    assert data["temperature"][0]["type"] == "gauge"
    assert prometheus.get("/status/buildinfo")["version"]


@pytest.mark.parametrize("path, params, words", [
    ("/query", {}, "query"),
    ("/query", {"query": "sum("}, "1:5: parse error"),
    ("/query", {"query": "a b"}, "1:3: parse error"),
    ("/query", {"query": '{x=~"("}'}, "regular expression"),
    ("/query", {"query": "1", "time": "noon"}, "time"),
    ("/query", {"query": "1", "time": "1e300"}, "time"),
    ("/query_range", {"query": "1", "start": 0, "end": 10}, "step"),
    ("/query_range", {"query": "1", "start": 0, "end": 10, "step": 0}, "step"),
    ("/query_range", {"query": "1", "start": 0, "end": 10, "step": "-5s"}, "step"),
    ("/query_range", {"query": "1", "start": 0, "end": 10, "step": "nan"}, "step"),
    ("/query_range", {"query": "1", "start": 10, "end": 0, "step": 1}, "end"),
    ("/query_range", {"query": "1", "start": 0, "end": 11000, "step": 1}, "11000 points"),
    ("/series", {}, "match[]"),
    ("/series", {"match[]": "{}"}, "match[]"),
    ("/labels", {"match[]": "a["}, "match[]"),
])
def test_bad_requests(api, path, params, words):
    answer = api.get(ROOT + path, params=params)
    assert answer.status_code == 400, answer.text
    body = answer.json()
    assert (body["status"], body["errorType"]) == ("error", "bad_data")
    assert words in body["error"]


def test_a_query_that_is_too_long(api):
    answer = api.post(ROOT + "/query", data={"query": "x" * 20000})
    assert answer.status_code == 400 and "longer than" in answer.json()["error"]


def test_what_cannot_be_calculated(prometheus, station):
    query = f'reading{{feed="{station.id}"}} / on(feed) reading{{feed="{station.id}"}}'
    answer = station.api.get(ROOT + "/query", params={"query": query, "time": NOON})
    assert answer.status_code == 422
    assert answer.json()["errorType"] == "execution"


def test_who_may_ask(prometheus, station, nobody, server, make_key, make_feed):
    params = {"query": f'reading{{feed="{station.id}",channel="temperature"}}', "time": NOON}

    def count(api, **options):
        answer = api.get(ROOT + "/query", params=params, **options)
        assert answer.status_code == 200, answer.text
        return len(answer.json()["data"]["result"])

    refused = nobody.get(ROOT + "/query", params=params)
    assert refused.status_code == 401 and refused.json()["errorType"] == "unauthorized"
    assert nobody.get(ROOT + "/query", params=params, auth=("admin", "wrong")).status_code == 401
    assert count(nobody, auth=("admin", server.PASSWORD)) == 1
    assert count(nobody, headers={"Authorization": f"Bearer {station.api.key}"}) == 1
    assert count(make_key([{"access_methods": ["get"]}])) == 1
    assert count(make_key([{"access_methods": ["put"]}])) == 0
    temperature = [{"feed_id": station.id, "datastream_id": "temperature"}]
    assert count(make_key([{"access_methods": ["get"], "resources": temperature}])) == 1
    wind = [{"feed_id": station.id, "datastream_id": "wind-speed"}]
    assert count(make_key([{"access_methods": ["get"], "resources": wind}])) == 0
    assert count(make_key([{"access_methods": ["get"], "minimum_interval": 3600}])) == 0


def test_private_feeds_stay_private(make_feed, make_key):
    private = make_feed(private=True)
    private.points("secret", [(iso(0), "1")])
    params = {"query": f'secret{{feed="{private.id}"}}', "time": NOON}
    outsider = make_key([{"access_methods": ["get"]}], private_access=False)
    assert outsider.get(ROOT + "/query", params=params).json()["data"]["result"] == []
    names = outsider.get(ROOT + "/label/feed/values").json()["data"]
    assert str(private.id) not in names
    assert len(private.api.get(ROOT + "/query", params=params).json()["data"]["result"]) == 1


def test_limits_come_from_the_configuration(start_server):
    from conftest import Api, Feed
    server = start_server(config="[limits]\nprometheus_series_max = 2\nprometheus_steps_max = 10\nprometheus_samples_max = 50\n")
    feed = Feed(Api(server, server.API_KEY))
    for name in ("a", "b", "c"):
        feed.points(name, [(iso(s), "1") for s in range(60)])

    def ask(query, **params):
        path = "/query_range" if "step" in params else "/query"
        return feed.api.get(ROOT + path, params={"query": query, "time": NOON + 59, **params})

    assert ask("a").status_code == 422 and "50 values" in ask("a").json()["error"]
    assert ask("a offset 40s").status_code == 200
    assert "2 series" in ask('{feed!=""}').json()["error"]
    assert ask("1", start=0, end=10, step=1).status_code == 400
    listed = feed.api.get(ROOT + "/series", params={"match[]": '{feed!=""}'}).json()
    assert len(listed["data"]) == 2 and listed["warnings"]
