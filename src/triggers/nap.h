#pragma once

// Nap: a coroutine sleeps until a time of the steady clock, or until it is woken before.

#include <optional>

#include "base/clock.h"
#include "rt/event.h"
#include "rt/scope.h"

namespace tt::triggers {

class Nap {
 public:
  // Its sleepers live in `sleepers`, whose cancel() ends them.
  Nap(rt::Scope& sleepers, const Clock& clock) : sleepers_(sleepers), clock_(clock) {}

  // May return early: look again.  nullopt: only when woken.  One coroutine at a time.
  Task<> until(std::optional<Microseconds> steady);
  // On the loop of the sleepers.
  void wake() { event_.set(); }

 private:
  Task<> sleep(Microseconds steady);

  rt::Scope& sleepers_;
  const Clock& clock_;
  rt::Event event_;
  std::optional<Microseconds> next_;  // when the first sleeper wakes
};

}  // namespace tt::triggers
