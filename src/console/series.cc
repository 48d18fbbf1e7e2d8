#include "console/series.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "wire/json_writer.h"

namespace tt::console {
namespace {

constexpr std::size_t points_of_bucket = 4;

std::optional<double> number_of(std::string_view text) {
  auto number = parse_number<double>(text);
  if (!number || !std::isfinite(*number)) return std::nullopt;
  return number;
}

unsigned decimals_of(std::string_view text) {
  constexpr std::size_t shown_max = 9;
  auto point = text.find('.');
  if (point == text.npos) return 0;
  auto digits = text.find_first_not_of("0123456789", point + 1);
  auto count = std::min(digits, text.size()) - point - 1;
  return static_cast<unsigned>(std::min(count, shown_max));
}

class Collector {
 public:
  explicit Collector(SeriesPoints& found) : found_(found) {}

  void add(const archive::Sample& sample) {
    auto number = number_of(sample.value);
    if (!number) return;
    found_.decimals = std::max(found_.decimals, decimals_of(sample.value));
    found_.points.push_back({sample.at, *number});
  }

  // The lowest and the highest lie between the first and the last: at a third and two thirds of the
  // way, in the order that jumps less.
  void add(const archive::Bucket& bucket) {
    add(bucket.first);
    if (bucket.count < 2) return;
    auto third = (bucket.last.at - bucket.first.at) / 3;
    if (bucket.count > 2 && bucket.numeric > 0 && third.count() > 0) {
      auto first = number_of(bucket.first.value).value_or(bucket.min);
      auto last = number_of(bucket.last.value).value_or(bucket.max);
      bool rises = std::abs(first - bucket.min) + std::abs(last - bucket.max) <=
                   std::abs(first - bucket.max) + std::abs(last - bucket.min);
      auto [earlier, later] =
          rises ? std::pair(bucket.min, bucket.max) : std::pair(bucket.max, bucket.min);
      found_.points.push_back({bucket.first.at + third, earlier});
      found_.points.push_back({bucket.last.at - third, later});
    }
    add(bucket.last);
  }

 private:
  SeriesPoints& found_;
};

// So long that the range has few enough of them, wherever the first one begins.
archive::Intervals intervals_of(const SeriesQuery& query) {
  auto count = static_cast<std::int64_t>(query.points / points_of_bucket);
  auto span = query.end - query.start;
  auto length = Microseconds(span.count() / std::max<std::int64_t>(count - 1, 1) + 1);
  return {.start = query.start,
          .end = query.end,
          .length = length,
          .limit = static_cast<std::size_t>(count)};
}

Time time_parameter(const http::Request& request, std::string_view name, Time absent) {
  auto text = request.query_value(name);
  if (!text) return absent;
  auto time = parse_time(*text);
  if (!time) throw Error(Code::invalid, fmt::format("{} must be a time", name));
  return *time;
}

}  // namespace

Task<SeriesPoints> find_series(archive::Archive& archive, archive::SeriesId series,
                               SeriesQuery query) {
  SeriesPoints found;
  auto buckets = co_await archive.summarize(series, intervals_of(query));
  for (const auto& bucket : buckets) found.readings += bucket.count;
  found.is_sampled = found.readings > query.points;

  archive::Query range{.start = query.start, .end = query.end};
  range.find_previous = true;
  range.limit = found.is_sampled ? 1 : query.points;
  auto samples = co_await archive.range(series, range);
  Collector collector(found);
  if (!found.is_sampled) {
    for (const auto& sample : samples) collector.add(sample);
  } else {
    if (!samples.empty() && samples.front().at < query.start) collector.add(samples.front());
    for (const auto& bucket : buckets) collector.add(bucket);
  }
  co_return found;
}

// The archive reads forwards, so the newest are looked for: the last intervals that hold not too
// many are read; the one before them that holds more is looked at more closely.
Task<std::vector<archive::Sample>> find_latest(archive::Archive& archive, archive::SeriesId series,
                                               SeriesQuery query) {
  constexpr std::size_t read_max = 4096;
  constexpr std::int64_t parts = 64;
  std::vector<archive::Sample> latest;
  while (true) {
    archive::Intervals intervals{.start = query.start, .end = query.end};
    intervals.length = Microseconds((query.end - query.start).count() / parts + 1);
    auto buckets = co_await archive.summarize(series, intervals);
    archive::Query range{.start = query.start, .end = query.end, .limit = 0};
    while (!buckets.empty() && range.limit < query.points - latest.size()) {
      if (range.limit + buckets.back().count > read_max) break;
      range.limit += buckets.back().count;
      range.start = std::max(query.start, buckets.back().start);
      buckets.pop_back();
    }
    std::vector<archive::Sample> found;
    if (range.limit > 0) found = co_await archive.range(series, range);
    latest.insert(latest.begin(), std::move_iterator(found.begin()),
                  std::move_iterator(found.end()));
    if (latest.size() >= query.points || buckets.empty()) break;
    query.start = std::max(query.start, buckets.back().start);
    query.end = std::min(query.end, buckets.back().start + intervals.length - Microseconds(1));
  }
  if (latest.size() > query.points) {
    latest.erase(latest.begin(), latest.end() - static_cast<std::ptrdiff_t>(query.points));
  }
  co_return latest;
}

SeriesQuery series_query(const http::Request& request, Time now) {
  constexpr std::chrono::hours usual_span{1};
  SeriesQuery query;
  query.end = time_parameter(request, "end", now);
  query.start = time_parameter(request, "start", query.end - usual_span);
  if (query.start >= query.end) throw Error(Code::invalid, "start must be before end");
  if (auto text = request.query_value("points")) {
    auto points = parse_number<std::size_t>(*text);
    if (!points || *points < series_points_min || *points > series_points_max) {
      throw Error(Code::invalid, fmt::format("points must be a number from {} to {}",
                                             series_points_min, series_points_max));
    }
    query.points = *points;
  }
  return query;
}

std::string series_json(const registry::Feed& feed, const registry::Channel& channel,
                        const SeriesPoints& found) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("feed", feed.id).member("channel", channel.name);
  json.member("unit", channel.unit.symbol).member("readings", found.readings);
  json.member("sampled", found.is_sampled).member("decimals", found.decimals);
  json.key("times").begin_array();
  for (const auto& point : found.points) json.value(to_us(point.at) / 1000);
  json.end_array().key("values").begin_array();
  for (const auto& point : found.points) json.value(point.value);
  json.end_array().end_object();
  return body;
}

std::string latest_json(const std::vector<archive::Sample>& readings) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("readings").begin_array();
  for (const auto& [at, value] : readings) {
    json.begin_object().member("at", format_time(at)).member("value", value).end_object();
  }
  json.end_array().end_object();
  return body;
}

}  // namespace tt::console
