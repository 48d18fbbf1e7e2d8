#include "triggers/deliverer.h"

#include "base/error.h"
#include "base/log.h"
#include "triggers/schedule.h"

namespace tt::triggers {
namespace {

// Attempts of which nothing could be written down: the disk is full, perhaps.
constexpr Microseconds trouble_pause = std::chrono::seconds(5);
constexpr unsigned trimmed_every = 16;

std::uint64_t make_seed() {
  std::uint64_t seed = 0;
  auto bytes = random_bytes(sizeof seed);
  std::memcpy(&seed, bytes.data(), sizeof seed);
  return seed;
}

Counter& count_of(Metrics& metrics, const std::string& result) {
  return metrics.counter("thingtank_trigger_deliveries_total",
                         "Attempts to deliver a trigger's firing, by result.",
                         {{"result", result}});
}

}  // namespace

Deliverer::Deliverer(Parts parts)
    : parts_(parts),
      sleepers_(parts.loop),
      running_in_(parts.loop),
      nap_(sleepers_, parts.clock),
      random_(make_seed()),
      delivered_(count_of(parts.metrics, "delivered")),
      failed_(count_of(parts.metrics, "failed")),
      again_(count_of(parts.metrics, "again")),
      refused_(count_of(parts.metrics, "refused")),
      waiting_gauge_(parts.metrics.gauge("thingtank_trigger_deliveries_waiting",
                                         "Firings that wait to be delivered.")) {}

bool Deliverer::reserve(TriggerId trigger) {
  const auto& limits = parts_.limits;
  bool has_room = ++waiting_ <= limits.deliveries_waiting_max;
  if (has_room && parts_.index.reserve(trigger, limits.deliveries_per_trigger_max)) {
    waiting_gauge_.Increment();
    return true;
  }
  --waiting_;
  refused_.Increment();
  log::warn("a firing is not delivered: too many wait", {{"trigger", trigger}});
  return false;
}

void Deliverer::release(TriggerId trigger) {
  --waiting_;
  waiting_gauge_.Decrement();
  parts_.index.release(trigger);
}

void Deliverer::add(std::vector<Waiting> waiting) {
  if (waiting.empty()) return;
  parts_.loop.post([this, waiting = std::move(waiting)]() mutable { enqueue(std::move(waiting)); });
}

void Deliverer::enqueue(std::vector<Waiting> waiting) {
  auto now = parts_.clock.steady();
  for (auto& one : waiting) {
    auto due = now + one.pause;
    later_.emplace(due, std::move(one));
  }
  nap_.wake();
}

Task<> Deliverer::load() {
  auto queue = co_await parts_.deliveries.load();
  std::vector<Waiting> wanted;
  for (auto& waiting : queue) {
    if (!parts_.index.reserve(waiting.trigger, parts_.limits.deliveries_waiting_max)) {
      co_await parts_.deliveries.drop(waiting.trigger, waiting.id);
      continue;
    }
    ++waiting_;
    waiting_gauge_.Increment();
    wanted.push_back(std::move(waiting));
  }
  enqueue(std::move(wanted));
}

Task<> Deliverer::run() {
  while (!is_stopping_) {
    take_due();
    start_ready();
    std::optional<Microseconds> next;
    if (!later_.empty()) next = later_.begin()->first;
    co_await nap_.until(next);
  }
}

Task<> Deliverer::stop() {
  is_stopping_ = true;
  nap_.wake();
  co_await running_in_.join();
  sleepers_.cancel();
  co_await sleepers_.join();
}

void Deliverer::take_due() {
  auto now = parts_.clock.steady();
  while (!later_.empty() && later_.begin()->first <= now) {
    auto waiting = std::move(later_.begin()->second);
    later_.erase(later_.begin());
    auto watch = parts_.index.find(waiting.trigger);
    auto lane = watch ? lane_of(watch->settings, waiting.kind) : std::string();
    lanes_[std::move(lane)].ready.push_back(std::move(waiting));
  }
}

// One of each lane in turn, from where it ended the last time.  A delivery may end, and its lane
// go, before spawn() returns.
void Deliverer::start_ready() {
  std::size_t passed = 0;
  while (passed < lanes_.size() && running_ < parts_.limits.deliveries_running_max) {
    auto lane = lanes_.upper_bound(last_lane_);
    if (lane == lanes_.end()) lane = lanes_.begin();
    last_lane_ = lane->first;
    bool has_started = start_one(last_lane_, lane->second);
    passed = has_started ? 0 : passed + 1;
  }
}

bool Deliverer::start_one(const std::string& name, Lane& lane) {
  if (lane.ready.empty() || lane.running >= parts_.limits.deliveries_per_host_max) return false;
  ++lane.running;
  ++running_;
  auto waiting = std::move(lane.ready.front());
  lane.ready.pop_front();
  running_in_.spawn(deliver(std::move(waiting), name));
  return true;
}

Task<> Deliverer::deliver(Waiting waiting, std::string lane) {
  waiting.pause = trouble_pause;
  std::string trouble;
  try {
    co_await attempt(waiting);
  } catch (const std::exception& e) {
    trouble = e.what();
  }
  if (!trouble.empty()) {
    log::error("a delivery could not be written down",
               {{"trigger", waiting.trigger}, {"reason", trouble}});
  }
  end(waiting, std::move(lane));
}

void Deliverer::end(const Waiting& waiting, std::string lane) {
  --running_;
  auto found = lanes_.find(lane);
  --found->second.running;
  if (found->second.running == 0 && found->second.ready.empty()) lanes_.erase(found);
  if (is_stopping_) return;
  if (waiting.id.empty()) {
    release(waiting.trigger);
  } else {
    later_.emplace(parts_.clock.steady() + waiting.pause, waiting);
  }
  nap_.wake();
}

// Leaves the id empty if nothing is left to be done, or the pause before the next attempt.
Task<> Deliverer::attempt(Waiting& waiting) {
  auto found = co_await parts_.deliveries.find(waiting.trigger, waiting.id);
  auto watch = parts_.index.find(waiting.trigger);
  if (!found || !watch) {
    auto id = std::exchange(waiting.id, {});
    co_await parts_.deliveries.drop(waiting.trigger, std::move(id));
    co_return;
  }
  auto trigger = watch->trigger();
  Outcome outcome;
  if (address_of(trigger.settings, waiting.kind).empty()) {
    outcome = {.result = Result::failed, .message = "the trigger has no such destination any more"};
  } else {
    found->record.delivery.destination = destination_of(trigger.settings, waiting.kind);
    outcome = co_await parts_.carrier.carry(trigger, found->record);
  }
  // What was cut short by the stop is tried again by the next start.
  if (is_stopping_ && outcome.result != Result::delivered) co_return;
  co_await settle(waiting, std::move(*found), std::move(outcome));
}

Task<> Deliverer::settle(Waiting& waiting, Deliveries::Found found, Outcome outcome) {
  auto& record = found.record;
  auto& delivery = record.delivery;
  ++delivery.attempts;
  delivery.status = outcome.status;
  delivery.message = shortened(std::move(outcome.message));
  delivery.duration = outcome.duration;
  delivery.next_attempt.reset();
  auto pause = pause_after(delivery.attempts, random_.fraction(), outcome.retry_after);
  bool is_out_of_patience = record.waited + pause > parts_.limits.delivery_patience;
  if (outcome.result == Result::delivered) {
    delivery.state = DeliveryState::delivered;
    delivered_.Increment();
  } else if (outcome.result == Result::failed || is_out_of_patience) {
    delivery.state = DeliveryState::failed;
    failed_.Increment();
    log::warn("a firing was not delivered", {{"trigger", waiting.trigger},
                                             {"attempts", delivery.attempts},
                                             {"status", delivery.status}});
  } else {
    record.waited += pause;
    delivery.next_attempt = parts_.clock.now() + pause;
    again_.Increment();
  }
  bool has_ended = delivery.state != DeliveryState::waiting;
  bool is_there = co_await parts_.deliveries.replace(std::move(found));
  if (!has_ended && is_there) {
    waiting.pause = pause;
    co_return;
  }
  waiting.id.clear();
  co_await trim_sometimes(waiting.trigger);
}

Task<> Deliverer::trim_sometimes(TriggerId trigger) {
  if (++ended_[trigger] < trimmed_every) co_return;
  ended_.erase(trigger);
  co_await parts_.deliveries.trim(trigger);
}

}  // namespace tt::triggers
