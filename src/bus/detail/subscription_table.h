#pragma once

// SubscriptionTable: one loop's copy of who wants which topics.
//
// It holds the loop's own subscriptions whole, and of the other loops only which of them have a
// subscriber for a filter.  A trie of levels: matching costs a few look-ups per level, whatever
// the number of subscriptions.  Used by its loop alone, so without locks.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/bytes.h"
#include "bus/bus.h"

namespace tt::bus::detail {

struct Subscription {
  SubscriptionId id = 0;
  std::string filter;
  bool has_wildcard = false;
  std::uint64_t tag = 0;
  identity::CallerPtr caller;
  Subscriber* subscriber = nullptr;  // nullptr once unsubscribed
  // Topics delivered while the owner is still asked for the current values, which are then older.
  std::unique_ptr<std::unordered_set<std::string>> delivered;
};

using LoopIndex = std::uint16_t;

class SubscriptionTable {
 public:
  struct Match {
    std::vector<Subscription*> local;
    std::vector<LoopIndex> remote;  // may hold a loop twice
    void clear() {
      local.clear();
      remote.clear();
    }
  };

  SubscriptionTable();
  ~SubscriptionTable();

  // `subscription` must stay until it is removed.  True if it is the first local one of its filter.
  bool add(Subscription& subscription);
  // True if it was the last local one of its filter.
  bool remove(Subscription& subscription);
  // Another loop has got its first, or lost its last, subscriber of `filter`.  Idempotent.
  void add_remote(std::string_view filter, LoopIndex loop);
  void remove_remote(std::string_view filter, LoopIndex loop);

  // Adds what matches `topic` to `match`.
  void find(std::string_view topic, Match& match) const;
  // Filters held, counted by the nodes that carry them; for metrics and tests.
  std::size_t size() const { return size_; }

 private:
  struct Node;
  Node& reach(std::string_view filter);
  Node* look_up(std::string_view filter) const;
  // Removes the nodes of `filter` that carry nothing any more.
  void prune(Node& node, std::string_view path);

  std::unique_ptr<Node> root_;
  std::size_t size_ = 0;
};

}  // namespace tt::bus::detail
