#include <doctest/doctest.h>

#include "base/error.h"
#include "gateway/xively/document.h"

using namespace tt;
using namespace tt::gateway::xively;

namespace {

const Limits limits;

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

}  // namespace

TEST_CASE("a feed in JSON: metadata, channels, values; read-only members are ignored") {
  std::string body = R"({"id":1,"updated":"x","creator":"y","status":"frozen","version":"1.0.0",
    "title":"Weather Station","tags":"Weather, \"a, b\"","private":"true",
    "location":{"lat":"30.733315","lon":76.779418,"name":"home"},
    "datastreams":[{"id":"t","current_value":21.50},
                   {"id":"u","current_value":"a\u00e9b","at":"2026-01-01T00:00:00Z"},
                   {"id":"v","datapoints":[{"at":"2026-01-01T00:00:00Z","value":41}]}]})";
  auto feed = parse_feed(body, Format::json, limits);
  CHECK(feed.value.change.title == "Weather Station");
  CHECK(feed.value.change.is_private == true);
  CHECK(feed.value.change.tags == std::vector<std::string>{"a, b", "Weather"});
  CHECK(**feed.value.change.location.lat == doctest::Approx(30.733315));
  CHECK(!feed.value.change.description);
  const auto& streams = feed.value.datastreams;
  REQUIRE(streams.size() == 3);
  CHECK(streams[0].current_value == "21.50");
  CHECK(!streams[0].at);
  CHECK(streams[1].current_value == "a\u00e9b");
  CHECK(format_time(*streams[1].at) == "2026-01-01T00:00:00.000000Z");
  CHECK(streams[2].datapoints[0].value == "41");
}

TEST_CASE("CSV in its two and three columns") {
  auto two = parse_feed("a,1\n b , 2 \n", Format::csv, limits);
  REQUIRE(two.value.datastreams.size() == 2);
  CHECK(two.value.datastreams[1].id == "b");
  CHECK(two.value.datastreams[1].current_value == "2");
  auto many = parse_feed(
      "a,2026-01-01T00:00:00Z,1\nb,2026-01-01T00:00:00Z,\"x,\"\"y\"\"\"\na,2026-01-01T00:00:01Z,"
      "2\n",
      Format::csv, limits);
  REQUIRE(many.value.datastreams.size() == 2);
  CHECK(many.value.datastreams[0].datapoints.size() == 2);
  CHECK(many.value.datastreams[1].current_value == "x,\"y\"");
  auto single = parse_datastream("2026-01-01T00:00:00Z,21", "t", Format::csv, limits);
  CHECK(single.value.current_value == "21");
  CHECK(single.value.at);
  CHECK(*parse_datastream("42\n", "t", Format::csv, limits).value.current_value == "42");
}

TEST_CASE("what is wrong with a document is said in the contract's words") {
  auto feed = [](std::string_view body, Format format = Format::json) {
    return failure_of([&] { parse_feed(body, format, limits); });
  };
  CHECK(feed("{\"a\":1").starts_with("invalid: parse error"));
  CHECK(feed("[]") == "unprocessable: Feed must be an object");
  CHECK(feed(R"({"datastreams":[{"id":"a"},{"id":"a"}]})") ==
        "unprocessable: Datastreams can't have duplicate IDs: a");
  CHECK(feed(R"({"datastreams":[{"id":"a b"}]})") == "unprocessable: Datastream id is invalid");
  CHECK(feed(R"({"datastreams":[{"current_value":1}]})") ==
        "unprocessable: Datastream id can't be blank");
  CHECK(feed(R"({"datastreams":[{"id":"a","current_value":{}}]})") ==
        "unprocessable: Value is invalid");
  CHECK(feed(R"({"datastreams":[{"id":"a","at":"x"}]})") == "unprocessable: Timestamp is invalid");
  CHECK(feed(R"({"private":"maybe"})") == "unprocessable: Private must be true or false");
  CHECK(feed(R"({"location":{"lat":"north"}})") == "unprocessable: Location lat is not a number");
  CHECK(feed("", Format::csv) == "invalid: Submitted CSV is empty.");
  CHECK(feed("a\n", Format::csv) == "invalid: CSV is invalid. Incorrect number of fields");
  CHECK(feed("a,1\na,2\n", Format::csv) ==
        "invalid: CSV is invalid. If multiple values given they must include a timestamp for all "
        "values");
  CHECK(feed("a,noon,1\n", Format::csv).starts_with("invalid: CSV is invalid."));
  CHECK(feed("x", Format::png).starts_with("not_acceptable"));
}

TEST_CASE("too many datapoints are refused, in one stream or spread over several") {
  std::string body = R"({"datapoints":[)";
  for (int i = 0; i < 501; ++i) {
    body += fmt::format(R"({}{{"at":"2026-01-01T00:{:02}:{:02}Z","value":"1"}})", i ? "," : "",
                        i / 60, i % 60);
  }
  body += "]}";
  auto points = [&] { parse_datapoints(body, Format::json, limits); };
  CHECK(failure_of(points).starts_with("unprocessable: You can only send 500 datapoints"));
}
