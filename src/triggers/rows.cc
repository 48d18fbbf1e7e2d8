#include "triggers/rows.h"

#include "base/error.h"

namespace tt::triggers {
namespace {

using orm::f;
using orm::objects;

constexpr std::string_view json_format = "json";
constexpr std::string_view form_format = "form";

// All but what insert() alone sets.
void fill(TriggerRow& row, const StoredTrigger& trigger) {
  const auto& settings = trigger.settings;
  row.owner = trigger.owner;
  row.feed = settings.feed;
  row.channel = settings.channel;
  row.condition = std::string(to_text(settings.condition));
  row.threshold = settings.threshold;
  row.url = settings.url;
  row.mail = settings.mail;
  row.topic = settings.topic;
  row.body_format =
      std::string(settings.body_format == BodyFormat::json ? json_format : form_format);
  row.secret = settings.secret;
  row.severity = std::string(to_text(settings.severity));
}

StoredTrigger from_row(const TriggerRow& row) {
  StoredTrigger trigger{.id = *row.id, .owner = *row.owner, .owner_login = {}, .settings = {}};
  auto& settings = trigger.settings;
  auto condition = condition_from(*row.condition);
  auto severity = severity_from(*row.severity);
  if (!condition || !severity) {
    throw Error(Code::corrupt, fmt::format("trigger {} is damaged in the database", trigger.id));
  }
  settings.feed = *row.feed;
  settings.channel = *row.channel;
  settings.condition = *condition;
  settings.threshold = *row.threshold;
  settings.url = *row.url;
  settings.mail = *row.mail;
  settings.topic = *row.topic;
  settings.body_format = *row.body_format == json_format ? BodyFormat::json : BodyFormat::form;
  settings.secret = *row.secret;
  settings.severity = *severity;
  return trigger;
}

}  // namespace

void migrate(orm::Database& database) {
  orm::Schema schema{.name = "triggers", .models = orm::models_of<TriggerRow, AlarmRow>()};
  orm::migrate(database, schema);
}

std::vector<StoredTrigger> load_triggers(orm::Session& session) {
  std::map<identity::AccountId, std::string> logins;
  for (const auto& account : objects<identity::AccountRow>(session).rows()) {
    logins.emplace(*account.id, *account.login);
  }
  std::vector<StoredTrigger> triggers;
  for (const auto& row : objects<TriggerRow>(session).order_by("id").rows()) {
    triggers.push_back(from_row(row));
    triggers.back().owner_login = logins[triggers.back().owner];
  }
  return triggers;
}

void insert(orm::Session& session, StoredTrigger& trigger, Time now, std::size_t triggers_max) {
  auto accounts = objects<identity::AccountRow>(session);
  auto owner = accounts.filter(f<&identity::AccountRow::id> == trigger.owner).first();
  if (!owner) throw Error(Code::not_found, fmt::format("there is no account {}", trigger.owner));
  auto rows = objects<TriggerRow>(session);
  auto count = rows.filter(f<&TriggerRow::owner> == trigger.owner).count();
  if (static_cast<std::size_t>(count) >= triggers_max) {
    throw Error(Code::unprocessable,
                fmt::format("triggers are too many (maximum is {})", triggers_max));
  }
  TriggerRow row;
  fill(row, trigger);
  row.created = now;
  rows.save(row);
  trigger.id = *row.id;
  trigger.owner_login = *owner->login;
}

void store(orm::Session& session, const StoredTrigger& trigger) {
  auto rows = objects<TriggerRow>(session);
  auto row = rows.filter(f<&TriggerRow::id> == trigger.id).first();
  if (!row) throw Error(Code::not_found, fmt::format("there is no trigger {}", trigger.id));
  fill(*row, trigger);
  rows.save(*row);
}

void erase_trigger(orm::Session& session, TriggerId id) {
  objects<TriggerRow>(session).filter(f<&TriggerRow::id> == id).erase();
}

}  // namespace tt::triggers
