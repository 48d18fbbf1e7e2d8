"""API v1: what a feed or datastream is now, in the formats before v2."""
import xml.etree.ElementTree as ET

import pytest
import requests

AT = "2013-05-05T07:37:54.465267Z"
EEML = "{http://www.eeml.org/xsd/005}"


@pytest.fixture
def station(make_feed):
    feed = make_feed(description="On the roof", location={"name": "Roof", "lat": 30.5, "lon": 76.25},
                     datastreams=[{"id": "0", "tags": "hot", "unit": {"label": "Celsius", "symbol": "C",
                                                                       "type": "derivedSI"}},
                                  {"id": "empty"}])
    feed.points("0", [("2013-05-05T07:00:00Z", "1"), (AT, "14")])
    feed.v1 = f"/v1/feeds/{feed.id}"
    return feed


def test_feed_json(server, station):
    body = station.api.get(station.v1 + ".json").json()
    assert body.pop("updated").endswith("Z")
    assert body.pop("status") in ("live", "frozen")
    assert body == {
        "id": station.id, "title": "Conformance", "description": "On the roof",
        "feed": server.url(station.v1 + ".json"), "version": "0.6-alpha",
        "datastreams": [
            {"id": "0", "values": [{"recorded_at": AT, "value": "14", "max_value": "14.0", "min_value": "1.0"}],
             "tags": ["hot"], "unit": {"type": "derivedSI", "symbol": "C", "label": "Celsius"}},
            {"id": "empty", "values": []}],
        "location": {"name": "Roof", "lat": 30.5, "lon": 76.25}}


def test_datastream_json(station):
    body = station.api.get(station.v1 + "/datastreams/0.json").json()
    assert (body["id"], body["version"]) == ("0", "0.6-alpha")
    assert body["values"] == [{"recorded_at": AT, "value": "14", "max_value": "14.0", "min_value": "1.0"}]


def test_feed_xml(station):
    answer = station.api.get(station.v1 + ".xml")
    assert answer.headers["Content-Type"].startswith("application/xml")
    root = ET.fromstring(answer.content)
    assert (root.tag, root.get("version")) == (EEML + "eeml", "5")
    environment = root.find(EEML + "environment")
    assert environment.get("id") == str(station.id)
    assert environment.find(EEML + "title").text == "Conformance"
    data = environment.findall(EEML + "data")
    assert [one.get("id") for one in data] == ["0", "empty"]
    value = data[0].find(EEML + "value")
    assert (value.text, value.get("minValue"), value.get("maxValue")) == ("14", "1.0", "14.0")
    assert data[0].find(EEML + "unit").get("symbol") == "C"
    assert data[1].find(EEML + "value") is None


def test_xml_is_what_v1_was_made_for(station):
    assert station.api.get(station.v1).headers["Content-Type"].startswith("application/xml")
    answer = station.api.get(station.v1, headers={"Accept": "application/json"})
    assert answer.headers["Content-Type"].startswith("application/json")


def test_datastream_xml(station):
    root = ET.fromstring(station.api.get(station.v1 + "/datastreams/0.xml").content)
    (data,) = root.find(EEML + "environment").findall(EEML + "data")
    assert data.find(EEML + "tag").text == "hot"


def test_csv_is_a_row_of_values(station):
    assert station.api.get(station.v1 + ".csv").text.rstrip("\n") == "14,"
    assert station.api.get(station.v1 + "/datastreams/0.csv").text == "14"


def test_what_v1_does_not_have(station, nobody):
    assert station.api.put(station.v1 + ".json", json={"title": "x"}).status_code == 404
    assert station.api.get("/v1/feeds.json").status_code == 404
    assert station.api.get(station.v1 + "/datastreams/none.json").status_code == 404
    assert station.api.get(station.v1 + ".png").status_code == 406
    assert nobody.get(station.v1 + ".json").status_code == 401


def test_over_the_limit_v1_says_503_and_v2_403(start_server):
    server = start_server(config="[rates]\ncalls_per_minute = 1\n")

    def status(path):
        return requests.get(server.url(path), headers={"X-ApiKey": server.API_KEY}, timeout=30).status_code

    assert [status("/v2/feeds") for _ in range(3)] == [200, 200, 200]
    assert status("/v2/feeds") == 403
    assert status("/v1/feeds/1.json") == 503
