#include "triggers/engine.h"

#include "base/error.h"
#include "base/log.h"
#include "triggers/draft.h"
#include "triggers/firing.h"

namespace tt::triggers {
namespace {

constexpr std::size_t page_size = 1000;

Error no_trigger(TriggerId id) {
  return Error(Code::not_found, fmt::format("there is no trigger {}", id));
}

// Does the condition mean something else now?
bool changes_condition(const Draft& before, const Draft& after) {
  return before.condition != after.condition || before.threshold != after.threshold;
}

}  // namespace

Engine::Engine(triggers::Parts parts, std::string public_url, std::unique_ptr<Carrier> carrier)
    : parts_(parts),
      public_url_(std::move(public_url)),
      carrier_(std::move(carrier)),
      deliveries_(parts.kv, parts.clock, parts.limits),
      deliverer_({parts.loops.at(0), parts.clock, parts.limits, deliveries_, index_, *carrier_,
                  parts.metrics}),
      alarms_({parts.database, parts.pool, parts.kv, parts.loops.at(0), parts.clock, parts.limits}),
      silence_(parts.loops.at(0), parts.clock, index_,
               [this](std::vector<Change> changes) { return settle(std::move(changes)); }),
      background_(parts.loops.at(0)),
      firings_(parts.metrics.counter("thingtank_trigger_firings_total",
                                     "Times that a trigger's condition became true.")) {}

// --- start and stop ------------------------------------------------------------------------------

Task<> Engine::load_states(std::map<TriggerId, State>& states) {
  auto range = state_range();
  while (true) {
    store::Range rest = range;
    auto entries = co_await parts_.kv.scan(std::move(rest), page_size);
    for (const auto& entry : entries) {
      states.emplace(trigger_of_state_key(entry.key), decode_state(entry.value.bytes));
    }
    if (entries.size() < page_size) co_return;
    range.begin = entries.back().key + '\0';
  }
}

Task<> Engine::load() {
  auto work = [&] {
    migrate(parts_.database);
    return load_triggers(parts_.database);
  };
  auto stored = co_await rt::offload(parts_.pool, work);
  std::map<TriggerId, State> states;
  co_await load_states(states);
  auto now = parts_.clock.steady();
  for (auto& trigger : stored) {
    auto state = states.extract(trigger.id);
    // Nothing could be heard while the server was down, so silence begins now.
    index_.add({.id = trigger.id,
                .owner = trigger.owner,
                .owner_login = std::move(trigger.owner_login),
                .settings = std::move(trigger.settings),
                .state = state.empty() ? State{} : std::move(state.mapped()),
                .heard = now});
  }
  // Triggers that went with their feed when nobody could be told.
  for (const auto& [id, state] : states) co_await forget(id, Deed::forget);
  parts_.telemetry.add(*this);
}

Task<> Engine::start() {
  co_await alarms_.load();
  co_await deliverer_.load();
  background_.spawn(alarms_.run());
  background_.spawn(deliverer_.run());
  background_.spawn(silence_.run());
  background_.spawn(look_at_all());
}

Task<> Engine::stop() {
  is_stopping_ = true;
  carrier_->stop();
  co_await silence_.stop();
  co_await deliverer_.stop();
  co_await alarms_.stop();
  co_await background_.join();
}

void Engine::look_now() {
  deliverer_.look_now();
  silence_.look_now();
}

// A crash may have come between a reading and its firing.
Task<> Engine::look_at_all() {
  for (auto id : index_.all()) {
    if (is_stopping_) co_return;
    std::string trouble;
    try {
      co_await look_at(id);
    } catch (const std::exception& e) {
      trouble = e.what();
    }
    if (!trouble.empty()) {
      log::error("a trigger could not be looked at", {{"trigger", id}, {"reason", trouble}});
    }
  }
}

Task<> Engine::look_at(TriggerId id) {
  auto watch = index_.find(id);
  if (!watch || watch->settings.condition == Condition::frozen) co_return;
  auto current = co_await current_of(watch->settings);
  if (!current) co_return;
  std::vector<Change> changes;
  Reading reading{current->last.at, current->last.value};
  index_.look_again(id, reading, moment(), changes);
  if (!changes.empty()) co_await settle(std::move(changes));
}

// --- readings ------------------------------------------------------------------------------------

Task<> Engine::heard(std::vector<telemetry::Heard> heard) {
  std::vector<Change> changes;
  auto now = moment();
  for (const auto& one : heard) {
    Reading reading{one.sample.at, one.sample.value};
    index_.look({one.feed->id, one.channel->name}, reading, now, changes);
  }
  if (!changes.empty()) co_await settle(std::move(changes));
}

Task<> Engine::settle(std::vector<Change> changes) {
  Consequences consequences;
  try {
    for (const auto& change : changes) co_await consider(change, consequences);
    co_await store(consequences);
  } catch (...) {
    for (const auto& change : changes) index_.revert(change);
    for (const auto& waiting : consequences.waiting) deliverer_.release(waiting.trigger);
    throw;
  }
}

Task<> Engine::consider(const Change& change, Consequences& consequences) {
  const auto& trigger = change.trigger;
  consequences.batch.put(state_key(trigger.id), encode(change.after));
  if (change.edge == Edge::first) co_return;
  bool has_alarm = trigger.settings.severity != Severity::none;
  if (change.edge == Edge::fall) {
    if (has_alarm) consequences.orders.push_back(order_of(trigger, Deed::clear));
    co_return;
  }
  firings_.Increment();
  if (!change.notifies && !has_alarm) co_return;
  auto firing = co_await describe(trigger, change.after.value);
  if (!firing.feed) co_return;
  if (has_alarm) {
    auto order = order_of(trigger, Deed::raise);
    order.text = to_sentence(firing);
    order.value = change.after.value;
    consequences.orders.push_back(std::move(order));
  }
  if (change.notifies) notify(firing, consequences);
}

void Engine::notify(const Firing& firing, Consequences& consequences) {
  for (auto kind : kinds) {
    const auto& trigger = firing.trigger;
    if (address_of(trigger.settings, kind).empty() || !deliverer_.reserve(trigger.id)) continue;
    auto record = record_of(firing, kind);
    consequences.waiting.push_back({.id = record.delivery.id, .trigger = trigger.id, .kind = kind});
    Deliveries::add(consequences.batch, record);
  }
}

// Durable on return, and on its way.
Task<> Engine::store(Consequences& consequences) {
  for (const auto& order : consequences.orders) Alarms::add(consequences.batch, order);
  if (consequences.batch.empty()) co_return;
  co_await parts_.kv.commit(std::move(consequences.batch));
  deliverer_.add(std::move(consequences.waiting));
  alarms_.carry_out(std::move(consequences.orders));
}

Task<std::optional<archive::Current>> Engine::current_of(const Draft& settings) {
  auto feed = co_await parts_.registry.find(settings.feed);
  const auto* channel = feed ? feed->find(settings.channel) : nullptr;
  if (!channel) co_return std::nullopt;
  co_return co_await parts_.archive.current(channel->id);
}

// Without a feed if that has gone.
Task<Firing> Engine::describe(Trigger trigger, std::string value) {
  Firing firing{.at = parts_.clock.now()};
  firing.feed = co_await parts_.registry.find(trigger.settings.feed);
  firing.current = co_await current_of(trigger.settings);
  if (firing.current) {
    firing.reading = firing.current->last;
    // Another reading may have come meanwhile.
    if (!value.empty()) firing.reading->value = std::move(value);
  }
  firing.trigger = std::move(trigger);
  co_return firing;
}

Record Engine::record_of(const Firing& firing, Kind kind) {
  Record record{
      .kind = kind, .document = to_document(firing, public_url_), .sentence = to_sentence(firing)};
  auto& delivery = record.delivery;
  delivery.id = deliveries_.new_id();
  delivery.trigger = firing.trigger.id;
  delivery.fired_at = firing.at;
  delivery.destination = destination_of(firing.trigger.settings, kind);
  if (firing.reading) delivery.value = firing.reading->value;
  delivery.is_test = firing.purpose == Purpose::test;
  return record;
}

AlarmOrder Engine::order_of(const Trigger& trigger, Deed deed) {
  return {.id = deliveries_.new_id(),
          .deed = deed,
          .trigger = trigger.id,
          .owner = trigger.owner,
          .feed = trigger.settings.feed,
          .channel = trigger.settings.channel,
          .severity = trigger.settings.severity,
          .at = parts_.clock.now()};
}

// --- what people do ------------------------------------------------------------------------------

// A watch that begins now: the channel's value so far makes no edge, the next reading may.
Task<Watch> Engine::armed(StoredTrigger stored) {
  Watch watch{.id = stored.id,
              .owner = stored.owner,
              .owner_login = std::move(stored.owner_login),
              .settings = std::move(stored.settings),
              .heard = parts_.clock.steady()};
  auto current = co_await current_of(watch.settings);
  if (!current) co_return watch;
  watch.state.at = current->last.at;
  watch.state.value = current->last.value;
  bool is_live = parts_.clock.now() - current->received < silence_max;
  watch.state.is_true = watch.settings.condition == Condition::live && is_live;
  co_return watch;
}

Task<Trigger> Engine::create(identity::AccountId owner, Draft draft) {
  auto feed = co_await parts_.registry.find(draft.feed);
  if (!feed) throw Error(Code::not_found, fmt::format("there is no feed {}", draft.feed));
  if (!feed->find(draft.channel)) {
    throw Error(Code::not_found,
                fmt::format("feed {} has no channel '{}'", draft.feed, draft.channel));
  }
  StoredTrigger stored{.owner = owner,
                       .settings = checked(std::move(draft), *carrier_, parts_.limits)};
  auto insert_it = [&](orm::Session& session) {
    insert(session, stored, parts_.clock.now(), parts_.limits.triggers_per_account_max);
  };
  auto work = [&] { parts_.database.transact(insert_it); };
  co_await rt::offload(parts_.pool, work);
  auto watch = co_await armed(std::move(stored));
  store::Batch batch;
  batch.put(state_key(watch.id), encode(watch.state));
  co_await parts_.kv.commit(std::move(batch));
  auto trigger = watch.trigger();
  bool needs_silence = watch.needs_silence();
  index_.add(std::move(watch));
  if (needs_silence) silence_.add(trigger.id);
  co_return trigger;
}

Task<std::optional<Trigger>> Engine::find(TriggerId id) {
  auto watch = index_.find(id);
  if (!watch) co_return std::nullopt;
  co_return watch->trigger();
}

Task<std::vector<Trigger>> Engine::list(TriggerQuery query) {
  std::vector<Trigger> triggers;
  for (auto id : query.feed ? index_.of_feed(*query.feed) : index_.all()) {
    auto watch = index_.find(id);
    if (watch && watch->owner == query.owner) triggers.push_back(watch->trigger());
  }
  co_return triggers;
}

Task<Trigger> Engine::update(TriggerId id, Draft draft) {
  auto before = index_.find(id);
  if (!before) throw no_trigger(id);
  draft.feed = before->settings.feed;
  draft.channel = before->settings.channel;
  StoredTrigger stored{.id = id,
                       .owner = before->owner,
                       .owner_login = before->owner_login,
                       .settings = checked(std::move(draft), *carrier_, parts_.limits)};
  auto store_it = [&](orm::Session& session) { triggers::store(session, stored); };
  auto work = [&] { parts_.database.transact(store_it); };
  co_await rt::offload(parts_.pool, work);
  bool is_another = changes_condition(before->settings, stored.settings);
  bool loses_alarm = before->settings.severity != Severity::none &&
                     (is_another || stored.settings.severity == Severity::none);
  Consequences consequences;
  if (is_another) {
    auto watch = co_await armed(stored);
    watch.state.notified_at = before->state.notified_at;
    consequences.batch.put(state_key(id), encode(watch.state));
    if (!index_.replace(std::move(watch))) throw no_trigger(id);
  } else if (!index_.set_settings(id, stored.settings)) {
    throw no_trigger(id);
  }
  auto after = index_.find(id);
  if (!after) throw no_trigger(id);
  if (after->needs_silence() && !before->needs_silence()) silence_.add(id);
  if (loses_alarm) consequences.orders.push_back(order_of(after->trigger(), Deed::clear));
  co_await store(consequences);
  co_return after->trigger();
}

Task<bool> Engine::remove(TriggerId id) {
  auto work = [&] { erase_trigger(parts_.database, id); };
  co_await rt::offload(parts_.pool, work);
  if (!index_.remove(id)) co_return false;
  co_await forget(id, Deed::forget);
  co_return true;
}

// Drops what the Kv knows of a trigger that has gone, and ends its alarm.
Task<> Engine::forget(TriggerId id, Deed deed) {
  Consequences consequences;
  consequences.batch.erase(state_key(id));
  co_await deliveries_.erase_all(id, consequences.batch);
  Trigger gone{.id = id};
  consequences.orders.push_back(order_of(gone, deed));
  co_await store(consequences);
}

Task<> Engine::feed_removed(registry::FeedId feed) {
  for (auto id : index_.of_feed(feed)) co_await remove(id);
  co_await alarms_.erase_of_feed(feed);
}

Task<> Engine::channel_removed(registry::FeedId feed, std::string channel) {
  for (auto id : index_.of_feed(feed)) {
    auto watch = index_.find(id);
    if (watch && watch->settings.channel == channel) co_await remove(id);
  }
}

// --- tests and the log ---------------------------------------------------------------------------

Task<std::vector<Delivery>> Engine::test(TriggerId id) {
  auto watch = index_.find(id);
  if (!watch) throw no_trigger(id);
  auto firing = co_await describe(watch->trigger(), std::string());
  if (!firing.feed) throw no_trigger(id);
  firing.purpose = Purpose::test;
  std::vector<Delivery> tested;
  for (auto kind : kinds) {
    if (address_of(watch->settings, kind).empty()) continue;
    auto record = record_of(firing, kind);
    tested.push_back(co_await deliver_test(firing.trigger, std::move(record)));
  }
  co_await deliveries_.trim(id);
  co_return tested;
}

Task<Delivery> Engine::deliver_test(Trigger trigger, Record record) {
  auto outcome = co_await carrier_->carry(trigger, record);
  auto& delivery = record.delivery;
  bool is_delivered = outcome.result == Result::delivered;
  delivery.state = is_delivered ? DeliveryState::delivered : DeliveryState::failed;
  delivery.attempts = 1;
  delivery.status = outcome.status;
  delivery.message = shortened(std::move(outcome.message));
  delivery.duration = outcome.duration;
  store::Batch batch;
  Deliveries::add(batch, record);
  co_await parts_.kv.commit(std::move(batch));
  co_return std::move(record.delivery);
}

Task<std::vector<Delivery>> Engine::deliveries(TriggerId id, std::size_t limit) {
  return deliveries_.log(id, limit);
}

// --- open ----------------------------------------------------------------------------------------

Task<std::unique_ptr<Triggers>> open(Parts parts, Settings settings) {
  auto carrier = make_carrier(parts.bus, parts.limits, settings);
  auto engine = std::make_unique<Engine>(parts, settings.public_url, std::move(carrier));
  co_await engine->load();
  co_return engine;
}

}  // namespace tt::triggers
