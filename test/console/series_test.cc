#include "console/series.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "base/random.h"
#include "support/cloud.h"

using namespace tt;
using namespace tt::console;

namespace {

constexpr archive::SeriesId series = 7;
constexpr auto second = std::chrono::seconds(1);

const Time start = *parse_time("2026-01-01T00:00:00Z");

Time at(std::int64_t seconds) { return start + seconds * second; }

// A value each second, from `values`.
Task<> append(archive::Archive& archive, const std::vector<std::string>& values) {
  std::vector<archive::SampleView> samples;
  for (std::size_t i = 0; i < values.size(); ++i) {
    samples.push_back({at(static_cast<std::int64_t>(i)), values[i]});
  }
  archive::Run run{.series = series, .samples = samples};
  co_await archive.append(std::span(&run, 1));
}

std::vector<std::string> random_walk(std::size_t count) {
  SeededRandom random(42);
  std::vector<std::string> values;
  double value = 20;
  for (std::size_t i = 0; i < count; ++i) {
    value += random.fraction() - 0.5;
    values.push_back(fmt::format("{:.2f}", random.below(500) == 0 ? value + 30 : value));
  }
  return values;
}

struct Column {
  double min = INFINITY, max = -INFINITY;
  bool operator==(const Column&) const = default;
};

// What a screen of so many columns shows.
std::vector<Column> drawn(const std::vector<SeriesPoint>& points, std::int64_t seconds,
                          std::size_t columns) {
  std::vector<Column> screen(columns);
  for (const auto& [time, value] : points) {
    if (time < start) continue;
    auto place = static_cast<double>((time - start).count()) / static_cast<double>(seconds) / 1e6;
    auto& column = screen[std::min(columns - 1,
                                   static_cast<std::size_t>(place * static_cast<double>(columns)))];
    column.min = std::min(column.min, value);
    column.max = std::max(column.max, value);
  }
  return screen;
}

void with_archive(std::function<Task<>(archive::Archive&)> test) {
  test::Cloud cloud;
  cloud.run([&](Services& services) { return test(services.archive); });
}

Task<> few_come_whole(archive::Archive& archive) {
  co_await append(archive, {"1", "2.50", "off", "-3.125", "4"});
  SeriesQuery query{.start = at(1), .end = at(3), .points = 100};
  auto found = co_await find_series(archive, series, query);
  REQUIRE(found.points.size() == 3);
  CHECK(found.points[0].at == at(0));  // the line comes in from here
  CHECK(found.points[1].value == 2.5);
  CHECK(found.points[2].at == at(3));
  CHECK(found.points[2].value == -3.125);
  CHECK(found.decimals == 3);
  CHECK(found.readings == 3);  // the text too
  CHECK(!found.is_sampled);
}

// The down-sampled line has the lowest and the highest of each column of a screen that is as wide
// as there are intervals.
Task<> many_keep_their_extremes(archive::Archive& archive) {
  constexpr std::size_t count = 21'600;
  auto values = random_walk(count);
  co_await append(archive, values);
  SeriesQuery query{.start = start, .end = at(count - 1), .points = 1200};
  auto found = co_await find_series(archive, series, query);
  CHECK(found.is_sampled);
  CHECK(found.readings == count);
  CHECK(found.points.size() <= 1200);
  CHECK(found.points.size() > 1000);
  CHECK(found.decimals == 2);
  for (std::size_t i = 1; i < found.points.size(); ++i) {
    CHECK(found.points[i - 1].at < found.points[i].at);
  }
  // Each interval that the server has taken, read whole.
  auto length = Microseconds((query.end - query.start).count() / (1200 / 4 - 1) + 1);
  std::map<std::int64_t, Column> wanted, got;
  auto add = [&](std::map<std::int64_t, Column>& columns, Time time, double value) {
    auto& column = columns[to_us(time) / length.count()];
    column.min = std::min(column.min, value);
    column.max = std::max(column.max, value);
  };
  for (std::size_t i = 0; i < count; ++i) {
    add(wanted, at(static_cast<std::int64_t>(i)), std::stod(values[i]));
  }
  for (const auto& [time, value] : found.points) add(got, time, value);
  CHECK(wanted == got);
}

std::vector<std::string> waves(std::size_t count) {
  std::vector<std::string> values;
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back(fmt::format("{:.3f}", 20 + 10 * std::sin(static_cast<double>(i) / 300)));
  }
  return values;
}

Task<> same_picture(archive::Archive& archive) {
  constexpr std::size_t count = 5'000;
  auto values = waves(count);
  co_await append(archive, values);
  std::vector<SeriesPoint> all;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back({at(static_cast<std::int64_t>(i)), std::stod(values[i])});
  }
  SeriesQuery query{.start = start, .end = at(count - 1), .points = 2000};
  auto found = co_await find_series(archive, series, query);
  auto wanted = drawn(all, count, 20), got = drawn(found.points, count, 20);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    CHECK(std::abs(wanted[i].min - got[i].min) < 1);
    CHECK(std::abs(wanted[i].max - got[i].max) < 1);
  }
  CHECK(found.points.back().at == at(count - 1));
  CHECK(found.points.front().at == start);
}

Task<> texts_are_no_numbers(archive::Archive& archive) {
  std::vector<std::string> values(400, "on");
  values[200] = "17.5";
  values[201] = "nan";
  co_await append(archive, values);
  SeriesQuery query{.start = start, .end = at(399), .points = 100};
  auto found = co_await find_series(archive, series, query);
  CHECK(found.is_sampled);
  CHECK(found.readings == 400);
  REQUIRE(!found.points.empty());
  for (const auto& [time, value] : found.points) CHECK(value == 17.5);
}

Task<> newest_are_found(archive::Archive& archive) {
  std::vector<std::string> values;
  for (int i = 0; i < 12'000; ++i) values.push_back(fmt::format("v{}", i));
  co_await append(archive, values);
  archive::SampleView late{at(1'000'000), "late"};
  archive::Run run{.series = series, .samples = std::span(&late, 1)};
  co_await archive.append(std::span(&run, 1));

  SeriesQuery query{.start = start, .end = at(10'000'000), .points = 100};
  auto found = co_await find_latest(archive, series, query);
  REQUIRE(found.size() == 100);
  CHECK(found.back().value == "late");
  CHECK(found[98].value == "v11999");
  CHECK(found.front().value == "v11901");

  query.end = at(500);
  found = co_await find_latest(archive, series, query);
  REQUIRE(found.size() == 100);
  CHECK(found.back().value == "v500");
  CHECK(found.front().value == "v401");

  query.end = at(9);
  found = co_await find_latest(archive, series, query);
  CHECK(found.size() == 10);
  query = {.start = at(20'000), .end = at(30'000), .points = 100};
  found = co_await find_latest(archive, series, query);
  CHECK(found.empty());
}

}  // namespace

TEST_CASE("few readings come as they are") { with_archive(few_come_whole); }

TEST_CASE("of many readings each interval keeps its lowest and its highest") {
  with_archive(many_keep_their_extremes);
}

TEST_CASE("the down-sampled line covers the same pixels") { with_archive(same_picture); }

TEST_CASE("texts are left out of a line") { with_archive(texts_are_no_numbers); }

TEST_CASE("the newest readings are found wherever they lie") { with_archive(newest_are_found); }

TEST_CASE("a line is sent as two lists") {
  registry::Feed feed;
  feed.id = 5;
  registry::Channel channel;
  channel.name = "a";
  channel.unit.symbol = "°C";
  SeriesPoints found;
  found.points = {{at(0), 1.5}, {at(1), -2}};
  found.readings = 2;
  found.decimals = 1;
  CHECK(series_json(feed, channel, found) ==
        R"({"feed":5,"channel":"a","unit":"°C","readings":2,"sampled":false,"decimals":1,)"
        R"("times":[1767225600000,1767225601000],"values":[1.5,-2]})");
}
