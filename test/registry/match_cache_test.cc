#include "registry/match_cache.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "identity/rows.h"
#include "orm/engine/sqlite/sqlite.h"
#include "registry/rows.h"

using namespace tt;
using namespace tt::registry;

namespace {

// Feeds and their words, without a registry that would tell the cache of changes.
class World {
 public:
  World() {
    char name[] = "/tmp/thingtank-words-XXXXXX";
    TT_ASSERT(mkdtemp(name) != nullptr);
    folder_ = name;
    database = orm::engine::open_sqlite(folder_ + "/things.db");
    identity::migrate(*database);
    migrate(*database);
    orm::objects<identity::AccountRow>(*database).create({.login = "ann"});
  }
  ~World() {
    database.reset();
    std::filesystem::remove_all(folder_);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Feed add(std::string title) {
    Feed feed;
    feed.owner = 1;
    feed.title = std::move(title);
    database->transact([&](orm::Session& session) { insert(session, feed); });
    return feed;
  }
  void rename(Feed& feed, std::string title) {
    Feed after = feed;
    after.title = std::move(title);
    database->transact([&](orm::Session& session) { return store(session, feed, after); });
    feed = after;
  }

  std::unique_ptr<orm::Database> database;

 private:
  std::string folder_;
};

const Match attic{WordTable::words, "\"attic\"*"};

}  // namespace

TEST_CASE("what is known is not asked for again until it is said to have changed") {
  World world;
  MatchCache cache(1 << 20);
  auto feed = world.add("Attic");
  auto first = cache.find(*world.database, attic);
  CHECK(first->size() == 1);
  world.rename(feed, "Cellar");
  CHECK(cache.find(*world.database, attic) == first);
  cache.feed_changed(feed.id);
  CHECK(cache.find(*world.database, attic)->size() == 0);
  CHECK(first->size() == 1);  // whoever has it keeps it

  world.add("Attic two");
  CHECK(cache.find(*world.database, attic)->size() == 0);
  cache.feeds_created();
  CHECK(cache.find(*world.database, attic)->size() == 1);
}

TEST_CASE("after more changes than are remembered everything is asked for again") {
  World world;
  MatchCache cache(1 << 20);
  auto feed = world.add("Attic");
  CHECK(cache.find(*world.database, attic)->size() == 1);
  world.rename(feed, "Cellar");
  cache.feed_changed(feed.id);
  for (int n = 0; n < 1'000; ++n) cache.feed_changed(999);
  CHECK(cache.find(*world.database, attic)->size() == 0);
}

TEST_CASE("the sets that were not asked for longest go first") {
  World world;
  world.add("Attic");
  MatchCache cache(1);
  auto first = cache.find(*world.database, attic);
  CHECK(cache.find(*world.database, attic) == first);  // the newest stays, however large
  cache.find(*world.database, is_public());
  auto again = cache.find(*world.database, attic);
  CHECK(again != first);
  CHECK(again->contains(1));
  CHECK(cache.size_bytes() == again->size_bytes());
}
