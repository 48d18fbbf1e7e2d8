#pragma once

// Triggers: a condition on a channel, and what happens when it becomes true.
//
// A trigger fires on the edge: once when its condition becomes true, and again only after it was
// false, at most once in five seconds with equal content.  When a reading makes it fire, the firing
// stands in the durable queue before the reading is acknowledged; from there it is delivered at
// least once: tried at once, then again with growing pauses (1 s, 2 s, … 15 min) for a day.
//
// Where it goes: a webhook (Xively's form, or plain JSON, signed if there is a secret), mail, a
// topic of the bus.  A trigger with a severity raises an alarm too, which is cleared by itself when
// the condition ends.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "identity/identity.h"
#include "registry/registry.h"
#include "rt/loop.h"
#include "rt/task.h"
#include "store/kv.h"
#include "telemetry/telemetry.h"

namespace tt::triggers {

using TriggerId = std::int64_t;

// gt … eq compare with the threshold; change: another value than before; frozen: nothing for 15
// minutes; live: a reading after that.
enum class Condition { gt, gte, lt, lte, eq, change, frozen, live };

std::string_view to_text(Condition condition);  // "gt", …
std::optional<Condition> condition_from(std::string_view text);
bool needs_threshold(Condition condition);  // the first five

enum class BodyFormat { form, json };  // of a webhook: body=URL-encoded JSON, or the JSON itself

enum class Severity { none, info, warning, critical };  // none: no alarm
std::string_view to_text(Severity severity);
std::optional<Severity> severity_from(std::string_view text);

struct Draft {
  registry::FeedId feed = 0;
  std::string channel;
  Condition condition = Condition::gt;
  std::string threshold;  // as the client wrote it; empty where none is needed
  // At least one of the three, or a severity.
  std::string url;    // http or https
  std::string mail;   // an address
  std::string topic;  // of the bus, outside feeds/
  BodyFormat body_format = BodyFormat::form;
  std::string
      secret;  // webhook: header X-Thingtank-Signature: sha256=hex(HMAC-SHA256(secret, body))
  Severity severity = Severity::none;
};

struct Trigger {
  TriggerId id = 0;
  identity::AccountId owner = 0;
  std::string owner_login;
  Draft settings;
  std::optional<Time> notified_at;
  bool is_true = false;  // its condition now
};

struct TriggerQuery {
  identity::AccountId owner = 0;
  std::optional<registry::FeedId> feed;
};

// One attempt, or a series of them, to bring a firing to one destination.
enum class DeliveryState { waiting, delivered, failed };
std::string_view to_text(DeliveryState state);
struct Delivery {
  std::string id;  // ascending with time
  TriggerId trigger = 0;
  Time fired_at;
  std::string destination;  // "POST http://…", "mail to …", "topic …"
  std::string value;        // that made it fire
  DeliveryState state = DeliveryState::waiting;
  unsigned attempts = 0;
  int status = 0;       // the webhook's last answer; 0: none
  std::string message;  // why the last attempt failed, for people; or the answer's first bytes
  std::optional<Time> next_attempt;
  Microseconds duration{0};  // of the last attempt
  bool is_test = false;
};

enum class AlarmState { active, acknowledged, cleared };
std::string_view to_text(AlarmState state);
struct Alarm {
  std::int64_t id = 0;
  TriggerId trigger = 0;  // 0: it was deleted since
  registry::FeedId feed = 0;
  std::string channel;
  Severity severity = Severity::warning;
  AlarmState state = AlarmState::active;
  std::string text;   // "temperature of Attic is 31.2, over 30"
  std::string value;  // that raised it
  Time raised_at;
  std::optional<Time> acknowledged_at, cleared_at;
  std::string acknowledged_by, cleared_by;  // logins; cleared_by empty: the condition ended
};
struct AlarmQuery {
  std::optional<identity::AccountId> owner;  // nullopt: of all (administrators)
  std::optional<registry::FeedId> feed;
  bool with_cleared = false;
  std::size_t offset = 0, limit = 50;
};
struct AlarmPage {
  std::size_t total = 0;
  std::size_t active = 0;     // not acknowledged, of all that the query means
  std::vector<Alarm> alarms;  // newest first
};

class Triggers {
 public:
  virtual ~Triggers() = default;

  // Callers are checked by the edge: a trigger belongs to the owner of its feed.
  // Throws unprocessable in Xively's words ("url can't be blank", "threshold_value is not a
  // number", …), not_found for feed or channel.
  virtual Task<Trigger> create(identity::AccountId owner, Draft draft) = 0;
  virtual Task<std::optional<Trigger>> find(TriggerId id) = 0;
  virtual Task<std::vector<Trigger>> list(TriggerQuery query) = 0;
  // Feed and channel stay as they are.  Throws not_found, unprocessable.
  virtual Task<Trigger> update(TriggerId id, Draft draft) = 0;
  // What waits to be delivered is dropped.  False if there was none.
  virtual Task<bool> remove(TriggerId id) = 0;

  // Delivers once, now, with "debug":true and the channel's current value; all destinations.
  // Throws not_found.
  virtual Task<std::vector<Delivery>> test(TriggerId id) = 0;
  // Newest first.
  virtual Task<std::vector<Delivery>> deliveries(TriggerId id, std::size_t limit) = 0;

  virtual Task<AlarmPage> alarms(AlarmQuery query) = 0;
  // nullopt if there is none.
  virtual Task<std::optional<Alarm>> find_alarm(std::int64_t id) = 0;
  // Throw not_found; conflict if it is cleared already.
  virtual Task<Alarm> acknowledge(std::int64_t id, std::string login) = 0;
  virtual Task<Alarm> clear(std::int64_t id, std::string login) = 0;

  // On loop 0: looks again at every trigger's channel (a crash may have come between a reading and
  // its firing), then delivers what waits; stop() leaves the rest in the queue.
  virtual Task<> start() = 0;
  virtual Task<> stop() = 0;
};

// How mail is sent; without a server it is not, and a trigger that names an address is refused.
struct MailSettings {
  std::string server;  // "smtp://host:25", "smtps://host:465"
  std::string from = "thingtank@localhost";
  std::string user, password;
};

struct Settings {
  MailSettings mail;
  // Webhooks reach public addresses only, unless the address is in one of these networks
  // ("10.0.0.0/8", "127.0.0.1").
  std::vector<std::string> allowed_networks;
  std::string public_url;  // "https://cloud.example.org", for the URLs in what is delivered
};

// The tables are made or migrated by open(), after those of registry; it registers itself with
// `telemetry`.  References must outlive the result.
struct Parts {
  orm::Database& database;
  store::Kv& kv;
  rt::Loops& loops;
  rt::OffloadPool& pool;
  registry::Registry& registry;
  archive::Archive& archive;
  telemetry::Telemetry& telemetry;
  bus::Bus& bus;
  const Clock& clock;
  const Limits& limits;
  Metrics& metrics;
};
Task<std::unique_ptr<Triggers>> open(Parts parts, Settings settings);

}  // namespace tt::triggers
