"""Bad input gets the contract's error and changes nothing."""
import pytest

JSON = {"Content-Type": "application/json"}

BROKEN = [
    "", "{", "}", "nonsense", '{"title":}', '{"title":"x"', '{"title":"x"}}', '{"title":"\x01"}', "{'title':'x'}",
    '{"title":"x",}', '[1,2', '"just text', '{"title":"\\ud800"}', '{"a":01}', "\xff\xfe",
    "[" * 5000, '{"datastreams":[' + '{"x":' * 200,
]


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_broken_json(feed, text):
    feed.write("v", "1")
    before = feed.read()
    for method, path in (("PUT", feed.path), ("PUT", feed.stream("v")), ("POST", feed.path + "/datastreams"),
                         ("POST", feed.stream("v") + "/datapoints"), ("POST", "/v2/feeds")):
        answer = feed.api.request(method, path, data=text.encode("latin-1"), headers=JSON)
        if text == "" and method == "PUT":
            assert answer.status_code in (200, 400, 422)  # libxively sends an empty body: nothing to change
            continue
        assert answer.status_code in (400, 422), (method, path, text[:40])
        error = answer.json()
        assert set(error) == {"title", "errors"}
        if answer.status_code == 400:
            assert error["title"] == "JSON Parser Error"
    after = feed.read()
    assert (after["title"], after["datastreams"]) == (before["title"], before["datastreams"])


WRONG_TYPES = [
    [], 5, "text", None, True,
    {"datastreams": 5}, {"datastreams": "v"}, {"datastreams": {"id": "v"}}, {"datastreams": [5]}, {"datastreams": [[]]},
    {"datastreams": [{}]}, {"datastreams": [{"id": None}]}, {"datastreams": [{"id": {}}]},
    {"datastreams": [{"id": "v", "current_value": {}}]}, {"datastreams": [{"id": "v", "current_value": [1]}]},
    {"datastreams": [{"id": "v", "current_value": "2", "at": "whenever"}]},
    {"datastreams": [{"id": "v", "datapoints": "many"}]},
    {"datastreams": [{"id": "v", "datapoints": [{"value": "2"}]}]},
    {"datastreams": [{"id": "v", "datapoints": [{"at": "2026-01-01T00:00:00Z"}]}]},
    {"datastreams": [{"id": "v", "datapoints": [5]}]},
    {"datastreams": [{"id": "v", "unit": "C"}]},
    {"title": {}}, {"title": []}, {"tags": {}}, {"tags": [[]]}, {"tags": ["x" * 256]},
    {"location": "here"}, {"location": {"lat": "north"}}, {"location": {"lat": 91}}, {"location": {"lon": -181}},
    {"location": {"domain": "dreamt"}}, {"location": {"exposure": "maybe"}}, {"location": {"disposition": "flying"}},
    {"private": "perhaps"}, {"private": {}},
    {"title": ""}, {"title": "x" * 256},
]


@pytest.mark.parametrize("body", WRONG_TYPES, ids=range(len(WRONG_TYPES)))
def test_wrong_types(feed, body):
    feed.write("v", "1")
    before = feed.read()
    answer = feed.api.put(feed.path, json=body)
    assert answer.status_code in (400, 422), body
    assert set(answer.json()) == {"title", "errors"}
    after = feed.read()
    for member in ("title", "tags", "location", "private", "datastreams"):
        assert after.get(member) == before.get(member)


def test_an_error_in_csv_is_a_line_of_text(feed):
    answer = feed.api.get("/v2/feeds/999999999.csv")
    assert answer.status_code == 404
    assert "I'm sorry we are unable to find the resource you are looking for." in answer.text
    assert not answer.text.startswith("{")


def test_formats_that_are_not_offered(feed):
    assert feed.api.get(feed.path + ".png").status_code == 406


def test_what_a_client_sends_is_not_reflected_as_html(api):
    answer = api.get("/v2/<script>alert(1)</script>")
    assert answer.status_code == 404
    assert "html" not in answer.headers["Content-Type"]


def test_paths_do_not_leave_the_tree(api, connect):
    for target in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/../../../etc/passwd", "//etc/passwd",
                   "/..%5c..%5cetc%5cpasswd"):
        answer = connect().request("GET", target)
        assert answer.status in (400, 404)
        assert b"root:" not in answer.body
