#include "gateway/xively/keys_json.h"

#include <arpa/inet.h>

#include <array>

#include "base/error.h"
#include "base/text.h"
#include "registry/registry.h"
#include "registry/text.h"
#include "wire/json.h"
#include "wire/json_writer.h"

namespace tt::gateway::xively {
namespace {

using identity::Action;
using identity::Permission;
using identity::ResourceLimit;
using wire::JsonKind;
using wire::JsonValue;

constexpr std::size_t text_characters_max = 255;

struct Method {
  std::string_view name;
  Action action;
};
constexpr Method methods[] = {{"get", Action::read},
                              {"put", Action::update},
                              {"post", Action::create},
                              {"delete", Action::remove}};

Error wrong(std::string_view what, std::string_view how) {
  return Error(Code::unprocessable, fmt::format("{} {}", what, how));
}

// --- reading -----------------------------------------------------------------------------------

// A text, number or boolean as it was written; empty for null.
std::string text(JsonValue value, std::string_view what) {
  if (value.is(JsonKind::null)) return {};
  if (value.is(JsonKind::array) || value.is(JsonKind::object)) throw wrong(what, "is invalid");
  auto found = value.text();
  if (count_characters(found) > text_characters_max) {
    throw wrong(what, fmt::format("is too long (maximum is {} characters)", text_characters_max));
  }
  if (found.find('\0') != found.npos) throw wrong(what, "is invalid");
  return std::string(found);
}

// Numbers come as texts, too.
std::int64_t whole_number(JsonValue value, std::string_view what) {
  auto number = parse_number<std::int64_t>(text(value, what));
  if (!number) throw wrong(what, "is not a number");
  return *number;
}

bool boolean(JsonValue value, std::string_view what) {
  auto found = text(value, what);
  if (found == "true") return true;
  if (found == "false" || found.empty()) return false;
  throw wrong(what, "must be true or false");
}

std::optional<Time> time(JsonValue value, std::string_view what) {
  auto found = text(value, what);
  if (found.empty()) return std::nullopt;
  auto parsed = parse_time(found);
  if (!parsed) throw wrong(what, "is invalid");
  return parsed;
}

// In the one spelling that peers' addresses have, too.
std::string address(JsonValue value) {
  auto found = text(value, "Source ip");
  if (found.empty()) return {};
  for (int family : {AF_INET, AF_INET6}) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    std::array<char, INET6_ADDRSTRLEN> spelled{};
    if (::inet_pton(family, found.c_str(), bytes.data()) != 1) continue;
    return ::inet_ntop(family, bytes.data(), spelled.data(), spelled.size());
  }
  throw wrong("Source ip", "is invalid");
}

std::uint8_t read_methods(JsonValue value) {
  if (!value.is(JsonKind::array)) throw wrong("Access methods", "must be an array");
  std::uint8_t actions = 0;
  for (auto element : value.elements()) {
    auto name = text(element, "Access method");
    auto has_name = [&](const Method& method) { return method.name == name; };
    auto found = std::ranges::find_if(methods, has_name);
    if (found == std::end(methods)) {
      throw wrong("Access methods", "must be of get, put, post and delete");
    }
    actions |= static_cast<std::uint8_t>(found->action);
  }
  return actions;
}

ResourceLimit read_resource(JsonValue value) {
  if (!value.is(JsonKind::object)) throw wrong("Resource", "must be an object");
  ResourceLimit limit;
  for (auto [key, member] : value.members()) {
    if (key == "feed_id") limit.feed = whole_number(member, "Resource feed_id");
    if (key == "datastream_id") limit.channel = text(member, "Resource datastream_id");
  }
  if (limit.feed == 0) throw wrong("Resource feed_id", "can't be blank");
  if (!limit.channel.empty() && !registry::is_channel_name(limit.channel)) {
    throw wrong("Resource datastream_id", "is invalid");
  }
  return limit;
}

std::vector<ResourceLimit> read_resources(JsonValue value) {
  std::vector<ResourceLimit> resources;
  if (value.is(JsonKind::null)) return resources;
  if (!value.is(JsonKind::array)) throw wrong("Resources", "must be an array");
  if (value.size() > resources_per_key_max) {
    throw wrong("Resources", fmt::format("are too many (maximum is {})", resources_per_key_max));
  }
  for (auto element : value.elements()) resources.push_back(read_resource(element));
  return resources;
}

Permission read_permission(JsonValue value) {
  if (!value.is(JsonKind::object)) throw wrong("Permission", "must be an object");
  Permission permission;
  for (auto [key, member] : value.members()) {
    if (key == "access_methods") permission.actions = read_methods(member);
    if (key == "source_ip") permission.source_ip = address(member);
    if (key == "referer") permission.referer = text(member, "Referer");
    if (key == "label") permission.label = text(member, "Permission label");
    if (key == "resources") permission.resources = read_resources(member);
    if (key == "minimum_interval" && !member.is(JsonKind::null)) {
      permission.minimum_interval_s = whole_number(member, "Minimum interval");
    }
  }
  if (permission.actions == 0) throw wrong("Access methods", "can't be blank");
  if (permission.minimum_interval_s < 0) {
    throw wrong("Minimum interval", "must be greater than or equal to 0");
  }
  return permission;
}

std::vector<Permission> read_permissions(JsonValue value) {
  std::vector<Permission> permissions;
  if (value.is(JsonKind::null)) return permissions;
  if (!value.is(JsonKind::array)) throw wrong("Permissions", "must be an array");
  if (value.size() > permissions_per_key_max) {
    throw wrong("Permissions",
                fmt::format("are too many (maximum is {})", permissions_per_key_max));
  }
  std::size_t resources = 0;
  for (auto element : value.elements()) {
    permissions.push_back(read_permission(element));
    resources += permissions.back().resources.size();
  }
  if (resources > resources_per_key_max) {
    throw wrong("Resources", fmt::format("are too many (maximum is {})", resources_per_key_max));
  }
  return permissions;
}

// --- writing -----------------------------------------------------------------------------------

void append_permission(wire::JsonWriter& json, const Permission& permission) {
  json.begin_object().key("access_methods").begin_array();
  for (const auto& method : methods) {
    if (permission.actions & static_cast<std::uint8_t>(method.action)) json.value(method.name);
  }
  json.end_array();
  if (!permission.source_ip.empty()) json.member("source_ip", permission.source_ip);
  if (!permission.referer.empty()) json.member("referer", permission.referer);
  if (permission.minimum_interval_s > 0) {
    json.member("minimum_interval", permission.minimum_interval_s);
  }
  if (!permission.label.empty()) json.member("label", permission.label);
  if (!permission.resources.empty()) {
    json.key("resources").begin_array();
    for (const auto& limit : permission.resources) {
      json.begin_object().member("feed_id", limit.feed);
      if (!limit.channel.empty()) json.member("datastream_id", limit.channel);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
}

void append_key(wire::JsonWriter& json, const identity::Key& key) {
  const auto& settings = key.settings;
  json.begin_object().member("api_key", key.secret).member("label", settings.label);
  json.member("private_access", settings.private_access);
  if (settings.expires_at) json.member("expires_at", format_time(*settings.expires_at));
  json.key("permissions").begin_array();
  for (const auto& permission : settings.permissions) append_permission(json, permission);
  json.end_array().end_object();
}

}  // namespace

KeyInput parse_key(std::string_view body, const Limits& limits) {
  auto document = wire::read_json(body, limits.json_depth_max);
  if (!document) throw Error(Code::invalid, document.error().message);
  auto key = document->root().find("key");
  if (!key || !key->is(JsonKind::object)) throw wrong("Key", "can't be blank");
  KeyInput input;
  for (auto [name, member] : key->members()) {
    if (name == "label") input.label = text(member, "Label");
    if (name == "private_access") input.private_access = boolean(member, "Private access");
    if (name == "expires_at") input.expires_at = time(member, "Expires at");
    if (name == "permissions") input.permissions = read_permissions(member);
  }
  return input;
}

identity::KeyDraft changed_by(KeyInput input, identity::KeyDraft settings) {
  if (input.label) settings.label = std::move(*input.label);
  if (input.private_access) settings.private_access = *input.private_access;
  if (input.expires_at) settings.expires_at = *input.expires_at;
  if (input.permissions) settings.permissions = std::move(*input.permissions);
  if (registry::is_blank(settings.label)) throw wrong("Label", "can't be blank");
  if (settings.permissions.empty()) throw wrong("Permissions", "can't be blank");
  return settings;
}

std::string key_json(const identity::Key& key) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().key("key");
  append_key(json, key);
  json.end_object();
  return out;
}

std::string keys_json(std::span<const identity::Key> keys) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().key("keys").begin_array();
  for (const auto& key : keys) append_key(json, key);
  json.end_array().end_object();
  return out;
}

}  // namespace tt::gateway::xively
