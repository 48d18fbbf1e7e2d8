#pragma once

// Lane: what the bus keeps on one loop: the subscriptions made there, the copy of the others'
// filters, and the mailbox.  Everything but the mailbox is used by that loop alone.

#include <memory>
#include <unordered_map>
#include <vector>

#include "bus/detail/mailbox.h"
#include "bus/detail/subscription_table.h"

namespace tt::bus::detail {

// Which topics have an owner; the same for all loops, fixed before they run.
class Owners {
 public:
  void add(std::string prefix, TopicOwner& owner);
  // The owner of a topic, or of every topic that a filter can match; nullptr: none.
  TopicOwner* find(std::string_view path) const;

 private:
  struct Entry {
    std::string prefix;
    TopicOwner* owner;
  };
  std::vector<Entry> entries_;  // longest prefix first
};

class Lane {
 public:
  Lane(rt::Loop& loop, const Owners& owners, std::size_t mailbox_events_max);

  rt::Loop& loop() { return loop_; }
  LoopIndex index() const { return static_cast<LoopIndex>(loop_.index()); }
  Mailbox& mailbox() { return mailbox_; }
  SubscriptionTable& table() { return table_; }

  // Takes the subscription over and gives it its id.
  Subscription& add(Subscription subscription);
  // nullptr if it is gone.
  Subscription* find(SubscriptionId id) const;
  // From here on `subscription` receives nothing.  True if it was the last of its filter here.
  bool remove(Subscription& subscription);

  // Delivers to the matching subscriptions of this loop.
  void deliver_here(const MessagePtr& message);
  // The same, and adds `message` to the bundles (by loop) of the other loops with a match.
  void deliver(const MessagePtr& message, std::vector<std::vector<MessagePtr>>& bundles);
  // To one subscription, because it was just made.
  void deliver_retained(Subscription& subscription, const MessagePtr& message);

  bool has_match(std::string_view topic);

 private:
  bool may_see(const Subscription& subscription, const Message& message) const;
  void hand_over(const SubscriptionTable::Match& match, const MessagePtr& message);
  SubscriptionTable::Match take_scratch();
  void give_scratch(SubscriptionTable::Match match);

  rt::Loop& loop_;
  const Owners& owners_;
  SubscriptionTable table_;
  std::unordered_map<SubscriptionId, std::unique_ptr<Subscription>> subscriptions_;
  std::uint64_t next_id_ = 1;
  SubscriptionTable::Match scratch_;
  // A subscriber may unsubscribe itself or others while a message is handed over: what goes then
  // is kept until nobody looks at it.
  unsigned handing_over_ = 0;
  std::vector<std::unique_ptr<Subscription>> removed_;
  Mailbox mailbox_;
};

}  // namespace tt::bus::detail
