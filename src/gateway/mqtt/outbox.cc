#include "gateway/mqtt/outbox.h"

#include <algorithm>

namespace tt::gateway::mqtt {
namespace {

constexpr std::size_t batch_bytes_max = 64 * 1024;
// A longer payload is sent from where it is instead of being copied beside the others.
constexpr std::size_t copied_bytes_max = 4 * 1024;
// What a place in the queue takes beside the bytes of the message.
constexpr std::size_t entry_bytes = 64;
// Capacity that an empty queue may keep.
constexpr std::size_t idle_items_max = 8;

}  // namespace

std::shared_ptr<const std::string> HeadCache::head(const bus::MessagePtr& message,
                                                   std::string_view prefix, Qos qos,
                                                   Retain retain) {
  PublishHead head;
  head.payload_bytes = message->payload.size();
  head.qos = qos;
  head.retain = retain == Retain::yes;
  std::string bytes;
  if (!prefix.empty()) {
    auto topic = std::string(prefix) + message->topic;
    head.topic = topic;
    append_publish_head(bytes, head);
    return std::make_shared<const std::string>(std::move(bytes));
  }
  if (last_ != message) {
    last_ = message;
    std::ranges::fill(heads_, nullptr);
  }
  auto& cached = heads_[(qos == Qos::at_most_once ? 0 : 1) + (retain == Retain::yes ? 2 : 0)];
  if (!cached) {
    head.topic = message->topic;
    bytes.reserve(7 + message->topic.size());
    append_publish_head(bytes, head);
    cached = std::make_shared<const std::string>(std::move(bytes));
  }
  return cached;
}

Outgoing OutgoingQueue::pop() {
  auto popped = std::move(items_[first_++]);
  tidy_up();
  return popped;
}

Outgoing OutgoingQueue::pop_back() {
  auto popped = std::move(items_.back());
  items_.pop_back();
  tidy_up();
  return popped;
}

void OutgoingQueue::tidy_up() {
  if (empty()) {
    items_.clear();
    first_ = 0;
    if (items_.capacity() > idle_items_max) items_.shrink_to_fit();
  } else if (first_ > 32 && first_ > items_.size() / 2) {
    items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void WriteBatch::append(std::string_view bytes) {
  TT_ASSERT(bytes_.size() + bytes.size() <= bytes_.capacity());
  bool goes_on = !parts_.empty() &&
                 parts_.back().data() + parts_.back().size() == bytes_.data() + bytes_.size();
  bytes_.append(bytes);
  if (goes_on) {
    parts_.back() = {parts_.back().data(), parts_.back().size() + bytes.size()};
  } else {
    parts_.push_back({bytes_.data() + bytes_.size() - bytes.size(), bytes.size()});
  }
}

void WriteBatch::append_kept(const Outgoing& outgoing) {
  kept_.push_back(outgoing.message);
  parts_.push_back(outgoing.message->payload);
}

std::size_t Outbox::cost_of(const Outgoing& outgoing) {
  // A retained message is in memory anyway, whether this client waits for it or not.
  auto payload_bytes = outgoing.retained ? 0 : outgoing.message->payload.size();
  return entry_bytes + outgoing.head->size() + payload_bytes;
}

bool Outbox::merge(OutgoingQueue& queue, const Outgoing& outgoing) {
  if (queue.empty() || outgoing.retained) return false;
  auto& last = queue.back();
  if (last.message != outgoing.message || last.retained || !outgoing.may_merge) return false;
  if (last.qos < outgoing.qos) {
    bytes_ -= cost_of(last);
    queue.pop_back();
    push(outgoing);
  }
  return true;
}

void Outbox::push(Outgoing outgoing) {
  bytes_ += cost_of(outgoing);
  if (outgoing.qos == Qos::at_most_once) return ready_.push(std::move(outgoing));
  bool has_place = inflight_.size() + ready_with_id_ < inflight_max_;
  if (!has_place) return held_.push(std::move(outgoing));
  ++ready_with_id_;
  ready_.push(std::move(outgoing));
}

Outbox::Added Outbox::add(Outgoing outgoing) {
  if (merge(ready_, outgoing) || merge(held_, outgoing)) return Added::queued;
  if (bytes_ > 0 && bytes_ + cost_of(outgoing) > bytes_max_) {
    return outgoing.qos == Qos::at_most_once ? Added::dropped : Added::overflow;
  }
  push(std::move(outgoing));
  return Added::queued;
}

bool Outbox::acknowledge(PacketId id) {
  auto found = std::ranges::find(inflight_, id);
  if (found == inflight_.end()) return false;
  inflight_.erase(found);
  if (!held_.empty()) {
    ++ready_with_id_;
    ready_.push(held_.pop());
  }
  return true;
}

// "Each time a Client sends a new packet of one of these types it MUST assign it a currently unused
//  Packet Identifier" [MQTT-2.3.1-2]; "The same conditions apply to a Server when it sends a
//  PUBLISH with QoS > 0" [MQTT-2.3.1-4].
PacketId Outbox::unused_id() {
  do {
    ++last_id_;
  } while (last_id_ == 0 || std::ranges::find(inflight_, last_id_) != inflight_.end());
  return last_id_;
}

void Outbox::take_message(WriteBatch& batch) {
  auto outgoing = ready_.pop();
  bytes_ -= cost_of(outgoing);
  ++batch.messages_;
  batch.append(*outgoing.head);
  if (outgoing.qos != Qos::at_most_once) {
    --ready_with_id_;
    auto id = unused_id();
    inflight_.push_back(id);
    std::string id_bytes;
    append_packet_id(id_bytes, id);
    batch.append(id_bytes);
  }
  if (outgoing.message->payload.size() > copied_bytes_max) {
    batch.append_kept(outgoing);
  } else if (!outgoing.message->payload.empty()) {
    batch.append(outgoing.message->payload);
  }
}

void Outbox::take(WriteBatch& batch) {
  batch.control_ = std::exchange(control_, {});
  if (!batch.control_.empty()) batch.parts_.push_back(batch.control_);
  std::size_t count = 0;
  std::size_t sent_bytes = 0;
  std::size_t copied_bytes = 0;
  for (; count < ready_.size() && sent_bytes < batch_bytes_max; ++count) {
    const auto& next = ready_.at(count);
    auto payload_bytes = next.message->payload.size();
    sent_bytes += next.head->size() + payload_bytes;
    copied_bytes += next.head->size() + sizeof(PacketId) +
                    (payload_bytes > copied_bytes_max ? 0 : payload_bytes);
  }
  batch.bytes_.reserve(copied_bytes);
  for (; count > 0; --count) take_message(batch);
}

}  // namespace tt::gateway::mqtt
