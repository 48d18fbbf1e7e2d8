#pragma once

// The tables of triggers and alarms.  All functions block.

#include "identity/rows.h"
#include "orm/orm.h"
#include "registry/rows.h"
#include "triggers/triggers.h"

namespace tt::triggers {

namespace models = orm::models;

struct TriggerRow : models::Model<TriggerRow> {
  models::AutoField id;
  models::ForeignKey<identity::AccountRow, models::cascade> owner;
  models::ForeignKey<registry::FeedRow, models::cascade> feed;
  models::CharField<255> channel;
  models::CharField<8> condition;
  models::CharField<255> threshold;
  models::CharField<2048> url;
  models::CharField<254> mail;
  models::TextField<> topic;
  models::CharField<8> body_format;
  models::CharField<255> secret;
  models::CharField<16> severity;
  models::DateTimeField<> created;

  static constexpr models::Meta meta{.table = "triggers_trigger", .verbose_name = "trigger"};
  std::string str() const { return *channel + " " + *condition + " " + *threshold; }
};

// An alarm outlives its trigger, and stays what it was when its feed gets another title.
struct AlarmRow : models::Model<AlarmRow> {
  models::AutoField id;
  models::BigIntegerField<models::db_index> trigger;
  models::BigIntegerField<models::db_index> owner;
  models::BigIntegerField<models::db_index> feed;
  models::CharField<255> channel;
  models::CharField<16> severity;
  models::CharField<16> state;
  models::TextField<> text;
  models::TextField<> value;
  models::DateTimeField<> raised_at;
  models::DateTimeField<models::null> acknowledged_at;
  models::DateTimeField<models::null> cleared_at;
  models::CharField<150> acknowledged_by;
  models::CharField<150> cleared_by;

  static constexpr models::Meta meta{.table = "triggers_alarm", .verbose_name = "alarm"};
  std::string str() const { return text; }
};

// Makes the tables or brings them up to date; those of registry must be there.
void migrate(orm::Database& database);

struct StoredTrigger {
  TriggerId id = 0;
  identity::AccountId owner = 0;
  std::string owner_login;
  Draft settings;
};
std::vector<StoredTrigger> load_triggers(orm::Session& session);
// Gives the id and the owner's login.  Throws not_found if there is no such owner, unprocessable if
// the owner has `triggers_max` already.
void insert(orm::Session& session, StoredTrigger& trigger, Time now, std::size_t triggers_max);
void store(orm::Session& session, const StoredTrigger& trigger);
void erase_trigger(orm::Session& session, TriggerId id);

}  // namespace tt::triggers
