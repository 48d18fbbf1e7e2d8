// GET    /devices/ID/keys                {"keys":[{"id","label","private_access","expires_at",
//                                        "actions","source_ip","referer","minimum_interval",
//                                        "channels"}]}
// POST   /devices/ID/keys {…}            201 {"id","label","key"}
// PUT    /devices/ID/keys/KEY {…}        {}
// DELETE /devices/ID/keys/KEY            {}
// GET    /devices/ID/keys/KEY/secret     {"key"}
// POST   /devices/ID/keys/KEY/secret     {"key"}, a new one: the old one ends

#include <arpa/inet.h>

#include <array>

#include "console/api/device_keys.h"
#include "console/request_body.h"
#include "wire/json_writer.h"

namespace tt::console {
namespace {

struct ActionName {
  std::string_view name;
  identity::Action action;
};
constexpr ActionName action_names[] = {{"read", identity::Action::read},
                                       {"update", identity::Action::update},
                                       {"create", identity::Action::create},
                                       {"delete", identity::Action::remove}};

bool holds(std::uint8_t actions, identity::Action action) {
  return (actions & static_cast<std::uint8_t>(action)) != 0;
}

// --- writing -----------------------------------------------------------------------------------

void append_key(wire::JsonWriter& json, const identity::Key& key) {
  const auto& settings = key.settings;
  const auto& permission = settings.permissions.front();
  json.begin_object().member("id", key.id).member("label", settings.label);
  json.member("private_access", settings.private_access);
  append_time(json, "expires_at", settings.expires_at);
  std::uint8_t actions = 0;
  for (const auto& each : settings.permissions) actions |= each.actions;
  json.key("actions").begin_array();
  for (const auto& [name, action] : action_names) {
    if (holds(actions, action)) json.value(name);
  }
  json.end_array().member("source_ip", permission.source_ip);
  json.member("referer", permission.referer);
  json.member("minimum_interval", permission.minimum_interval_s);
  json.member("is_simple", settings.permissions.size() == 1).key("channels").begin_array();
  for (const auto& limit : permission.resources) {
    if (!limit.channel.empty()) json.value(limit.channel);
  }
  json.end_array().end_object();
}

// --- reading -----------------------------------------------------------------------------------

std::uint8_t read_actions(const RequestBody& wanted) {
  auto names = wanted.find_strings("actions");
  if (!names) return identity::all_actions;
  std::uint8_t actions = 0;
  for (const auto& name : *names) {
    auto found = std::ranges::find(action_names, name, &ActionName::name);
    if (found == std::end(action_names)) {
      throw Error(Code::unprocessable, "actions must be of read, update, create and delete");
    }
    actions |= static_cast<std::uint8_t>(found->action);
  }
  if (actions == 0) throw Error(Code::unprocessable, "actions: choose at least one");
  return actions;
}

// In the one spelling that peers' addresses have, too.
std::string read_address(const RequestBody& wanted) {
  auto text = wanted.find_string("source_ip").value_or("");
  if (text.empty()) return {};
  for (int family : {AF_INET, AF_INET6}) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    std::array<char, INET6_ADDRSTRLEN> spelled{};
    if (::inet_pton(family, text.c_str(), bytes.data()) != 1) continue;
    return ::inet_ntop(family, bytes.data(), spelled.data(), spelled.size());
  }
  throw Error(Code::unprocessable, "source_ip must be an address like 192.0.2.7 or 2001:db8::7");
}

std::optional<Time> read_expiry(const RequestBody& wanted, Time now) {
  auto text = wanted.find_string("expires_at").value_or("");
  if (text.empty()) return std::nullopt;
  auto time = parse_time(text);
  if (!time) throw Error(Code::unprocessable, "expires_at must be a time like 2030-01-31T12:00Z");
  if (*time <= now) throw Error(Code::unprocessable, "expires_at must be in the future");
  return time;
}

std::string read_text(const RequestBody& wanted, std::string_view name) {
  auto text = wanted.find_string(name).value_or("");
  if (text.size() > 255) throw Error(Code::unprocessable, fmt::format("{} is too long", name));
  return text;
}

// The key opens this device, or some of its channels, and nothing else.
identity::KeyDraft read_draft(const RequestBody& wanted, const registry::Feed& feed, Time now) {
  identity::KeyDraft draft;
  draft.label = read_text(wanted, "label");
  if (draft.label.empty()) draft.label = fmt::format("Key of {}", feed.title).substr(0, 200);
  draft.private_access = wanted.find_boolean("private_access").value_or(true);
  draft.expires_at = read_expiry(wanted, now);
  identity::Permission permission;
  permission.actions = read_actions(wanted);
  permission.source_ip = read_address(wanted);
  permission.referer = read_text(wanted, "referer");
  permission.minimum_interval_s = wanted.find_integer("minimum_interval").value_or(0);
  if (permission.minimum_interval_s < 0) {
    throw Error(Code::unprocessable, "minimum_interval must be 0 or more seconds");
  }
  for (const auto& channel : wanted.find_strings("channels").value_or(std::vector<std::string>{})) {
    if (!registry::is_channel_name(channel)) {
      throw Error(Code::unprocessable, "channels must be names of channels");
    }
    permission.resources.push_back({.feed = feed.id, .channel = channel});
  }
  if (permission.resources.empty())
    permission.resources.push_back({.feed = feed.id, .channel = {}});
  draft.permissions.push_back(std::move(permission));
  return draft;
}

Task<std::vector<identity::Key>> keys_of(Call& call, registry::FeedId feed) {
  auto keys = co_await call.services.identity.keys(call.caller->account);
  std::erase_if(keys, [&](const auto& key) { return !is_key_of(key, feed); });
  co_return keys;
}

// The key in the path; throws not_found unless it is one of the device's.
Task<identity::Key> key_in_path(Call& call, const registry::Feed& feed) {
  auto keys = co_await keys_of(call, feed.id);
  auto found = std::ranges::find(keys, call.request.int_parameter("key"), &identity::Key::id);
  if (found == keys.end()) throw Error(Code::not_found, "This device has no such key.");
  co_return std::move(*found);
}

http::Response secret_response(std::string_view secret) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("key", secret).end_object();
  return http::Response::json(200, std::move(body));
}

// --- operations --------------------------------------------------------------------------------

Task<http::Response> list_keys(Call& call) {
  auto feed = co_await own_device(call);
  auto keys = co_await keys_of(call, feed->id);
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("keys").begin_array();
  for (const auto& key : keys) append_key(json, key);
  json.end_array().end_object();
  co_return http::Response::json(200, std::move(body));
}

Task<http::Response> create_key(Call& call) {
  auto feed = co_await own_device(call);
  auto text = co_await call.request.body();
  RequestBody wanted(text);
  auto draft = read_draft(wanted, *feed, call.services.clock.now());
  auto key = co_await call.services.identity.create_key(call.caller->account, std::move(draft));
  co_await record(call, "key.create", object_of(*feed), key.settings.label);
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("id", key.id).member("label", key.settings.label);
  json.member("key", key.secret).end_object();
  co_return http::Response::json(201, std::move(body));
}

Task<http::Response> change_key(Call& call) {
  auto feed = co_await own_device(call);
  auto key = co_await key_in_path(call, *feed);
  auto text = co_await call.request.body();
  RequestBody wanted(text);
  if (key.settings.permissions.size() != 1) {
    throw Error(
        Code::conflict,
        "This key has several permissions; change it in the administration or with the API.");
  }
  auto draft = read_draft(wanted, *feed, call.services.clock.now());
  auto label = draft.label;
  co_await call.services.identity.update_key(key.id, std::move(draft));
  co_await record(call, "key.update", object_of(*feed), std::move(label));
  co_return http::Response::json(200, "{}");
}

Task<http::Response> delete_key(Call& call) {
  auto feed = co_await own_device(call);
  auto key = co_await key_in_path(call, *feed);
  co_await call.services.identity.delete_key(key.id);
  co_await record(call, "key.delete", object_of(*feed), key.settings.label);
  co_return http::Response::json(200, "{}");
}

Task<http::Response> show_secret(Call& call) {
  auto feed = co_await own_device(call);
  auto key = co_await key_in_path(call, *feed);
  co_return secret_response(key.secret);
}

Task<http::Response> renew_secret(Call& call) {
  auto feed = co_await own_device(call);
  auto key = co_await key_in_path(call, *feed);
  auto secret = co_await call.services.identity.renew_key(key.id);
  if (!secret) throw Error(Code::not_found, "This device has no such key.");
  co_await record(call, "key.renew", object_of(*feed), key.settings.label);
  co_return secret_response(*secret);
}

}  // namespace

bool is_key_of(const identity::Key& key, registry::FeedId feed) {
  const auto& permissions = key.settings.permissions;
  auto is_limited_to_feed = [&](const identity::Permission& permission) {
    const auto& limits = permission.resources;
    return !limits.empty() &&
           std::ranges::all_of(limits, [&](const auto& limit) { return limit.feed == feed; });
  };
  return !permissions.empty() && std::ranges::all_of(permissions, is_limited_to_feed);
}

Task<> delete_keys_of(Call& call, const registry::Feed& feed) {
  auto keys = co_await keys_of(call, feed.id);
  for (const auto& key : keys) co_await call.services.identity.delete_key(key.id);
}

std::span<const Route> key_routes() {
  using enum http::Method;
  static constexpr Route routes[] = {
      {get, "/devices/{id:int}/keys", list_keys},
      {post, "/devices/{id:int}/keys", create_key},
      {put, "/devices/{id:int}/keys/{key:int}", change_key},
      {del, "/devices/{id:int}/keys/{key:int}", delete_key},
      {get, "/devices/{id:int}/keys/{key:int}/secret", show_secret},
      {post, "/devices/{id:int}/keys/{key:int}/secret", renew_secret},
  };
  return routes;
}

}  // namespace tt::console
