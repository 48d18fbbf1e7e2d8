#pragma once

// Deliveries: the durable queue of what has to be delivered, and the log of what was.

#include <atomic>

#include "base/clock.h"
#include "triggers/record.h"

namespace tt::triggers {

// What waits, as the Deliverer knows it.
struct Waiting {
  std::string id;
  TriggerId trigger = 0;
  Kind kind = Kind::webhook;
  Microseconds pause{0};  // from now to the next attempt
};

class Deliveries {
 public:
  Deliveries(store::Kv& kv, const Clock& clock, const Limits& limits)
      : kv_(kv), clock_(clock), limits_(limits) {}

  // Never the same twice, ascending with time.
  std::string new_id();

  // Puts a new delivery, waiting or ended, into `batch`.
  static void add(store::Batch& batch, const Record& record);

  struct Found {
    Record record;
    store::Version version;
  };
  // nullopt if it was dropped.
  Task<std::optional<Found>> find(TriggerId trigger, const std::string& id);
  // False if it was dropped meanwhile.
  Task<bool> replace(Found found);
  Task<> drop(TriggerId trigger, std::string id);

  // The queue, oldest first; entries whose delivery is gone are removed.
  Task<std::vector<Waiting>> load();
  // Newest first.
  Task<std::vector<Delivery>> log(TriggerId trigger, std::size_t limit);
  // Forgets what has ended beyond limits.deliveries_per_trigger_max.
  Task<> trim(TriggerId trigger);
  // Puts the end of everything of a trigger into a batch.
  Task<> erase_all(TriggerId trigger, store::Batch& batch);

 private:
  Microseconds pause_of(const Delivery& delivery) const;

  store::Kv& kv_;
  const Clock& clock_;
  const Limits& limits_;
  std::atomic<std::int64_t> last_us_{0};
};

}  // namespace tt::triggers
