// GET and PATCH /feeds/ID: what Xively's document of a feed has no word for.

#include "base/error.h"
#include "gateway/api/operations.h"
#include "host/feed_audit.h"
#include "wire/json.h"
#include "wire/json_writer.h"

namespace tt::gateway::api {
namespace {

http::Response to_response(const registry::Registry& registry, const registry::Feed& feed,
                           Time now) {
  auto heard = registry.last_heard(feed.id);
  bool is_live = heard && now - *heard <= registry::live_for;
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("id", feed.id).member("title", feed.title);
  json.member("private", feed.is_private).member("status", is_live ? "live" : "frozen");
  json.key("heard");
  heard ? json.value(format_time(*heard)) : json.null();
  json.member("retention_days", feed.retention_days).end_object();
  return http::Response::json(200, std::move(body));
}

std::int64_t whole_number(std::string_view key, wire::JsonValue value) {
  if (auto number = value.as_integer()) return *number;
  throw Error(Code::unprocessable, fmt::format("{} must be a whole number", key));
}

registry::FeedChange parse_change(std::string_view body, const Limits& limits) {
  auto document = wire::read_json(body, limits.json_depth_max);
  if (!document) throw Error(Code::invalid, document.error().message);
  if (!document->root().is(wire::JsonKind::object)) {
    throw Error(Code::invalid, "send an object: {\"retention_days\":30}");
  }
  registry::FeedChange change;
  for (auto [key, value] : document->root().members()) {
    if (key != "retention_days") {
      throw Error(Code::unprocessable,
                  fmt::format("'{}' cannot be changed here; there is retention_days", key));
    }
    change.retention_days = whole_number(key, value);
  }
  return change;
}

}  // namespace

Task<http::Response> read_feed(Call& call) {
  auto feed = co_await open_feed(call, identity::Action::read);
  co_return to_response(call.services.registry, *feed, call.services.clock.now());
}

Task<http::Response> change_feed(Call& call) {
  auto before = co_await open_feed(call, identity::Action::update);
  auto body = co_await call.request.body();
  auto change = parse_change(body, call.services.limits);
  auto now = call.services.clock.now();
  std::vector<registry::ChannelChange> no_channels;
  auto after = co_await call.services.registry.update(before->id, std::move(change),
                                                      std::move(no_channels), now);
  co_await record_change(call.services, *call.caller, before, after);
  co_return to_response(call.services.registry, *after, now);
}

}  // namespace tt::gateway::api
