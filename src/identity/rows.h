#pragma once

// The tables of identity, and what is done with them.  All functions block.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identity/identity.h"
#include "orm/orm.h"

namespace tt::identity {

namespace models = orm::models;

struct AccountRow : models::Model<AccountRow> {
  models::AutoField id;
  models::CharField<150, models::unique> login;
  models::CharField<255> password;  // argon2id, encoded
  models::BooleanField<models::verbose_name<"administrator">> is_admin = false;
  models::DateTimeField<> created;

  static constexpr models::Meta meta{.table = "identity_account", .verbose_name = "account"};
  std::string str() const { return login; }
};

struct SessionRow : models::Model<SessionRow> {
  models::AutoField id;
  models::ForeignKey<AccountRow, models::cascade> account;
  models::CharField<64, models::unique> secret_hash;  // sha256 in hex: the secret is not kept
  models::DateTimeField<models::db_index> ends_at;

  static constexpr models::Meta meta{.table = "identity_session", .verbose_name = "session"};
  std::string str() const { return "until " + format_time(ends_at); }
};

struct KeyRow : models::Model<KeyRow> {
  models::AutoField id;
  models::ForeignKey<AccountRow, models::cascade> account;
  models::CharField<255> label;
  models::CharField<200> secret;  // kept: its owner may read it again
  models::CharField<64, models::unique> secret_hash;
  models::BooleanField<> private_access = false;
  models::DateTimeField<models::null, models::verbose_name<"expires">> expires_at;
  models::DateTimeField<> created;

  static constexpr models::Meta meta{.table = "identity_key", .verbose_name = "API key"};
  std::string str() const { return label->empty() ? "(no label)" : *label; }
};

struct PermissionRow : models::Model<PermissionRow> {
  models::AutoField id;
  models::ForeignKey<KeyRow, models::cascade> key;
  models::IntegerField<> actions;
  models::CharField<45> source_ip;
  models::CharField<255> referer;
  models::BigIntegerField<> minimum_interval_s;
  models::CharField<255> label;

  static constexpr models::Meta meta{.table = "identity_permission", .verbose_name = "permission"};
};

struct ResourceLimitRow : models::Model<ResourceLimitRow> {
  models::AutoField id;
  models::ForeignKey<PermissionRow, models::cascade> permission;
  models::BigIntegerField<models::db_index> feed;
  models::CharField<255> channel;

  static constexpr models::Meta meta{.table = "identity_resource_limit", .verbose_name = "limit"};
};

// Of one key and one account; more are refused with invalid, older sessions end.
inline constexpr std::size_t permissions_per_key_max = 64;
inline constexpr std::size_t resources_per_permission_max = 1000;
inline constexpr std::size_t sessions_per_account_max = 100;

// Makes the tables or brings them up to date.
void migrate(orm::Database& database);

Account to_account(const AccountRow& row);

// Stores the key with its permissions, `row.id` and all the others are set.
void insert_key(orm::Session& session, KeyRow& row, const KeyDraft& draft);
// Gives a stored key other settings.
void update_key(orm::Session& session, KeyRow row, const KeyDraft& draft);
std::vector<Key> load_keys(orm::Session& session, const orm::QuerySet<KeyRow>& wanted);

// Stores the session; sessions that have ended go, and so do the oldest of the account if there
// are too many.
void insert_session(orm::Session& session, SessionRow row, Time now);

// Throws invalid unless the login is 1 to 150 characters of visible text.
void check_login(std::string_view login);
// Throws invalid unless the secret is 8 to 200 visible ASCII characters.
void check_secret(std::string_view secret);
// Throws invalid for too many permissions or resources, and for actions that do not exist.
void check_draft(const KeyDraft& draft);

}  // namespace tt::identity
