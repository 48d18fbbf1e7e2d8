// POST /devices: many devices from a table, each with a feed and a key of its own; all or none.

#include "base/error.h"
#include "gateway/api/devices_csv.h"
#include "gateway/api/operations.h"
#include "host/feed_audit.h"
#include "wire/csv.h"
#include "wire/json_writer.h"

namespace tt::gateway::api {
namespace {

identity::KeyDraft key_for(const registry::Feed& feed) {
  identity::KeyDraft draft;
  draft.label = fmt::format("Key of feed {}", feed.id);
  draft.private_access = true;
  identity::Permission permission{.actions = identity::all_actions};
  permission.resources.push_back({.feed = feed.id, .channel = {}});
  draft.permissions.push_back(std::move(permission));
  return draft;
}

// A device without a key would be none.
Task<std::vector<identity::Key>> make_keys(Call& call,
                                           const std::vector<registry::FeedPtr>& feeds) {
  std::vector<identity::KeyDraft> drafts;
  for (const auto& feed : feeds) drafts.push_back(key_for(*feed));
  std::exception_ptr failure;
  std::vector<identity::Key> keys;
  try {
    keys = co_await call.services.identity.create_keys(call.caller->account, std::move(drafts));
  } catch (const Error&) {
    failure = std::current_exception();
  }
  if (!failure) co_return keys;
  for (const auto& feed : feeds) co_await call.services.telemetry.remove_feed(feed->id);
  std::rethrow_exception(failure);
}

std::string to_csv(const std::vector<registry::FeedPtr>& feeds,
                   const std::vector<identity::Key>& keys) {
  std::string text = "feed_id,serial,title,key\n";
  wire::CsvWriter csv(text);
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    const auto& feed = *feeds[i];
    csv.field(std::to_string(feed.id)).field(feed.device_serial).field(feed.title);
    csv.field(keys[i].secret).end_row();
  }
  return text;
}

std::string to_json(const std::vector<registry::FeedPtr>& feeds,
                    const std::vector<identity::Key>& keys) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().key("devices").begin_array();
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    const auto& feed = *feeds[i];
    json.begin_object().member("feed_id", feed.id).member("serial", feed.device_serial);
    json.member("title", feed.title).member("key", keys[i].secret).end_object();
  }
  json.end_array().end_object();
  return text;
}

}  // namespace

Task<http::Response> create_devices(Call& call) {
  require_master(call);
  require_csv(call, "title,serial,tags,…");
  auto body = co_await call.request.body();
  auto wanted = parse_devices(body, call.services.limits);
  auto feeds = co_await call.services.registry.create_all(call.caller->account, std::move(wanted));
  auto keys = co_await make_keys(call, feeds);
  audit::Event event{.action = "feed.create",
                     .object = "feeds",
                     .detail = fmt::format("{} devices from a table, feeds {} to {}", feeds.size(),
                                           feeds.front()->id, feeds.back()->id),
                     .owner = call.caller->account};
  co_await call.services.audit.record(*call.caller, std::move(event));
  bool wants_json = call.request.header("Accept").contains("json");
  co_return wants_json
      ? http::Response::json(201, to_json(feeds, keys))
      : http::Response::of_type(201, "text/csv; charset=utf-8", to_csv(feeds, keys));
}

}  // namespace tt::gateway::api
