#include "gateway/prometheus/parameters.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "gateway/prometheus/parser.h"

namespace tt::gateway::prometheus {
namespace {

// "invalid parameter "step": …", as Prometheus says it.
Error bad(std::string_view name, std::string_view message) {
  return Error(Code::invalid, fmt::format("invalid parameter \"{}\": {}", name, message));
}

std::string_view required(const Parameters& parameters, std::string_view name) {
  auto text = value_of(parameters, name);
  if (text.empty()) throw bad(name, "it is missing");
  return text;
}

Time instant_parameter(const Parameters& parameters, std::string_view name) {
  auto text = required(parameters, name);
  auto time = parse_instant(text);
  if (!time) {
    throw bad(name, fmt::format("cannot parse '{}' to a valid timestamp; use seconds since 1970 or "
                                "2015-07-01T20:10:30Z",
                                text));
  }
  return *time;
}

Microseconds step_parameter(const Parameters& parameters) {
  auto text = required(parameters, "step");
  constexpr double step_max_s = 1e10;
  auto seconds = parse_number<double>(text);
  if (seconds && *seconds > step_max_s) throw bad("step", "it is longer than 300 years");
  std::optional<Microseconds> step;
  if (!seconds) step = parse_duration(text);
  if (seconds && *seconds > 0) step = Microseconds(std::llround(*seconds * 1e6));
  if (!step || *step < Microseconds(1000)) {
    throw bad("step", fmt::format("'{}' is no duration of a millisecond or more; use seconds or "
                                  "e.g. 5m",
                                  text));
  }
  return *step;
}

void require_length(std::string_view name, std::string_view text, const Limits& limits) {
  if (text.size() <= limits.prometheus_query_bytes_max) return;
  throw bad(name, fmt::format("it is longer than {} bytes", limits.prometheus_query_bytes_max));
}

}  // namespace

std::string_view value_of(const Parameters& parameters, std::string_view name) {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return {};
}

std::vector<std::string_view> values_of(const Parameters& parameters, std::string_view name) {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : parameters) {
    if (key == name) values.push_back(value);
  }
  return values;
}

ExpressionPtr query_of(const Parameters& parameters, const Limits& limits) {
  auto text = required(parameters, "query");
  require_length("query", text, limits);
  auto parsed = parse_query(text);
  if (!parsed) throw bad("query", parsed.error().message);
  return std::move(*parsed);
}

std::vector<Matchers> selectors_of(const Parameters& parameters, const Limits& limits) {
  constexpr std::size_t selectors_max = 32;
  std::vector<Matchers> selectors;
  for (auto text : values_of(parameters, "match[]")) {
    require_length("match[]", text, limits);
    auto parsed = parse_selector(text);
    if (!parsed) throw bad("match[]", parsed.error().message);
    selectors.push_back(std::move(*parsed));
    if (selectors.size() > selectors_max) throw bad("match[]", "there are more than 32 of them");
  }
  return selectors;
}

Steps instant_of(const Parameters& parameters, Time now) {
  Steps steps;
  bool given = !value_of(parameters, "time").empty();
  steps.start = given ? instant_parameter(parameters, "time") : now;
  return steps;
}

Steps range_of(const Parameters& parameters, const Limits& limits) {
  Steps steps;
  steps.start = instant_parameter(parameters, "start");
  auto end = instant_parameter(parameters, "end");
  steps.length = step_parameter(parameters);
  if (end < steps.start) throw bad("end", "end timestamp must not be before start time");
  auto count = (end - steps.start) / steps.length + 1;
  if (static_cast<std::size_t>(count) > limits.prometheus_steps_max) {
    throw Error(Code::invalid,
                fmt::format("exceeded maximum resolution of {} points per timeseries. Try "
                            "decreasing the query resolution (?step=XX)",
                            limits.prometheus_steps_max));
  }
  steps.count = static_cast<std::size_t>(count);
  return steps;
}

std::optional<Time> parse_instant(std::string_view text) {
  constexpr Time first = std::chrono::sys_days(std::chrono::year(year_min) / 1 / 1);
  constexpr Time last = std::chrono::sys_days(std::chrono::year(year_max) / 12 / 31);
  auto seconds = parse_number<double>(text);
  if (!seconds) return parse_time(text);
  constexpr double first_s = static_cast<double>(first.time_since_epoch().count()) / 1e6;
  constexpr double last_s = static_cast<double>(last.time_since_epoch().count()) / 1e6;
  if (!(*seconds >= first_s && *seconds <= last_s)) return std::nullopt;
  // Milliseconds are what Prometheus keeps; a double does not hold more of today's times.
  return Time(std::chrono::milliseconds(std::llround(*seconds * 1000)));
}

}  // namespace tt::gateway::prometheus
