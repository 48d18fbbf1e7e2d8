#pragma once

// Silence: finds the channels that have fallen silent, for the conditions frozen and live.

#include <functional>
#include <queue>

#include "triggers/index.h"
#include "triggers/nap.h"

namespace tt::triggers {

class Silence {
 public:
  // Gets the edges that silence makes, on the loop.
  using Settle = std::function<Task<>(std::vector<Change>)>;
  Silence(rt::Loop& loop, const Clock& clock, Index& index, Settle settle);

  // A trigger that waits for silence since now.  From any thread.
  void add(TriggerId id);
  // Until stop(); spawn it on the loop.
  Task<> run();
  Task<> stop();
  // The clock was moved.
  void look_now() { nap_.wake(); }

 private:
  // When a trigger's channel may be silent; it is looked at then, and waits anew if it is not.
  using Deadline = std::pair<Microseconds, TriggerId>;

  std::vector<Change> look();

  rt::Loop& loop_;
  const Clock& clock_;
  Index& index_;
  Settle settle_;
  rt::Scope sleepers_;
  Nap nap_;
  std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>> deadlines_;
  bool is_stopping_ = false;
};

}  // namespace tt::triggers
