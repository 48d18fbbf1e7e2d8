#include "audit/audit.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "rt/loop.h"
#include "store/engine/memory/memory_kv.h"

using namespace tt;
using namespace tt::audit;
using namespace std::chrono_literals;

namespace {

constexpr identity::AccountId ann = 1, ben = 2;

struct World {
  Limits limits;
  VirtualClock clock{*parse_time("2026-01-02T03:04:05Z")};
  std::unique_ptr<store::Kv> kv = store::make_memory_kv();
  std::unique_ptr<Audit> audit = make_audit(*kv, clock, limits);

  static identity::Caller caller(identity::AccountId account, std::string name) {
    identity::Caller caller;
    caller.account = account;
    caller.name = std::move(name);
    caller.origin.address = "192.0.2.7";
    return caller;
  }

  void record(std::string action, std::string object, identity::AccountId owner = ann,
              identity::AccountId account = ann) {
    auto by = caller(account, account == ann ? "ann" : "ben");
    rt::run_alone(audit->record(by, {action, object, action + " of " + object, owner}));
    clock.advance(1s);
  }
  std::vector<Entry> entries(Filter filter) {
    return rt::run_alone(audit->entries(std::move(filter)));
  }
  // "feed.create feeds/1", newest first.
  std::vector<std::string> found(Filter filter) {
    std::vector<std::string> texts;
    for (const auto& entry : entries(std::move(filter))) {
      texts.push_back(entry.event.action + " " + entry.event.object);
    }
    return texts;
  }
  std::size_t keys() {
    return rt::run_alone(kv->scan(store::prefix_range("audit/"), 100'000)).size();
  }
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("an entry comes back as it was written") {
  World world;
  auto caller = World::caller(ann, "A \"key\"");
  auto at = world.clock.now();
  rt::run_alone(world.audit->record(caller, {"feed.update", "feeds/504", "'Ä' → \n'b'", ben}));
  auto entries = world.entries({});
  REQUIRE(entries.size() == 1);
  const auto& entry = entries[0];
  CHECK(entry.at == at);
  CHECK(entry.account == ann);
  CHECK(entry.actor == "A \"key\"");
  CHECK(entry.address == "192.0.2.7");
  CHECK(entry.event.action == "feed.update");
  CHECK(entry.event.object == "feeds/504");
  CHECK(entry.event.detail == "'Ä' → \n'b'");
  CHECK(entry.event.owner == ben);
}

TEST_CASE("filters, newest first") {
  World world;
  world.record("feed.create", "feeds/504");
  world.record("feed.create", "feeds/5041", ben, ben);
  world.record("channel.delete", "feeds/504/a");
  world.record("channel.delete", "feeds/504/b");
  world.record("key.create", "keys");
  world.record("keyring.create", "keys");
  world.record("login.failed", "accounts/ben", ben, 0);
  CHECK(world.found({}).size() == 7);
  CHECK(world.found({}).front() == "login.failed accounts/ben");
  CHECK(world.found({.object = "feeds/504"}) ==
        Texts{"channel.delete feeds/504/b", "channel.delete feeds/504/a", "feed.create feeds/504"});
  CHECK(world.found({.object = "feeds/504/a"}) == Texts{"channel.delete feeds/504/a"});
  CHECK(world.found({.object = "feeds"}).size() == 4);
  CHECK(world.found({.object = "feeds/50"}).empty());
  CHECK(world.found({.action = "key"}) == Texts{"key.create keys"});
  CHECK(world.found({.action = "key.create"}) == Texts{"key.create keys"});
  CHECK(world.found({.object = "feeds/504", .action = "feed"}) == Texts{"feed.create feeds/504"});
}

TEST_CASE("who is no administrator sees what is by or about his account") {
  World world;
  world.record("feed.create", "feeds/1", ann, ann);
  world.record("feed.update", "feeds/1", ann, ben);
  world.record("feed.create", "feeds/2", ben, ben);
  world.record("login.failed", "accounts/ann", ann, 0);
  world.record("server.start", "", 0, 0);
  CHECK(world.found({.visible_to = ann}) ==
        Texts{"login.failed accounts/ann", "feed.update feeds/1", "feed.create feeds/1"});
  CHECK(world.found({.visible_to = ben}) == Texts{"feed.create feeds/2", "feed.update feeds/1"});
  CHECK(world.found({.visible_to = ann, .object = "feeds/2"}).empty());
  CHECK(world.found({.visible_to = ben, .action = "feed.create"}) == Texts{"feed.create feeds/2"});
}

TEST_CASE("pages") {
  World world;
  for (int n = 0; n < 700; ++n) world.record(n % 7 == 0 ? "a.b" : "c.d", "feeds/1");
  Filter filter{.action = "a", .limit = 30};
  std::size_t total = 0;
  std::string before = "~";
  while (true) {
    auto page = world.entries(filter);
    total += page.size();
    for (const auto& entry : page) {
      CHECK(entry.id < before);
      before = entry.id;
    }
    if (page.size() < filter.limit) break;
    filter.before = before;
  }
  CHECK(total == 100);
  CHECK_THROWS_AS(world.entries({.before = "yesterday"}), Error);
}

TEST_CASE("entries of one moment, and a clock that was set back") {
  World world;
  auto caller = World::caller(ann, "ann");
  for (int n = 0; n < 3; ++n) rt::run_alone(world.audit->record(caller, {"a.b", "x/1", "", ann}));
  world.clock.set(world.clock.now() - 1h);
  world.record("c.d", "x/1");
  CHECK(world.found({}) == Texts{"c.d x/1", "a.b x/1", "a.b x/1", "a.b x/1"});

  // After a restart the ids that were given are still taken.
  world.audit = make_audit(*world.kv, world.clock, world.limits);
  for (int n = 0; n < 5; ++n) rt::run_alone(world.audit->record(caller, {"e.f", "x/1", "", ann}));
  CHECK(world.found({.limit = 100}).size() == 9);
}

TEST_CASE("what is older than the retention goes, with all that leads to it") {
  World world;
  for (int n = 0; n < 300; ++n) world.record("a.b", "feeds/1", ben, ann);
  world.clock.advance(world.limits.audit_retention);
  world.record("c.d", "feeds/2");
  rt::run_alone(world.audit->expire());
  CHECK(world.found({}) == Texts{"c.d feeds/2"});
  CHECK(world.found({.object = "feeds/1"}).empty());
  CHECK(world.found({.visible_to = ben}).empty());
  CHECK(world.keys() == 4);
}

TEST_CASE("a detail is cut where a character ends") {
  World world;
  std::string detail = "x";
  for (int n = 0; n < 2'000; ++n) detail += "ä";
  rt::run_alone(world.audit->record(World::caller(ann, "ann"), {"a.b", "", detail, ann}));
  auto kept = world.entries({}).at(0).event.detail;
  CHECK(kept.size() == 1'999 + std::string_view("…").size());
  CHECK(kept.ends_with("ä…"));
}
