"""GET /api/v1/audit: who changed what, when and from where."""
import pytest
from conftest import Api

KEY_LABEL = "conformance"


def entries(api, **params):
    answer = api.get("/api/v1/audit", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["entries"]


def about(feed, **params):
    return [(e["action"], e["detail"]) for e in reversed(entries(feed.api, object=f"feeds/{feed.id}", **params))]


def test_the_life_of_a_feed(make_feed):
    feed = make_feed()
    feed.put({"title": "Attic", "tags": ["warm"]})
    feed.put({"title": "Attic"})  # nothing is different
    feed.write("t", "21.5")  # a reading
    feed.write("t", "22")
    feed.api.put(feed.stream("t"), json={"unit": {"symbol": "°C"}})
    feed.api.delete(feed.stream("t"))
    feed.api.delete(feed.path)
    history = about(feed)
    assert history[0] == ("feed.create", "'Conformance'")
    assert history[1] == ("feed.update", "title: 'Conformance' → 'Attic'; tags: '' → 'warm'")
    assert ("feed.update", "channel 't' symbol: '' → '°C'") in history
    assert history[-2:] == [("channel.delete", "'t'"), ("feed.delete", "'Attic'")]
    assert not any("21.5" in detail or "22" in detail for _, detail in history)


def test_an_entry_says_who_and_from_where(make_feed):
    feed = make_feed()
    entry = entries(feed.api, object=f"feeds/{feed.id}")[0]
    assert entry["actor"] == "Master key" and entry["address"] == "127.0.0.1"
    assert entry["object"] == f"feeds/{feed.id}" and entry["at"].endswith("Z")


def test_keys_appear_as_their_labels(api, make_key):
    made = make_key([{"access_methods": ["get"]}])
    api.put(f"/v2/keys/{made.key}", json={"key": {"label": "renamed"}})
    renewed = api.post(f"/v2/keys/{made.key}/regenerate").headers["Location"].rsplit("/", 1)[1]
    api.delete(f"/v2/keys/{renewed}")
    found = [(e["action"], e["detail"]) for e in entries(api, action="key", limit=4)]
    assert found == [("key.delete", "'renamed'"), ("key.regenerate", "'renamed'"), ("key.update", "'renamed'"),
                     ("key.create", "'conformance'")]
    text = api.get("/api/v1/audit", params={"limit": 1000}).text
    assert made.key not in text and renewed not in text


def test_a_failed_login(api, server):
    nobody = Api(server, None)
    assert nobody.get("/v2/feeds", auth=("admin", "a wrong password")).status_code == 401
    entry = entries(api, action="login.failed")[0]
    assert (entry["object"], entry["actor"], entry["address"]) == ("accounts/admin", "admin", "127.0.0.1")
    assert "wrong" not in str(entry)


def test_imports_and_retention(make_feed):
    feed = make_feed()
    feed.api.post(f"/api/v1/feeds/{feed.id}/history.csv", data="a,2026-01-01T00:00:00Z,1\n")
    answer = feed.api.request("PATCH", f"/api/v1/feeds/{feed.id}", json={"retention_days": 30})
    assert answer.json()["retention_days"] == 30
    assert about(feed)[1:] == [("feed.import", "1 readings"), ("feed.update", "retention in days: '0' → '30'")]


def test_pages(make_feed):
    feed = make_feed()
    for n in range(7):
        feed.put({"title": f"Title {n}"})
    everything = [e["id"] for e in entries(feed.api, object=f"feeds/{feed.id}")]
    assert len(everything) == 8 and everything == sorted(everything, reverse=True)
    paged, params = [], {"object": f"feeds/{feed.id}", "limit": 3}
    while True:
        page = feed.api.get("/api/v1/audit", params=params).json()
        paged += [e["id"] for e in page["entries"]]
        if page["next"] is None:
            break
        params["before"] = page["next"]
    assert paged == everything


def test_who_may_read_it(api, make_key, nobody, make_feed):
    assert nobody.get("/api/v1/audit").status_code == 401
    assert make_key([{"access_methods": ["get"]}]).get("/api/v1/audit").status_code == 403
    assert api.get("/api/v1/audit", params={"before": "x"}).status_code == 400
    assert api.get("/api/v1/audit", params={"limit": "many"}).status_code == 400


def test_others_see_only_what_is_theirs(start_server):
    server = start_server()
    admin = Api(server, server.API_KEY)
    admin.post("/v2/feeds", json={"title": "Of the administrator"})
    made = admin.post("/v2/users", json={"user": {"login": "skeletor", "password": "a long password"}})
    if made.status_code != 201:
        pytest.skip("this server makes no accounts over the API")
    nobody = Api(server, None)
    auth = ("skeletor", "a long password")
    created = nobody.post("/v2/feeds", json={"title": "Of skeletor"}, auth=auth)
    assert created.status_code == 201
    details = [e["detail"] for e in nobody.get("/api/v1/audit", auth=auth).json()["entries"]]
    assert "'Of skeletor'" in details and "'Of the administrator'" not in details
    assert {"'Of skeletor'", "'Of the administrator'"} <= {e["detail"] for e in entries(admin)}
