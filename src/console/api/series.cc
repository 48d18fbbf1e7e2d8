// GET /series?feed=&channel=&start=&end=&points=   see series_json() in series.h
// GET /latest?feed=&channel=&start=&end=&points=   see latest_json()
// PUT /value {"feed","channel","value"}            {}

#include "console/series.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "console/api/route.h"
#include "console/request_body.h"

namespace tt::console {
namespace {

Task<registry::FeedPtr> feed_of(Call& call, std::string_view id) {
  auto number = parse_number<registry::FeedId>(id);
  registry::FeedPtr feed;
  if (number) feed = co_await call.services.registry.find(*number);
  if (!feed) throw Error(Code::not_found, "There is no such device.");
  co_return feed;
}

const registry::Channel& channel_of(const registry::Feed& feed, std::string_view name) {
  const auto* channel = feed.find(name);
  if (!channel) throw Error(Code::not_found, fmt::format("{} has no such channel.", feed.title));
  return *channel;
}

void require(const Call& call, identity::Action action, const registry::Feed& feed,
             std::string_view channel) {
  auto resource = telemetry::resource_of(feed, channel);
  auto now = call.services.clock.now();
  identity::require(*call.caller, action, resource, now);
}

// The feed of the query, which has the channel of the query, which the caller may read.
Task<registry::FeedPtr> readable_feed(Call& call) {
  auto id = call.request.query_value("feed").value_or("");
  auto name = call.request.query_value("channel").value_or("");
  auto feed = co_await feed_of(call, id);
  require(call, identity::Action::read, *feed, name);
  channel_of(*feed, name);
  co_return feed;
}

const registry::Channel& channel_of(const Call& call, const registry::Feed& feed) {
  return channel_of(feed, call.request.query_value("channel").value_or(""));
}

Task<http::Response> show_series(Call& call) {
  auto feed = co_await readable_feed(call);
  const auto& channel = channel_of(call, *feed);
  auto query = series_query(call.request, call.services.clock.now());
  auto found = co_await find_series(call.services.archive, channel.id, query);
  co_return http::Response::json(200, series_json(*feed, channel, found));
}

Task<http::Response> show_latest(Call& call) {
  auto feed = co_await readable_feed(call);
  auto query = series_query(call.request, call.services.clock.now());
  auto series = channel_of(call, *feed).id;
  auto found = co_await find_latest(call.services.archive, series, query);
  co_return http::Response::json(200, latest_json(found));
}

// What a switch or a slider sets, with the rights of the person who moves it.
Task<http::Response> write_value(Call& call) {
  auto text = co_await call.request.body();
  RequestBody wanted(text);
  auto id = wanted.string("feed");
  auto name = wanted.string("channel");
  auto value = wanted.string("value");
  auto feed = co_await feed_of(call, id);
  require(call, identity::Action::update, *feed, name);
  channel_of(*feed, name);
  std::vector<telemetry::ChannelReadings> readings(1);
  readings[0].channel = name;
  readings[0].samples.push_back({call.services.telemetry.stamp(), value});
  co_await call.services.telemetry.record(*call.caller, identity::Action::update, feed,
                                          std::move(readings));
  co_return http::Response::json(200, "{}");
}

}  // namespace

std::span<const Route> series_routes() {
  using enum http::Method;
  static constexpr Route routes[] = {
      {get, "/series", show_series},
      {get, "/latest", show_latest},
      {put, "/value", write_value},
  };
  return routes;
}

}  // namespace tt::console
