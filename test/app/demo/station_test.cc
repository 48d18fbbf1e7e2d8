#include "app/demo/station.h"

#include <doctest/doctest.h>

#include <vector>

#include "base/error.h"
#include "wire/json.h"

using namespace tt;
using namespace tt::app;

namespace {

const Time noon = *parse_time("2026-06-01T12:00:00Z");

struct Sent {
  std::string method, path, body;
};

// Answers as a server would that holds at most one demo feed.
class FakeServer final : public Transport {
 public:
  HttpAnswer call(std::string_view method, const std::string& path,
                  const std::string& body) override {
    if (is_away) throw Error(Code::unavailable, "away");
    requests.push_back({std::string(method), path, body});
    if (status != 200) return {.status = status, .location = {}, .body = "{}"};
    if (path.starts_with("/v2/feeds.json?")) return {200, {}, search_body};
    if (method == "POST") return {201, "http://127.0.0.1:8080/v2/feeds/504", {}};
    return {200, {}, method == "GET" ? feed_body : ""};
  }

  std::vector<Sent> requests;
  std::string search_body = R"({"totalResults":0,"results":[]})";
  std::string feed_body = R"({"id":504,"datastreams":[{"id":"temperature"}]})";
  int status = 200;
  bool is_away = false;
};

// The datapoints of all channels in a request.
std::size_t points_in(const std::string& body) {
  auto document = wire::read_json(body, 16);
  REQUIRE(document);
  std::size_t count = 0;
  for (auto stream : document->root().find("datastreams")->elements()) {
    count += stream.find("datapoints")->size();
  }
  return count;
}

}  // namespace

TEST_CASE("the first run creates the feed with units and a location") {
  VirtualClock clock(noon);
  FakeServer server;
  Station station(server, clock);
  station.connect();
  CHECK(station.feed() == 504);
  REQUIRE(server.requests.size() == 3);
  CHECK(server.requests[1].method == "POST");
  auto document = wire::read_json(server.requests[1].body, 16);
  REQUIRE(document);
  auto root = document->root();
  CHECK(root.find("title")->text() == "Demo weather station");
  CHECK(root.find("location")->find("lat")->text() == "30.733315");
  REQUIRE(root.find("datastreams")->size() == 3);
  auto first = *root.find("datastreams")->elements().begin();
  CHECK(first.find("id")->text() == "temperature");
  CHECK(first.find("unit")->find("symbol")->text() == "°C");
}

TEST_CASE("the first run sends the last day minute by minute, at most 500 points a request") {
  VirtualClock clock(noon);
  FakeServer server;
  Station station(server, clock);
  station.connect();
  CHECK(station.waiting() == 24 * 60 - 1);
  server.requests.clear();
  while (station.waiting() > 0) station.send();
  CHECK(server.requests.size() == 9);
  std::size_t points = 0;
  for (const auto& request : server.requests) {
    CHECK(request.method == "PUT");
    CHECK(request.path == "/v2/feeds/504.json");
    CHECK(points_in(request.body) <= 500);
    points += points_in(request.body);
  }
  CHECK(points == (24 * 60 - 1) * 3);
  CHECK(server.requests[0].body.contains("2026-05-31T12:01:00.000000Z"));
}

TEST_CASE("a later run finds the feed and sends only what it misses") {
  VirtualClock clock(noon);
  FakeServer server;
  server.search_body =
      R"({"results":[{"id":7,"title":"Not this one"},{"id":9,"title":"Demo weather station"}]})";
  server.feed_body = R"({"datastreams":[{"id":"humidity","at":"2026-06-01T11:57:30.000000Z"}]})";
  Station station(server, clock);
  station.connect();
  CHECK(station.feed() == 9);
  CHECK(station.waiting() == 2);  // 11:58:30 and 11:59:30
}

TEST_CASE("readings wait while the server is away, the oldest are forgotten beyond an hour") {
  VirtualClock clock(noon);
  FakeServer server;
  server.feed_body = R"({"datastreams":[{"id":"humidity","at":"2026-06-01T12:00:00.000000Z"}]})";
  Station station(server, clock);
  station.connect();
  server.is_away = true;
  for (int second = 0; second < 4000; ++second) {
    station.measure(noon + std::chrono::seconds(second));
  }
  CHECK(station.waiting() == Station::readings_max);
  CHECK_THROWS_AS(station.send(), Error);
  CHECK(station.waiting() == Station::readings_max);
  server.is_away = false;
  server.requests.clear();
  station.send();
  CHECK(station.waiting() == Station::readings_max - Station::readings_per_request_max);
  CHECK(server.requests[0].body.contains("2026-06-01T12:06:40.000000Z"));
  CHECK_FALSE(server.requests[0].body.contains("2026-06-01T12:06:39.000000Z"));
}

TEST_CASE("a refused key is denied, a feed that is gone is looked for again") {
  VirtualClock clock(noon);
  FakeServer server;
  Station station(server, clock);
  server.status = 401;
  try {
    station.connect();
    FAIL("connect() must throw");
  } catch (const Error& e) {
    CHECK(e.code() == Code::unauthenticated);
  }
  server.status = 200;
  station.connect();
  server.status = 404;
  CHECK_THROWS_AS(station.send(), Error);
  CHECK_FALSE(station.is_connected());
}
