#include "gateway/prometheus/evaluator.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "gateway/prometheus/parser.h"
#include "gateway/prometheus/results.h"

using namespace tt;
using namespace tt::gateway::prometheus;

namespace {

const Steps two{Time(Microseconds(1'000'000)), Microseconds(1'000'000), 2};

Series series_of(std::string_view name, std::string_view feed, std::string_view channel,
                 std::vector<double> values) {
  return {Labels({{"__name__", std::string(name)},
                  {"feed", std::string(feed)},
                  {"channel", std::string(channel)}}),
          std::move(values)};
}

// `a` has feeds 1 and 2, `b` feeds 2 and 3; everything else has nothing.
std::vector<Series> series_named(std::string_view name) {
  if (name == "a") {
    return {series_of("a", "1", "t", {1, 2}), series_of("a", "2", "t", {10, absent})};
  }
  if (name == "b") {
    return {series_of("b", "2", "u", {5, 7}), series_of("b", "3", "u", {6, 8})};
  }
  return {};
}

// "{a feed=1 channel=t} 1 2": a line a series.
std::string answer(std::string_view query) {
  auto parsed = parse_query(query);
  if (!parsed) return parsed.error().message;
  Selected selected;
  for (const auto* selection : selections_of(**parsed)) {
    selected[selection] = series_named(selection->matchers[0].text);
  }
  std::string text;
  for (const auto& one : evaluate(**parsed, selected, two).series) {
    text += text.empty() ? "{" : "\n{";
    for (const auto& [name, value] : one.labels) {
      if (text.back() != '{') text += ' ';
      text += name == "__name__" ? value : name + "=" + value;
    }
    text += "}";
    for (double value : one.values) text += is_absent(value) ? " -" : " " + value_text(value);
  }
  return text;
}

}  // namespace

TEST_CASE("expressions are calculated step by step") {
  struct Row {
    std::string_view query, answer;
  };
  constexpr Row rows[] = {
      {"1 + 2 * 3", "{} 7 7"},
      {"1 / 0", "{} +Inf +Inf"},
      {"0 / 0", "{} NaN NaN"},
      {"7 % 4 - 2 ^ 3", "{} -5 -5"},
      {"1 < bool 2", "{} 1 1"},
      {"time()", "{} 1 2"},
      {"a", "{a channel=t feed=1} 1 2\n{a channel=t feed=2} 10 -"},
      {"nothing", ""},
      // Arithmetic drops the name, a filter keeps it.
      {"a * 2", "{channel=t feed=1} 2 4\n{channel=t feed=2} 20 -"},
      {"100 - a", "{channel=t feed=1} 99 98\n{channel=t feed=2} 90 -"},
      {"-a", "{channel=t feed=1} -1 -2\n{channel=t feed=2} -10 -"},
      {"a > 1", "{a channel=t feed=1} - 2\n{a channel=t feed=2} 10 -"},
      // The vector's value is shown, on whichever side it stands.
      {"5 < a", "{a channel=t feed=2} 10 -"},
      {"a > bool 1", "{channel=t feed=1} 0 1\n{channel=t feed=2} 1 -"},
      {"a > 100", ""},
      {"sum(a)", "{} 11 2"},
      {"avg(a)", "{} 5.5 2"},
      {"min(a)", "{} 1 2"},
      {"max(a)", "{} 10 2"},
      {"count(a)", "{} 2 1"},
      {"sum by (feed) (a)", "{feed=1} 1 2\n{feed=2} 10 -"},
      {"sum without (feed) (a)", "{channel=t} 11 2"},
      {"sum by (nobody) (a)", "{} 11 2"},
      {"sum(nothing)", ""},
      // Only series with equal labels meet.
      {"a + b", ""},
      {"a + on(feed) b", "{feed=2} 15 -"},
      {"a + ignoring(channel) b", "{feed=2} 15 -"},
      {"b - on(feed, channel) b", "{channel=u feed=2} 0 0\n{channel=u feed=3} 0 0"},
      {"b > on(feed) a", ""},
      {"abs(-a)", "{channel=t feed=1} 1 2\n{channel=t feed=2} 10 -"},
      {"round(a / 4)", "{channel=t feed=1} 0 1\n{channel=t feed=2} 3 -"},
      {"vector(3)", "{} 3 3"},
      {"scalar(sum(a)) * 2", "{} 22 4"},
      {"scalar(b)", "{} NaN NaN"},
      {"avg_over_time(a[5m])", "{channel=t feed=1} 1 2\n{channel=t feed=2} 10 -"},
      {"last_over_time(a[5m])", "{a channel=t feed=1} 1 2\n{a channel=t feed=2} 10 -"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.query);
    CHECK(answer(row.query) == row.answer);
  }
}

TEST_CASE("series that do not pair up are refused") {
  CHECK_THROWS_AS(answer("a + on(channel) a"), Error);
  CHECK_THROWS_AS(answer("a + on(nobody) b"), Error);
}

TEST_CASE("values are written in full, without exponents") {
  CHECK(value_text(0.1) == "0.1");
  CHECK(value_text(1e21) == "1000000000000000000000");
  CHECK(value_text(1e-7) == "0.0000001");
  CHECK(value_text(-0.5) == "-0.5");
  CHECK(value_text(1.7976931348623157e308).size() == 309);
  CHECK(value_text(5e-324).size() > 300);
}
