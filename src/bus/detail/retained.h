#pragma once

// Retained: the last message of every topic that was published with `retain`.
//
// Durable in Kv, cached whole in memory.  One writer at a time takes all that waits into one
// commit, so the order on disk and in memory is the same and many publishers share one sync.
//
//   key    = "bus/retained/" topic
//   value  = version:u8 (1)  flags:u8 (1: at_least_once, 2: has a time)
//            [ at:i64 little-endian microseconds ]
//            content_type_length:u16 little-endian  content_type  payload

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "base/error.h"
#include "bus/bus.h"
#include "rt/loop.h"
#include "rt/waiter.h"

namespace tt::bus::detail {

std::string encode_retained(const Message& message);
Result<Message> decode_retained(std::string topic, std::string_view value);

class Retained {
 public:
  // `loop` runs the writer.
  Retained(rt::Loop& loop, store::Kv& kv, std::size_t messages_max, Metrics& metrics);

  // Throws corrupt if a stored message is damaged.
  Task<> load();

  // Throws exhausted if `messages` would make more topics than allowed.
  void check_room(const std::vector<Message>& messages) const;

  // Keeps (or, with an empty payload, clears) each message that is to be retained.  Durable and
  // visible on return.  Throws unavailable if the disk fails; then nothing is kept.
  Task<> store(std::vector<MessagePtr> messages);

  // Some of the messages that match `filter`, in the order of their topics, beginning after the
  // topic `after`.
  struct Portion {
    std::vector<MessagePtr> messages;
    std::optional<std::string> next;  // go on after this topic; nullopt: that was all
  };
  Portion find(std::string_view filter, const std::optional<std::string>& after) const;

  std::size_t size() const;

  // Waits until nothing is being written.
  Task<> join();

 private:
  using Cache = std::map<std::string, MessagePtr, std::less<>>;
  struct Pending {
    std::vector<MessagePtr> messages;
    rt::Waiter<rt::Done> waiter;
  };

  void start_writing();
  Task<> write_pending();
  std::vector<Pending> take_pending();
  void drop_surplus(std::vector<Pending>& group);
  store::Batch make_batch(const std::vector<Pending>& group) const;
  void apply(const std::vector<Pending>& group);
  void apply(const MessagePtr& message);

  rt::Loop& loop_;
  store::Kv& kv_;
  const std::size_t messages_max_;
  Gauge& count_;
  Counter& dropped_;

  mutable std::shared_mutex cache_mutex_;
  Cache cache_;

  std::mutex pending_mutex_;
  std::vector<Pending> pending_;
  std::vector<rt::Waiter<rt::Done>> joining_;
  bool writing_ = false;
};

}  // namespace tt::bus::detail
