#pragma once

// RecentMap: a bounded map that forgets the entry that was used longest ago.

#include <functional>
#include <iterator>
#include <list>
#include <unordered_map>
#include <utility>

namespace tt {

template <class K, class V, class Hash = std::hash<K>>
class RecentMap {
 public:
  // At least 1.
  explicit RecentMap(std::size_t entries_max) : entries_max_(entries_max) {}

  // nullptr if it is not there.  Counts as a use.
  V* find(const K& key) {
    auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }
  // Replaces what was there.
  V& put(const K& key, V value) {
    erase(key);
    while (entries_.size() >= entries_max_) erase_entry(std::prev(entries_.end()));
    entries_.emplace_front(key, std::move(value));
    by_key_.emplace(key, entries_.begin());
    return entries_.front().second;
  }
  void erase(const K& key) {
    auto found = by_key_.find(key);
    if (found != by_key_.end()) erase_entry(found->second);
  }
  template <class Predicate>
  void erase_if(Predicate predicate) {
    for (auto entry = entries_.begin(); entry != entries_.end();) {
      auto here = entry++;
      if (predicate(here->second)) erase_entry(here);
    }
  }
  std::size_t size() const { return entries_.size(); }

 private:
  using Entries = std::list<std::pair<const K, V>>;
  void erase_entry(typename Entries::iterator entry) {
    by_key_.erase(entry->first);
    entries_.erase(entry);
  }

  std::size_t entries_max_;
  Entries entries_;  // the one used last is first
  std::unordered_map<K, typename Entries::iterator, Hash> by_key_;
};

}  // namespace tt
