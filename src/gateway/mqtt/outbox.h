#pragma once

// Outbox: what waits to be sent to one client, within bounds.
//
// Control packets (CONNACK, PUBACK, …) are bytes; messages are references to what all receivers
// share, and get their packet identifier when they are sent.  At most `inflight_max` messages of
// QoS 1 are unacknowledged at a time, the others are held back in order.  No I/O.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bus/bus.h"
#include "gateway/mqtt/packet.h"

namespace tt::gateway::mqtt {

// A message on its way to one client.
struct Outgoing {
  bus::MessagePtr message;                  // has the payload
  std::shared_ptr<const std::string> head;  // the bytes before packet identifier and payload
  Qos qos = Qos::at_most_once;
  bool retained = false;
  bool may_merge = true;  // false if the same message may reach the client under another topic
};

enum class Retain : std::uint8_t { no = 0, yes = 1 };

// Makes the heads of PUBLISH packets.  A bus hands one message to all its subscribers in a row, so
// remembering the last message makes a whole fan-out encode it once per (QoS, retain).
class HeadCache {
 public:
  // `prefix` is put before the topic.
  std::shared_ptr<const std::string> head(const bus::MessagePtr& message, std::string_view prefix,
                                          Qos qos, Retain retain);

 private:
  bus::MessagePtr last_;
  std::shared_ptr<const std::string> heads_[4];
};

// First in, first out; takes no memory while it is empty.
class OutgoingQueue {
 public:
  bool empty() const { return first_ == items_.size(); }
  std::size_t size() const { return items_.size() - first_; }
  const Outgoing& at(std::size_t index) const { return items_[first_ + index]; }
  Outgoing& back() { return items_.back(); }
  void push(Outgoing outgoing) { items_.push_back(std::move(outgoing)); }
  Outgoing pop();
  Outgoing pop_back();

 private:
  void tidy_up();
  std::vector<Outgoing> items_;
  std::size_t first_ = 0;
};

// The pieces of one gathered write; what they point to lives in it.
class WriteBatch {
 public:
  WriteBatch() = default;
  WriteBatch(const WriteBatch&) = delete;
  WriteBatch& operator=(const WriteBatch&) = delete;

  std::span<const std::string_view> parts() const { return parts_; }
  std::size_t messages() const { return messages_; }

 private:
  friend class Outbox;
  void append(std::string_view bytes);
  void append_kept(const Outgoing& outgoing);

  std::string control_;
  std::string bytes_;  // copies of short pieces; never grows beyond its reserved space
  std::vector<std::string_view> parts_;
  std::vector<bus::MessagePtr> kept_;
  std::size_t messages_ = 0;
};

class Outbox {
 public:
  Outbox(std::size_t bytes_max, std::size_t inflight_max)
      : bytes_max_(bytes_max), inflight_max_(inflight_max) {}

  // Where control packets are appended.
  std::string& control() { return control_; }

  enum class Added {
    queued,
    dropped,   // QoS 0, and the client takes its messages too slowly
    overflow,  // the same with QoS 1: the connection must end, or a message would be lost silently
  };
  // A second copy of the message added last is merged with it: the client gets one, with the
  // higher QoS.  "the Server MUST deliver the message to the Client respecting the maximum QoS of
  // all the matching subscriptions" [MQTT-3.3.5-1].
  Added add(Outgoing outgoing);

  // The client's PUBACK.  False if `id` is not in flight.
  bool acknowledge(PacketId id);

  bool has_ready() const { return !control_.empty() || !ready_.empty(); }
  // Puts what may be sent now, about 64 KiB at most, into the empty `batch`.
  void take(WriteBatch& batch);

  // Of messages that wait, for the limit.
  std::size_t bytes() const { return bytes_; }
  std::size_t ready() const { return ready_.size(); }
  std::size_t held() const { return held_.size(); }
  std::size_t inflight() const { return inflight_.size(); }

 private:
  static std::size_t cost_of(const Outgoing& outgoing);
  bool merge(OutgoingQueue& queue, const Outgoing& outgoing);
  void push(Outgoing outgoing);
  void take_message(WriteBatch& batch);
  PacketId unused_id();

  std::size_t bytes_max_;
  std::size_t inflight_max_;
  std::string control_;
  OutgoingQueue ready_;             // to be sent as soon as the client takes bytes
  OutgoingQueue held_;              // QoS 1 that waits for a place in the window
  std::size_t ready_with_id_ = 0;   // of ready_, those with QoS 1
  std::vector<PacketId> inflight_;  // sent and not acknowledged, oldest first
  PacketId last_id_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace tt::gateway::mqtt
