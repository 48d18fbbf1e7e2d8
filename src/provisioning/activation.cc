#include "provisioning/activation.h"

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/random.h"
#include "base/text.h"
#include "registry/change.h"

namespace tt::provisioning {
namespace {

using orm::f;
using orm::objects;
using namespace orm::literals;

constexpr std::size_t label_chars_max = 255;
constexpr std::size_t key_characters = 48;
constexpr std::size_t serial_characters = 12;
constexpr std::string_view serial_alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

registry::Feed make_feed(orm::Session& session, const ActivationOrder& order,
                         const Limits& limits) {
  registry::Feed empty;
  empty.owner = order.product.owner;
  empty.created = empty.updated = order.now;
  registry::Edit edit{.feed = order.change, .channels = order.channels, .at = order.now};
  auto feed = registry::apply(empty, edit, limits);
  registry::insert(session, feed);
  return feed;
}

// "… READ, UPDATE, CREATE, DELETE" on its own feed, and private access.
identity::KeyDraft key_draft(std::string_view name, registry::FeedId feed) {
  identity::KeyDraft draft;
  draft.label = key_label(name, feed);
  draft.private_access = true;
  identity::Permission permission;
  permission.actions = identity::all_actions;
  permission.resources.push_back({.feed = feed, .channel = {}});
  draft.permissions.push_back(std::move(permission));
  return draft;
}

identity::KeyRow make_key(orm::Session& session, const ActivationOrder& order,
                          registry::FeedId feed) {
  auto draft = key_draft(order.key_name, feed);
  auto secret = random_token(key_characters);
  identity::KeyRow row{.account = order.product.owner,
                       .label = draft.label,
                       .secret = secret,
                       .secret_hash = to_hex(sha256(secret)),
                       .private_access = draft.private_access,
                       .created = order.now};
  identity::insert_key(session, row, draft);
  return row;
}

std::vector<std::string> names_of(const registry::Feed& feed) {
  std::vector<std::string> names;
  for (const auto& channel : feed.channels) names.push_back(channel.name);
  return names;
}

// At most `count` characters of well-formed UTF-8.
std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  while (end < text.size()) {
    bool begins_character = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
    if (begins_character && count-- == 0) break;
    ++end;
  }
  return text.substr(0, end);
}

}  // namespace

Made activate(orm::Session& session, const ActivationOrder& order, const Limits& limits) {
  auto& device = order.device;
  Made made;
  std::optional<registry::Feed> feed;
  std::optional<registry::FeedId> known = *device.feed;
  if (known) feed = registry::load(session, *known);
  if (!feed) {
    feed = make_feed(session, order, limits);
    made.new_feed = feed;
  }
  auto key = make_key(session, order, feed->id);
  device.feed = feed->id;
  device.key = *key.id;
  device.is_activated = true;
  device.activated_at = order.now;
  objects<DeviceRow>(session).save(device);
  made.activation = {
      .api_key = key.secret, .feed = feed->id, .channels = names_of(*feed), .is_new = true};
  return made;
}

Activation activation_of(orm::Session& session, const DeviceRow& device) {
  Activation found;
  found.feed = (*device.feed).value_or(0);
  auto feed = registry::load(session, found.feed);
  if (feed) found.channels = names_of(*feed);
  std::optional<std::int64_t> id = *device.key;
  auto key = id ? objects<identity::KeyRow>(session).filter("id"_k = *id).first() : std::nullopt;
  if (key) found.api_key = key->secret;
  return found;
}

bool may_ask_again(const identity::Caller* caller, const ProductRow& product,
                   const DeviceRow& device, Time now) {
  if (!caller || caller->is_revoked()) return false;
  if (caller->expires_at && *caller->expires_at <= now) return false;
  if (caller->key != 0 && caller->key == (*device.key).value_or(0)) return true;
  return caller->is_master() && caller->account == *product.owner;
}

std::string key_label(std::string_view name, registry::FeedId feed) {
  auto rest = fmt::format(" device key for feed {}", feed);
  constexpr std::string_view begin = "Auto-generated ";
  auto cut = first_characters(name, label_chars_max - begin.size() - rest.size());
  return fmt::format("{}{}{}", begin, cut, rest);
}

std::string random_serial() {
  static_assert(serial_alphabet.size() == 32);
  std::string serial;
  for (unsigned char byte : random_bytes(serial_characters)) serial += serial_alphabet[byte % 32];
  return serial;
}

}  // namespace tt::provisioning
