"""XML (EEML 0.5.1) in both directions."""
import json
import queue
import uuid
import xml.etree.ElementTree as ElementTree

import paho.mqtt.client
import pytest
import websocket

WAIT_S = 30
DAY = "2026-01-02T"
EEML = "{http://www.eeml.org/xsd/0.5.1}"
SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
CONTENT_TYPE = "application/xml; charset=utf-8"


def eeml(content):
    return f'<?xml version="1.0" encoding="UTF-8"?><eeml><environment>{content}</environment></eeml>'


def send(feed, method, path, body):
    return feed.api.request(method, path, data=body.encode(), headers={"Content-Type": "text/plain"})


def read(feed, path, **params):
    answer = feed.api.get(path, params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == CONTENT_TYPE
    root = ElementTree.fromstring(answer.content)
    assert root.tag == EEML + "eeml"
    assert root.get("version") == "0.5.1"
    assert root.get(XSI + "schemaLocation") == "http://www.eeml.org/xsd/0.5.1 http://www.eeml.org/xsd/0.5.1/0.5.1.xsd"
    return root


def environment(feed, path, **params):
    return read(feed, path, **params).find(EEML + "environment")


def names(element):
    return [child.tag.removeprefix(EEML) for child in element]


def text(element, path):
    return element.findtext("/".join(EEML + name for name in path.split("/")))


def points(element):
    return [(value.get("at"), value.text) for value in element.findall(f".//{EEML}datapoints/{EEML}value")]


def error_of(answer):
    assert answer.headers["Content-Type"] == CONTENT_TYPE
    root = ElementTree.fromstring(answer.content)
    assert (root.tag, root[0].tag) == ("errors", "title")
    assert {child.tag for child in root[1:]} == {"error"}
    return root[0].text, [child.text for child in root[1:]]


# --- feeds ------------------------------------------------------------------------------------------

METADATA = ("<title>Weather</title><description>on &lt;the&gt; roof</description><website>http://w.example</website>"
            "<email>a@example.com</email><private>true</private><tag>Wind</tag><tag>air</tag>"
            '<location disposition="fixed" exposure="outdoor" domain="physical">'
            "<name>roof</name><lat>50.5</lat><lon>-0.25</lon><ele>23.0</ele></location>")


def test_a_feed_is_created_and_read(feed):
    data = f'<data id="t"><tag>warm</tag><current_value at="{DAY}03:04:05Z">21.50</current_value>' \
           '<unit type="derivedSI" symbol="C">Celsius</unit></data><data id="unwritten"/>'
    made = send(feed, "POST", "/v2/feeds.xml", eeml(METADATA + data))
    assert made.status_code == 201
    assert made.text == ""
    path = "/v2/feeds/" + made.headers["Location"].rsplit("/", 1)[1]
    shown = environment(feed, path + ".xml")
    assert list(shown.attrib) == ["updated", "created", "id", "creator"]
    assert shown.get("id") == path.rsplit("/", 1)[1]
    assert "/users/" in shown.get("creator")
    assert names(shown) == ["title", "feed", "status", "description", "website", "email", "private", "tag", "tag",
                            "location", "data", "data"]
    assert text(shown, "feed").endswith(path + ".xml")
    assert text(shown, "description") == "on <the> roof"
    assert text(shown, "private") == "true"
    assert [tag.text for tag in shown.findall(EEML + "tag")] == ["air", "Wind"]
    location = shown.find(EEML + "location")
    assert location.attrib == {"disposition": "fixed", "exposure": "outdoor", "domain": "physical"}
    assert [(name, text(location, name)) for name in names(location)] == [
        ("name", "roof"), ("lat", "50.5"), ("lon", "-0.25"), ("ele", "23.0")]
    stream, unwritten = shown.findall(EEML + "data")
    assert names(stream) == ["tag", "current_value", "max_value", "min_value", "unit"]
    assert stream.find(EEML + "current_value").get("at") == DAY + "03:04:05.000000Z"
    assert [text(stream, name) for name in names(stream)] == ["warm", "21.50", "21.5", "21.5", "Celsius"]
    assert stream.find(EEML + "unit").attrib == {"type": "derivedSI", "symbol": "C"}
    assert (unwritten.attrib, len(unwritten)) == ({"id": "unwritten"}, 0)
    # The same in JSON.
    as_json = feed.api.get(path).json()
    assert as_json["datastreams"][0]["current_value"] == "21.50"
    assert as_json["location"]["lat"] == 50.5
    assert feed.api.delete(path + ".xml").status_code == 200


def test_a_feed_that_is_echoed_stays_as_it_is(feed):
    body = eeml(METADATA + '<data id="t"><current_value>1</current_value><max_value>9.5</max_value></data>')
    assert send(feed, "PUT", feed.path + ".xml", body).status_code == 200
    before = feed.api.get(feed.path + ".xml").text
    assert feed.api.put(feed.path + ".xml", data=before.encode()).status_code == 200
    # ElementTree writes prefixes, <ns0:eeml>.
    prefixed = ElementTree.tostring(ElementTree.fromstring(before.encode()))
    assert prefixed.startswith(b"<ns0:eeml")
    assert feed.api.put(feed.path + ".xml", data=prefixed).status_code == 200
    after = feed.api.get(feed.path + ".xml").text

    def without_time(document):
        root = ElementTree.fromstring(document.encode())
        root[0].attrib.pop("updated")
        return ElementTree.tostring(root)

    assert without_time(after) == without_time(before)


def test_only_what_is_sent_changes(feed):
    send(feed, "PUT", feed.path + ".xml", eeml(METADATA))
    change = eeml('<description/><data id="new"><current_value>7</current_value></data>')
    assert send(feed, "PUT", feed.path + ".xml", change).status_code == 200
    shown = feed.read()
    assert shown["title"] == "Weather"
    assert "description" not in shown
    assert shown["tags"] == ["air", "Wind"]
    assert [(s["id"], s["current_value"]) for s in shown["datastreams"]] == [("new", "7")]


def test_the_shape_of_eeml_5(feed):
    body = '<eeml xmlns="http://www.eeml.org/xsd/005" version="5"><environment>' \
           '<data id="0"><value minValue="1.0" maxValue="99.0">36.2</value></data></environment></eeml>'
    assert send(feed, "PUT", feed.path + ".xml", body).status_code == 200
    stream = feed.read()["datastreams"][0]
    assert (stream["current_value"], stream["min_value"], stream["max_value"]) == ("36.2", "1.0", "99.0")


def test_headers_decide_without_a_suffix(feed):
    body = eeml('<data id="a"><current_value>1</current_value></data>')
    for content_type in ("application/xml", "text/xml; charset=utf-8"):
        answer = feed.api.put(feed.path, data=body.encode(), headers={"Content-Type": content_type})
        assert answer.status_code == 200
    shown = feed.api.get(feed.path, headers={"Accept": "application/xml"})
    assert shown.headers["Content-Type"] == CONTENT_TYPE
    assert shown.text.startswith('<?xml version="1.0" encoding="UTF-8"?><eeml ')
    as_json = feed.api.get(feed.path + ".json", headers={"Accept": "application/xml"})
    assert as_json.headers["Content-Type"] == "application/json; charset=utf-8"


def test_search(api, make_feed):
    word = "w" + uuid.uuid4().hex
    feeds = [make_feed(title=f"Search {word}", datastreams=[{"id": "a", "current_value": "1"}]) for _ in range(2)]
    answer = read(feeds[0], "/v2/feeds.xml", q=word, per_page=1, page=2, show_user="true")
    assert [child.tag for child in answer] == [SEARCH + "totalResults", SEARCH + "startIndex", SEARCH + "itemsPerPage",
                                               EEML + "environment"]
    assert [child.text for child in answer[:3]] == ["2", "1", "1"]
    shown = answer[3]
    assert int(shown.get("id")) in [feed.id for feed in feeds]
    assert text(shown, "user/login") == shown.get("creator").rsplit("/", 1)[1]
    assert text(shown, "data/current_value") == "1"
    summary = read(feeds[0], "/v2/feeds.xml", q=word, content="summary")
    assert len(summary.findall(EEML + "environment")) == 2
    assert not summary.findall(f".//{EEML}data")
    assert not summary.findall(f".//{EEML}user")
    nothing = read(feeds[0], "/v2/feeds.xml", q="x" + uuid.uuid4().hex)
    assert [child.text for child in nothing] == ["0", "0", "50"]


# --- datastreams and datapoints ---------------------------------------------------------------------


def test_datastreams(feed):
    body = eeml('<data id="a"><current_value>1</current_value></data><data id="b"/>')
    made = send(feed, "POST", feed.path + "/datastreams.xml", body)
    assert made.status_code == 201
    assert made.headers["Location"].endswith(feed.stream("b"))
    at = "2100-01-02T03:04:05.000000Z"
    change = eeml(f'<data><current_value at="{at}">2</current_value></data>')
    assert send(feed, "PUT", feed.stream("a") + ".xml", change).status_code == 200
    shown = environment(feed, feed.stream("a") + ".xml")
    assert list(shown.attrib) == ["updated", "id", "creator"]
    assert (shown.get("updated"), shown.get("id")) == (at, str(feed.id))
    assert names(shown) == ["data"]
    assert shown[0].attrib == {"id": "a"}
    assert text(shown, "data/current_value") == "2"
    assert len(environment(feed, feed.stream("b") + ".xml")[0]) == 0
    assert feed.api.delete(feed.stream("a") + ".xml").status_code == 200
    assert feed.api.get(feed.stream("a") + ".xml").status_code == 404


def test_datapoints(feed):
    feed.points("a", [(DAY + "00:00:00Z", "0")])
    body = eeml(f'<data><datapoints><value at="{DAY}00:00:01Z">1</value><value at="{DAY}01:00:02+01:00">2</value>'
                "</datapoints></data>")
    assert send(feed, "POST", feed.stream("a") + "/datapoints.xml", body).status_code == 200
    path = feed.stream("a") + f"/datapoints/{DAY}00:00:01Z.xml"
    shown = environment(feed, path)
    assert (shown.attrib, shown[0].attrib) == ({}, {})
    assert points(shown) == [(DAY + "00:00:01.000000Z", "1")]
    assert send(feed, "PUT", path, eeml("<data><datapoints><value>9</value></datapoints></data>")).status_code == 200
    assert points(environment(feed, path)) == [(DAY + "00:00:01.000000Z", "9")]
    assert feed.api.delete(path).status_code == 200
    assert feed.api.get(path).status_code == 404


def test_history(feed):
    feed.points("a", [(f"{DAY}00:00:0{i}Z", str(i)) for i in range(3)])
    feed.points("b", [(f"{DAY}00:00:0{i}Z", f"<{i}>") for i in range(2)])
    expected = {"a": [(f"{DAY}00:00:0{i}.000000Z", str(i)) for i in range(3)],
                "b": [(f"{DAY}00:00:0{i}.000000Z", f"<{i}>") for i in range(2)]}
    span = {"start": DAY + "00:00:00Z", "duration": "1minute"}
    shown = environment(feed, feed.path + ".xml", **span)
    assert {data.get("id"): points(data) for data in shown.findall(EEML + "data")} == expected
    assert points(environment(feed, feed.stream("b") + ".xml", **span)) == expected["b"]
    nothing = environment(feed, feed.stream("a") + ".xml", start="2020-01-01T00:00:00Z", duration="1minute")
    assert names(nothing[0])[-1] != "datapoints"


# --- errors -----------------------------------------------------------------------------------------

SEVERAL = "Multiple '{}' nodes are not permitted for {} level XML"


def test_broken_xml_names_the_place(feed):
    body = '<eeml>\n <environment>\n  <data id="0">\n   <current_value>\n    1\n  </data>\n </environment></eeml>'
    answer = send(feed, "PUT", feed.path + ".xml", body)
    assert answer.status_code == 400
    assert error_of(answer) == ("XML Parser Error",
                                ["invalid format, element start and end names do not match at 6:5"])


@pytest.mark.parametrize("body, message", [
    ("<eeml/>", "Missing 'environment' node from base node"),
    ("<environment/>", "Missing 'environment' node from base node"),
    ("<eeml><environment/><environment/></eeml>", SEVERAL.format("environment", "Feed")),
])
def test_a_feed_of_another_shape(feed, body, message):
    answer = send(feed, "PUT", feed.path + ".xml", body)
    assert answer.status_code == 400
    assert error_of(answer) == ("Bad Request", [message])


def test_a_datastream_is_one_data_node(feed):
    feed.write("a", "1")
    for content, message in [("", "Missing 'data' node from source document"),
                             ('<data id="a"/><data id="b"/>', SEVERAL.format("data", "Datastream"))]:
        answer = send(feed, "PUT", feed.stream("a") + ".xml", eeml(content))
        assert answer.status_code == 400
        assert error_of(answer) == ("Bad Request", [message])


@pytest.mark.parametrize("body", [
    '<!DOCTYPE a [<!ENTITY x "y">]><eeml><environment><title>&x;</title></environment></eeml>',
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><eeml><environment><title>&x;</title></environment></eeml>',
    "<eeml><environment><title>&x;</title></environment></eeml>",
    "<eeml><environment>" + "<a>" * 100 + "</a>" * 100 + "</environment></eeml>",
    "", "{}", "a,1\n", "<eeml><environment>",
])
def test_hostile_documents(feed, body):
    before = feed.read()
    answer = send(feed, "PUT", feed.path + ".xml", body)
    assert answer.status_code == 400
    assert error_of(answer)[0] == "XML Parser Error"
    assert feed.read() == before


def test_wrong_meaning(feed):
    for content, message in [
            ("<title/>", None),
            ('<data id="a b"/>', "Datastream id is invalid"),
            ('<data id="a"/><data id="a"/>', "Datastreams can't have duplicate IDs: a"),
            ("<location><lat>north</lat></location>", "Location lat is not a number"),
            ('<data id="a"><current_value at="noon">1</current_value></data>', "Timestamp is invalid")]:
        answer = send(feed, "PUT", feed.path + ".xml", eeml(content))
        assert answer.status_code == 422
        title, messages = error_of(answer)
        assert title == "Unprocessable Entity"
        assert message is None or messages == [message]
    too_many = "".join(f'<value at="{DAY}00:00:00.{i:06}Z">1</value>' for i in range(501))
    feed.write("a", "1")
    answer = send(feed, "POST", feed.stream("a") + "/datapoints.xml",
                  eeml(f"<data><datapoints>{too_many}</datapoints></data>"))
    assert answer.status_code == 422


def test_other_errors_are_xml_too(feed, nobody):
    missing = feed.api.get("/v2/feeds/999999999.xml")
    assert missing.status_code == 404
    assert error_of(missing) == ("Not found", ["I'm sorry we are unable to find the resource you are looking for."])
    assert missing.text.startswith('<?xml version="1.0" encoding="UTF-8"?><errors><title>Not found</title><error>')
    assert error_of(nobody.get(feed.path + ".xml"))[0] == "Unauthorized"
    route = feed.api.post(feed.path + ".xml", data=b"x")
    assert (route.status_code, error_of(route)[0]) == (404, "Not found")
    keys = feed.api.get("/v2/keys.xml")
    assert (keys.status_code, error_of(keys)[0]) == (406, "Not Acceptable")


# --- MQTT -------------------------------------------------------------------------------------------


@pytest.fixture
def listen(server):
    """Subscribes to topics; gives the client and the queue of what comes."""
    opened = []

    def start(*topics):
        client, granted, messages = paho.mqtt.client.Client(), queue.Queue(), queue.Queue()
        opened.append(client)
        client.username_pw_set(server.API_KEY)
        client.on_connect = lambda *_: client.subscribe([(topic, 0) for topic in topics])
        client.on_subscribe = lambda c, u, mid, qos: granted.put(tuple(qos))
        client.on_message = lambda c, u, message: messages.put((message.topic, message.payload))
        client.connect(*server.address("mqtt"))
        client.loop_start()
        assert granted.get(timeout=WAIT_S) == (0,) * len(topics)
        return client, messages

    yield start
    for client in opened:
        client.disconnect()
        client.loop_stop()


def test_mqtt_topics(feed, listen):
    feed.write("t", "0")
    paths = [feed.path + ".xml", feed.stream("t") + ".xml"]
    client, messages = listen(*paths)

    def bring(value):
        """True as soon as both topics have brought that value; an older state may come first."""
        shown = {}
        while shown != dict.fromkeys(paths, value):
            topic, payload = messages.get(timeout=WAIT_S)
            shown[topic] = text(ElementTree.fromstring(payload), "environment/data/current_value")
        return True

    # The state of now first, then each update.
    assert bring("0")
    body = eeml('<data><current_value at="2100-01-02T03:04:05Z">23.75</current_value></data>')
    client.publish(feed.stream("t") + ".xml", body, 1)
    assert bring("23.75")
    assert text(environment(feed, paths[0]), "data/current_value") == "23.75"
    body = eeml('<data id="t"><current_value at="2100-01-02T03:04:06Z">24</current_value></data>')
    client.publish(feed.path + ".xml", body, 1)
    assert bring("24")


# --- WebSocket --------------------------------------------------------------------------------------


def test_over_the_websocket_a_document_is_a_text(feed, server):
    socket = websocket.create_connection(f"ws://{server.addresses['http']}/", timeout=WAIT_S)

    def ask(method, resource, **more):
        headers = {"X-ApiKey": feed.api.key}
        socket.send(json.dumps({"method": method, "resource": resource, "headers": headers, **more}))
        return json.loads(socket.recv())

    body = eeml('<data id="t"><current_value>5</current_value></data>')
    assert ask("put", f"/feeds/{feed.id}.xml", body=body)["status"] == 200
    answer = ask("get", f"/feeds/{feed.id}.xml")
    assert answer["headers"] == {"CONTENT_TYPE": CONTENT_TYPE}
    assert text(ElementTree.fromstring(answer["body"]), "environment/data/current_value") == "5"
    refused = ask("put", f"/feeds/{feed.id}.xml", body="<eeml/>")
    assert (refused["status"], ElementTree.fromstring(refused["body"]).tag) == (400, "errors")
    socket.close()
