#pragma once

// Clock: where the time comes from, so that tests and simulations can hold it still.

#include <atomic>

#include "base/time.h"

namespace tt {

class Clock {
 public:
  virtual ~Clock() = default;
  // The wall clock; may jump when an administrator sets it.
  virtual Time now() const = 0;
  // Never goes back; only differences have a meaning.
  virtual Microseconds steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override;
  Microseconds steady() const override;
};

// Stands still until a test moves it.  Safe to read from several threads.
class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(Time start) : now_us_(to_us(start)) {}
  Time now() const override { return from_us(now_us_.load()); }
  Microseconds steady() const override { return Microseconds(steady_us_.load()); }
  // Moves both clocks; `by` must not be negative.
  void advance(Microseconds by);
  // Sets only the wall clock, as an administrator would.
  void set(Time now) { now_us_ = to_us(now); }

 private:
  std::atomic<std::int64_t> now_us_;
  std::atomic<std::int64_t> steady_us_{0};
};

}  // namespace tt
