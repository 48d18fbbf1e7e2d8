#pragma once

// Journal: the log of changes in the Kv, and the one order in which they reach memory.
//
// Every change gets the next number and a commit of its own, so that the Kv can group them.  Many
// are under way at a time; whatever the order in which their commits end, they are applied to
// memory in the order of their numbers, which is the order of a replay.  So memory always equals
// the log up to applied(), and shows nothing that is not durable.

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>

#include "base/metrics.h"
#include "rt/waiter.h"
#include "store/kv.h"

namespace tt::archive {

class Journal {
 public:
  // A place in the log: all changes before `number` are applied.
  struct Mark {
    std::uint64_t number = 1;
    std::uint64_t bytes = 0;  // since the log was opened
  };
  struct Write {
    std::string change;           // see change.h
    store::Batch batch;           // committed together with it
    std::function<void()> apply;  // must not throw; runs on some loop
  };

  Journal(store::Kv& kv, Gauge& bytes) : kv_(kv), bytes_gauge_(bytes) {}

  // Durable and applied when it returns.  Throws what Kv::commit throws; then nothing happened.
  // Must not be cancelled: see uncancelled.h.
  Task<> write(Write write);

  // Reads the whole log, once, before the first write: `replay` gets every change, in order.
  using Replay = std::function<Task<>(std::string_view change)>;
  Task<> open(Replay replay);

  Mark mark() const;
  // The size of the log, as applied.
  std::size_t bytes() const;
  // The changes before `mark` were deleted from the Kv.
  void truncated(const Mark& mark);

 private:
  struct Entry {
    enum class State { pending, committed, failed, done };
    std::uint64_t number = 0;
    std::size_t size = 0;
    State state = State::pending;
    std::function<void()> apply;
    rt::Waiter<rt::Done> waiter;
    bool is_waiting = false;
  };

  void enqueue(Entry& entry);
  // Marks `entry` and applies all that is ready now.
  void settle(Entry& entry, Entry::State state);
  void apply_ready();
  Task<> wait_until_done(Entry& entry);

  store::Kv& kv_;
  Gauge& bytes_gauge_;
  mutable std::mutex mutex_;
  std::deque<Entry*> entries_;  // not yet applied, ascending by number; owned by write()
  bool is_applying_ = false;
  std::uint64_t next_number_ = 1;
  std::uint64_t applied_end_ = 1;  // all below are applied or failed
  std::uint64_t bytes_written_ = 0;
  std::uint64_t bytes_truncated_ = 0;
};

}  // namespace tt::archive
