#include "bus/bus.h"

#include "base/error.h"
#include "bus/detail/lane.h"
#include "bus/detail/retained.h"
#include "bus/topic.h"

namespace tt::bus {
namespace {

using detail::Lane;
using detail::LoopIndex;
using detail::Subscription;

class LocalBus final : public Bus {
 public:
  LocalBus(rt::Loops& loops, store::Kv& kv, const Clock& clock, const Limits& limits,
           Metrics& metrics);

  void own(std::string prefix, TopicOwner& owner) override;
  Task<> start() override { return retained_.load(); }
  Task<> stop() override { return retained_.join(); }
  Task<> publish(identity::CallerPtr caller, std::vector<Message> messages) override;
  Task<> deliver(std::vector<Message> messages) override;
  bool has_subscribers(std::string_view topic) override { return here().has_match(topic); }
  Task<SubscriptionId> subscribe(identity::CallerPtr caller, Subscriber& subscriber,
                                 std::string filter, std::uint64_t tag) override;
  Task<> unsubscribe(SubscriptionId id) override;

 private:
  // A filter that a loop begins or ceases to have subscribers for.
  enum class Change { add, remove };

  Lane& here();
  void check_topic(const Message& message) const;
  void check_filter(std::string_view filter) const;
  void check_unowned(const identity::Caller& caller, identity::Action action,
                     std::string_view path) const;
  void check_publication(const identity::Caller& caller, const std::vector<Message>& messages);
  Task<> check_subscription(identity::CallerPtr caller, std::string filter);

  Task<std::vector<Message>> ask_owners(identity::CallerPtr caller, std::vector<Message> messages);
  Task<> deliver_shared(std::vector<MessagePtr> messages);
  Task<> replicate(Lane& lane, std::string filter, Change change);
  Task<> bring_up_to_date(Lane& lane, SubscriptionId id);
  Task<> send_current(Lane& lane, SubscriptionId id);
  Task<> send_retained(Lane& lane, SubscriptionId id);

  const Clock& clock_;
  const Limits& limits_;
  Counter& published_;
  Counter& refused_;
  Gauge& subscriptions_;
  detail::Owners owners_;
  detail::Retained retained_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

LocalBus::LocalBus(rt::Loops& loops, store::Kv& kv, const Clock& clock, const Limits& limits,
                   Metrics& metrics)
    : clock_(clock),
      limits_(limits),
      published_(metrics.counter("thingtank_bus_published_total", "Messages published.")),
      refused_(metrics.counter("thingtank_bus_refused_total",
                               "Messages refused by the bus or the owner of their topic.")),
      subscriptions_(metrics.gauge("thingtank_bus_subscriptions", "Subscriptions now.")),
      retained_(loops.at(0), kv, limits.retained_messages_max, metrics) {
  for (unsigned i = 0; i < loops.size(); ++i) {
    lanes_.push_back(std::make_unique<Lane>(loops.at(i), owners_, limits.mailbox_events_max));
  }
}

void LocalBus::own(std::string prefix, TopicOwner& owner) { owners_.add(std::move(prefix), owner); }

Lane& LocalBus::here() {
  for (auto& lane : lanes_) {
    if (lane->loop().is_current()) return *lane;
  }
  TT_ASSERT(!"the bus is used outside of its loops");
  std::unreachable();
}

// --- what is allowed -------------------------------------------------------------------------

void LocalBus::check_topic(const Message& message) const {
  const auto& topic = message.topic;
  if (topic.size() > limits_.topic_bytes_max) {
    throw Error(Code::invalid, "the topic is longer than limits.topic_bytes_max");
  }
  if (!is_topic(topic)) throw Error(Code::invalid, "'" + topic + "' is not a topic");
  if (count_levels(topic) > limits_.topic_levels_max) {
    throw Error(Code::invalid, "the topic has more levels than limits.topic_levels_max");
  }
  if (message.content_type.size() > 255) throw Error(Code::invalid, "the media type is too long");
}

void LocalBus::check_filter(std::string_view filter) const {
  if (filter.size() > limits_.topic_bytes_max) {
    throw Error(Code::invalid, "the filter is longer than limits.topic_bytes_max");
  }
  if (!is_filter(filter)) throw Error(Code::invalid, "'" + std::string(filter) + "' is no filter");
  if (count_levels(filter) > limits_.topic_levels_max) {
    throw Error(Code::invalid, "the filter has more levels than limits.topic_levels_max");
  }
}

void LocalBus::check_unowned(const identity::Caller& caller, identity::Action action,
                             std::string_view path) const {
  identity::Resource no_particular_feed;
  no_particular_feed.is_private = false;
  bool is_known = caller.account != 0;
  if (is_known && identity::allow(caller, action, no_particular_feed, clock_.now())) return;
  throw Error(is_known ? Code::denied : Code::unauthenticated,
              "not allowed to use the topic '" + std::string(path) + "'");
}

void LocalBus::check_publication(const identity::Caller& caller,
                                 const std::vector<Message>& messages) {
  for (const auto& message : messages) {
    check_topic(message);
    if (owners_.find(message.topic) != nullptr) continue;
    check_unowned(caller, identity::Action::update, message.topic);
    // "The Server SHOULD prevent Clients from using such Topic Names to exchange messages with
    //  other Clients." (section 4.7.2, of topics that start with $)
    if (message.topic.starts_with('$')) {
      throw Error(Code::denied, "nobody may publish to '" + message.topic + "'");
    }
  }
  retained_.check_room(messages);
}

Task<> LocalBus::check_subscription(identity::CallerPtr caller, std::string filter) {
  check_filter(filter);
  if (auto* owner = owners_.find(filter)) {
    co_await owner->check_subscription(*caller, filter);
  } else {
    check_unowned(*caller, identity::Action::read, filter);
  }
}

// --- publish ---------------------------------------------------------------------------------

// Each owner gets its messages in one call; the order of one owner's messages stays.
Task<std::vector<Message>> LocalBus::ask_owners(identity::CallerPtr caller,
                                                std::vector<Message> messages) {
  std::vector<std::pair<TopicOwner*, std::vector<Message>>> groups;
  for (auto& message : messages) {
    auto* owner = owners_.find(message.topic);
    auto group = std::ranges::find(groups, owner, [](const auto& g) { return g.first; });
    if (group == groups.end()) group = groups.insert(group, {owner, {}});
    group->second.push_back(std::move(message));
  }
  std::vector<Message> accepted;
  for (auto& [owner, group] : groups) {
    if (owner != nullptr) group = co_await owner->accept(*caller, std::move(group));
    std::ranges::move(group, std::back_inserter(accepted));
  }
  co_return accepted;
}

std::vector<MessagePtr> share(std::vector<Message> messages) {
  std::vector<MessagePtr> shared;
  shared.reserve(messages.size());
  for (auto& message : messages) {
    shared.push_back(std::make_shared<const Message>(std::move(message)));
  }
  return shared;
}

Task<> LocalBus::publish(identity::CallerPtr caller, std::vector<Message> messages) {
  auto count = static_cast<double>(messages.size());
  std::vector<MessagePtr> shared;
  try {
    check_publication(*caller, messages);
    auto is_owned = [this](const Message& m) { return owners_.find(m.topic) != nullptr; };
    bool ask = std::ranges::any_of(messages, is_owned);
    if (ask) messages = co_await ask_owners(caller, std::move(messages));
    shared = share(std::move(messages));
    bool keep = std::ranges::any_of(shared, [](const MessagePtr& m) { return m->retain; });
    if (keep) co_await retained_.store(shared);
  } catch (...) {
    refused_.Increment(count);
    throw;
  }
  published_.Increment(count);
  co_await deliver_shared(std::move(shared));
}

Task<> LocalBus::deliver(std::vector<Message> messages) {
  for (const auto& message : messages) check_topic(message);
  return deliver_shared(share(std::move(messages)));
}

Task<> LocalBus::deliver_shared(std::vector<MessagePtr> messages) {
  auto& lane = here();
  std::vector<std::vector<MessagePtr>> bundles(lanes_.size());
  for (const auto& message : messages) lane.deliver(message, bundles);
  for (std::size_t i = 0; i < bundles.size(); ++i) {
    if (!bundles[i].empty()) co_await lanes_[i]->mailbox().put(std::move(bundles[i]));
  }
}

// --- subscribe -------------------------------------------------------------------------------

// Tells the other loops; returns when all have applied it.  Posts of one loop to another arrive in
// order, so the last change of a filter wins everywhere.
Task<> LocalBus::replicate(Lane& lane, std::string filter, Change change) {
  if (lanes_.size() == 1) co_return;
  struct Barrier {
    std::atomic<std::size_t> missing;
    rt::Waiter<rt::Done> waiter;
  };
  Barrier barrier{lanes_.size() - 1, {}};
  auto apply = [&filter, &barrier, change, from = lane.index()](Lane& other) {
    if (change == Change::add) other.table().add_remote(filter, from);
    if (change == Change::remove) other.table().remove_remote(filter, from);
    if (--barrier.missing == 0) barrier.waiter.post_resume(rt::Done{});
  };
  auto start = [&](rt::Waiter<rt::Done> waiter) {
    barrier.waiter = std::move(waiter);
    for (auto& other : lanes_) {
      if (other.get() != &lane) other->loop().post([&apply, to = other.get()] { apply(*to); });
    }
  };
  co_await rt::wait<rt::Done>(start);
}

Task<SubscriptionId> LocalBus::subscribe(identity::CallerPtr caller, Subscriber& subscriber,
                                         std::string filter, std::uint64_t tag) {
  co_await check_subscription(caller, filter);
  Subscription draft;
  draft.filter = filter;
  draft.has_wildcard = has_wildcard(filter);
  draft.tag = tag;
  draft.caller = std::move(caller);
  draft.subscriber = &subscriber;
  draft.delivered = std::make_unique<std::unordered_set<std::string>>();

  auto& lane = here();
  auto id = lane.add(std::move(draft)).id;
  subscriptions_.Increment();
  co_await replicate(lane, std::move(filter), Change::add);
  std::exception_ptr failure;
  try {
    co_await bring_up_to_date(lane, id);
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) {
    co_await unsubscribe(id);
    std::rethrow_exception(failure);
  }
  co_return id;
}

Task<> LocalBus::bring_up_to_date(Lane& lane, SubscriptionId id) {
  co_await send_current(lane, id);
  co_await send_retained(lane, id);
}

Task<> LocalBus::send_current(Lane& lane, SubscriptionId id) {
  std::vector<Message> messages;
  {
    auto* subscription = lane.find(id);
    auto* owner = subscription ? owners_.find(subscription->filter) : nullptr;
    auto caller = subscription ? subscription->caller : nullptr;
    if (owner != nullptr) messages = co_await owner->current(*caller, subscription->filter);
  }
  auto shared = share(std::move(messages));
  // The subscriber may have gone meanwhile; a topic that was published meanwhile is newer.
  for (const auto& message : shared) {
    auto* subscription = lane.find(id);
    if (subscription == nullptr) co_return;
    bool is_older = subscription->delivered->contains(message->topic);
    if (!is_older) lane.deliver_retained(*subscription, message);
  }
  if (auto* subscription = lane.find(id)) subscription->delivered.reset();
}

// A retained message is in the cache before it is delivered, so what is read here is never older
// than what the subscriber has got already.
Task<> LocalBus::send_retained(Lane& lane, SubscriptionId id) {
  std::optional<std::string> after;
  while (auto* subscription = lane.find(id)) {
    auto portion = retained_.find(subscription->filter, after);
    for (const auto& message : portion.messages) {
      if (auto* still = lane.find(id)) lane.deliver_retained(*still, message);
    }
    if (!portion.next) co_return;
    after = std::move(portion.next);
    subscription = lane.find(id);
    if (subscription == nullptr) co_return;
    co_await subscription->subscriber->ready_for_more();
    co_await boost::asio::post(boost::asio::use_awaitable_t<Executor>{});
  }
}

Task<> LocalBus::unsubscribe(SubscriptionId id) {
  auto& lane = here();
  auto* subscription = lane.find(id);
  if (subscription == nullptr) co_return;
  auto filter = subscription->filter;
  bool was_last = lane.remove(*subscription);
  subscriptions_.Decrement();
  if (was_last) co_await replicate(lane, std::move(filter), Change::remove);
}

}  // namespace

std::unique_ptr<Bus> make_bus(rt::Loops& loops, store::Kv& kv, const Clock& clock,
                              const Limits& limits, Metrics& metrics) {
  return std::make_unique<LocalBus>(loops, kv, clock, limits, metrics);
}

}  // namespace tt::bus
