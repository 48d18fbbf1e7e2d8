// Datapoints: create many, delete a range; read, update and delete one.

#include "gateway/xively/access.h"
#include "gateway/xively/errors.h"
#include "gateway/xively/history.h"
#include "gateway/xively/operations.h"
#include "gateway/xively/views.h"

namespace tt::gateway::xively {
namespace {

using identity::Action;

constexpr Time beginning = Time(std::chrono::sys_days(std::chrono::year(year_min) / 1 / 1));
constexpr Time end_of_time = Time(std::chrono::sys_days(std::chrono::year(year_max) / 12 / 31));

struct Point {
  archive::SeriesId series;
  archive::Sample sample;
};

// Throws not_found if feed, datastream or datapoint do not exist.
Task<Point> find_point(Services& services, const ApiRequest& request, Action action,
                       PointAddress address) {
  Wish wish{action, address.feed, address.stream};
  auto feed = co_await open_feed(services, request, wish);
  const auto& channel = channel_of(*feed, address.stream);
  auto at = parse_time(address.time);
  if (!at)
    throw Error(Code::invalid, fmt::format("'{}' is not an ISO 8601 timestamp", address.time));
  auto sample = co_await services.archive.find(channel.id, *at);
  if (!sample) throw not_found();
  co_return Point{channel.id, std::move(*sample)};
}

// "start only = after; end only = before; start+end; start+duration; end-duration"
std::pair<Time, Time> range_of(const ApiRequest& request) {
  auto time = [&](std::string_view name) -> std::optional<Time> {
    auto text = request.parameter(name);
    if (text.empty()) return std::nullopt;
    auto parsed = parse_time(text);
    if (!parsed)
      throw Error(Code::invalid, fmt::format("{} '{}' is not an ISO 8601 timestamp", name, text));
    return parsed;
  };
  auto start = time("start");
  auto end = time("end");
  auto duration_text = request.parameter("duration");
  auto duration = parse_duration(duration_text);
  if (!duration && !duration_text.empty()) {
    throw Error(Code::invalid, fmt::format("duration '{}' is not a number with a unit, e.g. 6hours",
                                           duration_text));
  }
  if (start && end && duration)
    throw Error(Code::invalid, "give two of start, end and duration, not all three");
  if (start && duration) end = *start + *duration;
  if (end && duration && !start) start = *end - *duration;
  if (!start && !end)
    throw Error(Code::invalid, "say which datapoints to delete: start, end or both");
  return {start.value_or(beginning), end.value_or(end_of_time)};
}

}  // namespace

Task<ApiReply> create_datapoints(Services& services, const ApiRequest& request, registry::FeedId id,
                                 std::string_view stream) {
  Wish wish{Action::create, id, stream};
  auto feed = co_await open_feed(services, request, wish);
  channel_of(*feed, stream);
  auto input = parse_datapoints(request.body, request.body_format, services.limits);
  telemetry::ChannelReadings readings;
  readings.channel = stream;
  for (const auto& point : input.value) {
    auto at = point.at ? *point.at : services.telemetry.stamp();
    readings.samples.push_back({at, point.value});
  }
  if (readings.samples.empty()) co_return ApiReply{};
  std::vector<telemetry::ChannelReadings> all;
  all.push_back(std::move(readings));
  co_await services.telemetry.record(*request.caller, Action::create, feed, std::move(all));
  co_return ApiReply{};
}

Task<ApiReply> delete_datapoints(Services& services, const ApiRequest& request, registry::FeedId id,
                                 std::string_view stream) {
  Wish wish{Action::remove, id, stream};
  auto feed = co_await open_feed(services, request, wish);
  const auto& channel = channel_of(*feed, stream);
  auto [start, end] = range_of(request);
  co_await services.archive.erase(channel.id, start, end);
  co_return ApiReply{};
}

Task<ApiReply> read_datapoint(Services& services, const ApiRequest& request, PointAddress address) {
  require_document_format(request);
  auto point = co_await find_point(services, request, Action::read, address);
  ApiReply reply;
  reply.body = datapoint_document(point.sample, request.zone, request.format);
  co_return reply;
}

Task<ApiReply> update_datapoint(Services& services, const ApiRequest& request,
                                PointAddress address) {
  auto point = co_await find_point(services, request, Action::update, address);
  auto input = parse_value(request.body, request.body_format, services.limits);
  Wish wish{Action::update, address.feed, address.stream};
  auto feed = co_await open_feed(services, request, wish);
  std::vector<telemetry::ChannelReadings> readings;
  readings.push_back({address.stream, {{point.sample.at, input.value}}});
  co_await services.telemetry.record(*request.caller, Action::update, feed, std::move(readings));
  co_return ApiReply{};
}

Task<ApiReply> delete_datapoint(Services& services, const ApiRequest& request,
                                PointAddress address) {
  auto point = co_await find_point(services, request, Action::remove, address);
  co_await services.archive.erase(point.series, point.sample.at);
  co_return ApiReply{};
}

}  // namespace tt::gateway::xively
