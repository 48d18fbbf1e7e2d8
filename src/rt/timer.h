#pragma once

// Waiting for time to pass, on the real clock or on one that a test moves.

#include <list>

#include "base/clock.h"
#include "rt/waiter.h"

namespace tt::rt {

// Throws Error(cancelled) if the waiting Task is cancelled.
Task<> sleep_for(Microseconds duration);

// What a component awaits that must also run under a virtual clock.
class Timers {
 public:
  virtual ~Timers() = default;
  virtual const Clock& clock() const = 0;
  virtual Task<> sleep(Microseconds duration) = 0;
};

class SystemTimers final : public Timers {
 public:
  const Clock& clock() const override { return clock_; }
  Task<> sleep(Microseconds duration) override { return sleep_for(duration); }

 private:
  SystemClock clock_;
};

// For tests on one loop: sleepers wake, in the order of their deadlines, when the test advances.
class VirtualTimers final : public Timers {
 public:
  explicit VirtualTimers(Time start) : clock_(start) {}
  const Clock& clock() const override { return clock_; }
  Task<> sleep(Microseconds duration) override;
  void advance(Microseconds by);

 private:
  struct Sleeper {
    Microseconds deadline;
    Waiter<Done> waiter;
  };
  VirtualClock clock_;
  std::list<Sleeper> sleepers_;  // ascending by deadline
};

}  // namespace tt::rt
