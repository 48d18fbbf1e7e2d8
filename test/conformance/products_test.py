"""Products and batches of devices: the JSON API of those who make devices."""
import re

import pytest

TEMPLATE = {"title": "Demo Unit", "tags": ["device:type=API Example"], "private": "true",
            "datastreams": [{"id": "channel1"}, {"id": "demo", "unit": {"label": "Celsius", "symbol": "C"}}]}


@pytest.fixture
def product(api):
    return Product(api)


class Product:
    def __init__(self, api, **members):
        self.api = api
        body = {"name": "API Example", "description": "An API Example", "feed_defaults": TEMPLATE, **members}
        made = api.post("/v2/products", json={"product": body})
        assert made.status_code == 201, made.text
        assert made.content == b""
        self.location = made.headers["Location"]
        self.id = self.location.rsplit("/", 1)[1]
        self.path = f"/v2/products/{self.id}"

    def read(self):
        return self.api.get(self.path).json()["product"]

    def add(self, *serials):
        return self.api.post(f"{self.path}/devices", json={"devices": [{"serial": s} for s in serials]})

    def device(self, serial):
        return self.api.get(f"{self.path}/devices/{serial}").json()["device"]

    def devices(self, **parameters):
        answer = self.api.get(f"{self.path}/devices", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()


def error_of(answer):
    return answer.status_code, answer.json()["errors"]


def test_a_product_reads_as_it_was_made(server, product):
    assert product.location == server.url(product.path)
    assert re.fullmatch(r"[A-Za-z0-9_-]{20}", product.id)
    read = product.read()
    assert re.fullmatch(r"[0-9a-f]{40}", read.pop("secret"))
    assert read.pop("user")
    assert read == {"description": "An API Example", "name": "API Example", "product_id": product.id,
                    "state": "develop", "devices_count": 0, "activated_devices_count": 0,
                    "feed_defaults": TEMPLATE}


def test_products_are_listed_and_deleted(api, product):
    answer = api.get("/v2/products").json()
    assert sorted(answer) == ["products", "totalResults"]
    assert answer["totalResults"] == len(answer["products"])
    assert product.read() in answer["products"]
    product.add("a")
    assert api.delete(product.path).status_code == 200
    assert api.get(product.path).status_code == 404
    assert api.get(f"{product.path}/devices/a").status_code == 404
    assert api.delete(product.path).status_code == 404


def test_a_change_replaces_what_it_names(api, product):
    secret = product.read()["secret"]
    change = {"name": "Renamed", "secret": "0" * 40, "product_id": "mine", "devices_count": 7}
    answer = api.put(product.path, json={"product": change})
    assert (answer.status_code, answer.content) == (200, b"")
    read = product.read()
    assert (read["name"], read["secret"], read["devices_count"]) == ("Renamed", secret, 0)
    assert read["feed_defaults"] == TEMPLATE
    api.put(product.path, json={"product": {"feed_defaults": {"title": "New", "private": False}}})
    assert product.read()["feed_defaults"] == {"title": "New", "private": "false", "datastreams": []}


@pytest.mark.parametrize("members, messages", [
    ({"name": ""}, ["name can't be blank"]),
    ({"name": "x" * 256}, ["name is too long (maximum is 255 characters)"]),
    ({"name": "x", "user": "nobody-of-that-name"}, ["user is not the owner of the API key"]),
])
def test_a_product_that_cannot_be(api, members, messages):
    assert error_of(api.post("/v2/products", json={"product": members})) == (422, messages)


def test_broken_and_empty_bodies(api, product):
    answer = api.post("/v2/products", data="{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["title"]) == (400, "JSON Parser Error")
    assert error_of(api.post("/v2/products", json={})) == (422, ["product can't be blank"])
    assert error_of(api.post(f"{product.path}/devices", json={})) == (422, ["devices can't be blank"])
    assert error_of(api.put(f"{product.path}/devices/x", json={}))[0] == 404


@pytest.mark.parametrize("suffix", ["csv", "xml", "png"])
def test_only_json_is_offered(api, product, suffix):
    assert api.get(f"/v2/products.{suffix}").status_code == 406
    assert api.get(f"{product.path}.{suffix}").status_code == 406
    assert api.get(f"{product.path}/devices.{suffix}").status_code == 406


def test_only_a_master_key_manages_products(nobody, make_key, product):
    limited = make_key([{"access_methods": ["get", "put", "post"]}])
    for path in ("/v2/products", product.path, f"{product.path}/devices"):
        assert limited.get(path).status_code == 403
        assert nobody.get(path).status_code == 401
    assert limited.post("/v2/products", json={"product": {"name": "x"}}).status_code == 403


def test_devices_are_added_all_or_none(server, product):
    made = product.add("abc123", "A+-_:,9")
    assert (made.status_code, made.content) == (201, b"")
    assert made.headers["Location"] == server.url(f"{product.path}/devices")
    assert product.read()["devices_count"] == 2
    taken = product.add("new", "abc123")
    assert error_of(taken) == (422, ["serial has already been taken: abc123"])
    assert error_of(product.add("x", "x")) == (422, ["serial is given twice: x"])
    code, messages = error_of(product.add("a b", ""))
    assert (code, len(messages)) == (422, 2)
    assert product.read()["devices_count"] == 2


def test_a_device_reads_as_it_was_added(product):
    product.add("abc123")
    device = product.device("abc123")
    assert re.fullmatch(r"[0-9a-f]{40}", device.pop("activation_code"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", device.pop("created_at"))
    assert device == {"serial": "abc123", "activated_at": None, "feed_id": None}


def test_devices_in_pages(product):
    product.add(*(f"unit{n:03}" for n in range(40)))
    page = product.devices()
    assert {name: page[name] for name in ("totalResults", "itemsPerPage", "startIndex")} == {
        "totalResults": 40, "itemsPerPage": 30, "startIndex": 1}
    assert [d["serial"] for d in page["devices"]] == [f"unit{n:03}" for n in range(30)]
    page = product.devices(page=2, per_page=25)
    assert (page["startIndex"], len(page["devices"]), page["devices"][0]["serial"]) == (26, 15, "unit025")
    assert sorted(page["devices"][0]) == ["activated_at", "activation_code", "created_at", "feed_id", "serial"]
    answer = product.api.get(f"{product.path}/devices", params={"page": "x"})
    assert error_of(answer) == (400, "page must be a number from 1 to 1000000, not 'x'")


def test_devices_by_part_of_the_serial_and_by_state(product, nobody):
    product.add("alpha-1", "alpha-2", "beta-1")
    code = product.device("alpha-2")["activation_code"]
    assert nobody.get(f"/v2/devices/{code}/activate").status_code == 200

    def serials(**parameters):
        page = product.devices(**parameters)
        assert page["totalResults"] == len(page["devices"])
        return [device["serial"] for device in page["devices"]]

    assert serials(serial="pha-") == ["alpha-1", "alpha-2"]
    assert serials(serial="-1") == ["alpha-1", "beta-1"]
    assert serials(serial="alpha-2") == ["alpha-2"]
    assert serials(activated="true") == ["alpha-2"]
    assert serials(activated="false") == ["alpha-1", "beta-1"]
    assert serials(activated="all", serial="beta") == ["beta-1"]
    answer = product.api.get(f"{product.path}/devices", params={"activated": "maybe"})
    assert error_of(answer) == (400, "activated must be true, false or all, not 'maybe'")


def test_another_serial_is_another_code(product):
    product.add("abc123", "taken")
    before = product.device("abc123")["activation_code"]
    path = f"{product.path}/devices/abc123"
    answer = product.api.put(path, json={"device": {"serial": "abc1234"}})
    assert (answer.status_code, answer.content) == (200, b"")
    assert product.device("abc1234")["activation_code"] != before
    assert product.api.get(path).status_code == 404
    answer = product.api.put(f"{product.path}/devices/abc1234", json={"device": {"serial": "taken"}})
    assert error_of(answer) == (422, ["serial has already been taken: taken"])


def test_a_device_is_deleted(product):
    product.add("abc123")
    path = f"{product.path}/devices/abc123"
    assert product.api.delete(path).status_code == 200
    assert product.api.delete(path).status_code == 404
    assert product.read()["devices_count"] == 0


def test_verbs_that_do_not_exist(api, product):
    assert api.delete("/v2/products").status_code == 404
    answer = api.post(product.path, json={})
    assert error_of(answer) == (404, f'No route matches [POST] "/api{product.path}"')


class TestUsers:
    """The accounts of the server."""

    @pytest.fixture
    def user(self, api):
        made = api.post("/v2/users", json={"user": {"login": "skeletor", "password": "a long password"}})
        assert made.status_code == 201, made.text
        assert made.headers["Location"].endswith("/v2/users/skeletor")
        yield "/v2/users/skeletor"
        api.delete("/v2/users/skeletor")

    def test_an_account_from_its_making_to_its_end(self, api, user):
        assert api.get(user).json() == {"user": {"login": "skeletor", "roles": ["user"]}}
        assert "<login>skeletor</login>" in api.get(user + ".xml").text
        users = api.get("/v2/users").json()
        assert users["totalResults"] == len(users["users"])
        assert {"login": "skeletor", "roles": ["user"]} in users["users"]
        assert api.put(user, json={"user": {"roles": ["administrator"]}}).status_code == 200
        assert api.get(user).json()["user"]["roles"] == ["administrator"]
        assert api.delete(user).status_code == 200
        assert api.get(user).status_code == 404

    def test_made_from_xml(self, api):
        body = "<user><login>beastman</login><password>a long password</password></user>"
        made = api.post("/v2/users.xml", data=body)
        assert made.status_code == 201, made.text
        assert api.delete("/v2/users/beastman").status_code == 200

    def test_what_cannot_be(self, api, user):
        assert error_of(api.post("/v2/users", json={"user": {"password": "a long password"}})) == (
            422, ["login can't be blank"])
        assert error_of(api.post("/v2/users", json={"user": {"login": "x"}})) == (422, ["password can't be blank"])
        taken = api.post("/v2/users", json={"user": {"login": "skeletor", "password": "a long password"}})
        assert taken.status_code == 409
        assert api.get("/v2/users.csv").status_code == 406
        assert api.get("/v2/users/nobody-of-that-name").status_code == 404

    def test_passwords_are_never_shown(self, api, user):
        assert "password" not in api.get(user).text + api.get("/v2/users.xml").text

    def test_other_keys_see_and_change_nothing(self, make_key, nobody, user):
        limited = make_key([{"access_methods": ["get"]}])
        for caller, status in ((limited, 403), (nobody, 401)):
            assert caller.get("/v2/users").status_code == status
            assert caller.delete(user).status_code == status
