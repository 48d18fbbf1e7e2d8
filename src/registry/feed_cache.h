#pragma once

// FeedCache: the feeds in use, as immutable snapshots.
//
// Every request looks here, from every loop, so a hit is one short lock of one of many shards and
// one reference count.  Bounded: the snapshots that were not asked for longest go first.

#include <array>
#include <list>
#include <mutex>
#include <unordered_map>

#include "registry/registry.h"

namespace tt::registry {

class FeedCache {
 public:
  // A feed and each of its channels count as one entry.  Every shard keeps its newest feed even if
  // that one alone is larger than the shard's part of the bound.
  explicit FeedCache(std::size_t entries_max);

  // nullptr if it is not here.
  FeedPtr find(FeedId id);
  // Replaces the older snapshot, if there is one.
  void put(FeedPtr feed);
  void erase(FeedId id);

  std::size_t feeds() const;
  std::size_t entries() const;

 private:
  using Recent = std::list<FeedPtr>;  // latest first
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    Recent recent;
    std::unordered_map<FeedId, Recent::iterator> places;
    std::size_t entries = 0;

    void erase(FeedId id);
  };
  static constexpr std::size_t shard_count = 32;

  Shard& shard(FeedId id) { return shards_[static_cast<std::uint64_t>(id) % shard_count]; }

  std::array<Shard, shard_count> shards_;
  std::size_t shard_entries_max_;
};

}  // namespace tt::registry
