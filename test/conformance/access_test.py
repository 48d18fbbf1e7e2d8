"""Keys: every way to send one, and what a key may not do."""
import datetime

import pytest

FORBIDDEN = {"title": "Forbidden", "errors": "You do not have the necessary permissions to access this resource"}


def test_every_spelling_of_a_key(feed, nobody):
    key = feed.api.key
    feed.write("v", "1")
    spellings = [
        {"headers": {"X-ApiKey": key}},
        {"headers": {"x-apikey": key}},
        {"headers": {"X-PachubeApiKey": key}},
        {"headers": {"Authorization": "Bearer " + key}},
        {"params": {"key": key}},
        {"params": {"oauth_token": key}},
        {"params": {"x-apikey": key}},
    ]
    for spelling in spellings:
        answer = nobody.get(feed.path, **spelling)
        assert (answer.status_code, answer.json().get("id")) == (200, feed.id), spelling


def test_the_account_itself_with_basic_authentication(feed, nobody, server):
    assert nobody.get(feed.path, auth=("admin", server.PASSWORD)).status_code == 200
    assert nobody.get(feed.path, auth=("admin", "wrong")).status_code == 401


def test_without_a_good_key_nothing_is_read_or_written(feed, nobody):
    feed.write("v", "1")
    for spelling in ({}, {"headers": {"X-ApiKey": "wrong"}}, {"headers": {"X-ApiKey": ""}}, {"params": {"key": "x" * 5000}}):
        for method, path, body in (("GET", feed.path, None), ("GET", "/v2/feeds", None), ("PUT", feed.path, {"title": "x"}),
                                   ("POST", "/v2/feeds", {"title": "x"}), ("DELETE", feed.path, None),
                                   ("PUT", feed.stream("v"), {"current_value": "2"})):
            answer = nobody.request(method, path, json=body, **spelling)
            assert answer.status_code == 401, (method, path, spelling)
            assert answer.json()["title"] == "Unauthorized"
    assert feed.read()["title"] == "Conformance"
    assert feed.read()["datastreams"][0]["current_value"] == "1"


def test_who_may_not_know_is_not_told_whether_a_feed_exists(feed, nobody):
    existing, absent = (nobody.get(path).json() for path in (feed.path, "/v2/feeds/999999999"))
    assert existing == absent


def test_a_key_that_may_only_read(feed, make_key):
    feed.write("v", "1")
    reader = make_key([{"access_methods": ["get"]}])
    assert reader.get(feed.path).status_code == 200
    for method, path, body in (("PUT", feed.path, {"title": "x"}), ("DELETE", feed.path, None),
                               ("POST", feed.path + "/datastreams", {"datastreams": [{"id": "w"}]}),
                               ("PUT", feed.stream("v"), {"current_value": "2"}), ("POST", "/v2/feeds", {"title": "x"})):
        answer = reader.request(method, path, json=body)
        assert (answer.status_code, answer.json()) == (403, FORBIDDEN), (method, path)
    assert [(s["id"], s["current_value"]) for s in feed.read()["datastreams"]] == [("v", "1")]


def test_a_key_of_one_feed(feed, make_feed, make_key):
    other = make_feed()
    key = make_key([{"access_methods": ["get", "put"], "resources": [{"feed_id": feed.id}]}])
    assert key.put(feed.path, json={"title": "mine"}).status_code == 200
    assert key.put(other.path, json={"title": "not mine"}).status_code == 403
    assert other.read()["title"] == "Conformance"


def test_a_key_of_one_datastream(feed, make_key):
    feed.write("a", "1")
    feed.write("b", "1")
    key = make_key([{"access_methods": ["get", "put"], "resources": [{"feed_id": feed.id, "datastream_id": "a"}]}])
    assert key.put(feed.stream("a"), json={"current_value": "2"}).status_code == 200
    assert key.get(feed.stream("a")).json()["current_value"] == "2"
    assert key.put(feed.stream("b"), json={"current_value": "2"}).status_code == 403
    both = {"datastreams": [{"id": "a", "current_value": "3"}, {"id": "b", "current_value": "3"}]}
    assert key.put(feed.path, json=both).status_code == 403
    assert {s["id"]: s["current_value"] for s in feed.read()["datastreams"]} == {"a": "2", "b": "1"}


def test_private_feeds_need_private_access(make_feed, make_key):
    private = make_feed(private=True, tags=["hidden-5c1d"])
    key = make_key([{"access_methods": ["get"]}], private_access=False)
    assert key.get(private.path).status_code == 403
    assert key.get("/v2/feeds", params={"tag": "hidden-5c1d"}).json()["results"] == []
    assert private.read()["private"] == "true"


def test_a_key_bound_to_an_address_or_a_page(feed, make_key):
    elsewhere = make_key([{"access_methods": ["get"], "source_ip": "192.0.2.7"}])
    here = make_key([{"access_methods": ["get"], "source_ip": "127.0.0.1"}])
    assert (elsewhere.get(feed.path).status_code, here.get(feed.path).status_code) == (403, 200)
    page = make_key([{"access_methods": ["get"], "referer": "my-domain.example"}])
    for referer, status in (("http://my-domain.example/x", 200), ("http://sub.my-domain.example/", 403), (None, 403)):
        assert page.get(feed.path, headers={"Referer": referer}).status_code == status


def test_an_expired_key(feed, make_key):
    now = datetime.datetime.now(datetime.timezone.utc)
    for hours, status in ((-1, 401), (1, 200)):
        expires_at = (now + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        assert make_key([{"access_methods": ["get"]}], expires_at=expires_at).get(feed.path).status_code == status


def test_a_deleted_key_is_dead_at_once(feed, make_key):
    key = make_key([{"access_methods": ["get"]}])
    assert key.get(feed.path).status_code == 200
    assert feed.api.delete("/v2/keys/" + key.key).status_code == 200
    assert key.get(feed.path).status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer  ", "Basic !!!", "Basic " + "A" * 9000, "Digest x", "Basic OjpvOg=="])
def test_odd_authorizations(feed, nobody, header):
    assert nobody.get(feed.path, headers={"Authorization": header}).status_code in (401, 431)
