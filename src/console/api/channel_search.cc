// GET /channels?q=   {"devices":[{"id","title","channels":[{"id","symbol","value"}]}]}
//
// Of the caller's devices: those whose words match with all their channels, and of the newest ones
// the channels whose names hold the text.

#include "base/text.h"
#include "console/api/route.h"
#include "wire/json_writer.h"

namespace tt::console {
namespace {

constexpr std::size_t devices_max = 30;    // that are answered
constexpr std::size_t searched_max = 500;  // whose channels are looked through
constexpr std::size_t channels_max = 200;  // of one device

struct Found {
  registry::FeedPtr feed;
  std::string part;  // of the names of its channels; empty: all of them
};

Task<registry::FeedPage> search(Call& call, std::string text, std::size_t limit) {
  registry::FeedQuery query;
  query.visible_to = call.caller->account;
  query.owner_login = call.caller->name;
  query.text = std::move(text);
  query.limit = limit;
  co_return co_await call.services.registry.search(std::move(query));
}

bool has_channel_with(const registry::Feed& feed, std::string_view part) {
  return std::ranges::any_of(feed.channels, [&](const registry::Channel& channel) {
    return to_lower(channel.name).contains(part);
  });
}

Task<std::vector<Found>> find(Call& call, std::string text) {
  std::vector<Found> found;
  auto matching = co_await search(call, text, devices_max);
  for (auto& feed : matching.feeds) found.push_back({std::move(feed), {}});
  if (text.empty() || found.size() >= devices_max) co_return found;
  auto part = to_lower(text);
  std::string everything;
  auto newest = co_await search(call, everything, searched_max);
  for (auto& feed : newest.feeds) {
    bool is_known =
        std::ranges::any_of(found, [&](const Found& other) { return other.feed->id == feed->id; });
    if (is_known || !has_channel_with(*feed, part)) continue;
    found.push_back({std::move(feed), part});
    if (found.size() == devices_max) break;
  }
  co_return found;
}

void append(wire::JsonWriter& json, const Found& found, const telemetry::CurrentValues& values) {
  const auto& feed = *found.feed;
  json.begin_object().member("id", feed.id).member("title", feed.title);
  json.key("channels").begin_array();
  std::size_t count = 0;
  for (std::size_t i = 0; i < feed.channels.size() && count < channels_max; ++i) {
    const auto& channel = feed.channels[i];
    if (!to_lower(channel.name).contains(found.part)) continue;
    ++count;
    json.begin_object().member("id", channel.name).member("symbol", channel.unit.symbol);
    json.key("value");
    if (values[i]) {
      json.value(values[i]->last.value);
    } else {
      json.null();
    }
    json.end_object();
  }
  json.end_array().end_object();
}

Task<http::Response> list(Call& call) {
  auto text = call.request.query_value("q").value_or("");
  auto devices = co_await find(call, std::move(text));
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("devices").begin_array();
  for (const auto& found : devices) {
    auto values = co_await call.services.telemetry.current_values(found.feed);
    append(json, found, values);
  }
  json.end_array().end_object();
  co_return http::Response::json(200, std::move(body));
}

}  // namespace

std::span<const Route> channel_search_routes() {
  static constexpr Route routes[] = {{http::Method::get, "/channels", list}};
  return routes;
}

}  // namespace tt::console
