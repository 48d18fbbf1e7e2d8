"""POST /api/v1/devices: many devices from a table."""
import csv
import io

from conftest import Api

HEADER = "title,serial,tags,private,lat,lon,channels,retention_days\n"


def post(api, table, **headers):
    return api.post("/api/v1/devices", data=table.encode(), headers={"Content-Type": "text/csv", **headers})


def total(api, **params):
    return api.get("/v2/feeds", params={"content": "summary", **params}).json()["totalResults"]


def test_devices_with_their_feeds_and_keys(api, server):
    answer = post(api, HEADER + 'Attic,BD-1,"bulk one, warm",,52.5,13.4,temperature=°C humidity=%,30\nRoof,BD-2,bulk one,false,,,,\n')
    assert answer.status_code == 201 and answer.headers["Content-Type"].startswith("text/csv")
    attic, roof = csv.DictReader(io.StringIO(answer.text))
    assert (attic["serial"], attic["title"]) == ("BD-1", "Attic")
    feed = api.get(f"/v2/feeds/{attic['feed_id']}").json()
    assert feed["private"] == "true" and feed["device_serial"] == "BD-1" and feed["tags"] == ["bulk one", "warm"]
    assert (feed["location"]["lat"], feed["location"]["lon"]) == (52.5, 13.4)
    assert [(s["id"], s["unit"]["symbol"]) for s in feed["datastreams"]] == [("humidity", "%"), ("temperature", "°C")]
    assert api.get(f"/api/v1/feeds/{attic['feed_id']}").json()["retention_days"] == 30
    assert api.get(f"/v2/feeds/{roof['feed_id']}").json()["private"] == "false"
    assert total(api, tag="bulk one") == 2

    device = Api(server, attic["key"])
    assert device.put(f"/v2/feeds/{attic['feed_id']}", json={"datastreams": [{"id": "temperature", "current_value": "21"}]}).ok
    assert device.get(f"/v2/feeds/{attic['feed_id']}").status_code == 200
    assert device.put(f"/v2/feeds/{roof['feed_id']}", json={"title": "x"}).status_code == 403


def test_the_answer_as_json(api):
    devices = post(api, "title\nOne\nTwo\n", Accept="application/json").json()["devices"]
    assert [d["title"] for d in devices] == ["One", "Two"]
    assert all(len(d["key"]) == 48 and d["feed_id"] > 0 and d["serial"] == "" for d in devices)


def test_one_bad_row_refuses_all(api):
    answer = post(api, HEADER + "Good,,bulk refused,,,,,\n,,bulk refused,,,,,\nBad,,bulk refused,perhaps,north,,,\n")
    assert answer.status_code == 422
    assert answer.json()["errors"].splitlines() == [
        "line 3: title can't be blank", "line 4: private must be true or false, not 'perhaps'",
        "line 4: lat must be a number of degrees, not 'north'"]
    assert total(api, tag="bulk refused") == 0
    assert post(api, "").status_code == 400
    assert post(api, "serial\n1\n").status_code == 400
    assert post(api, "title\n\"open\n").status_code == 400
    assert api.post("/api/v1/devices", json={"title": "x"}).status_code == 415


def test_who_may(api, make_key, nobody):
    assert post(nobody, "title\nx\n").status_code == 401
    assert post(make_key([{"access_methods": ["post"]}]), "title\nx\n").status_code == 403


def test_a_few_thousand(api):
    rows = "".join(f"Device {n},S{n},bulk thousands,,,,a b,\n" for n in range(3_000))
    answer = post(api, HEADER + rows)
    assert answer.status_code == 201, answer.text
    assert len(answer.text.splitlines()) == 3_001
    assert total(api, tag="bulk thousands") == 3_000
    too_many = "title\n" + "x\n" * 10_001
    assert post(api, too_many).status_code == 422
