#include "bus/detail/lane.h"

#include "bus/topic.h"

namespace tt::bus::detail {

void Owners::add(std::string prefix, TopicOwner& owner) {
  entries_.push_back(Entry{std::move(prefix), &owner});
  auto longer = [](const Entry& a, const Entry& b) { return a.prefix.size() > b.prefix.size(); };
  std::ranges::sort(entries_, longer);
}

TopicOwner* Owners::find(std::string_view path) const {
  for (const auto& entry : entries_) {
    if (is_under(path, entry.prefix)) return entry.owner;
  }
  return nullptr;
}

Lane::Lane(rt::Loop& loop, const Owners& owners, std::size_t mailbox_events_max)
    : loop_(loop),
      owners_(owners),
      mailbox_(loop, mailbox_events_max,
               [this](const MessagePtr& message) { deliver_here(message); }) {}

Subscription& Lane::add(Subscription subscription) {
  // Unique in the process: the loop's number above the loop's count.
  subscription.id = (std::uint64_t{index()} << 48) | next_id_++;
  auto held = std::make_unique<Subscription>(std::move(subscription));
  auto& added = *held;
  subscriptions_.emplace(added.id, std::move(held));
  table_.add(added);
  return added;
}

Subscription* Lane::find(SubscriptionId id) const {
  auto found = subscriptions_.find(id);
  return found == subscriptions_.end() ? nullptr : found->second.get();
}

bool Lane::remove(Subscription& subscription) {
  bool was_last = table_.remove(subscription);
  subscription.subscriber = nullptr;
  auto held = subscriptions_.extract(subscription.id);
  if (handing_over_ > 0) removed_.push_back(std::move(held.mapped()));
  return was_last;
}

bool Lane::may_see(const Subscription& subscription, const Message& message) const {
  if (subscription.caller->is_revoked()) return false;
  if (!subscription.has_wildcard) return true;  // asked when it was made
  auto* owner = owners_.find(message.topic);
  return owner == nullptr || owner->visible(*subscription.caller, message);
}

SubscriptionTable::Match Lane::take_scratch() { return std::exchange(scratch_, {}); }

void Lane::give_scratch(SubscriptionTable::Match match) {
  match.clear();
  scratch_ = std::move(match);
}

void Lane::hand_over(const SubscriptionTable::Match& match, const MessagePtr& message) {
  ++handing_over_;
  for (auto* subscription : match.local) {
    if (subscription->subscriber == nullptr || !may_see(*subscription, *message)) continue;
    if (subscription->delivered) subscription->delivered->insert(message->topic);
    subscription->subscriber->deliver(message, subscription->tag, Delivery::live);
  }
  if (--handing_over_ == 0) removed_.clear();
}

void Lane::deliver_here(const MessagePtr& message) {
  auto match = take_scratch();
  table_.find(message->topic, match);
  hand_over(match, message);
  give_scratch(std::move(match));
}

void Lane::deliver(const MessagePtr& message, std::vector<std::vector<MessagePtr>>& bundles) {
  auto match = take_scratch();
  table_.find(message->topic, match);
  for (auto loop : match.remote) {
    auto& bundle = bundles[loop];
    if (bundle.empty() || bundle.back() != message) bundle.push_back(message);
  }
  hand_over(match, message);
  give_scratch(std::move(match));
}

void Lane::deliver_retained(Subscription& subscription, const MessagePtr& message) {
  if (subscription.subscriber == nullptr || !may_see(subscription, *message)) return;
  subscription.subscriber->deliver(message, subscription.tag, Delivery::retained);
}

bool Lane::has_match(std::string_view topic) {
  auto match = take_scratch();
  table_.find(topic, match);
  bool found = !match.local.empty() || !match.remote.empty();
  give_scratch(std::move(match));
  return found;
}

}  // namespace tt::bus::detail
