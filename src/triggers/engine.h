#pragma once

// Engine: the Triggers of the program.  open() makes it; tests make it with a carrier of their own.

#include "triggers/alarms.h"
#include "triggers/deliverer.h"
#include "triggers/rows.h"
#include "triggers/silence.h"

namespace tt::triggers {

struct Firing;

class Engine final : public Triggers, public telemetry::Listener {
 public:
  Engine(Parts parts, std::string public_url, std::unique_ptr<Carrier> carrier);

  // Makes the tables, reads what is stored and registers itself with telemetry; once.
  Task<> load();
  // The clock was moved (by a test).
  void look_now();

  Task<Trigger> create(identity::AccountId owner, Draft draft) override;
  Task<std::optional<Trigger>> find(TriggerId id) override;
  Task<std::vector<Trigger>> list(TriggerQuery query) override;
  Task<Trigger> update(TriggerId id, Draft draft) override;
  Task<bool> remove(TriggerId id) override;
  Task<std::vector<Delivery>> test(TriggerId id) override;
  Task<std::vector<Delivery>> deliveries(TriggerId id, std::size_t limit) override;
  Task<AlarmPage> alarms(AlarmQuery query) override { return alarms_.page(std::move(query)); }
  Task<std::optional<Alarm>> find_alarm(std::int64_t id) override { return alarms_.find(id); }
  Task<Alarm> acknowledge(std::int64_t id, std::string login) override {
    return alarms_.acknowledge(id, std::move(login));
  }
  Task<Alarm> clear(std::int64_t id, std::string login) override {
    return alarms_.clear(id, std::move(login));
  }
  Task<> start() override;
  Task<> stop() override;

  // --- telemetry::Listener ----------------------------------------------------------------------
  bool wants(registry::FeedId feed) noexcept override { return index_.may_have(feed); }
  Task<> heard(std::vector<telemetry::Heard> heard) override;
  Task<> feed_removed(registry::FeedId feed) override;
  Task<> channel_removed(registry::FeedId feed, std::string channel) override;

 private:
  // What the edges of some triggers bring about: to be stored at once, then to be done.
  struct Consequences {
    store::Batch batch;
    std::vector<Waiting> waiting;
    std::vector<AlarmOrder> orders;
  };

  Moment moment() const { return {parts_.clock.now(), parts_.clock.steady()}; }
  Task<std::optional<archive::Current>> current_of(const Draft& settings);
  Task<Watch> armed(StoredTrigger stored);
  Task<Firing> describe(Trigger trigger, std::string value);

  Task<> settle(std::vector<Change> changes);
  Task<> consider(const Change& change, Consequences& consequences);
  void notify(const Firing& firing, Consequences& consequences);
  Record record_of(const Firing& firing, Kind kind);
  AlarmOrder order_of(const Trigger& trigger, Deed deed);
  Task<> store(Consequences& consequences);

  Task<> load_states(std::map<TriggerId, State>& states);
  Task<> look_at_all();
  Task<> look_at(TriggerId id);
  Task<> forget(TriggerId id, Deed deed);
  Task<Delivery> deliver_test(Trigger trigger, Record record);

  triggers::Parts parts_;
  std::string public_url_;
  std::unique_ptr<Carrier> carrier_;
  Index index_;
  Deliveries deliveries_;
  Deliverer deliverer_;
  Alarms alarms_;
  Silence silence_;
  rt::Scope background_;
  std::atomic<bool> is_stopping_{false};
  Counter& firings_;
};

}  // namespace tt::triggers
