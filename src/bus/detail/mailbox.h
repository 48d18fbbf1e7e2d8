#pragma once

// Mailbox: the messages that other loops have for the subscribers of one loop.
//
// Many writers, one reader, bounded.  The reader's loop gets one post per burst, not one per
// message.  A writer whose messages do not fit waits, in the order of arrival, and its messages
// enter as room appears: nothing is lost and nothing grows.

#include <deque>
#include <mutex>
#include <vector>

#include "bus/bus.h"
#include "rt/waiter.h"

namespace tt::bus::detail {

class Mailbox {
 public:
  // `deliver` is called on `loop` for each message, in the order of each writer.
  Mailbox(rt::Loop& loop, std::size_t capacity, std::function<void(const MessagePtr&)> deliver);

  // Returns when all messages are in.  Call on any loop.
  Task<> put(std::vector<MessagePtr> messages);

  // For tests: messages inside, and writers that wait.
  std::size_t size() const;
  std::size_t waiting() const;

 private:
  struct Writer {
    std::vector<MessagePtr> messages;
    std::size_t next = 0;  // the first one that is not in yet
    rt::Waiter<rt::Done> waiter;
  };

  // Moves what fits of `messages` from `next` on into the queue; returns the new `next`.
  std::size_t take_in(std::vector<MessagePtr>& messages, std::size_t next);
  void wake_reader();
  void drain();

  rt::Loop& loop_;
  const std::size_t capacity_;
  const std::function<void(const MessagePtr&)> deliver_;

  mutable std::mutex mutex_;
  std::deque<MessagePtr> queue_;
  std::deque<Writer> writers_;
  bool reader_is_woken_ = false;
};

}  // namespace tt::bus::detail
