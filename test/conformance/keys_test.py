"""Keys over the API: made, read, changed, regenerated and deleted, and who may do that."""
import pytest
from conftest import Api

FORBIDDEN = {"title": "Forbidden", "errors": "You do not have the necessary permissions to access this resource"}
READ = [{"access_methods": ["get"]}]
MASTER = [{"access_methods": ["get", "put", "post", "delete"]}]

# The official Python client stops at any other member.
KEY_MEMBERS = {"label", "permissions", "expires_at", "private_access", "api_key"}
PERMISSION_MEMBERS = {"access_methods", "source_ip", "referer", "minimum_interval", "label", "resources"}


def path_of(key):
    return "/v2/keys/" + key.key


def test_a_new_key_has_its_address_in_location(api, server):
    made = api.post("/v2/keys.json", json={"key": {"label": "sharing key", "permissions": READ}})
    assert (made.status_code, made.content) == (201, b"")
    base, secret = made.headers["Location"].rsplit("/", 1)
    assert (base, len(secret)) == (server.url("/v2/keys"), 48)


def test_a_key_is_read_as_it_was_made(api, feed, make_key):
    permissions = [{"access_methods": ["put"], "source_ip": "128.44.98.129", "referer": "my-domain.com",
                    "minimum_interval": 3600, "label": "fans",
                    "resources": [{"feed_id": feed.id, "datastream_id": "fan1"}, {"feed_id": feed.id}]},
                   {"access_methods": ["get", "post"]}]
    settings = {"label": "sharing key", "expires_at": "2033-03-27T01:23:45.123456Z", "private_access": True}
    key = make_key(permissions, **settings)
    read = api.get(path_of(key) + ".json").json()
    assert read == {"key": {**settings, "api_key": key.key, "permissions": permissions}}
    assert set(read["key"]) <= KEY_MEMBERS
    assert all(set(permission) <= PERMISSION_MEMBERS for permission in read["key"]["permissions"])


def test_keys_are_listed_also_those_of_one_feed(api, feed, make_feed, make_key):
    of_feed = make_key([{"access_methods": ["get"], "resources": [{"feed_id": feed.id, "datastream_id": "a"}]}])
    of_other = make_key([{"access_methods": ["get"], "resources": [{"feed_id": make_feed().id}]}])
    unlimited = make_key(READ)
    everything = [key["api_key"] for key in api.get("/v2/keys").json()["keys"]]
    assert {api.key, of_feed.key, of_other.key, unlimited.key} <= set(everything)
    listed = api.get("/v2/keys", params={"feed_id": feed.id}).json()
    assert [key["api_key"] for key in listed["keys"]] == [of_feed.key]


def test_a_change_counts_at_once(api, feed, make_key):
    key = make_key(READ)
    assert key.put(feed.path, json={"title": "x"}).status_code == 403
    changed = api.put(path_of(key), json={"key": {"permissions": [{"access_methods": ["get", "put"]}]}})
    assert (changed.status_code, changed.content) == (200, b"")
    assert key.put(feed.path, json={"title": "x"}).status_code == 200
    assert api.get(path_of(key)).json()["key"]["label"] == "conformance"


def test_a_regenerated_key_has_another_secret_and_the_same_rights(api, feed, make_key, server):
    key = make_key(READ)
    assert key.get(feed.path).status_code == 200
    answer = api.post(path_of(key) + "/regenerate")
    assert (answer.status_code, answer.content) == (200, b"")
    base, secret = answer.headers["Location"].rsplit("/", 1)
    assert (base, len(secret)) == (server.url("/v2/keys"), 48)
    assert (key.get(feed.path).status_code, api.get(path_of(key)).status_code) == (401, 404)
    key.key = secret
    assert key.get(feed.path).status_code == 200
    assert key.put(feed.path, json={"title": "x"}).status_code == 403


def test_a_key_that_is_no_master_key_may_read_itself_only(make_key):
    other = make_key(READ)
    for permissions, settings in ((READ, {}), (MASTER, {"private_access": False}), ([{"access_methods": ["get", "put", "post"]}], {})):
        key = make_key(permissions, **settings)
        assert key.get(path_of(key)).json()["key"]["api_key"] == key.key
        for method, path in (("GET", path_of(other)), ("GET", "/v2/keys"), ("GET", "/v2/keys/unknown"), ("POST", "/v2/keys"),
                             ("PUT", path_of(key)), ("DELETE", path_of(key)), ("DELETE", path_of(other)),
                             ("POST", path_of(key) + "/regenerate")):
            answer = key.request(method, path, json={"key": {"label": "more", "permissions": MASTER}})
            assert (answer.status_code, answer.json()) == (403, FORBIDDEN), (method, path)
    assert other.get(path_of(other)).status_code == 200


def test_a_key_of_a_feed_manages_no_keys(api, feed, make_key):
    key = make_key([{**MASTER[0], "resources": [{"feed_id": feed.id}]}])
    assert key.post("/v2/keys", json={"key": {"label": "k", "permissions": MASTER}}).status_code == 403


def test_another_master_key_manages_keys(make_key):
    master, key = make_key(MASTER), make_key(READ)
    assert master.get(path_of(key)).status_code == 200
    assert master.delete(path_of(key)).status_code == 200
    assert master.delete(path_of(master)).status_code == 200
    assert master.get("/v2/keys").status_code == 401


def test_nobody_has_no_keys(nobody, make_key):
    key = make_key(READ)
    for method, path in (("GET", "/v2/keys"), ("POST", "/v2/keys"), ("GET", path_of(key)), ("DELETE", path_of(key)), ("GET", "/v2/keys/unknown")):
        assert nobody.request(method, path, json={"key": {"label": "k", "permissions": MASTER}}).status_code == 401
    assert key.get(path_of(key)).status_code == 200


def test_a_key_that_does_not_exist(api):
    for method, path in (("GET", "/v2/keys/unknown"), ("PUT", "/v2/keys/unknown"), ("DELETE", "/v2/keys/unknown"),
                         ("POST", "/v2/keys/unknown/regenerate")):
        answer = api.request(method, path, json={"key": {"label": "k", "permissions": READ}})
        assert answer.status_code == 404, (method, path)
        assert answer.json()["errors"] == "I'm sorry we are unable to find the resource you are looking for."


@pytest.mark.parametrize("key,message", [
    ({"permissions": READ}, "Label can't be blank"),
    ({"label": "k"}, "Permissions can't be blank"),
    ({"label": "k", "permissions": []}, "Permissions can't be blank"),
    ({"label": "k", "permissions": [{}]}, "Access methods can't be blank"),
    ({"label": "k", "permissions": [{"access_methods": ["patch"]}]}, "Access methods must be of get, put, post and delete"),
    ({"label": "k", "permissions": [{**READ[0], "resources": [{"feed_id": 999999999}]}]}, "Resource feed_id 999999999 is no feed of yours"),
])
def test_a_key_that_cannot_be(api, key, message):
    answer = api.post("/v2/keys", json={"key": key})
    assert (answer.status_code, answer.json()) == (422, {"title": "Unprocessable Entity", "errors": [message]})


@pytest.mark.parametrize("suffix", [".csv", ".xml"])
def test_keys_are_offered_as_json_only(api, make_key, suffix):
    key = make_key(READ)
    assert api.get("/v2/keys" + suffix).status_code == 406
    assert api.get(path_of(key) + suffix).status_code == 406
    assert api.post("/v2/keys" + suffix, data="x").status_code == 406


def test_keys_outlive_the_process(start_server):
    server = start_server("keys")
    api = Api(server, server.API_KEY)
    secrets = [api.post("/v2/keys", json={"key": {"label": "k", "permissions": READ}}).headers["Location"].rsplit("/", 1)[1] for _ in range(3)]
    assert api.delete("/v2/keys/" + secrets[0]).status_code == 200
    renewed = api.post(f"/v2/keys/{secrets[1]}/regenerate").headers["Location"].rsplit("/", 1)[1]
    server.stop()
    server.start()
    api.server = server
    statuses = [Api(server, secret).get("/v2/feeds").status_code for secret in (*secrets, renewed)]
    assert statuses == [401, 401, 200, 200]
