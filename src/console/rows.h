#pragma once

// The console's own tables.  All functions block.

#include <string>

#include "identity/rows.h"
#include "orm/orm.h"

namespace tt::console {

namespace models = orm::models;

// What somebody did in the admin; see journal.h.  It outlives the account and the object.
struct JournalRow : models::Model<JournalRow> {
  models::AutoField id;
  models::DateTimeField<> at;
  models::BigIntegerField<models::db_index> user_id;
  models::CharField<150> user;
  models::CharField<100> app_label;
  models::CharField<100> model;
  models::CharField<40> object_id;
  models::CharField<200> object_text;
  models::IntegerField<> deed;
  models::TextField<> message;

  static constexpr models::Meta meta{.table = "console_journal",
                                     .indexes = {{"app_label", "model", "object_id"}}};
};

// What the console has made for itself and keeps between starts.
struct SettingRow : models::Model<SettingRow> {
  models::AutoField id;
  models::CharField<100, models::unique> name;
  models::TextField<> value;

  static constexpr models::Meta meta{.table = "console_setting"};
};

// A dashboard; see dashboards.h.
struct DashboardRow : models::Model<DashboardRow> {
  models::AutoField id;
  models::ForeignKey<identity::AccountRow, models::cascade> owner;
  models::CharField<100> name;
  models::TextField<> layout;
  models::BigIntegerField<> version;
  models::DateTimeField<> created;
  models::DateTimeField<> updated;
  models::CharField<64, models::db_index> share_token;  // empty: not shared

  static constexpr models::Meta meta{.table = "console_dashboard"};
};

// Makes the tables or brings them up to date.
void migrate(orm::Database& database);

// The secret that signs what browsers keep for the console's pages; made at the first call.
std::string secret_key(orm::Database& database);

}  // namespace tt::console
