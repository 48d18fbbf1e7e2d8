#pragma once

// Event: lets one coroutine of a loop sleep until another one, on the same loop, wakes it.

#include "rt/waiter.h"

namespace tt::rt {

class Event {
 public:
  // Wakes the sleeper, or lets the next wait() return at once.  Several calls count as one.
  void set() {
    is_set_ = true;
    if (auto waiter = std::exchange(waiter_, std::nullopt)) std::move(*waiter).post_resume(Done{});
  }

  // Returns when set() was called since the last return.  One coroutine at a time.
  Task<> wait() {
    if (!is_set_) {
      auto start = [this](Waiter<Done> waiter) { waiter_ = std::move(waiter); };
      co_await rt::wait<Done>(start);
    }
    is_set_ = false;
  }

 private:
  std::optional<Waiter<Done>> waiter_;
  bool is_set_ = false;
};

}  // namespace tt::rt
