#include "bus/detail/subscription_table.h"

#include "base/error.h"
#include "bus/topic.h"

namespace tt::bus::detail {

struct SubscriptionTable::Node {
  using Children =
      std::unordered_map<std::string, std::unique_ptr<Node>, StringHash, std::equal_to<>>;

  Children children;               // by the text of the level
  std::unique_ptr<Node> any_one;   // '+'
  std::unique_ptr<Node> any_rest;  // '#'
  std::vector<Subscription*> local;
  std::vector<LoopIndex> remote;

  bool carries() const { return !local.empty() || !remote.empty(); }
  bool is_empty() const { return !carries() && children.empty() && !any_one && !any_rest; }

  Node* child(std::string_view level) const {
    if (level == "+") return any_one.get();
    if (level == "#") return any_rest.get();
    auto found = children.find(level);
    return found == children.end() ? nullptr : found->second.get();
  }

  std::unique_ptr<Node>& place_of(std::string_view level) {
    if (level == "+") return any_one;
    if (level == "#") return any_rest;
    auto found = children.find(level);
    if (found == children.end()) found = children.emplace(std::string(level), nullptr).first;
    return found->second;
  }

  void erase(std::string_view level) {
    if (level == "+") {
      any_one.reset();
    } else if (level == "#") {
      any_rest.reset();
    } else {
      children.erase(children.find(level));
    }
  }

  void add_to(Match& match) const {
    match.local.insert(match.local.end(), local.begin(), local.end());
    match.remote.insert(match.remote.end(), remote.begin(), remote.end());
  }

  // `rest` is what is left of the topic; its data() is nullptr behind the last level.
  void find(std::string_view rest, Match& match) const {
    if (any_rest) any_rest->add_to(match);
    if (rest.data() == nullptr) return add_to(match);
    auto level = take_level(rest);
    if (auto found = children.find(level); found != children.end()) {
      found->second->find(rest, match);
    }
    if (any_one) any_one->find(rest, match);
  }
};

SubscriptionTable::SubscriptionTable() : root_(std::make_unique<Node>()) {}
SubscriptionTable::~SubscriptionTable() = default;

SubscriptionTable::Node& SubscriptionTable::reach(std::string_view filter) {
  auto* node = root_.get();
  while (filter.data() != nullptr) {
    auto& place = node->place_of(take_level(filter));
    if (!place) place = std::make_unique<Node>();
    node = place.get();
  }
  return *node;
}

SubscriptionTable::Node* SubscriptionTable::look_up(std::string_view filter) const {
  auto* node = root_.get();
  while (node != nullptr && filter.data() != nullptr) node = node->child(take_level(filter));
  return node;
}

void SubscriptionTable::prune(Node& node, std::string_view path) {
  if (path.data() == nullptr) return;
  auto level = take_level(path);
  auto* child = node.child(level);
  prune(*child, path);
  if (child->is_empty()) node.erase(level);
}

bool SubscriptionTable::add(Subscription& subscription) {
  auto& node = reach(subscription.filter);
  if (!node.carries()) ++size_;
  node.local.push_back(&subscription);
  return node.local.size() == 1;
}

bool SubscriptionTable::remove(Subscription& subscription) {
  auto* node = look_up(subscription.filter);
  TT_ASSERT(node != nullptr);
  auto place = std::ranges::find(node->local, &subscription);
  TT_ASSERT(place != node->local.end());
  node->local.erase(place);
  if (!node->local.empty()) return false;
  if (!node->carries()) --size_;
  prune(*root_, subscription.filter);
  return true;
}

void SubscriptionTable::add_remote(std::string_view filter, LoopIndex loop) {
  auto& node = reach(filter);
  if (std::ranges::find(node.remote, loop) != node.remote.end()) return;
  if (!node.carries()) ++size_;
  node.remote.push_back(loop);
}

void SubscriptionTable::remove_remote(std::string_view filter, LoopIndex loop) {
  auto* node = look_up(filter);
  if (node == nullptr || std::erase(node->remote, loop) == 0) return;
  if (!node->carries()) --size_;
  prune(*root_, filter);
}

void SubscriptionTable::find(std::string_view topic, Match& match) const {
  if (!topic.starts_with('$')) return root_->find(topic, match);
  // "The Server MUST NOT match Topic Filters starting with a wildcard character (# or +) with
  //  Topic Names beginning with a $ character."                                    [MQTT-4.7.2-1]
  auto rest = topic;
  auto found = root_->children.find(take_level(rest));
  if (found != root_->children.end()) found->second->find(rest, match);
}

}  // namespace tt::bus::detail
