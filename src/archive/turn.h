#pragma once

// Turn: at most one coroutine at a time, of whichever loop, does something that takes waiting.
//
//   auto turn = co_await turns.take();      // released when `turn` goes out of scope

#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "rt/waiter.h"

namespace tt::archive {

class Turns {
 public:
  // Owns the turn; must not outlive the Turns.
  class Turn {
   public:
    explicit Turn(Turns& turns) : turns_(&turns) {}
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_) turns_->release();
    }

   private:
    Turns* turns_;
  };

  // Waits for the turn; first come, first served.
  Task<Turn> take() {
    auto start = [this](rt::Waiter<rt::Done> waiter) {
      std::unique_lock lock(mutex_);
      if (taken_) return waiting_.push_back(std::move(waiter));
      taken_ = true;
      lock.unlock();
      waiter.post_resume({});
    };
    if (auto turn = try_take()) co_return std::move(*turn);
    co_await rt::wait<rt::Done>(start);
    co_return Turn(*this);
  }

  // nullopt if somebody has it.
  std::optional<Turn> try_take() {
    std::lock_guard lock(mutex_);
    if (std::exchange(taken_, true)) return std::nullopt;
    return Turn(*this);
  }

 private:
  void release() {
    std::unique_lock lock(mutex_);
    if (waiting_.empty()) {
      taken_ = false;
      return;
    }
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    next.post_resume({});
  }

  std::mutex mutex_;
  bool taken_ = false;
  std::deque<rt::Waiter<rt::Done>> waiting_;
};

}  // namespace tt::archive
