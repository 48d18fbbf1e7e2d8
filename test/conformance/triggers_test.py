"""Triggers from the documentation of the API: their documents, when they fire, and what is sent."""
import hashlib
import hmac
import json
import urllib.parse
import xml.etree.ElementTree as ElementTree

import pytest
from conftest import Api, Feed
from support.receivers import MailReceiver, WebhookReceiver
from support.waiting import eventually

HOOK = "http://93.184.216.34/hook"
MEMBERS = ["id", "notified_at", "user", "environment_id", "stream_id", "url", "trigger_type", "threshold_value"]


@pytest.fixture
def hook():
    with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def mails():
    with MailReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def open_api(tmp_path_factory, mails):
    """A server whose webhooks may reach this host, and which sends mail."""
    from support.server import Server
    folder = tmp_path_factory.mktemp("triggers")
    config = folder / "thingtank.toml"
    config.write_text('[webhooks]\nallowed_networks = ["127.0.0.0/8"]\npublic_url = "https://cloud.example.org/"\n'
                      f'[mail]\nserver = "{mails.url}"\nfrom = "thingtank@example.org"\n')
    with Server(folder / "data", arguments=["--config", str(config)]) as server:
        yield Api(server, server.API_KEY)


def make_feed(api, **members):
    feed = Feed(api, **members)
    feed.write("temperature", "20")
    return feed


def create(api, feed, **members):
    body = {"environment_id": feed.id, "stream_id": "temperature", "url": HOOK, "trigger_type": "gt",
            "threshold_value": "30.0", **members}
    return api.post("/v2/triggers", json=body)


def made(api, feed, **members):
    answer = create(api, feed, **members)
    assert answer.status_code == 201, answer.text
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def form_document(request):
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    fields = urllib.parse.parse_qs(request.body.decode(), strict_parsing=True)
    assert list(fields) == ["body"]
    return json.loads(fields["body"][0])


# --- documents ---------------------------------------------------------------------------------

def test_json_life_of_a_trigger(api, server):
    feed = make_feed(api)
    answer = create(api, feed, trigger_type="lt", threshold_value="15.0")
    assert answer.status_code == 201 and answer.content == b""
    location = answer.headers["Location"]
    assert location.startswith(server.url("/v2/triggers/"))
    path = "/v2/triggers/" + location.rsplit("/", 1)[1]
    trigger = api.get(path).json()
    assert list(trigger) == MEMBERS
    assert trigger == {"id": int(path.rsplit("/", 1)[1]), "notified_at": "", "user": "admin",
                       "environment_id": feed.id, "stream_id": "temperature", "url": HOOK,
                       "trigger_type": "lt", "threshold_value": "15.0"}
    # Clients echo what they have read; feed and channel stay.
    changed = api.put(path, json={**trigger, "environment_id": 1, "stream_id": "x", "threshold_value": 16})
    assert changed.status_code == 200 and changed.content == b""
    assert api.get(path).json() == {**trigger, "threshold_value": "16"}
    assert api.get("/v2/triggers", params={"feed_id": feed.id}).json() == [{**trigger, "threshold_value": "16"}]
    assert api.delete(path).status_code == 200
    assert api.get(path).status_code == 404
    assert api.delete(path).status_code == 404
    assert api.get("/v2/triggers", params={"feed_id": feed.id}).json() == []


def test_xml_life_of_a_trigger(api):
    feed = make_feed(api)
    body = (f'<?xml version="1.0" encoding="UTF-8"?><datastream-trigger><environment-id type="integer">{feed.id}'
            f'</environment-id><stream-id>temperature</stream-id><url>{HOOK}</url><trigger-type>gte</trigger-type>'
            '<threshold-value type="float">15.0</threshold-value></datastream-trigger>')
    answer = api.post("/v2/triggers.xml", data=body, headers={"Content-Type": "application/xml"})
    assert answer.status_code == 201, answer.text
    path = "/v2/triggers/" + answer.headers["Location"].rsplit("/", 1)[1]
    root = ElementTree.fromstring(api.get(path + ".xml").content)
    assert root.tag == "datastream-trigger"
    assert [(child.tag, child.get("type")) for child in root] == [
        ("id", "integer"), ("environment-id", "integer"), ("stream-id", None), ("url", None),
        ("trigger-type", None), ("threshold-value", "float"), ("notified-at", "datetime"), ("user", None)]
    assert root.findtext("trigger-type") == "gte" and root.findtext("threshold-value") == "15.0"
    changed = api.put(path + ".xml", data=body.replace("15.0", "17.5").replace("gte", "lte"))
    assert changed.status_code == 200, changed.text
    listed = ElementTree.fromstring(api.get("/v2/triggers.xml", params={"feed_id": feed.id}).content)
    assert listed.tag == "datastream-triggers" and listed.get("type") == "array"
    assert [trigger.findtext("threshold-value") for trigger in listed] == ["17.5"]
    assert api.delete(path + ".xml").status_code == 200


@pytest.mark.parametrize("path", ["/v2/triggers.csv", "/v2/triggers.png", "/v2/triggers/1.csv"])
def test_triggers_are_json_or_xml(api, path):
    assert api.get(path).status_code == 406


@pytest.mark.parametrize("change, errors", [
    ({"url": ""}, "url can't be blank"),
    ({"url": "ftp://example.org/"}, "url is invalid"),
    ({"threshold_value": ""}, "threshold_value can't be blank"),
    ({"threshold_value": "warm"}, "threshold_value is not a number"),
    ({"trigger_type": "near"}, "trigger_type must be one of gt, gte, lt, lte, eq, change, frozen and live"),
    ({"trigger_type": None}, "trigger_type must be one of gt, gte, lt, lte, eq, change, frozen and live"),
    ({"environment_id": ""}, "environment_id can't be blank"),
    ({"environment_id": "x"}, "environment_id is not a number"),
    ({"stream_id": ""}, "stream_id can't be blank"),
    ({"topic": "feeds/1/x"}, "topic can't be below feeds/"),
    ({"severity": "worst"}, "severity must be one of none, info, warning and critical"),
    ({"body_format": "yaml"}, "body_format must be form or json"),
])
def test_what_a_trigger_cannot_be(api, change, errors):
    answer = create(api, make_feed(api), **change)
    assert answer.status_code == 422
    assert errors in str(answer.json()["errors"])


def test_mail_needs_a_server(api):
    answer = create(api, make_feed(api), mail="anna@example.org")
    assert answer.status_code == 422 and "[mail]" in str(answer.json()["errors"])


def test_the_feed_and_the_channel_must_exist(api):
    feed = make_feed(api)
    assert create(api, feed, stream_id="none").status_code == 404
    assert create(api, feed, environment_id=99999999).status_code == 404
    assert api.get("/v2/triggers/99999999").status_code == 404
    assert api.get("/v2/triggers/x").status_code == 404
    assert api.post("/v2/triggers", data="{").status_code == 400


def test_our_own_members_are_shown_on_demand_and_the_secret_never(api):
    feed = make_feed(api)
    trigger = made(api, feed, topic="house/alarm", body_format="json", severity="warning", secret="s3cret-text")
    assert list(api.get(f"/v2/triggers/{trigger}").json()) == MEMBERS
    extended = api.get(f"/v2/triggers/{trigger}", params={"extended": 1})
    assert "s3cret-text" not in extended.text
    assert {key: extended.json()[key] for key in extended.json() if key not in MEMBERS} == {
        "mail": "", "topic": "house/alarm", "body_format": "json", "severity": "warning", "has_secret": True,
        "is_true": False}
    xml = api.get(f"/v2/triggers/{trigger}.xml", params={"extended": 1}).text
    assert "<topic>house/alarm</topic>" in xml and "s3cret-text" not in xml
    api.put(f"/v2/triggers/{trigger}", json={"secret": ""})
    assert api.get(f"/v2/triggers/{trigger}", params={"extended": 1}).json()["has_secret"] is False
    audit = api.get("/api/v1/audit", params={"object": f"triggers/{trigger}"}).json()["entries"]
    assert [entry["action"] for entry in audit] == ["trigger.update", "trigger.create"]
    assert "s3cret-text" not in json.dumps(audit)


def test_a_key_needs_the_method_on_the_feed(api, server):
    feed, other = make_feed(api), make_feed(api)

    def key(methods, feed_id):
        body = {"key": {"label": "k", "private_access": True, "permissions": [
            {"access_methods": methods, "resources": [{"feed_id": feed_id}]}]}}
        return Api(server, api.post("/v2/keys", json=body).headers["Location"].rsplit("/", 1)[1])

    trigger, foreign = made(api, feed), made(api, other)
    reader = key(["get"], feed.id)
    assert reader.get(f"/v2/triggers/{trigger}").status_code == 200
    assert reader.get(f"/v2/triggers/{foreign}").status_code == 403
    assert [one["id"] for one in reader.get("/v2/triggers").json()] == [trigger]
    assert create(reader, feed).status_code == 403
    assert reader.put(f"/v2/triggers/{trigger}", json={"threshold_value": 1}).status_code == 403
    assert reader.delete(f"/v2/triggers/{trigger}").status_code == 403
    assert reader.post(f"/api/v1/triggers/{trigger}/test").status_code == 403
    assert create(key(["post"], feed.id), feed).status_code == 201
    assert key(["put"], feed.id).put(f"/v2/triggers/{trigger}", json={"threshold_value": 1}).status_code == 200
    assert key(["delete"], feed.id).delete(f"/v2/triggers/{trigger}").status_code == 200
    assert Api(server, None).get("/v2/triggers").status_code == 401


# --- what is sent ------------------------------------------------------------------------------

def test_a_webhook_gets_the_form(open_api, hook):
    feed = make_feed(open_api, title="Attic", description="up",
                     location={"name": "roof", "lat": 55.74479, "lon": -3.18157})
    trigger = made(open_api, feed, url=hook.url, trigger_type="gte", threshold_value="30.0")
    feed.write("temperature", "31.50", at="2030-01-02T03:04:05.000063Z")
    request = hook.take()
    assert request.path == "/hook"
    assert "X-Thingtank-Signature" not in request.headers
    document = form_document(request)
    base = f"https://cloud.example.org/v2/feeds/{feed.id}"
    timestamp = document.pop("timestamp")
    assert document == {
        "environment": {"description": "up", "feed": base, "id": feed.id, "title": "Attic",
                        "location": {"lat": 55.74479, "lng": -3.18157, "lon": -3.18157, "name": "roof"}},
        "id": trigger, "threshold_value": 30.0,
        "triggering_datastream": {"id": "temperature", "url": base + "/datastreams/temperature",
                                  "at": "2030-01-02T03:04:05.000063Z",
                                  "units": {"label": "", "symbol": "", "type": ""},
                                  "value": {"current_value": "31.50", "value": "31.50", "max_value": 31.5,
                                            "min_value": 20}},
        "type": "gte", "url": f"https://cloud.example.org/v2/triggers/{trigger}"}
    notified = open_api.get(f"/v2/triggers/{trigger}").json()["notified_at"]
    assert notified == timestamp or notified[:19] == timestamp[:19]
    # While it holds nothing more is sent.
    for second, value in enumerate(["32", "29", "33"], 10):
        feed.write("temperature", value, at=f"2030-01-02T03:04:{second}Z")
    assert form_document(hook.take())["triggering_datastream"]["value"]["value"] == "33"
    log = eventually(lambda: (entries := open_api.get(f"/api/v1/triggers/{trigger}/deliveries").json()["deliveries"])
                     and all(entry["state"] == "delivered" for entry in entries) and entries)
    assert [entry["value"] for entry in log] == ["33", "31.50"]
    assert log[0]["status"] == 200 and log[0]["attempts"] == 1 and log[0]["message"] == "ok"


def test_a_webhook_gets_plain_json_signed(open_api, hook):
    feed = make_feed(open_api)
    made(open_api, feed, url=hook.url, body_format="json", secret="k3y", trigger_type="change")
    feed.write("temperature", "on")
    request = hook.take()
    assert request.headers["Content-Type"] == "application/json"
    assert json.loads(request.body)["threshold_value"] is None
    digest = hmac.new(b"k3y", request.body, hashlib.sha256).hexdigest()
    assert request.headers["X-Thingtank-Signature"] == "sha256=" + digest


def test_mqtt_and_csv_readings_fire_too(open_api, hook):
    feed = make_feed(open_api)
    made(open_api, feed, url=hook.url, trigger_type="eq", threshold_value="7")
    open_api.put(f"{feed.path}.csv", data="temperature,7.0\n")
    assert form_document(hook.take())["triggering_datastream"]["value"]["value"] == "7.0"


def test_mail_for_people(open_api, mails):
    feed = make_feed(open_api, title="Dachböden")
    made(open_api, feed, url="", mail="anna@example.org")
    feed.write("temperature", "31")
    recipients, message = mails.take()
    assert recipients == ["RCPT TO:<anna@example.org>"]
    assert message["Subject"] == "temperature of Dachböden is 31, over 30.0"
    assert message["From"] == "thingtank@example.org" and message["To"] == "anna@example.org"
    assert "temperature of Dachböden is 31, over 30.0." in message.get_content()


def test_a_failing_webhook_is_tried_again(open_api, hook):
    feed = make_feed(open_api)
    trigger = made(open_api, feed, url=hook.url)
    hook.statuses = [503]
    feed.write("temperature", "31")
    first, second = hook.take(), hook.take()
    assert first.body == second.body
    assert first.headers["X-Thingtank-Delivery"] == second.headers["X-Thingtank-Delivery"]
    path = f"/api/v1/triggers/{trigger}/deliveries"
    log = eventually(lambda: (entries := open_api.get(path).json()["deliveries"])[0]["state"] == "delivered" and entries)
    assert len(log) == 1 and log[0]["attempts"] == 2


def test_a_webhook_that_is_gone_is_left_alone(open_api, hook):
    feed = make_feed(open_api)
    trigger = made(open_api, feed, url=hook.url)
    hook.statuses = [410]
    feed.write("temperature", "31")
    hook.take()
    path = f"/api/v1/triggers/{trigger}/deliveries"
    log = eventually(lambda: (entries := open_api.get(path).json()["deliveries"])[0]["state"] == "failed" and entries)
    assert log[0]["status"] == 410 and log[0]["attempts"] == 1


def test_the_test_button(open_api, hook):
    feed = make_feed(open_api)
    trigger = made(open_api, feed, url=hook.url)
    answer = open_api.post(f"/api/v1/triggers/{trigger}/test")
    assert answer.status_code == 200
    delivery, = answer.json()["deliveries"]
    assert delivery["state"] == "delivered" and delivery["is_test"] is True and delivery["status"] == 200
    document = form_document(hook.take())
    assert document["debug"] is True
    assert document["triggering_datastream"]["value"]["value"] == "20"
    assert open_api.post("/api/v1/triggers/99999999/test").status_code == 404


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
                                 "http://169.254.169.254/latest/meta-data/"])
def test_private_addresses_are_closed(api, hook, url):
    feed = make_feed(api)
    trigger = made(api, feed, url=url.format(port=hook.port))
    delivery, = api.post(f"/api/v1/triggers/{trigger}/test").json()["deliveries"]
    assert delivery["state"] == "failed" and delivery["status"] == 0
    assert "is not a public address" in delivery["message"]
    assert hook.arrived.empty()


# --- alarms ------------------------------------------------------------------------------------

def alarms(api, feed, **params):
    return api.get("/api/v1/alarms", params={"feed": feed.id, **params}).json()


def test_alarms(api):
    feed = make_feed(api)
    trigger = made(api, feed, url="", severity="critical")
    feed.write("temperature", "31")
    feed.write("temperature", "32")
    page = eventually(lambda: (page := alarms(api, feed))["active"] and page)
    alarm, = page["alarms"]
    assert alarm["text"] == "temperature of Conformance is 31, over 30.0" and alarm["value"] == "31"
    assert alarm["state"] == "active" and alarm["severity"] == "critical" and alarm["trigger_id"] == trigger
    acknowledged = api.post(f"/api/v1/alarms/{alarm['id']}/acknowledge")
    assert acknowledged.status_code == 200 and acknowledged.json()["state"] == "acknowledged"
    assert alarms(api, feed)["active"] == 0 and alarms(api, feed)["total"] == 1
    feed.write("temperature", "20")
    eventually(lambda: alarms(api, feed)["total"] == 0)
    cleared, = alarms(api, feed, with_cleared=1)["alarms"]
    assert cleared["state"] == "cleared" and cleared["cleared_by"] == ""
    assert api.post(f"/api/v1/alarms/{alarm['id']}/clear").status_code == 409
    feed.write("temperature", "40")
    page = eventually(lambda: (page := alarms(api, feed))["active"] and page)
    done = api.post(f"/api/v1/alarms/{page['alarms'][0]['id']}/clear")
    assert done.json()["state"] == "cleared" and done.json()["cleared_by"]
    assert api.post("/api/v1/alarms/99999999/clear").status_code == 404
    assert api.get("/api/v1/alarms", params={"feed": "x"}).status_code == 400


# --- a crash -----------------------------------------------------------------------------------

def test_a_firing_survives_kill_9_and_a_receiver_that_is_down(start_server):
    config = '[webhooks]\nallowed_networks = ["127.0.0.1"]\n'
    receiver = WebhookReceiver()
    url, port = receiver.url, receiver.port
    receiver.close()
    server = start_server(config=config)
    api = Api(server, server.API_KEY)
    feed = make_feed(api)
    trigger = made(api, feed, url=url)
    feed.write("temperature", "31")
    assert api.get(f"/api/v1/triggers/{trigger}/deliveries").json()["deliveries"][0]["state"] == "waiting"
    server.kill()
    with WebhookReceiver(port) as receiver:
        server.start()
        assert form_document(receiver.take())["triggering_datastream"]["value"]["value"] == "31"
        api = Api(server, server.API_KEY)
        path = f"/api/v1/triggers/{trigger}/deliveries"
        log = eventually(lambda: (entries := api.get(path).json()["deliveries"])[0]["state"] == "delivered" and entries)
        assert len(log) == 1
        assert api.get(f"/v2/triggers/{trigger}").json()["notified_at"] != ""
