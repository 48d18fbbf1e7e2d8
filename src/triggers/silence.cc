#include "triggers/silence.h"

#include "base/log.h"
#include "triggers/condition.h"

namespace tt::triggers {

Silence::Silence(rt::Loop& loop, const Clock& clock, Index& index, Settle settle)
    : loop_(loop),
      clock_(clock),
      index_(index),
      settle_(std::move(settle)),
      sleepers_(loop),
      nap_(sleepers_, clock) {}

void Silence::add(TriggerId id) {
  loop_.post([this, id] {
    deadlines_.emplace(clock_.steady() + silence_max, id);
    nap_.wake();
  });
}

std::vector<Change> Silence::look() {
  std::vector<Change> changes;
  Moment moment{clock_.now(), clock_.steady()};
  while (!deadlines_.empty() && deadlines_.top().first <= moment.steady) {
    auto id = deadlines_.top().second;
    deadlines_.pop();
    auto next = index_.look_at_silence(id, moment, changes);
    if (next) deadlines_.emplace(*next, id);
  }
  return changes;
}

Task<> Silence::run() {
  for (auto deadline : index_.silences()) deadlines_.push(deadline);
  while (!is_stopping_) {
    auto changes = look();
    std::string trouble;
    try {
      if (!changes.empty()) co_await settle_(std::move(changes));
    } catch (const std::exception& e) {
      trouble = e.what();
    }
    // It was taken back and comes again with the next silence.
    if (!trouble.empty()) log::error("a firing could not be stored", {{"reason", trouble}});
    std::optional<Microseconds> next;
    if (!deadlines_.empty()) next = deadlines_.top().first;
    co_await nap_.until(next);
  }
}

Task<> Silence::stop() {
  is_stopping_ = true;
  nap_.wake();
  sleepers_.cancel();
  co_await sleepers_.join();
}

}  // namespace tt::triggers
