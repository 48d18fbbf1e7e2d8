#include "gateway/api/readings_csv.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace tt;
using namespace tt::gateway::api;

namespace {

std::string refusal_of(std::string_view body, ReadingsFormat format) {
  try {
    parse_readings(body, format);
  } catch (const Error& e) {
    return e.what();
  }
  return "ok";
}

}  // namespace

TEST_CASE("readings of several feeds") {
  std::string body =
      "feed_id,stream_id,at,value\n"
      "504,a,2026-01-01T00:00:00Z,1\n7,b,2026-01-01T00:00:01Z,\"x, \"\"y\"\"\"\n"
      "504,a,2026-01-01T00:00:02Z,2.50\n504,c,2026-01-01T00:00:00Z,\n";
  auto rows = parse_readings(body, {});
  CHECK(rows.count == 4);
  REQUIRE(rows.feeds.size() == 2);
  CHECK(rows.feeds[0].feed == 504);
  REQUIRE(rows.feeds[0].channels.size() == 2);
  CHECK(rows.feeds[0].channels[0].channel == "a");
  REQUIRE(rows.feeds[0].channels[0].samples.size() == 2);
  CHECK(rows.feeds[0].channels[0].samples[1].value == "2.50");
  CHECK(rows.feeds[0].channels[0].samples[1].at == *parse_time("2026-01-01T00:00:02Z"));
  CHECK(rows.feeds[0].channels[1].samples[0].value == "");
  CHECK(rows.feeds[1].channels[0].samples[0].value == "x, \"y\"");
}

TEST_CASE("readings of one feed, with and without names of columns") {
  for (std::string body : {"stream_id,at,value\na,2026-01-01T00:00:00Z,1\n",
                           "a,2026-01-01T00:00:00Z,1", "\"a\",2026-01-01T00:00:00Z,\"1\"\r\n"}) {
    auto rows = parse_readings(body, {.feed = 504});
    CHECK(rows.count == 1);
    CHECK(rows.feeds.at(0).feed == 504);
    CHECK(rows.feeds[0].channels.at(0).channel == "a");
    CHECK(rows.feeds[0].channels[0].samples.at(0).value == "1");
  }
}

TEST_CASE("what is wrong is said with its line") {
  ReadingsFormat any, of_feed{.feed = 504};
  CHECK(refusal_of("", any) == "Submitted CSV is empty.");
  CHECK(refusal_of("feed_id,stream_id,at,value\n", any) == "Submitted CSV is empty.");
  CHECK(refusal_of("504,a,2026-01-01,1\n504,a,1\n", any) ==
        "line 2 has not the fields feed_id,stream_id,at,value");
  CHECK(refusal_of("a,2026-01-01,1\nx\n", of_feed) ==
        "line 2 has not the fields stream_id,at,value");
  CHECK(refusal_of("x,a,2026-01-01,1\n", any) == "line 1 names the feed 'x', which is no number");
  CHECK(refusal_of("0,a,2026-01-01,1\n", any) == "line 1 names the feed '0', which is no number");
  CHECK(refusal_of("504,a,now,1\n", any) ==
        "line 1 has 'now' where an ISO 8601 timestamp is expected");
  CHECK(refusal_of("a b,2026-01-01,1\n", of_feed) == "line 1 has the invalid stream id 'a b'");
  CHECK(refusal_of("a,2026-01-01,1\na,2026-01-02,1\n", {.feed = 504, .readings_max = 1}) ==
        "You can only import 1 datapoints in one request");
}
