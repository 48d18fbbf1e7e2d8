#pragma once

// Bus: every message of every protocol passes here.
//
// publish() hands a message first to the owner of its topic, who checks, stores and may refuse it
// (feeds/… belongs to telemetry), then stores it if it is to be retained, then delivers it to the
// subscribers on their own loops.  When the Task returns, what had to be durable is durable.
//
// Subscription tables are replicated on every loop, so that matching takes no lock; a message for
// subscribers of another loop is one entry in that loop's mailbox.  Publishers wait while a
// mailbox they write to is full (limits.mailbox_events_max).

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "base/metrics.h"
#include "identity/caller.h"
#include "rt/loop.h"
#include "store/kv.h"

namespace tt::bus {

struct Message {
  std::string topic;
  std::string payload;
  std::string content_type;     // media type; empty: bytes of no known kind
  std::optional<Time> at;       // when it was measured, if the publisher said so
  bool retain = false;          // keep as the topic's last value; an empty payload clears it
  bool at_least_once = false;   // a subscriber that asked for it must not lose it
  std::uint64_t publisher = 0;  // an id of the publishing session, 0: none
};

using MessagePtr = std::shared_ptr<const Message>;

// Why a message is delivered: it was published now, or it was there when the subscriber came.
enum class Delivery : std::uint8_t { live, retained };

// Receives messages on the loop on which it subscribed.
class Subscriber {
 public:
  virtual ~Subscriber() = default;
  // Called on the subscriber's loop; must return soon and bound what it queues.  `tag` is the one
  // given to subscribe().
  virtual void deliver(const MessagePtr& message, std::uint64_t tag,
                       Delivery delivery) noexcept = 0;
  // Awaited between two portions of retained messages, so that a subscriber that matches a million
  // of them takes them at its own pace.
  virtual Task<> ready_for_more() { co_return; }
};

// Rules over a part of the topics, e.g. telemetry over feeds/…; it may also add current values
// that are not kept as retained messages.
class TopicOwner {
 public:
  virtual ~TopicOwner() = default;
  // Checks and stores the messages, all of them topics of this owner, all or none; throws denied,
  // invalid, … to refuse.  Returns the messages to deliver (usually the same).  Durable on return.
  virtual Task<std::vector<Message>> accept(const identity::Caller& caller,
                                            std::vector<Message> messages) = 0;
  // Throws denied if `caller` may not subscribe to `filter`, which is under the owner's prefix.
  // (A filter that merely reaches into it, like "#", needs the right to topics without owner, and
  // visible() for each message.)
  virtual Task<> check_subscription(const identity::Caller& caller, std::string filter) = 0;
  // What a new subscriber of `filter`, under the owner's prefix, gets at once besides retained
  // messages.
  virtual Task<std::vector<Message>> current(const identity::Caller& caller,
                                             std::string filter) = 0;
  // May this subscriber see this message now?  Called at delivery for filters with wildcards.
  virtual bool visible(const identity::Caller& caller, const Message& message) = 0;
};

using SubscriptionId = std::uint64_t;

class Bus {
 public:
  virtual ~Bus() = default;

  // Topics that start with `prefix` (whole levels, e.g. "feeds") belong to `owner`; the longest
  // prefix wins.  Before start.
  virtual void own(std::string prefix, TopicOwner& owner) = 0;

  // Loads the retained messages; call once, before the first use, on any loop.  Throws corrupt if
  // one of them is damaged.
  virtual Task<> start() = 0;

  // Waits until what was to be retained is stored.  Call on any loop, after the last publish().
  virtual Task<> stop() = 0;

  // All or none (of each owner's part, if several owners are concerned).  Topics without an owner
  // may be used by callers whose key has no resource limit and has `update`; those that start
  // with '$' by nobody.  Throws what the owner throws, denied, exhausted if there are too many
  // retained messages, or invalid for a bad topic.  Call on a loop, as all that follows.
  virtual Task<> publish(identity::CallerPtr caller, std::vector<Message> messages) = 0;

  // Delivers to what matches now, without owners, retention or permissions: for owners that derive
  // one message from another.
  virtual Task<> deliver(std::vector<Message> messages) = 0;

  // True if at least one subscription of any loop matches; lock-free.
  virtual bool has_subscribers(std::string_view topic) = 0;

  // `subscriber` must live until unsubscribe() has returned.  Retained and current messages arrive
  // through deliver() before the Task returns.  Throws denied, or invalid for a bad filter.  Call
  // on the subscriber's loop.
  virtual Task<SubscriptionId> subscribe(identity::CallerPtr caller, Subscriber& subscriber,
                                         std::string filter, std::uint64_t tag) = 0;
  // After the return no delivery for `id` happens.  Call on the loop of the subscription.
  virtual Task<> unsubscribe(SubscriptionId id) = 0;
};

// References must outlive the result.
std::unique_ptr<Bus> make_bus(rt::Loops& loops, store::Kv& kv, const Clock& clock,
                              const Limits& limits, Metrics& metrics);

}  // namespace tt::bus
