#include <doctest/doctest.h>

#include "base/error.h"
#include "gateway/xively/api.h"
#include "gateway/xively/document.h"
#include "gateway/xively/xml_output.h"
#include "support/cloud.h"

using namespace tt;
using namespace tt::gateway::xively;

namespace {

const Limits limits;

constexpr std::string_view eeml_start =
    R"(<?xml version="1.0" encoding="UTF-8"?><eeml xmlns="http://www.eeml.org/xsd/0.5.1")"
    R"( xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="0.5.1")"
    R"( xsi:schemaLocation="http://www.eeml.org/xsd/0.5.1 http://www.eeml.org/xsd/0.5.1/0.5.1.xsd")";

// <eeml …>CONTENT</eeml>
std::string eeml(std::string_view content) {
  return fmt::format("{}>{}</eeml>", eeml_start, content);
}

// What is sent: without namespace and version.
std::string sent(std::string_view content) {
  return fmt::format("<eeml><environment>{}</environment></eeml>", content);
}

Time time(std::string_view text) { return *parse_time(text); }

registry::Feed whole_feed() {
  registry::Feed feed;
  feed.id = 504;
  feed.owner_login = "skeletor";
  feed.title = "Bed & Sofa";
  feed.description = "<warm>";
  feed.icon = "http://i";
  feed.website = "http://w";
  feed.email = "a@b";
  feed.auto_feed_url = "http://auto";
  feed.product_id = "P";
  feed.device_serial = "S1";
  feed.tags = {"aardvark", "sofa"};
  feed.location = {"office", "physical", "indoor", "fixed", "23.0", 50.5, -0.25, {}};
  feed.created = time("2013-03-29T15:50:43.398788Z");
  feed.updated = time("2013-05-05T07:00:00Z");
  feed.channels = {{1, "0", {"humidity"}, {"Alpha", "A", "derivedSI"}}, {2, "temp", {}, {}}};
  return feed;
}

archive::Current current_of(std::string_view value) {
  archive::Current current;
  current.last = {time("2013-05-05T07:37:54.465267Z"), std::string(value)};
  return current;
}

FeedView view_of(const registry::Feed& feed) {
  FeedView view;
  view.feed = std::make_shared<const registry::Feed>(feed);
  view.base_url = "http://h";
  view.updated = time("2013-05-05T07:37:54.582681Z");
  view.now = time("2013-05-05T07:40:00Z");
  for (const auto& channel : view.feed->channels) {
    ChannelView shown;
    shown.channel = &channel;
    view.channels.push_back(std::move(shown));
  }
  return view;
}

FeedView whole_view() {
  auto view = view_of(whole_feed());
  auto& channel = view.channels[0];
  channel.current = current_of("14");
  channel.current->max = 658;
  channel.current->min = 0.5;
  channel.datapoints = {{time("2013-05-05T07:00:00Z"), "1"}, {time("2013-05-05T07:01:00Z"), "a<b"}};
  return view;
}

constexpr std::string_view whole_data =
    R"(<data id="0"><tag>humidity</tag>)"
    R"(<current_value at="2013-05-05T07:37:54.465267Z">14</current_value>)"
    R"(<max_value>658.0</max_value><min_value>0.5</min_value>)"
    R"(<unit type="derivedSI" symbol="A">Alpha</unit>)"
    R"(<datapoints><value at="2013-05-05T07:00:00.000000Z">1</value>)"
    R"(<value at="2013-05-05T07:01:00.000000Z">a&lt;b</value></datapoints></data>)";

constexpr std::string_view whole_metadata =
    R"(<environment updated="2013-05-05T07:37:54.582681Z" created="2013-03-29T15:50:43.398788Z")"
    R"( id="504" creator="http://h/users/skeletor"><title>Bed &amp; Sofa</title>)"
    R"(<feed>http://h/v2/feeds/504.xml</feed><auto_feed_url>http://auto</auto_feed_url>)"
    R"(<status>live</status><description>&lt;warm&gt;</description><icon>http://i</icon>)"
    R"(<website>http://w</website><email>a@b</email><product_id>P</product_id>)"
    R"(<device_serial>S1</device_serial><private>false</private><tag>aardvark</tag>)"
    R"(<tag>sofa</tag><location disposition="fixed" exposure="indoor" domain="physical">)"
    R"(<name>office</name><lat>50.5</lat><lon>-0.25</lon><ele>23.0</ele></location>)";

// What is thrown, as "code: message"; "" if nothing is.
template <class Parse>
std::string failure_of(Parse parse) {
  try {
    parse();
  } catch (const Error& e) {
    return fmt::format("{}: {}", name_of(e.code()), e.what());
  }
  return {};
}

std::string feed_failure(std::string_view body) {
  return failure_of([&] { parse_feed(body, Format::xml, limits); });
}

}  // namespace

TEST_CASE("a feed: elements and attributes in the contract's order") {
  CHECK(feed_xml(whole_view()) ==
        eeml(fmt::format(R"({}{}<data id="temp"/></environment>)", whole_metadata, whole_data)));
}

TEST_CASE("a feed: what is not set is left out") {
  registry::Feed feed;
  feed.id = 1;
  feed.owner_login = "ann";
  feed.title = "t";
  feed.is_private = true;
  feed.channels = {{1, "a", {}, {}}};
  auto view = view_of(feed);
  view.channels[0].current = current_of("");
  view.channels[0].datapoints.emplace();
  view.now = view.updated + std::chrono::hours(1);
  CHECK(feed_xml(view) ==
        eeml(R"(<environment updated="2013-05-05T07:37:54.582681Z" )"
             R"(created="1970-01-01T00:00:00.000000Z" id="1" creator="http://h/users/ann">)"
             R"(<title>t</title><feed>http://h/v2/feeds/1.xml</feed><status>frozen</status>)"
             R"(<private>true</private>)"
             R"(<data id="a"><current_value at="2013-05-05T07:37:54.465267Z"/></data>)"
             R"(</environment>)"));
}

TEST_CASE("a mobile thing shows its waypoints") {
  registry::Feed feed = whole_feed();
  feed.location = {};
  feed.location.disposition = "mobile";
  feed.location.waypoints = {{time("2013-01-01T00:00:00Z"), 1.5, 2}};
  CHECK(feed_xml(view_of(feed))
            .contains(R"(<location disposition="mobile"><waypoints>)"
                      R"(<waypoint at="2013-01-01T00:00:00.000000Z"><lat>1.5</lat><lon>2</lon>)"
                      R"(</waypoint></waypoints></location>)"));
}

TEST_CASE("a search has the members of OpenSearch before the environments") {
  FeedList list;
  list.total = 4299;
  list.offset = 50;
  list.per_page = 1;
  list.feeds.push_back(whole_view());
  auto expected = [](std::string_view rest) {
    return fmt::format(
        R"({} xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">)"
        R"(<opensearch:totalResults>4299</opensearch:totalResults>)"
        R"(<opensearch:startIndex>50</opensearch:startIndex>)"
        R"(<opensearch:itemsPerPage>1</opensearch:itemsPerPage>{}{}</environment></eeml>)",
        eeml_start, whole_metadata, rest);
  };
  CHECK(feed_list_xml(list) == expected(fmt::format(R"({}<data id="temp"/>)", whole_data)));
  list.content = Content::summary;
  list.user = User::shown;
  CHECK(feed_list_xml(list) == expected("<user><login>skeletor</login></user>"));
}

TEST_CASE("a datastream on its own stands in an environment, with the time of its value") {
  auto view = whole_view();
  ChannelPlace place{*view.feed, "http://h"};
  CHECK(datastream_xml(view.channels[0], place) ==
        eeml(fmt::format(R"(<environment updated="2013-05-05T07:37:54.465267Z" id="504" )"
                         R"(creator="http://h/users/skeletor">{}</environment>)",
                         whole_data)));
  CHECK(datastream_xml(view.channels[1], place) ==
        eeml(R"(<environment updated="2013-05-05T07:00:00.000000Z" id="504" )"
             R"(creator="http://h/users/skeletor"><data id="temp"/></environment>)"));
}

TEST_CASE("a datapoint on its own") {
  archive::Sample sample{time("2010-05-20T11:01:46Z"), "2000"};
  CHECK(datapoint_xml(sample, {}) ==
        eeml(R"(<environment><data><datapoints><value at="2010-05-20T11:01:46.000000Z">2000)"
             R"(</value></datapoints></data></environment>)"));
}

TEST_CASE("what was written is read: the round trip of a whole feed") {
  auto written = feed_xml(whole_view());
  auto feed = parse_feed(written, Format::xml, limits);
  auto expected = whole_feed();
  const auto& change = feed.value.change;
  CHECK(change.title == expected.title);
  CHECK(change.description == expected.description);
  CHECK(change.icon == expected.icon);
  CHECK(change.website == expected.website);
  CHECK(change.email == expected.email);
  CHECK(change.is_private == false);
  CHECK(change.tags == expected.tags);
  CHECK(!change.product_id);
  CHECK(change.location.name == "office");
  CHECK(change.location.domain == "physical");
  CHECK(change.location.exposure == "indoor");
  CHECK(change.location.disposition == "fixed");
  CHECK(change.location.ele == "23.0");
  CHECK(change.location.lat == std::optional(expected.location.lat));
  CHECK(change.location.lon == std::optional(expected.location.lon));
  const auto& streams = feed.value.datastreams;
  REQUIRE(streams.size() == 2);
  CHECK(streams[0].id == "0");
  CHECK(streams[0].current_value == "14");
  CHECK(streams[0].at == time("2013-05-05T07:37:54.465267Z"));
  CHECK(streams[0].max_value == 658);
  CHECK(streams[0].min_value == 0.5);
  CHECK(streams[0].tags == std::vector<std::string>{"humidity"});
  CHECK(streams[0].unit == expected.channels[0].unit);
  REQUIRE(streams[0].datapoints.size() == 2);
  CHECK(streams[0].datapoints[1].at == time("2013-05-05T07:01:00Z"));
  CHECK(streams[0].datapoints[1].value == "a<b");
  CHECK(streams[1].id == "temp");
  CHECK(!streams[1].current_value);
  CHECK(!streams[1].unit);
  CHECK(!streams[1].tags);
}

TEST_CASE("absent members stay, empty ones are cleared") {
  auto nothing = parse_feed(sent(""), Format::xml, limits).value.change;
  CHECK(!nothing.title);
  CHECK(!nothing.tags);
  CHECK(!nothing.is_private);
  CHECK(!nothing.location.lat);
  auto cleared = parse_feed(sent("<description/><tag/><private/><location domain=''><lat/>"
                                 "</location><data id='a'><unit/><tag> </tag></data>"),
                            Format::xml, limits);
  const auto& change = cleared.value.change;
  CHECK(change.description == "");
  CHECK(change.tags == std::vector<std::string>{});
  CHECK(change.is_private == false);
  CHECK(change.location.domain == "");
  REQUIRE(change.location.lat);
  CHECK(!*change.location.lat);
  CHECK(cleared.value.datastreams[0].unit == registry::Unit{});
  CHECK(cleared.value.datastreams[0].tags == std::vector<std::string>{});
}

TEST_CASE("white space around a text does not count, comments and CDATA do not cut it") {
  auto feed =
      parse_feed(sent("<title>\n  two words \n</title><data id=' a '><current_value>\n 1<!-- "
                      "x -->4<![CDATA[<&]]>\n</current_value></data>"),
                 Format::xml, limits);
  CHECK(feed.value.change.title == "two words");
  CHECK(feed.value.datastreams[0].id == "a");
  CHECK(feed.value.datastreams[0].current_value == "14<&");
}

TEST_CASE("the environment's time is that of values that bring none") {
  auto body = R"(<eeml><environment updated="2013-05-05T07:00:00Z">
      <data id="a"><current_value>1</current_value></data>
      <data id="b"><current_value at="2014-01-01T00:00:00Z">2</current_value></data>
      <data id="c"/></environment></eeml>)";
  auto streams = parse_feed(body, Format::xml, limits).value.datastreams;
  REQUIRE(streams.size() == 3);
  CHECK(streams[0].at == time("2013-05-05T07:00:00Z"));
  CHECK(streams[1].at == time("2014-01-01T00:00:00Z"));
  CHECK(!streams[2].at);
  auto odd = parse_feed(R"(<eeml><environment updated="noon"><data id="a"><current_value>1
      </current_value></data></environment></eeml>)",
                        Format::xml, limits);
  CHECK(!odd.value.datastreams[0].at);
}

TEST_CASE("the shape of EEML 5, and names with a prefix") {
  auto old = parse_feed(R"(<?xml version="1.0" encoding="UTF-8"?>
      <eeml xmlns="http://www.eeml.org/xsd/005" version="5"><environment><title>old</title>
      <data id="0"><tag>x</tag><value minValue="2.0" maxValue="48">36.20</value></data>
      </environment></eeml>)",
                        Format::xml, limits);
  const auto& stream = old.value.datastreams.at(0);
  CHECK(stream.current_value == "36.20");
  CHECK(stream.min_value == 2);
  CHECK(stream.max_value == 48);
  auto prefixed = parse_feed(R"(<ns0:eeml xmlns:ns0="http://www.eeml.org/xsd/0.5.1">
      <ns0:environment><ns0:data id="0"><ns0:current_value>1</ns0:current_value></ns0:data>
      </ns0:environment></ns0:eeml>)",
                             Format::xml, limits);
  CHECK(prefixed.value.datastreams.at(0).current_value == "1");
}

TEST_CASE("datastreams, a datastream, datapoints and a value from XML") {
  auto streams = parse_datastreams(sent("<data id='a'/><data id='b'/>"), Format::xml, limits);
  REQUIRE(streams.value.size() == 2);
  CHECK(streams.value[1].id == "b");
  auto stream = parse_datastream(sent("<data id='other'><current_value>7</current_value></data>"),
                                 "a", Format::xml, limits);
  CHECK(stream.value.id == "a");
  CHECK(stream.value.current_value == "7");
  auto points = parse_datapoints(sent("<data><datapoints>"
                                      "<value at='2010-05-20T11:01:43+01:00'>294</value>"
                                      "<value at='2010-05-20T11:01:44Z'>295</value>"
                                      "</datapoints></data>"),
                                 Format::xml, limits);
  REQUIRE(points.value.size() == 2);
  CHECK(points.value[0].at == time("2010-05-20T10:01:43Z"));
  CHECK(points.value[1].value == "295");
  auto value = parse_value(sent("<data><datapoints><value>297</value></datapoints></data>"),
                           Format::xml, limits);
  CHECK(value.value == "297");
}

TEST_CASE("broken XML is invalid and its place is named") {
  CHECK(feed_failure("<eeml>\n<environment>\n<data id=\"0\">\n<current_value>\n1\n"
                     "</current_value></dat></environment></eeml>") ==
        "invalid: invalid format, element start and end names do not match at 6:19");
  CHECK(feed_failure("").starts_with("invalid: invalid format, "));
  CHECK(feed_failure("<!DOCTYPE x><eeml/>") ==
        "invalid: invalid format, document type not allowed at 1:1");
  CHECK(feed_failure(sent(std::string(2 * 1024 * 1024, ' '))) ==
        "invalid: invalid format, document too large at 1:1");
}

TEST_CASE("a document with nodes missing or too many is invalid") {
  constexpr std::string_view no_environment = "invalid: Missing 'environment' node from base node";
  CHECK(feed_failure("<eeml/>") == no_environment);
  CHECK(feed_failure("<environment/>") == no_environment);
  CHECK(feed_failure("<eeml><environment/><environment/></eeml>") ==
        "invalid: Multiple 'environment' nodes are not permitted for Feed level XML");
  auto stream = [](std::string_view content) {
    return failure_of([&] { parse_datastream(sent(content), "a", Format::xml, limits); });
  };
  CHECK(stream("") == "invalid: Missing 'data' node from source document");
  CHECK(stream("<data id='a'/><data id='b'/>") ==
        "invalid: Multiple 'data' nodes are not permitted for Datastream level XML");
  auto points = [](std::string_view content) {
    return failure_of([&] { parse_datapoints(sent(content), Format::xml, limits); });
  };
  CHECK(points("<data/>") == "unprocessable: Datapoints can't be blank");
  CHECK(points("<data/><data/>") ==
        "invalid: Multiple 'data' nodes are not permitted for Datapoint level XML");
  CHECK(points("<data><datapoints><value>1</value></datapoints></data>") ==
        "unprocessable: Datapoint timestamp can't be blank");
  auto value = [](std::string_view content) {
    return failure_of([&] { parse_value(sent(content), Format::xml, limits); });
  };
  CHECK(value("<data/>") == "unprocessable: Value can't be blank");
  CHECK(value("<data><datapoints><value>1</value><value>2</value></datapoints></data>") ==
        "invalid: Multiple 'value' nodes are not permitted for Datapoint level XML");
}

TEST_CASE("what cannot be meant is unprocessable, as in JSON") {
  auto failure = [](std::string_view content) { return feed_failure(sent(content)); };
  CHECK(failure("<private>maybe</private>") == "unprocessable: Private must be true or false");
  CHECK(failure("<location><lat>north</lat></location>") ==
        "unprocessable: Location lat is not a number");
  CHECK(failure("<title>a<b/></title>") == "unprocessable: Title is invalid");
  CHECK(failure("<data/>") == "unprocessable: Datastream id can't be blank");
  CHECK(failure("<data id='a b'/>") == "unprocessable: Datastream id is invalid");
  CHECK(failure("<data id='a'/><data id='a'/>") ==
        "unprocessable: Datastreams can't have duplicate IDs: a");
  CHECK(failure("<data id='a'><current_value at='noon'>1</current_value></data>") ==
        "unprocessable: Timestamp is invalid");
  CHECK(failure("<data id='a'><max_value>high</max_value></data>") ==
        "unprocessable: Max value is not a number");
  CHECK(failure(fmt::format("<data id='a'><current_value>{}</current_value></data>",
                            std::string(256, 'x'))) ==
        "unprocessable: Value is too long (maximum is 255 characters)");
  std::string many;
  for (int i = 0; i < 501; ++i) many += "<value at='2026-01-01T00:00:00Z'>1</value>";
  CHECK(failure(fmt::format("<data id='a'><datapoints>{}</datapoints></data>", many))
            .starts_with("unprocessable: You can only send 500 datapoints"));
}

TEST_CASE("errors are XML documents when XML is wanted, JSON when a picture is") {
  Error missing(Code::not_found, "no <feed>");
  CHECK(error_reply(missing, Format::xml).body ==
        R"(<?xml version="1.0" encoding="UTF-8"?><errors><title>Not found</title>)"
        R"(<error>no &lt;feed&gt;</error></errors>)");
  Error wrong(Code::unprocessable, "Title can't be blank\nEmail is invalid");
  CHECK(error_reply(wrong, Format::xml).body ==
        R"(<?xml version="1.0" encoding="UTF-8"?><errors><title>Unprocessable Entity</title>)"
        R"(<error>Title can't be blank</error><error>Email is invalid</error></errors>)");
  Error broken(Code::invalid, "invalid format, bad attribute at 1:2");
  CHECK(error_reply(broken, Format::xml).body.contains("<title>XML Parser Error</title>"));
  CHECK(error_reply(missing, Format::png).body == R"({"title":"Not found","errors":"no <feed>"})");
}

namespace {

Task<> lives(Services& services) {
  auto ann = co_await services.identity.create_account("ann", "password", identity::Role::user);
  Api api(services);
  ApiRequest request;
  request.format = request.body_format = Format::xml;
  request.caller = test::Cloud::master(ann.id);
  request.base_url = "http://h";
  auto call = [&](std::string_view method, std::string_view path, std::string_view body) {
    request.method = method;
    request.path = request.whole_path = path;
    request.body = body;
    return api.handle(request);
  };
  auto document = sent("<title>t</title><data id='a'><current_value>1</current_value></data>");
  auto made = co_await call("POST", "/feeds", document);
  CHECK(made.status == 201);
  auto path = made.location.substr(std::string_view("http://h/v2").size());
  auto read = co_await call("GET", path, {});
  CHECK(read.status == 200);
  CHECK(read.body.contains("<title>t</title>"));
  CHECK(read.body.contains(">1</current_value>"));
  // Clients echo what they have read.
  auto echoed = co_await call("PUT", path, read.body);
  CHECK(echoed.status == 200);
  auto again = co_await call("GET", path, {});
  CHECK(again.body == read.body);
  auto refused = co_await call("PUT", path, "<eeml/>");
  CHECK(refused.status == 400);
  CHECK(refused.body.contains("<error>Missing 'environment' node from base node</error>"));
}

}  // namespace

TEST_CASE("a feed made, read, echoed and refused in XML") {
  test::Cloud cloud;
  cloud.run(lives);
}
