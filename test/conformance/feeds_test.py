"""Feeds: create, read, change, delete, list."""
import re

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
NOT_FOUND = {"title": "Not found", "errors": "I'm sorry we are unable to find the resource you are looking for."}
# xively-python builds its objects with Feed(**members): anything else raises TypeError there.
FEED_MEMBERS = {"id", "feed", "status", "creator", "created", "updated", "version", "auto_feed_url", "product_id",
                "device_serial", "title", "description", "website", "email", "tags", "location", "private",
                "datastreams"}
STREAM_MEMBERS = {"id", "tags", "unit", "min_value", "max_value", "current_value", "at", "datapoints", "version"}


def test_create_answers_201_with_the_location_and_no_body(api, server):
    answer = api.post("/v2/feeds", json={"title": "Weather Station", "version": "1.0.0"}, headers={"Host": "cloud.example:81"})
    assert answer.status_code == 201
    assert re.fullmatch(r"http://cloud\.example:81/v2/feeds/\d+", answer.headers["Location"])
    assert answer.content == b""


def test_create_without_a_title_is_refused(api):
    for body in ({}, {"title": ""}, {"title": "  "}):
        answer = api.post("/v2/feeds", json={**body, "tags": ["untitled-91c2"]})
        assert answer.status_code == 422
        assert [error.lower() for error in answer.json()["errors"]] == ["title can't be blank"]
    assert api.get("/v2/feeds", params={"tag": "untitled-91c2"}).json()["totalResults"] == 0


def test_a_feed_reads_as_the_clients_expect(make_feed):
    feed = make_feed(description="On the roof", website="http://w.example", email="a@b.example", tags=["roof", "Air"],
                     location={"name": "Chandigarh", "lat": "30.733315", "lon": 76.779418, "ele": "321",
                               "domain": "physical", "exposure": "outdoor", "disposition": "fixed"},
                     datastreams=[{"id": "temperature", "current_value": "21.50"}, {"id": "empty"}])
    read = feed.read()
    assert set(read) <= FEED_MEMBERS
    assert read["id"] == feed.id
    assert read["title"] == "Conformance"
    assert read["private"] == "false"
    assert read["feed"].endswith(f"/v2/feeds/{feed.id}.json")
    assert read["status"] == "live"
    assert TIMESTAMP.fullmatch(read["updated"]) and TIMESTAMP.fullmatch(read["created"])
    assert "/users/" in read["creator"]
    assert read["version"] == "1.0.0"
    assert read["tags"] == ["Air", "roof"]
    assert read["description"] == "On the roof"
    location = read["location"]
    assert (location["lat"], location["lon"], location["ele"]) == (30.733315, 76.779418, "321")
    assert (location["domain"], location["exposure"], location["disposition"]) == ("physical", "outdoor", "fixed")
    streams = {stream["id"]: stream for stream in read["datastreams"]}
    assert streams["empty"] == {"id": "empty"}
    written = streams["temperature"]
    assert set(written) <= STREAM_MEMBERS
    assert written["current_value"] == "21.50"
    assert TIMESTAMP.fullmatch(written["at"])
    assert (written["min_value"], written["max_value"]) == ("21.5", "21.5")


def test_absent_members_are_left_out_instead_of_null(feed):
    assert "null" not in feed.api.get(feed.path).text
    assert not {"description", "website", "email", "product_id", "icon", "user"} & set(feed.read())


def test_a_trailing_slash_changes_nothing(feed):
    assert feed.api.get(feed.path + "/").json()["id"] == feed.id


def test_the_suffix_beats_accept(feed):
    feed.write("a", 1)
    assert feed.api.get(feed.path + ".json", headers={"Accept": "text/csv"}).json()["id"] == feed.id
    answer = feed.api.get(feed.path + ".csv", headers={"Accept": "application/json"})
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert feed.api.get(feed.path, headers={"Accept": "text/csv"}).text.startswith("a,")
    assert feed.api.get(feed.path, headers={"Accept": "*/*"}).headers["Content-Type"].startswith("application/json")


def test_put_changes_what_is_given_and_leaves_the_rest(make_feed):
    feed = make_feed(description="old", website="http://old.example", tags="b, a")
    answer = feed.put({"title": "New", "website": ""})
    assert (answer.status_code, answer.content.strip()) == (200, b"")
    read = feed.read()
    assert (read["title"], read["description"], read["tags"]) == ("New", "old", ["a", "b"])
    assert not read.get("website")


def test_put_ignores_the_members_that_clients_merely_echo(feed):
    before = feed.read()
    echo = {**before, "id": 1, "feed": "x", "status": "frozen", "creator": "x", "created": "2001-01-01T00:00:00.000000Z",
            "updated": "2001-01-01T00:00:00.000000Z", "auto_feed_url": "x", "version": "1.0.0"}
    assert feed.put(echo).status_code == 200
    after = feed.read()
    assert (after["id"], after["feed"], after["created"], after["creator"]) == (
        before["id"], before["feed"], before["created"], before["creator"])


def test_put_upserts_the_streams_that_are_listed(feed):
    feed.write("a", "1")
    assert feed.put({"datastreams": [{"id": "b", "current_value": "2"}]}).status_code == 200
    assert {s["id"]: s["current_value"] for s in feed.read()["datastreams"]} == {"a": "1", "b": "2"}


def test_one_bad_stream_leaves_everything_as_it_was(feed):
    feed.write("a", "1")
    answer = feed.put({"title": "Other", "datastreams": [{"id": "a", "current_value": "2"}, {"id": "no spaces"}]})
    assert answer.status_code == 422
    read = feed.read()
    assert read["title"] == "Conformance"
    assert [(s["id"], s["current_value"]) for s in read["datastreams"]] == [("a", "1")]


def test_one_bad_value_leaves_everything_as_it_was(feed):
    feed.write("a", "1")
    for bad in ({"id": "b", "current_value": "x" * 256}, {"id": "b", "current_value": "1", "at": "whenever"}):
        assert feed.put({"title": "Other", "datastreams": [{"id": "a", "current_value": "2"}, bad]}).status_code == 422
        read = feed.read()
        assert read["title"] == "Conformance"
        assert [(s["id"], s["current_value"]) for s in read["datastreams"]] == [("a", "1")]


def test_values_keep_their_text(feed):
    texts = ["0000017", "1.500", "-0", "1e3", "12345678901234567890.123456789", "on", "", " spaced ", "ä€𝄞", '"quoted"', "+5"]
    for text in texts:
        feed.write("v", text)
        assert feed.read()["datastreams"][0]["current_value"] == text


def test_numbers_keep_the_text_they_were_sent_with(feed):
    for text in ("21", "21.50", "-0.10", "1e3", "100000000000000000000"):
        body = '{"datastreams":[{"id":"v","current_value":%s}]}' % text
        answer = feed.api.put(feed.path, data=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 200
        assert feed.read()["datastreams"][0]["current_value"] == text


def test_a_value_of_255_characters_is_kept_and_of_256_refused(feed):
    feed.write("v", "x" * 255)
    assert feed.put({"datastreams": [{"id": "v", "current_value": "y" * 256}]}).status_code == 422
    assert feed.read()["datastreams"][0]["current_value"] == "x" * 255


def test_extremes_follow_the_numbers(feed):
    for value in ("41", "333", "abc", "7.5"):
        feed.write("v", value)
    stream = feed.read()["datastreams"][0]
    assert (stream["min_value"], stream["max_value"]) == ("7.5", "333.0")


def test_text_streams_have_no_extremes(feed):
    feed.write("v", "on")
    assert set(feed.read()["datastreams"][0]) == {"id", "current_value", "at"}


def test_the_same_time_twice_overwrites(feed):
    at = "2026-01-02T03:04:05.000006Z"
    feed.write("v", "1", at)
    feed.write("v", "2", at)
    stream = feed.read()["datastreams"][0]
    assert (stream["current_value"], stream["at"]) == ("2", at)


def test_updated_is_the_default_time_of_the_streams(feed):
    body = {"updated": "2026-01-02T03:04:05Z",
            "datastreams": [{"id": "a", "current_value": "1"},
                            {"id": "b", "current_value": "2", "at": "2026-01-01T00:00:00+02:00"}]}
    assert feed.put(body).status_code == 200
    ats = {s["id"]: s["at"] for s in feed.read()["datastreams"]}
    assert ats == {"a": "2026-01-02T03:04:05.000000Z", "b": "2025-12-31T22:00:00.000000Z"}


def test_a_mobile_feed_remembers_where_it_was(make_feed):
    feed = make_feed(location={"disposition": "mobile", "lat": 1.5, "lon": 2.5})
    assert feed.put({"location": {"lat": 3.5, "lon": 4.5}}).status_code == 200
    location = feed.read()["location"]
    assert (location["lat"], location["lon"]) == (3.5, 4.5)
    assert [(w["lat"], w["lon"], set(w)) for w in location["waypoints"]] == [(1.5, 2.5, {"at", "lat", "lon"})]
    assert TIMESTAMP.fullmatch(location["waypoints"][0]["at"])


def test_a_private_feed_is_said_to_be_private(make_feed):
    for spelling in (True, "true"):
        assert make_feed(private=spelling).read()["private"] == "true"


def test_a_feed_that_sends_old_readings_is_live(feed):
    """When the news came is what counts, not how old they are."""
    feed.write("v", "1", "2001-01-01T00:00:00Z")
    assert feed.read()["status"] == "live"


def test_tags_with_commas_in_quotes(make_feed):
    assert make_feed(tags='zeta, "one, two",\'alpha\'').read()["tags"] == ["alpha", "one, two", "zeta"]


def test_delete_removes_the_feed_with_its_streams(feed):
    feed.write("v", "1")
    answer = feed.api.delete(feed.path)
    assert (answer.status_code, answer.content.strip()) == (200, b"")
    for path in (feed.path, feed.stream("v"), feed.stream("v") + "/datapoints/2026-01-01T00:00:00Z"):
        answer = feed.api.get(path)
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert feed.api.delete(feed.path).status_code == 404


def test_an_unknown_feed_is_404_for_every_method(api):
    for method, body in (("GET", None), ("PUT", {"title": "x"}), ("DELETE", None)):
        answer = api.request(method, "/v2/feeds/999999999", json=body)
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    for number in ("0", "-1", "99999999999999999999", "abc", "1e3", "%00"):
        assert api.get(f"/v2/feeds/{number}").status_code == 404


def test_an_unknown_route_names_itself(api):
    answer = api.post("/v2/feeds/1/nothing", json={})
    assert answer.status_code == 404
    assert answer.json() == {"title": "Not found", "errors": 'No route matches [POST] "/api/v2/feeds/1/nothing"'}


def test_the_list_is_paged(make_feed, api):
    tag = "paging-3e1f"
    ids = {make_feed(tags=[tag]).id for _ in range(5)}
    seen = []
    for page in (1, 2, 3):
        answer = api.get("/v2/feeds/", params={"tag": tag, "per_page": 2, "page": page}).json()
        assert (answer["totalResults"], answer["itemsPerPage"]) == (5, 2)
        seen += [feed["id"] for feed in answer["results"]]
    assert (len(seen), set(seen)) == (5, ids)


def test_a_summary_has_no_streams(make_feed, api):
    make_feed(tags=["summary-77aa"], datastreams=[{"id": "a", "current_value": "1"}])
    full = api.get("/v2/feeds", params={"tag": "summary-77aa"}).json()["results"][0]
    summary = api.get("/v2/feeds", params={"tag": "summary-77aa", "content": "summary"}).json()["results"][0]
    assert [s["id"] for s in full["datastreams"]] == ["a"]
    assert "datastreams" not in summary


def test_words_find_feeds(make_feed, api):
    feed = make_feed(title="Quixotic barometer", description="zanzibar roof")
    for words in ("quixotic", "zanzibar", "Quixotic roof"):
        assert [f["id"] for f in api.get("/v2/feeds", params={"q": words}).json()["results"]] == [feed.id]
    assert api.get("/v2/feeds", params={"q": "quixotic absent"}).json()["results"] == []


def test_unknown_parameters_are_ignored(feed):
    assert feed.api.get(feed.path, params={"_": "1690000000", "nonsense": "yes"}).status_code == 200


def test_only_some_streams_can_be_asked_for(feed):
    for name in ("a", "b", "c"):
        feed.write(name, "1")
    assert [s["id"] for s in feed.read(datastreams="a,c")["datastreams"]] == ["a", "c"]
