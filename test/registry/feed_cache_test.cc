#include "registry/feed_cache.h"

#include <doctest/doctest.h>

#include <thread>

using namespace tt::registry;

namespace {

FeedPtr feed(FeedId id, std::size_t channels = 0, std::string title = {}) {
  auto feed = std::make_shared<Feed>();
  feed->id = id;
  feed->title = std::move(title);
  feed->channels.resize(channels);
  return feed;
}

// Ids that are kept together, so that the order of eviction can be told.
FeedId same_shard(FeedId n) { return n * 32; }

}  // namespace

TEST_CASE("a snapshot is found until it is replaced or erased") {
  FeedCache cache(1000);
  CHECK(cache.find(7) == nullptr);
  auto first = feed(7, 2, "first");
  cache.put(first);
  CHECK(cache.find(7) == first);
  CHECK(cache.entries() == 3);
  cache.put(feed(7, 0, "second"));
  CHECK(cache.find(7)->title == "second");
  CHECK(first->title == "first");
  CHECK(cache.entries() == 1);
  cache.erase(7);
  cache.erase(7);
  CHECK(cache.find(7) == nullptr);
  CHECK(cache.entries() == 0);
}

TEST_CASE("the feed that was not asked for longest goes first") {
  FeedCache cache(32 * 3);
  for (FeedId n = 1; n <= 3; ++n) cache.put(feed(same_shard(n)));
  CHECK(cache.find(same_shard(1)));
  cache.put(feed(same_shard(4)));
  CHECK(cache.find(same_shard(1)));
  CHECK_FALSE(cache.find(same_shard(2)));
  CHECK(cache.find(same_shard(3)));
  CHECK(cache.find(same_shard(4)));
}

TEST_CASE("channels count against the bound, but the newest feed always stays") {
  FeedCache cache(32 * 10);
  cache.put(feed(same_shard(1), 4));
  cache.put(feed(same_shard(2), 4));
  CHECK(cache.feeds() == 2);
  cache.put(feed(same_shard(3), 500));
  CHECK(cache.feeds() == 1);
  CHECK(cache.find(same_shard(3)));
  cache.put(feed(same_shard(4)));
  CHECK(cache.feeds() == 1);
  CHECK(cache.find(same_shard(4)));
}

TEST_CASE("several threads may find, put and erase") {
  FeedCache cache(320);
  auto work = [&](FeedId seed) {
    for (FeedId n = 0; n < 20'000; ++n) {
      FeedId id = (n * 31 + seed) % 500;
      if (n % 7 == 0) cache.erase(id);
      if (n % 3 == 0) cache.put(feed(id));
      if (auto found = cache.find(id)) REQUIRE(found->id == id);
    }
  };
  {
    std::jthread one(work, 1), two(work, 2);
  }
  CHECK(cache.entries() == cache.feeds());
  CHECK(cache.feeds() <= 320);
}
