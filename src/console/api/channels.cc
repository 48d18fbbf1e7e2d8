// POST   /devices/ID/channels {"id","tags","label","symbol","value"}     201 {}
// PUT    /devices/ID/channels/NAME {"tags","label","symbol","value"}     {}
// DELETE /devices/ID/channels/NAME                                       {}
// POST   /devices/ID/channels/NAME/value {"value"}                       {}

#include "console/api/route.h"
#include "console/request_body.h"

namespace tt::console {
namespace {

registry::ChannelChange read_change(const RequestBody& wanted, std::string name,
                                    const registry::Channel* before) {
  registry::ChannelChange change;
  change.name = std::move(name);
  change.tags = wanted.find_strings("tags");
  auto label = wanted.find_string("label");
  auto symbol = wanted.find_string("symbol");
  if (!label && !symbol) return change;
  change.unit = before ? before->unit : registry::Unit{};
  if (label) change.unit->label = std::move(*label);
  if (symbol) change.unit->symbol = std::move(*symbol);
  return change;
}

Task<> write_value(Call& call, registry::FeedPtr feed, std::string channel, std::string value) {
  telemetry::require_value(value, call.services.limits);
  telemetry::ChannelReadings reading;
  reading.channel = channel;
  reading.samples.push_back({call.services.telemetry.stamp(), value});
  std::vector<telemetry::ChannelReadings> readings{std::move(reading)};
  co_await call.services.telemetry.record(*call.caller, identity::Action::update, feed,
                                          std::move(readings));
}

// With the value that came with it, if any; checked before anything is changed.
Task<> store(Call& call, registry::FeedPtr feed, const RequestBody& wanted,
             registry::ChannelChange change) {
  auto value = wanted.find_string("value").value_or("");
  telemetry::require_value(value, call.services.limits);
  auto name = change.name;
  std::vector<registry::ChannelChange> channels;
  channels.push_back(std::move(change));
  registry::FeedChange no_change;
  auto now = call.services.clock.now();
  auto changed = co_await call.services.registry.update(feed->id, std::move(no_change),
                                                        std::move(channels), now);
  if (!value.empty()) co_await write_value(call, changed, std::move(name), std::move(value));
}

const registry::Channel& channel_in_path(const Call& call, const registry::Feed& feed) {
  const auto* channel = feed.find(call.request.parameter("name"));
  if (!channel) throw Error(Code::not_found, "This device has no such channel.");
  return *channel;
}

std::string object_below(const registry::Feed& feed, std::string_view channel) {
  return fmt::format("feeds/{}/{}", feed.id, channel);
}

// --- operations ------------------------------------------------------------------------------

Task<http::Response> create_channel(Call& call) {
  auto feed = co_await own_device(call);
  auto text = co_await call.request.body();
  RequestBody wanted(text);
  auto name = wanted.string("id");
  if (feed->find(name)) throw Error(Code::unprocessable, "id is taken by another channel");
  if (!registry::is_channel_name(name)) {
    throw Error(Code::unprocessable,
                "id must be 1 to 255 letters, digits and the signs _ - + . without spaces");
  }
  auto change = read_change(wanted, name, nullptr);
  co_await store(call, feed, wanted, std::move(change));
  co_await record(call, "channel.create", object_below(*feed, name));
  co_return http::Response::json(201, "{}");
}

Task<http::Response> change_channel(Call& call) {
  auto feed = co_await own_device(call);
  const auto& channel = channel_in_path(call, *feed);
  auto text = co_await call.request.body();
  RequestBody wanted(text);
  auto change = read_change(wanted, channel.name, &channel);
  co_await store(call, feed, wanted, std::move(change));
  co_await record(call, "channel.update", object_below(*feed, channel.name));
  co_return http::Response::json(200, "{}");
}

Task<http::Response> delete_channel(Call& call) {
  auto feed = co_await own_device(call);
  auto name = channel_in_path(call, *feed).name;
  co_await call.services.telemetry.remove_channel(feed->id, name);
  co_await record(call, "channel.delete", object_below(*feed, name));
  co_return http::Response::json(200, "{}");
}

// A reading, as a device would send it: no audit entry.
Task<http::Response> send_value(Call& call) {
  auto feed = co_await own_device(call);
  auto name = channel_in_path(call, *feed).name;
  auto text = co_await call.request.body();
  RequestBody wanted(text);
  auto value = wanted.string("value");
  co_await write_value(call, feed, std::move(name), std::move(value));
  co_return http::Response::json(200, "{}");
}

}  // namespace

std::span<const Route> channel_routes() {
  using enum http::Method;
  static constexpr Route routes[] = {
      {post, "/devices/{id:int}/channels", create_channel},
      {put, "/devices/{id:int}/channels/{name}", change_channel},
      {del, "/devices/{id:int}/channels/{name}", delete_channel},
      {post, "/devices/{id:int}/channels/{name}/value", send_value},
  };
  return routes;
}

}  // namespace tt::console
