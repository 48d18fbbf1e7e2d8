"""The wire sequences of the programs people have, sent byte for byte as those send them."""
import json

import requests


def test_the_weather_station_of_the_book(feed, server):
    """xively-python: get the feed, echo it with changes, get or create a datastream, update it."""
    session = requests.Session()
    session.trust_env = False
    session.headers.update({"X-ApiKey": server.API_KEY, "Content-Type": "application/json",
                            "User-Agent": "xively-python/0.1.0-rc2 python-requests/2.28.1", "Accept-Encoding": "gzip, deflate",
                            "Accept": "application/json"})

    def send(method, path, body=None):
        data = None if body is None else json.dumps(body)
        return session.request(method, server.url(path), data=data, timeout=30)

    for restarted in (False, True):
        answer = send("GET", feed.path)
        assert answer.status_code == 200
        read = answer.json()
        echo = {"version": "1.0.0", "title": "Weather Station", "tags": "Weather",
                "location": {"lat": "30.733315", "lon": "76.779418"}, "private": "true", "status": "frozen",
                "creator": read["creator"], "created": read["created"], "updated": read["updated"]}
        if restarted:
            echo["datastreams"] = read["datastreams"]
        assert send("PUT", feed.path, echo).status_code == 200

        answer = send("GET", feed.stream("temperature"))
        assert answer.status_code == (200 if restarted else 404)
        if not restarted:
            made = send("POST", feed.path + "/datastreams",
                        {"version": "1.0.0", "datastreams": [{"id": "temperature", "tags": "temperature"}]})
            assert made.status_code == 201
            assert made.headers["Location"].rsplit("/", 1)[1] == "temperature"
        for second, degrees in ((10, 21), (20, 21.5)):
            update = {"id": "temperature", "tags": "temperature", "current_value": degrees,
                      "at": f"2026-03-01T00:0{int(restarted)}:{second}.000000Z"}
            assert send("PUT", feed.stream("temperature"), update).status_code == 200

    # Box 8.13: another program reads the place and the value.
    read = send("GET", feed.path).json()
    assert (read["location"]["lat"], read["location"]["lon"]) == (30.733315, 76.779418)
    assert (read["title"], read["tags"], read["private"]) == ("Weather Station", ["Weather"], "true")
    stream = send("GET", feed.stream("temperature")).json()
    assert (stream["current_value"], stream["at"]) == ("21.5", "2026-03-01T00:01:20.000000Z")


def test_libxively(feed, connect, server):
    """The C library: CSV, Content-Type text/plain, one recv() an answer."""

    def send(method, target, body=b""):
        connection = connect()
        connection.send(f"{method} {target} HTTP/1.1\r\nHost: api.xively.com\r\nUser-Agent: libxively\r\nAccept: */*\r\n"
                        f"X-ApiKey: {server.API_KEY}\r\nContent-Type: text/plain\r\n"
                        f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        received = connection.socket.recv(4096)
        head, _, text = received.partition(b"\r\n\r\n")
        return int(head.split()[1]), text.decode()

    assert send("PUT", f"{feed.path}.csv", b"a,1\nb,2\n")[0] == 200
    assert send("POST", f"{feed.path}/datastreams.csv", b"newds,2026-03-01T00:00:00.000000Z,42\n")[0] == 201
    assert send("PUT", f"{feed.stream('newds')}.csv", b"2026-03-01T00:00:01.000000Z,21\n")[0] == 200
    assert send("GET", f"{feed.stream('newds')}.csv") == (200, "2026-03-01T00:00:01.000000Z,21\n")
    status, text = send("GET", f"{feed.path}.csv?datastreams=a,b")
    assert (status, [row.split(",")[0::2] for row in text.splitlines()]) == (200, [["a", "1"], ["b", "2"]])
    start, end = "2026-03-01T00:00:00.000000Z", "2026-03-01T00:00:00.500000Z.csv"
    assert send("DELETE", f"{feed.stream('newds')}/datapoints?start={start}&end={end}")[0] == 200
    assert send("GET", f"{feed.stream('newds')}/datapoints/{start}.csv")[0] == 404
    assert send("DELETE", f"{feed.stream('newds')}/datapoints/2026-03-01T00:00:01.000000Z.csv")[0] == 200
    assert send("DELETE", f"{feed.stream('newds')}.csv")[0] == 200
    assert send("GET", f"{feed.stream('newds')}.csv")[0] == 404


def test_xively_js(feed, connect, server):
    """The browser library: a preflight, then a call with jQuery's parameter against caches."""
    origin = {"Origin": "null"}
    preflight = connect().request("OPTIONS", feed.path + ".json", {
        **origin, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type, x-apikey"})
    assert preflight.status in (200, 204)
    headers = {**origin, "X-ApiKey": server.API_KEY, "Content-Type": "application/json"}
    body = json.dumps({"datastreams": [{"id": "js", "current_value": 1}]}).encode()
    assert connect().request("PUT", feed.path + ".json", headers, body).status == 200
    answer = connect().request("GET", f"{feed.stream('js')}.json?_=1690000000000", headers)
    assert json.loads(answer.body)["current_value"] == "1"


def test_cosm_for_node(server, api):
    """It creates a feed, adds a stream and points, and lists with a trailing slash."""
    headers = {"X-ApiKey": server.API_KEY, "Content-Type": "application/json; charset=utf-8"}
    made = requests.post(server.url("/v2/feeds/"), headers=headers, timeout=30,
                         data=json.dumps({"title": "node", "version": "1.0.0"}))
    assert made.status_code == 201
    path = "/v2/feeds/" + made.headers["Location"].rsplit("/", 1)[1]
    made = api.post(path + "/datastreams/", json={"version": "1.0.0", "datastreams": [{"id": "s"}]})
    assert made.status_code == 201
    points = {"datapoints": [{"at": "2026-03-01T00:00:00Z", "value": 1.25}]}
    assert api.post(path + "/datastreams/s/datapoints/", json=points).status_code == 200
    assert api.get("/v2/feeds/?per_page=2").json()["itemsPerPage"] == 2
    assert api.get(path + "/datastreams/s").json()["current_value"] == "1.25"


def test_txpachube(feed, server):
    """It announces a form and sends JSON: the suffix decides."""
    headers = {"X-PachubeApiKey": server.API_KEY, "Content-Type": "application/x-www-form-urlencoded"}
    body = '{"version":"1.0.0","datastreams":[{"id":"tx","current_value":"5"}]}'
    assert requests.put(server.url(feed.path + ".json"), data=body, headers=headers, timeout=30).status_code == 200
    assert feed.read()["datastreams"][0]["current_value"] == "5"
