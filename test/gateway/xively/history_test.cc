#include "gateway/xively/history.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "support/cloud.h"

using namespace tt;
using namespace tt::gateway::xively;
using namespace std::chrono_literals;

namespace {

const Time now = *parse_time("2026-01-02T12:00:00Z");

ApiRequest request_with(std::vector<std::pair<std::string, std::string>> parameters) {
  ApiRequest request;
  request.parameters = std::move(parameters);
  return request;
}

HistoryQuery parsed(std::vector<std::pair<std::string, std::string>> parameters) {
  auto query = parse_history(request_with(std::move(parameters)), now);
  REQUIRE(query);
  return *query;
}

void refused(std::vector<std::pair<std::string, std::string>> parameters) {
  CHECK_THROWS_AS(parse_history(request_with(std::move(parameters)), now), Error);
}

// "HH:MM=value …"
std::string text_of(const Datapoints& points) {
  std::string text;
  for (const auto& point : points) {
    if (!text.empty()) text += ' ';
    text += format_time(point.at).substr(11, 5) + "=" + point.value;
  }
  return text;
}

// Samples at the given minutes past ten, valued with their minute.
Task<> write_minutes(Services& services, std::vector<int> minutes) {
  for (int minute : minutes) {
    auto value = std::to_string(minute);
    archive::SampleView sample{now - 2h + std::chrono::minutes(minute), value};
    archive::Run run{1, std::span(&sample, 1)};
    std::span<const archive::Run> runs(&run, 1);
    co_await services.archive.append(runs);
  }
}

Task<std::string> read(Services& services, std::vector<std::pair<std::string, std::string>> more) {
  more.emplace_back("start", "2026-01-02T10:00:00Z");
  more.emplace_back("end", "2026-01-02T10:30:00Z");
  auto query = parsed(std::move(more));
  auto points = co_await read_history(services.archive, 1, query);
  co_return text_of(points);
}

Task<> sampled(Services& services) {
  co_await write_minutes(services, {0, 1, 4, 5, 12});
  CHECK(co_await read(services, {}) == "10:00=0 10:01=1 10:04=4 10:05=5 10:12=12");
  CHECK(co_await read(services, {{"limit", "2"}}) == "10:00=0 10:01=1");
  CHECK(co_await read(services, {{"limit", "2"}, {"page", "2"}}) == "10:04=4 10:05=5");
  // A slot holds the last datapoint before its instant: the one at 10:05 is in the slot 10:10.
  CHECK(co_await read(services, {{"interval", "300"}}) == "10:05=4 10:10=5 10:15=12");
  CHECK(co_await read(services, {{"interval", "300"}, {"interval_type", "discrete"}}) ==
        "10:05=4 10:10=5 10:15=12 10:20=12 10:25=12 10:30=12");
  CHECK(co_await read(services, {{"interval", "900"}, {"function", "average"}}) == "10:15=4.4");
  CHECK(co_await read(services, {{"interval", "900"}, {"function", "sum"}}) == "10:15=22");
  CHECK(co_await read(services, {{"interval", "900"}, {"function", "min"}}) == "10:15=0");
  CHECK(co_await read(services, {{"interval", "900"}, {"function", "max"}}) == "10:15=12");
  CHECK(co_await read(services, {{"limit", "0"}}) == "");
}

Task<> previous(Services& services) {
  co_await write_minutes(services, {-30, 7});
  CHECK(co_await read(services, {}) == "10:07=7");
  CHECK(co_await read(services, {{"find_previous", "true"}}) == "09:30=-30 10:07=7");
  CHECK(co_await read(services, {{"interval", "900"}, {"interval_type", "discrete"}}) ==
        "10:00=-30 10:15=7 10:30=7");
}

}  // namespace

TEST_CASE("durations have a number and a unit, seconds if there is none") {
  CHECK(parse_duration("5minutes") == 5min);
  CHECK(parse_duration("1minute") == 1min);
  CHECK(parse_duration("1day") == 24h);
  CHECK(parse_duration("2weeks") == 14 * 24h);
  CHECK(parse_duration("3600") == 3600s);
  for (auto bad :
       {"", "minutes", "5m", "5minutess", "-5minutes", "99999999999999999999", "999999999years"}) {
    CAPTURE(bad);
    CHECK(!parse_duration(bad));
  }
}

TEST_CASE("start, end and duration make the range, two of them at most") {
  CHECK(!parse_history(request_with({{"datastreams", "a"}}), now));
  auto last = parsed({{"duration", "1hour"}});
  CHECK(last.start == now - 1h);
  CHECK(last.end == now);
  auto after = parsed({{"start", "2026-01-01T00:00:00Z"}, {"duration", "2hours"}});
  CHECK(format_time(after.end) == "2026-01-01T02:00:00.000000Z");
  auto before = parsed({{"end", "2026-01-01T00:00:00Z"}, {"duration", "2hours"}});
  CHECK(format_time(before.start) == "2025-12-31T22:00:00.000000Z");
  refused({{"start", "2026-01-01"}, {"end", "2026-01-02"}, {"duration", "1day"}});
  refused({{"start", "2026-01-02"}, {"end", "2026-01-01"}});
  refused({{"start", "yesterday"}});
  refused({{"duration", "long"}});
  refused({{"limit", "-1"}, {"duration", "1hour"}});
  refused({{"function", "median"}, {"duration", "1hour"}});
}

TEST_CASE("intervals are rounded up to the grid, ranges limited by them") {
  CHECK(parsed({{"duration", "6hours"}}).interval == 0s);
  CHECK(parsed({{"duration", "7hours"}}).interval == 30s);  // the smallest that is allowed
  CHECK(parsed({{"duration", "300days"}}).interval == 43200s);
  CHECK(parsed({{"duration", "1hour"}, {"interval", "0"}}).interval == 0s);
  CHECK(parsed({{"duration", "1hour"}, {"interval", "31"}}).interval == 60s);
  CHECK(parsed({{"duration", "1hour"}, {"interval", "86400"}}).interval == 86400s);
  refused({{"duration", "7hours"}, {"interval", "0"}});
  refused({{"duration", "2days"}, {"interval", "60"}});
  refused({{"duration", "1hour"}, {"interval", "86401"}});
  refused({{"duration", "2years"}});
  CHECK(parsed({{"duration", "1hour"}}).limit == 100);
  CHECK(parsed({{"duration", "1hour"}, {"limit", "5000"}}).limit == 1000);
}

TEST_CASE("history is read raw, by slots and by functions") {
  test::Cloud cloud;
  cloud.run(sampled);
}

TEST_CASE("the datapoint before the range can be had, and fills a discrete grid") {
  test::Cloud cloud;
  cloud.run(previous);
}
