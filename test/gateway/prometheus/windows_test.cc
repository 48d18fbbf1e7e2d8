#include "gateway/prometheus/windows.h"

#include <doctest/doctest.h>

#include "gateway/prometheus/readings.h"
#include "gateway/prometheus/results.h"
#include "support/cloud.h"

using namespace tt;
using namespace tt::gateway::prometheus;
using namespace std::chrono_literals;

namespace {

const Time noon = *parse_time("2026-01-02T12:00:00Z");

std::vector<Piece> pieces_of(std::vector<std::pair<std::chrono::seconds, double>> readings) {
  std::vector<Piece> pieces;
  for (auto [at, value] : readings) pieces.push_back(piece_of(noon + at, value));
  return pieces;
}

Selection over(WindowFunction function, Microseconds window) {
  Selection selection;
  selection.is_instant = false;
  selection.function = function;
  selection.window = window;
  return selection;
}

// "1 2 - 3": a value a step, "-" for none.
std::string text_of(const std::vector<double>& values) {
  std::string text;
  for (double value : values) {
    if (!text.empty()) text += ' ';
    text += is_absent(value) ? "-" : value_text(value);
  }
  return text;
}

Task<> write(Services& services, std::vector<std::pair<Microseconds, std::string>> readings) {
  for (const auto& [at, value] : readings) {
    archive::SampleView sample{noon + at, value};
    archive::Run run{1, std::span(&sample, 1)};
    std::span<const archive::Run> runs(&run, 1);
    co_await services.archive.append(runs);
  }
}

Task<std::string> read(Services& services, const Selection& selection, const Steps& steps) {
  Budget budget(1000);
  Source source{services.archive, 1, budget};
  auto pieces = co_await read_pieces(source, selection, steps);
  co_return text_of(over_windows(pieces, selection, steps));
}

// What is read by summaries must be what is read one by one.
Task<> both_ways(Services& services) {
  std::vector<std::pair<Microseconds, std::string>> readings;
  for (int second = 0; second <= 1800; second += 20) {
    readings.emplace_back(std::chrono::seconds(second), std::to_string(second % 700));
  }
  readings.emplace_back(601s, "0.5");
  co_await write(services, readings);
  std::vector<Piece> single;
  std::ranges::sort(readings);
  for (const auto& [at, value] : readings) single.push_back(piece_of(noon + at, std::stod(value)));
  for (auto function : {WindowFunction::last, WindowFunction::average, WindowFunction::minimum,
                        WindowFunction::maximum, WindowFunction::sum, WindowFunction::count,
                        WindowFunction::rate, WindowFunction::increase, WindowFunction::delta}) {
    for (auto step : {60s, 300s, 45s}) {
      Steps steps{noon, step, 30};
      auto selection = over(function, 10min);
      CAPTURE(int(function));
      CAPTURE(step.count());
      CHECK(co_await read(services, selection, steps) ==
            text_of(over_windows(single, selection, steps)));
    }
    // A long window at one time that is on no border.
    Steps once{noon + 1777s, Microseconds(1), 1};
    auto selection = over(function, 101min);
    CHECK(co_await read(services, selection, once) ==
          text_of(over_windows(single, selection, once)));
  }
}

Task<> texts(Services& services) {
  co_await write(services, {{0s, "1"}, {10s, "on"}, {20s, "3"}, {60s, "off"}, {120s, "5"}});
  Steps steps{noon, 60s, 4};
  CHECK(co_await read(services, over(WindowFunction::average, 1min), steps) == "1 2 5 5");
  CHECK(co_await read(services, over(WindowFunction::last, 1min), steps) == "1 3 5 5");
}

Task<> too_much(Services& services) {
  std::vector<std::pair<Microseconds, std::string>> readings;
  for (int i = 0; i < 20; ++i) readings.emplace_back(std::chrono::seconds(i), "1");
  co_await write(services, readings);
  Steps steps{noon + 30s, Microseconds(1), 1};
  Selection selection;
  Budget budget(19);
  Source source{services.archive, 1, budget};
  bool refused = false;
  try {
    co_await read_pieces(source, selection, steps);
  } catch (const Error& e) {
    refused = e.code() == Code::unprocessable;
  }
  CHECK(refused);
}

}  // namespace

TEST_CASE("a reading is the current value for five minutes") {
  auto pieces = pieces_of({{0s, 1}, {60s, 2}});
  Selection selection;
  // Prometheus 2: a sample exactly as old as the lookback still counts.
  Steps steps{noon - 1s, 1s, 3};
  CHECK(text_of(over_windows(pieces, selection, steps)) == "- 1 1");
  Steps later{noon + 359s, 1s, 3};
  CHECK(text_of(over_windows(pieces, selection, later)) == "2 2 -");
  selection.offset = 5min;
  Steps shifted{noon + 359s, 1s, 3};
  CHECK(text_of(over_windows(pieces, selection, shifted)) == "1 2 2");
}

TEST_CASE("windows include both of their ends") {
  auto pieces = pieces_of({{0s, 1}, {10s, 2}, {20s, 6}, {30s, 4}});
  Steps steps{noon + 10s, 10s, 4};
  auto value = [&](WindowFunction function) {
    return text_of(over_windows(pieces, over(function, 10s), steps));
  };
  CHECK(value(WindowFunction::count) == "2 2 2 1");
  CHECK(value(WindowFunction::sum) == "3 8 10 4");
  CHECK(value(WindowFunction::average) == "1.5 4 5 4");
  CHECK(value(WindowFunction::minimum) == "1 2 4 4");
  CHECK(value(WindowFunction::maximum) == "2 6 6 4");
  CHECK(value(WindowFunction::last) == "2 6 4 4");
}

// The figures are those of Prometheus' rule: (last - first + what was lost by resets), drawn out to
// the ends of the window where a reading lies within 1.1 usual distances of them, else by half of
// one, and for counters not below zero.
TEST_CASE("rate, increase and delta are drawn out to the ends of the window") {
  Steps steps{noon + 60s, 1s, 1};
  auto change = [&](const std::vector<Piece>& pieces, WindowFunction function) {
    return text_of(over_windows(pieces, over(function, 60s), steps));
  };
  // 10 to 50 within 40 s, windows' ends 10 s off: 40 becomes 60.
  auto steady = pieces_of({{10s, 110}, {20s, 120}, {30s, 130}, {40s, 140}, {50s, 150}});
  CHECK(change(steady, WindowFunction::increase) == "60");
  CHECK(change(steady, WindowFunction::rate) == "1");
  CHECK(change(steady, WindowFunction::delta) == "60");
  // Begins 30 s after the window's start: only half a distance is added there.
  auto late = pieces_of({{30s, 130}, {40s, 140}, {50s, 150}, {60s, 160}});
  CHECK(change(late, WindowFunction::increase) == "35");
  // A counter at 0 cannot be drawn out to the left: it would be below zero.
  auto young = pieces_of({{10s, 0}, {20s, 10}, {30s, 20}, {40s, 30}, {50s, 40}, {60s, 50}});
  CHECK(change(young, WindowFunction::increase) == "50");
  CHECK(change(young, WindowFunction::delta) == "60");
  // Begins anew at 30 s: 120 - 100, then 10 and 10 more.
  auto anew = pieces_of({{0s, 100}, {20s, 120}, {30s, 10}, {60s, 20}});
  CHECK(change(anew, WindowFunction::increase) == "40");
  CHECK(change(anew, WindowFunction::delta) == "-80");
  CHECK(change(pieces_of({{30s, 1}}), WindowFunction::rate) == "-");
}

TEST_CASE("summaries give what single readings give") {
  test::Cloud cloud;
  cloud.run([](Services& services) { return both_ways(services); });
}

TEST_CASE("values that are no numbers are left out") {
  test::Cloud cloud;
  cloud.run([](Services& services) { return texts(services); });
}

TEST_CASE("a query may not read without end") {
  test::Cloud cloud;
  cloud.run([](Services& services) { return too_much(services); });
}
