#include "registry/feed_cache.h"

namespace tt::registry {
namespace {

std::size_t entries_of(const Feed& feed) { return 1 + feed.channels.size(); }

}  // namespace

FeedCache::FeedCache(std::size_t entries_max)
    : shard_entries_max_((entries_max + shard_count - 1) / shard_count) {}

FeedPtr FeedCache::find(FeedId id) {
  Shard& shard = this->shard(id);
  std::lock_guard lock(shard.mutex);
  auto found = shard.places.find(id);
  if (found == shard.places.end()) return nullptr;
  shard.recent.splice(shard.recent.begin(), shard.recent, found->second);
  return *found->second;
}

void FeedCache::put(FeedPtr feed) {
  auto id = feed->id;
  Shard& shard = this->shard(id);
  std::lock_guard lock(shard.mutex);
  shard.erase(id);
  shard.entries += entries_of(*feed);
  shard.recent.push_front(std::move(feed));
  shard.places[id] = shard.recent.begin();
  while (shard.entries > shard_entries_max_ && shard.recent.size() > 1) {
    shard.erase(shard.recent.back()->id);
  }
}

void FeedCache::erase(FeedId id) {
  Shard& shard = this->shard(id);
  std::lock_guard lock(shard.mutex);
  shard.erase(id);
}

void FeedCache::Shard::erase(FeedId id) {
  auto found = places.find(id);
  if (found == places.end()) return;
  entries -= entries_of(**found->second);
  recent.erase(found->second);
  places.erase(found);
}

std::size_t FeedCache::feeds() const {
  std::size_t count = 0;
  for (const auto& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    count += shard.places.size();
  }
  return count;
}

std::size_t FeedCache::entries() const {
  std::size_t count = 0;
  for (const auto& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    count += shard.entries;
  }
  return count;
}

}  // namespace tt::registry
