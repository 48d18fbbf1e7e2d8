#include "identity/rows.h"

#include <algorithm>
#include <map>

#include "base/bytes.h"

namespace tt::identity {

using orm::f;
using orm::objects;

void migrate(orm::Database& database) {
  orm::Schema schema{
      .name = "identity",
      .models = orm::models_of<AccountRow, SessionRow, KeyRow, PermissionRow, ResourceLimitRow>()};
  orm::migrate(database, schema);
}

Account to_account(const AccountRow& row) { return {row.id, row.login, row.is_admin}; }

// --- keys --------------------------------------------------------------------------------------

namespace {

PermissionRow to_row(const KeyRow& key, const Permission& permission) {
  return {.key = key,
          .actions = permission.actions,
          .source_ip = permission.source_ip,
          .referer = permission.referer,
          .minimum_interval_s = permission.minimum_interval_s,
          .label = permission.label};
}

Permission to_permission(const PermissionRow& row) {
  Permission permission;
  permission.actions = static_cast<std::uint8_t>(*row.actions & all_actions);
  permission.source_ip = row.source_ip;
  permission.referer = row.referer;
  permission.minimum_interval_s = row.minimum_interval_s;
  permission.label = row.label;
  return permission;
}

Key to_key(const KeyRow& row) {
  Key key;
  key.id = row.id;
  key.account = row.account;
  key.secret = row.secret;
  key.settings.label = row.label;
  key.settings.private_access = row.private_access;
  key.settings.expires_at = row.expires_at;
  return key;
}

void load_permissions(orm::Session& session, std::span<Key> keys) {
  std::map<std::int64_t, Key*> key_of;
  for (Key& key : keys) key_of.emplace(key.id, &key);
  std::vector<std::int64_t> key_ids;
  for (const auto& [id, key] : key_of) key_ids.push_back(id);

  auto limits = objects<ResourceLimitRow>(session)
                    .filter(f<&ResourceLimitRow::permission, &PermissionRow::key>.in(key_ids))
                    .order_by("id")
                    .rows();
  std::map<std::int64_t, std::vector<ResourceLimit>> limits_of;
  for (const auto& row : limits) limits_of[*row.permission].push_back({row.feed, row.channel});

  auto permissions = objects<PermissionRow>(session)
                         .filter(f<&PermissionRow::key>.in(key_ids))
                         .order_by("id")
                         .rows();
  for (const auto& row : permissions) {
    auto& loaded = key_of.at(row.key)->settings.permissions.emplace_back(to_permission(row));
    loaded.resources = std::move(limits_of[*row.id]);
  }
}

void insert_permissions(orm::Session& session, const KeyRow& row, const KeyDraft& draft) {
  std::vector<ResourceLimitRow> limits;
  for (const Permission& permission : draft.permissions) {
    auto stored = objects<PermissionRow>(session).create(to_row(row, permission));
    for (const ResourceLimit& limit : permission.resources) {
      limits.push_back({.permission = stored, .feed = limit.feed, .channel = limit.channel});
    }
  }
  objects<ResourceLimitRow>(session).bulk_create(limits);
}

}  // namespace

void insert_key(orm::Session& session, KeyRow& row, const KeyDraft& draft) {
  objects<KeyRow>(session).save(row);
  insert_permissions(session, row, draft);
}

void update_key(orm::Session& session, KeyRow row, const KeyDraft& draft) {
  row.label = draft.label;
  row.private_access = draft.private_access;
  row.expires_at = draft.expires_at;
  objects<KeyRow>(session).save(row);
  objects<PermissionRow>(session).filter(f<&PermissionRow::key> == row).erase();
  insert_permissions(session, row, draft);
}

std::vector<Key> load_keys(orm::Session& session, const orm::QuerySet<KeyRow>& wanted) {
  std::vector<Key> keys;
  for (const KeyRow& row : wanted.order_by("id").rows()) keys.push_back(to_key(row));
  // In pieces: the values of one `in` are limited.
  for (std::size_t begin = 0; begin < keys.size(); begin += orm::in_values_max) {
    std::size_t count = std::min(orm::in_values_max, keys.size() - begin);
    load_permissions(session, std::span(keys).subspan(begin, count));
  }
  return keys;
}

// --- sessions ----------------------------------------------------------------------------------

void insert_session(orm::Session& session, SessionRow row, Time now) {
  auto sessions = objects<SessionRow>(session);
  sessions.filter(f<&SessionRow::ends_at> <= now).erase();
  auto surplus = sessions.filter(f<&SessionRow::account> == *row.account)
                     .order_by("-ends_at", "-id")
                     .offset(sessions_per_account_max - 1)
                     .values<&SessionRow::id>();
  sessions.filter(f<&SessionRow::id>.in(surplus)).erase();
  sessions.save(row);
}

// --- checks ------------------------------------------------------------------------------------

void check_login(std::string_view login) {
  auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  bool is_padded = !login.empty() && (login.front() == ' ' || login.back() == ' ');
  if (login.empty() || is_padded || std::ranges::any_of(login, is_control)) {
    throw Error(Code::invalid, "a login is visible text without spaces at its ends");
  }
}

void check_secret(std::string_view secret) {
  auto is_visible = [](char c) { return c > 0x20 && c < 0x7f; };
  if (secret.size() < 8 || secret.size() > 200 || !std::ranges::all_of(secret, is_visible)) {
    throw Error(Code::invalid, "an API key is 8 to 200 visible ASCII characters");
  }
}

void check_draft(const KeyDraft& draft) {
  if (draft.permissions.size() > permissions_per_key_max) {
    throw Error(Code::invalid, "the key has too many permissions");
  }
  for (const Permission& permission : draft.permissions) {
    if (permission.actions == 0 || permission.actions > all_actions) {
      throw Error(Code::invalid, "a permission names no action or an unknown one");
    }
    if (permission.resources.size() > resources_per_permission_max) {
      throw Error(Code::invalid, "a permission has too many resources");
    }
    if (permission.minimum_interval_s < 0) {
      throw Error(Code::invalid, "minimum_interval is negative");
    }
  }
}

}  // namespace tt::identity
