#include "gateway/xively/history.h"

#include "base/error.h"
#include "base/text.h"

namespace tt::gateway::xively {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

// Which ranges may be asked for at which interval.
struct Step {
  seconds interval;
  Microseconds range_max;
};
constexpr Step steps[] = {
    {seconds(0), hours(6)},      {seconds(30), hours(12)},   {seconds(60), hours(24)},
    {seconds(300), days(5)},     {seconds(900), days(14)},   {seconds(1800), days(31)},
    {seconds(3600), days(31)},   {seconds(10800), days(90)}, {seconds(21600), days(180)},
    {seconds(43200), days(366)}, {seconds(86400), days(366)}};

constexpr std::size_t pages_points_max = 100'000;

struct Unit {
  std::string_view name;
  seconds length;
};
constexpr Unit units[] = {{"second", seconds(1)}, {"minute", seconds(60)}, {"hour", hours(1)},
                          {"day", days(1)},       {"week", days(7)},       {"month", days(30)},
                          {"year", days(365)}};

Error bad(std::string message) { return Error(Code::invalid, std::move(message)); }

bool asks_for_history(const ApiRequest& request) {
  constexpr std::string_view names[] = {"start",    "end",           "duration", "interval",
                                        "limit",    "find_previous", "function", "interval_type",
                                        "per_page", "page"};
  return std::any_of(std::begin(names), std::end(names),
                     [&](auto name) { return request.has_parameter(name); });
}

std::int64_t integer_parameter(const ApiRequest& request, std::string_view name,
                               std::int64_t fallback) {
  auto text = request.parameter(name);
  if (text.empty()) return fallback;
  auto value = parse_number<std::int64_t>(text);
  if (!value || *value < 0)
    throw bad(fmt::format("{} must be a whole number, not '{}'", name, text));
  return *value;
}

std::optional<Time> time_parameter(const ApiRequest& request, std::string_view name) {
  auto text = request.parameter(name);
  if (text.empty()) return std::nullopt;
  // A '+' of an offset that was not percent-encoded arrives as a space.
  std::string repaired(text);
  if (auto space = repaired.rfind(' '); space != repaired.npos && space > 11) repaired[space] = '+';
  auto time = parse_time(repaired);
  if (!time) throw bad(fmt::format("{} '{}' is not an ISO 8601 timestamp", name, text));
  return time;
}

std::optional<Microseconds> duration_parameter(const ApiRequest& request) {
  auto text = request.parameter("duration");
  if (text.empty()) return std::nullopt;
  auto duration = parse_duration(text);
  if (!duration)
    throw bad(fmt::format("duration '{}' is not a number with a unit, e.g. 6hours", text));
  return duration;
}

void set_interval(const ApiRequest& request, HistoryQuery& query) {
  auto range = query.end - query.start;
  auto text = request.parameter("interval");
  if (text.empty()) {
    for (const auto& step : steps) {
      query.interval = step.interval;
      if (range <= step.range_max) return;
    }
    throw bad("the range is longer than a year; ask for a part of it");
  }
  auto wanted = parse_number<std::int64_t>(text);
  if (!wanted || *wanted < 0)
    throw bad(fmt::format("interval must be a whole number of seconds, not '{}'", text));
  for (const auto& step : steps) {
    if (seconds(*wanted) > step.interval) continue;
    query.interval = step.interval;
    if (range <= step.range_max) return;
    throw bad(fmt::format(
        "with interval {} the range may be {} hours at most; use a longer interval",
        step.interval.count(), std::chrono::duration_cast<hours>(step.range_max).count()));
  }
  throw bad("interval must be 86400 seconds or less");
}

Function function_parameter(const ApiRequest& request) {
  auto text = request.parameter("function");
  if (text.empty()) return Function::last;
  if (text == "1") return Function::average;
  for (auto function : {Function::average, Function::sum, Function::min, Function::max}) {
    if (text == name_of(function)) return function;
  }
  throw bad(fmt::format("function '{}' is unknown; use average, sum, min or max", text));
}

Task<Datapoints> read_raw(archive::Archive& archive, archive::SeriesId series,
                          const HistoryQuery& query) {
  archive::Query range;
  range.start = query.start;
  range.end = query.end;
  range.limit = query.skip + query.limit;
  range.find_previous = query.find_previous && query.skip == 0;
  co_return co_await archive.range(series, range);
}

std::string value_of(const archive::Bucket& bucket, Function function) {
  switch (function) {
    case Function::last: return bucket.last.value;
    case Function::average:
      return fmt::format("{}", bucket.sum / static_cast<double>(bucket.numeric));
    case Function::sum: return fmt::format("{}", bucket.sum);
    case Function::min: return fmt::format("{}", bucket.min);
    case Function::max: return fmt::format("{}", bucket.max);
  }
  return {};
}

Time first_slot(const HistoryQuery& query) {
  auto interval = query.interval.count();
  auto start = to_us(query.start);
  auto slot = start / interval * interval;
  if (slot < start) slot += interval;
  return from_us(slot);
}

Task<Datapoints> read_sampled(archive::Archive& archive, archive::SeriesId series,
                              const HistoryQuery& query) {
  auto interval = query.interval;
  auto slot = first_slot(query);
  std::size_t wanted = query.skip + query.limit;
  auto last_end = std::min(query.end, slot + interval * static_cast<std::int64_t>(wanted));
  auto from = slot - interval;
  auto until = (query.discrete ? last_end : query.end) - Microseconds(1);
  archive::Intervals intervals{from, until, interval, wanted + 1};
  auto buckets = co_await archive.summarize(series, intervals);
  Datapoints points;
  auto add = [&](Time at, const std::string& value) {
    if (at >= slot && at <= query.end && points.size() < wanted) points.push_back({at, value});
  };
  if (!query.discrete) {
    if (query.find_previous && query.skip == 0) {
      auto previous = co_await value_at(archive, series, query.start - Microseconds(1));
      if (previous) points.push_back(std::move(*previous));
      wanted += points.size();
    }
    for (const auto& bucket : buckets) {
      if (query.function != Function::last && bucket.numeric == 0) continue;
      add(bucket.start + interval, value_of(bucket, query.function));
    }
    co_return points;
  }
  auto earlier = co_await value_at(archive, series, from - Microseconds(1));
  std::optional<std::string> value;
  if (earlier) value = earlier->value;
  std::size_t next = 0;
  for (Time at = slot; at <= query.end && points.size() < wanted; at += interval) {
    if (next < buckets.size() && buckets[next].start + interval == at) {
      const auto& bucket = buckets[next++];
      if (query.function == Function::last || bucket.numeric > 0)
        value = value_of(bucket, query.function);
    }
    if (value) add(at, *value);
  }
  co_return points;
}

}  // namespace

std::string_view name_of(Function function) {
  switch (function) {
    case Function::last: return "";
    case Function::average: return "average";
    case Function::sum: return "sum";
    case Function::min: return "min";
    case Function::max: return "max";
  }
  return "";
}

std::optional<Microseconds> parse_duration(std::string_view text) {
  auto digits = text.find_first_not_of("0123456789");
  auto number = parse_number<std::int64_t>(text.substr(0, digits));
  constexpr std::int64_t seconds_max = 1'000'000'000;  // some thirty years
  if (!number || *number > seconds_max) return std::nullopt;
  if (digits == text.npos) return seconds(*number);
  auto name = text.substr(digits);
  for (const auto& unit : units) {
    bool is_plural = name.size() == unit.name.size() + 1 && name.back() == 's';
    if (name != unit.name && !(is_plural && name.starts_with(unit.name))) continue;
    if (*number > seconds_max / unit.length.count()) return std::nullopt;
    return unit.length * *number;
  }
  return std::nullopt;
}

TimeSpan parse_range(const ApiRequest& request, Time now, Microseconds fallback) {
  auto start = time_parameter(request, "start");
  auto end = time_parameter(request, "end");
  auto duration = duration_parameter(request);
  if (start && end && duration) throw bad("give two of start, end and duration, not all three");
  if (start && duration) end = *start + *duration;
  TimeSpan range;
  range.end = end.value_or(now);
  range.start = start ? *start : range.end - duration.value_or(fallback);
  if (range.start > range.end) throw bad("start lies behind end");
  return range;
}

std::optional<Time> parse_snapshot(const ApiRequest& request) {
  auto time = time_parameter(request, "time");
  if (time && asks_for_history(request)) {
    throw bad(
        "time asks for the values of one moment; leave out start, end, duration and the like");
  }
  return time;
}

std::optional<HistoryQuery> parse_history(const ApiRequest& request, Time now) {
  if (!asks_for_history(request)) return std::nullopt;
  HistoryQuery query;
  auto range = parse_range(request, now, steps[0].range_max);
  query.start = range.start;
  query.end = range.end;
  set_interval(request, query);
  auto limit =
      integer_parameter(request, request.has_parameter("limit") ? "limit" : "per_page", 100);
  query.limit = std::min<std::size_t>(static_cast<std::size_t>(limit), history_points_max);
  auto page =
      static_cast<std::size_t>(std::max<std::int64_t>(1, integer_parameter(request, "page", 1)));
  if (page > pages_points_max / std::max<std::size_t>(1, query.limit)) {
    throw bad("there are no pages so far behind; use the last 'at' as the next start");
  }
  query.skip = (page - 1) * query.limit;
  auto type = request.parameter("interval_type");
  if (!type.empty() && type != "discrete" && type != "continuous") {
    throw bad(fmt::format("interval_type '{}' is unknown; use discrete or leave it out", type));
  }
  query.discrete = type == "discrete";
  query.find_previous =
      request.has_parameter("find_previous") && request.parameter("find_previous") != "false";
  query.function = function_parameter(request);
  return query;
}

Task<std::optional<archive::Sample>> value_at(archive::Archive& archive, archive::SeriesId series,
                                              Time at) {
  archive::Query range;
  range.start = at;
  range.end = at;
  range.find_previous = true;
  range.limit = 1;
  auto samples = co_await archive.range(series, range);
  if (samples.empty()) co_return std::nullopt;
  co_return std::move(samples.back());
}

Task<Datapoints> read_history(archive::Archive& archive, archive::SeriesId series,
                              HistoryQuery query) {
  Datapoints points;
  if (query.limit == 0) co_return points;
  if (query.interval.count() == 0) {
    points = co_await read_raw(archive, series, query);
  } else {
    points = co_await read_sampled(archive, series, query);
  }
  points.erase(points.begin(),
               points.begin() + static_cast<std::ptrdiff_t>(std::min(query.skip, points.size())));
  auto most = query.limit + (query.find_previous && query.skip == 0 ? 1 : 0);
  if (points.size() > most) points.resize(most);
  co_return points;
}

}  // namespace tt::gateway::xively
