#include "gateway/xively/graph.h"

#include <doctest/doctest.h>

#include "gateway/xively/graph_axes.h"
#include "gateway/xively/graph_query.h"

using namespace tt;
using namespace tt::gateway::xively;
using namespace std::chrono_literals;

namespace {

const Time noon = *parse_time("2026-01-02T12:00:00Z");

std::string labels_of(const ValueAxis& axis) {
  std::string text;
  for (const auto& tick : axis.ticks) text += (text.empty() ? "" : " ") + tick.label;
  return text;
}

std::string labels_of(const std::vector<TimeTick>& ticks) {
  std::string text;
  for (const auto& tick : ticks) text += (text.empty() ? "" : " | ") + tick.label;
  return text;
}

std::string times(Microseconds range, int lines, std::string_view zone = "0") {
  return labels_of(round_times({noon, noon + range}, lines, TimeZone::named(zone)));
}

archive::Bucket bucket_of(std::chrono::seconds at, std::string value) {
  archive::Bucket bucket;
  bucket.start = noon + at;
  bucket.count = 1;
  bucket.first = bucket.last = {noon + at, std::move(value)};
  return bucket;
}

// "3 2": a line of three points and one of two.
std::string sizes_of(const std::vector<std::vector<GraphPoint>>& lines) {
  std::string text;
  for (const auto& line : lines) text += (text.empty() ? "" : " ") + std::to_string(line.size());
  return text;
}

}  // namespace

TEST_CASE("the value axis has round numbers") {
  CHECK(labels_of(value_axis(0.3, 9.8, Ends::round, 5)) == "0 2 4 6 8 10");
  CHECK(labels_of(value_axis(-7, 12, Ends::round, 5)) == "-10 -5 0 5 10 15");
  CHECK(labels_of(value_axis(1013.251, 1013.259, Ends::round, 4)) == "1013.250 1013.255 1013.260");
  CHECK(labels_of(value_axis(0, 100, Ends::round, 5)) == "0 20 40 60 80 100");
  CHECK(labels_of(value_axis(0, 3e9, Ends::round, 3)) == "0 1e+09 2e+09 3e+09");
  auto fixed = value_axis(3, 17, Ends::fixed, 4);
  CHECK(fixed.min == 3);
  CHECK(fixed.max == 17);
  CHECK(labels_of(fixed) == "5 10 15");
}

TEST_CASE("one value has room around it") {
  auto axis = value_axis(20, 20, Ends::round, 4);
  CHECK(axis.min < 20);
  CHECK(axis.max > 20);
  auto zero = value_axis(0, 0, Ends::round, 4);
  CHECK(zero.min < 0);
  CHECK(zero.max > 0);
}

TEST_CASE("an axis can be made of any numbers") {
  for (double largest : {1.7e308, 1e300, 1e15, 1e-15, 1e-300, 5e-324}) {
    for (auto ends : {Ends::round, Ends::fixed}) {
      CAPTURE(largest);
      auto axis = value_axis(-largest, largest, ends, 10);
      CHECK(std::isfinite(axis.max - axis.min));
      CHECK(axis.max > axis.min);
      CHECK(axis.ticks.size() < 50);
      auto narrow = value_axis(largest, std::nextafter(largest, 2), ends, 10);
      CHECK(narrow.max > narrow.min);
      CHECK(narrow.ticks.size() < 50);
    }
  }
}

TEST_CASE("the time axis has round times of the zone") {
  CHECK(times(1h, 6) == "12:00 | 12:10 | 12:20 | 12:30 | 12:40 | 12:50 | 13:00");
  CHECK(times(24h, 8) == "12:00 | 15:00 | 18:00 | 21:00 | 3 Jan | 03:00 | 06:00 | 09:00 | 12:00");
  CHECK(times(24h, 4, "Tokyo") == "3 Jan | 06:00 | 12:00 | 18:00");
  CHECK(times(20s, 4) == "12:00:00 | 12:00:05 | 12:00:10 | 12:00:15 | 12:00:20");
  CHECK(times(24h * 365, 12) == "Mar | May | Jul | Sep | Nov | 2027");
  CHECK(times(24h * 40, 8) == "6 Jan | 11 Jan | 16 Jan | 21 Jan | 26 Jan | 1 Feb | 6 Feb | 11 Feb");
  CHECK(times(1us, 12).empty() == false);
}

TEST_CASE("round times stay round when the clocks change") {
  auto night = *parse_time("2026-03-28T23:00:00Z");
  auto ticks = round_times({night, night + 6h}, 6, TimeZone::named("Berlin"));
  CHECK(labels_of(ticks) == "29 Mar | 01:00 | 02:00 | 03:00 | 04:00 | 05:00 | 06:00");
  CHECK(ticks.back().at == night + 5h);
}

TEST_CASE("a line ends where readings are missing or are texts") {
  std::vector<archive::Bucket> buckets;
  for (int i = 0; i < 10; ++i) buckets.push_back(bucket_of(i * 10s, "1"));
  CHECK(sizes_of(lines_of(buckets, 10min)) == "10");
  buckets.push_back(bucket_of(95s, "off"));
  buckets.push_back(bucket_of(100s, "1"));
  CHECK(sizes_of(lines_of(buckets, 10min)) == "10 1");
  buckets.push_back(bucket_of(400s, "1"));
  buckets.push_back(bucket_of(410s, "1"));
  CHECK(sizes_of(lines_of(buckets, 10min)) == "10 1 2");
  CHECK(lines_of({}, 10min).empty());
}

TEST_CASE("a column with many readings shows the least and the greatest") {
  auto bucket = bucket_of(0s, "5");
  bucket.count = bucket.numeric = 9;
  bucket.min = -1;
  bucket.max = 12;
  bucket.last = {noon + 9s, "6"};
  auto lines = lines_of({bucket}, 10min);
  REQUIRE(sizes_of(lines) == "4");
  CHECK(lines[0][1].value == -1);
  CHECK(lines[0][2].value == 12);
}

TEST_CASE("whatever is drawn is a PNG file") {
  Graph graph;
  graph.start = noon;
  graph.end = noon + 1h;
  CHECK(draw_graph(graph).starts_with("\x89PNG\r\n\x1a\n"));
  graph.width = graph_width_min;
  graph.height = graph_height_min;
  graph.title = "Wétter ☀ in a picture that is too small for it";
  graph.legend = graph.title;
  graph.labels = AxisLabels::all;
  graph.grid = Grid::detailed;
  graph.lines = {{{noon, -1e308}, {noon + 30min, 1e308}}, {{noon + 40min, 0}}};
  CHECK(draw_graph(graph).starts_with("\x89PNG\r\n\x1a\n"));
}
