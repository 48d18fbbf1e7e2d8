#include "triggers/deliveries.h"

#include "base/bytes.h"
#include "base/random.h"
#include "triggers/schedule.h"

namespace tt::triggers {
namespace {

constexpr std::size_t page = 1000;
constexpr std::size_t trimmed_at_once_max = 1000;

}  // namespace

std::string Deliveries::new_id() {
  auto last = last_us_.load();
  auto next = last;
  do {
    next = std::max(to_us(clock_.now()), last + 1);
  } while (!last_us_.compare_exchange_weak(last, next));
  return fmt::format("{:016x}{}", next, to_hex(random_bytes(4)));
}

void Deliveries::add(store::Batch& batch, const Record& record) {
  const auto& delivery = record.delivery;
  batch.put(delivery_key(delivery.trigger, delivery.id), encode(record));
  if (delivery.state == DeliveryState::waiting) {
    batch.put(waiting_key(delivery.id), std::to_string(delivery.trigger));
  }
}

Task<std::optional<Deliveries::Found>> Deliveries::find(TriggerId trigger, const std::string& id) {
  auto key = delivery_key(trigger, id);
  auto value = co_await kv_.find(key);
  if (!value) co_return std::nullopt;
  co_return Found{decode_record(value->bytes), value->version};
}

Task<bool> Deliveries::replace(Found found) {
  const auto& delivery = found.record.delivery;
  auto key = delivery_key(delivery.trigger, delivery.id);
  store::Batch batch;
  batch.put(key, encode(found.record));
  if (delivery.state != DeliveryState::waiting) batch.erase(waiting_key(delivery.id));
  std::vector<store::Expectation> expectations;
  expectations.push_back({std::move(key), found.version});
  auto outcome = co_await kv_.commit(std::move(batch), std::move(expectations));
  co_return outcome == store::Outcome::committed;
}

Task<> Deliveries::drop(TriggerId trigger, std::string id) {
  store::Batch batch;
  batch.erase(delivery_key(trigger, id));
  batch.erase(waiting_key(id));
  co_await kv_.commit(std::move(batch));
}

Microseconds Deliveries::pause_of(const Delivery& delivery) const {
  if (!delivery.next_attempt) return Microseconds(0);
  // A clock that was set must not make it wait for years.
  return std::clamp(*delivery.next_attempt - clock_.now(), Microseconds(0), pause_max);
}

Task<std::vector<Waiting>> Deliveries::load() {
  std::vector<Waiting> queue;
  auto range = waiting_range();
  while (true) {
    store::Range rest = range;
    auto entries = co_await kv_.scan(std::move(rest), page);
    for (const auto& entry : entries) {
      auto id = std::string(last_part(entry.key));
      TriggerId trigger = 0;
      std::from_chars(entry.value.bytes.data(), entry.value.bytes.data() + entry.value.bytes.size(),
                      trigger);
      auto found = co_await find(trigger, id);
      if (found) {
        auto pause = pause_of(found->record.delivery);
        queue.push_back({std::move(id), trigger, found->record.kind, pause});
      } else {
        co_await drop(trigger, std::move(id));
      }
    }
    if (entries.size() < page) co_return queue;
    range.begin = entries.back().key + '\0';
  }
}

Task<std::vector<Delivery>> Deliveries::log(TriggerId trigger, std::size_t limit) {
  auto range = delivery_range(trigger);
  auto count = std::min(limit, limits_.deliveries_per_trigger_max);
  auto entries = co_await kv_.scan(std::move(range), count, store::Order::descending);
  std::vector<Delivery> deliveries;
  for (const auto& entry : entries) {
    deliveries.push_back(decode_record(entry.value.bytes).delivery);
  }
  co_return deliveries;
}

Task<> Deliveries::trim(TriggerId trigger) {
  auto range = delivery_range(trigger);
  auto kept = limits_.deliveries_per_trigger_max;
  auto count = kept + trimmed_at_once_max;
  auto entries = co_await kv_.scan(std::move(range), count, store::Order::descending);
  store::Batch batch;
  for (std::size_t i = kept; i < entries.size(); ++i) {
    auto record = decode_record(entries[i].value.bytes);
    if (record.delivery.state != DeliveryState::waiting) batch.erase(entries[i].key);
  }
  if (!batch.empty()) co_await kv_.commit(std::move(batch));
}

Task<> Deliveries::erase_all(TriggerId trigger, store::Batch& batch) {
  auto range = delivery_range(trigger);
  auto whole = range;
  while (true) {
    store::Range rest = range;
    auto entries = co_await kv_.scan(std::move(rest), page);
    for (const auto& entry : entries) batch.erase(waiting_key(last_part(entry.key)));
    if (entries.size() < page) break;
    range.begin = entries.back().key + '\0';
  }
  batch.erase(std::move(whole));
}

}  // namespace tt::triggers
