"""Activation: a device that knows nothing but its serial gets its feed and its key."""
import concurrent.futures
import hashlib
import hmac

import pytest

from conftest import Api

ALREADY = "This device has already been activated"


@pytest.fixture
def device(api, nobody):
    return Device(api, nobody)


class Device:
    def __init__(self, api, nobody, serial="0123456789"):
        self.api, self.nobody, self.serial = api, nobody, serial
        template = {"title": "Demo Unit", "tags": ["made"], "private": "true",
                    "datastreams": [{"id": "channel1"}, {"id": "demo"}]}
        made = api.post("/v2/products", json={"product": {"name": "Demo", "feed_defaults": template}})
        product_id = made.headers["Location"].rsplit("/", 1)[1]
        self.product = api.get(f"/v2/products/{product_id}").json()["product"]
        self.path = f"/v2/products/{self.product['product_id']}/devices"
        assert api.post(self.path, json={"devices": [{"serial": serial}]}).status_code == 201
        # As the factory computes it.
        secret = bytes.fromhex(self.product["secret"])
        self.code = hmac.new(secret, serial.encode(), hashlib.sha1).hexdigest()

    def activate(self, caller=None, suffix=""):
        return (caller or self.nobody).get(f"/v2/devices/{self.code}/activate{suffix}")

    def read(self):
        return self.api.get(f"{self.path}/{self.serial}").json()["device"]


def test_the_code_is_the_hmac_of_the_serial(device):
    assert device.read()["activation_code"] == device.code


def test_the_first_time_needs_no_key(server, device):
    answer = device.activate()
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert sorted(body) == ["apikey", "datastreams", "feed_id"]
    assert body["datastreams"] == ["channel1", "demo"]
    mine = Api(server, body["apikey"])
    feed = mine.get(f"/v2/feeds/{body['feed_id']}").json()
    assert (feed["title"], feed["tags"], feed["private"]) == ("Demo Unit", ["made"], "true")
    assert (feed["product_id"], feed["device_serial"]) == (device.product["product_id"], device.serial)
    assert feed["datastreams"] == [{"id": "channel1"}, {"id": "demo"}]
    read = device.read()
    assert (read["feed_id"], read["api_key"]) == (body["feed_id"], body["apikey"])
    assert read["activated_at"].endswith("Z") and len(read["activated_at"]) == 20


def test_the_key_is_for_its_own_feed(server, device, feed):
    body = device.activate().json()
    mine = Api(server, body["apikey"])
    key = mine.get(f"/v2/keys/{body['apikey']}").json()["key"]
    assert key["label"] == f"Auto-generated Demo device key for feed {body['feed_id']}"
    assert key["private_access"] is True
    assert key["permissions"] == [{"access_methods": ["get", "put", "post", "delete"],
                                   "resources": [{"feed_id": body["feed_id"]}]}]
    stream = {"datastreams": [{"id": "demo", "current_value": "7"}]}
    assert mine.put(f"/v2/feeds/{body['feed_id']}", json=stream).status_code == 200
    assert mine.put(feed.path, json=stream).status_code == 403


def test_csv(device):
    answer = device.activate(suffix=".csv")
    read = device.read()
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.text == f"{read['api_key']},{read['feed_id']},2,channel1,demo"


def test_the_old_address(device):
    answer = device.nobody.get(f"/activate/{device.code}.csv")
    assert answer.status_code == 200, answer.text
    assert answer.text.split(",")[2:] == ["2", "channel1", "demo"]


@pytest.mark.parametrize("suffix", [".xml", ".png"])
def test_other_formats_are_not_offered(device, suffix):
    assert device.activate(suffix=suffix).status_code == 406
    assert device.read()["activated_at"] is None


def test_again_only_with_its_own_key_or_a_master_key(server, device, make_key):
    first = device.activate().json()
    other = make_key([{"access_methods": ["get", "put", "post", "delete"]}], private_access=False)
    for caller in (device.nobody, other):
        refused = device.activate(caller)
        assert refused.status_code == 403
        assert refused.json() == {"title": "Forbidden", "errors": ALREADY}
    assert device.activate(suffix=".csv").text == ALREADY
    for caller in (device.api, Api(server, first["apikey"])):
        assert device.activate(caller).json() == first


def test_a_code_of_no_device(nobody):
    answer = nobody.get(f"/v2/devices/{'0' * 40}/activate")
    assert answer.status_code == 404
    assert answer.json()["errors"] == "I'm sorry we are unable to find the resource you are looking for."
    # Nothing else can be asked without a key.
    assert nobody.post(f"/v2/devices/{'0' * 40}/activate").status_code == 401
    assert nobody.get("/v2/devices").status_code == 401


def test_many_at_once_get_one_key(device):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: device.activate(Api(device.api.server, None)), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [403] * 7


def test_a_device_whose_feed_was_deleted_starts_anew(device):
    first = device.activate().json()
    assert device.api.delete(f"/v2/feeds/{first['feed_id']}").status_code == 200
    read = device.read()
    assert (read["activated_at"], read["feed_id"]) == (None, None)
    again = device.activate().json()
    assert again["feed_id"] != first["feed_id"]


def test_counts_of_the_product(device):
    device.activate()
    product = device.api.get(f"/v2/products/{device.product['product_id']}").json()["product"]
    assert (product["devices_count"], product["activated_devices_count"], product["state"]) == (1, 1, "deploy")
