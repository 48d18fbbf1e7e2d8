#pragma once

// Alarms: raised and cleared by triggers, acknowledged and cleared by people.
//
// What a trigger orders is written into the Kv together with the edge that causes it, and from
// there into the table, one order after the other; an order may be carried out twice.

#include <deque>

#include "orm/database.h"
#include "rt/offload.h"
#include "store/kv.h"
#include "triggers/nap.h"
#include "triggers/triggers.h"

namespace tt::triggers {

// forget: the trigger was deleted.
enum class Deed { raise, clear, forget };

struct AlarmOrder {
  std::string id;  // ascending with time
  Deed deed = Deed::raise;
  TriggerId trigger = 0;
  identity::AccountId owner = 0;
  registry::FeedId feed = 0;
  std::string channel;
  Severity severity = Severity::warning;
  std::string text;
  std::string value;
  Time at;
};

class Alarms {
 public:
  struct Parts {
    orm::Database& database;
    rt::OffloadPool& pool;
    store::Kv& kv;
    rt::Loop& loop;
    const Clock& clock;
    const Limits& limits;
  };
  explicit Alarms(Parts parts);

  static void add(store::Batch& batch, const AlarmOrder& order);
  // Orders that are durable.  From any thread.
  void carry_out(std::vector<AlarmOrder> orders);

  // Orders that a stop or a crash has left.
  Task<> load();
  // Until stop(); spawn it on the loop.
  Task<> run();
  Task<> stop();

  Task<AlarmPage> page(AlarmQuery query);
  Task<std::optional<Alarm>> find(std::int64_t id);
  // Throw not_found, conflict.
  Task<Alarm> acknowledge(std::int64_t id, std::string login);
  Task<Alarm> clear(std::int64_t id, std::string login);
  Task<> erase_of_feed(registry::FeedId feed);

 private:
  Task<> carry_out_first();
  Alarm change(std::int64_t id, AlarmState state, const std::string& login);

  Parts parts_;
  rt::Scope sleepers_;
  Nap nap_;
  std::deque<AlarmOrder> orders_;
  bool is_stopping_ = false;
};

}  // namespace tt::triggers
