#pragma once

// The suite that every engine of Kv passes.
//
//   TEST_CASE("the contract of Kv") { check_kv_contract([] { return make_memory_kv(); }); }
//
// `make_empty` returns an empty Kv; it is called once for every part of the suite.

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <functional>
#include <memory>

#include "base/error.h"
#include "rt/loop.h"
#include "store/kv.h"

namespace tt::store::contract {

using MakeKv = std::function<std::unique_ptr<Kv>()>;

// --- shorthands, also for the tests of the engines ------------------------------------------

inline std::optional<Value> find(Kv& kv, std::string_view key) {
  return rt::run_alone(kv.find(key));
}
inline Outcome commit(Kv& kv, Batch batch, std::vector<Expectation> expectations = {}) {
  return rt::run_alone(kv.commit(std::move(batch), std::move(expectations)));
}
inline Outcome put(Kv& kv, std::string key, std::string bytes,
                   std::vector<Expectation> expectations = {}) {
  Batch batch;
  batch.put(std::move(key), std::move(bytes));
  return commit(kv, std::move(batch), std::move(expectations));
}
inline void erase(Kv& kv, std::string key) {
  Batch batch;
  batch.erase(std::move(key));
  commit(kv, std::move(batch));
}
inline void erase(Kv& kv, Range range) {
  Batch batch;
  batch.erase(std::move(range));
  commit(kv, std::move(batch));
}
inline std::vector<Entry> scan(Kv& kv, Range range, std::size_t limit = 1000,
                               Order order = Order::ascending, const Snapshot* snapshot = nullptr) {
  return rt::run_alone(kv.scan(std::move(range), limit, order, snapshot));
}
// The keys found, each followed by a space.
inline std::string keys(const std::vector<Entry>& entries) {
  std::string text;
  for (const auto& entry : entries) text += entry.key + ' ';
  return text;
}
inline std::string text_of(Kv& kv, std::string_view key) {
  auto value = find(kv, key);
  return value ? value->bytes : "(absent)";
}

// --- the parts of the suite -----------------------------------------------------------------

inline void check_single_keys(Kv& kv) {
  CHECK(!find(kv, "a"));
  CHECK(put(kv, "a", "1") == Outcome::committed);
  CHECK(text_of(kv, "a") == "1");
  CHECK(!find(kv, ""));
  CHECK(!find(kv, "a "));
  put(kv, "a", "2");
  CHECK(text_of(kv, "a") == "2");
  erase(kv, "a");
  CHECK(!find(kv, "a"));
  erase(kv, "never there");
  CHECK(commit(kv, Batch()) == Outcome::committed);
}

inline void check_bytes_of_all_kinds(Kv& kv) {
  std::string zero("\0", 1);
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  std::string large;
  while (large.size() < 3'000'000) large += all;
  put(kv, "", "the empty key");
  put(kv, zero, "");
  put(kv, all, all);
  put(kv, "large", large);
  put(kv, std::string(key_bytes_max, '\xff'), "the last key");
  CHECK(text_of(kv, "") == "the empty key");
  CHECK(text_of(kv, zero).empty());
  CHECK(text_of(kv, all) == all);
  CHECK(find(kv, "large")->bytes == large);
  auto entries = scan(kv, {});
  REQUIRE(entries.size() == 5);
  CHECK(entries[1].key == zero);
  CHECK(entries[1].value.bytes.empty());
  CHECK(entries[3].value.bytes == large);
  CHECK(entries[4].value.bytes == "the last key");
  CHECK_THROWS_AS(put(kv, std::string(key_bytes_max + 1, 'k'), ""), Error);
}

inline void check_batches(Kv& kv) {
  Batch batch;
  batch.put("a", "1");
  batch.put("b", "1");
  batch.erase("a");
  batch.put("c", "1");
  batch.erase(Range{.begin = "b", .end = "d"});
  batch.put("b", "2");
  batch.put("d", "1");
  batch.put("d", "2");
  commit(kv, std::move(batch));
  CHECK(keys(scan(kv, {})) == "b d ");
  CHECK(text_of(kv, "b") == "2");
  CHECK(text_of(kv, "d") == "2");
}

inline void check_order_and_limits(Kv& kv) {
  for (auto key : {"b", "a", "\xff", "\x7f", "\x80", "ab", "aa"}) put(kv, key, key);
  CHECK(keys(scan(kv, {})) == "a aa ab b \x7f \x80 \xff ");
  CHECK(keys(scan(kv, {}, 1000, Order::descending)) == "\xff \x80 \x7f b ab aa a ");
  CHECK(keys(scan(kv, {.begin = "aa", .end = "b"})) == "aa ab ");
  CHECK(keys(scan(kv, {.begin = "aa", .end = "b"}, 1000, Order::descending)) == "ab aa ");
  CHECK(keys(scan(kv, {.begin = "a0", .end = "\x80"}, 2)) == "aa ab ");
  CHECK(keys(scan(kv, {.begin = "a0", .end = "\x80"}, 2, Order::descending)) == "\x7f b ");
  CHECK(keys(scan(kv, {.begin = "b", .end = ""}, 2)) == "b \x7f ");
  CHECK(keys(scan(kv, prefix_range("a"))) == "a aa ab ");
  CHECK(keys(scan(kv, prefix_range("\xff"))) == "\xff ");
  CHECK(keys(scan(kv, {.begin = "b", .end = "b"})).empty());
  CHECK(keys(scan(kv, {.begin = "b", .end = "a"})).empty());
  CHECK(keys(scan(kv, {.begin = "b", .end = "a"}, 1000, Order::descending)).empty());
  CHECK(keys(scan(kv, {}, 0)).empty());
  CHECK(keys(scan(kv, {.begin = "c", .end = "d"})).empty());
}

// More than an engine reads at once.
inline void check_long_scan(Kv& kv) {
  constexpr int count = 5000;
  Batch batch;
  for (int i = 0; i < count; ++i) batch.put(std::to_string(10000 + i), std::string(400, 'v'));
  commit(kv, std::move(batch));
  auto entries = scan(kv, {}, count * 2);
  REQUIRE(entries.size() == count);
  for (int i = 0; i < count; ++i) REQUIRE(entries[i].key == std::to_string(10000 + i));
  auto last = scan(kv, {}, 3000, Order::descending);
  REQUIRE(last.size() == 3000);
  CHECK(last.front().key == "14999");
  CHECK(last.back().key == "12000");
}

inline void check_range_delete(Kv& kv) {
  for (auto key : {"a", "b", "c", "d"}) put(kv, key, key);
  erase(kv, Range{.begin = "b", .end = "d"});
  CHECK(keys(scan(kv, {})) == "a d ");
  erase(kv, Range{.begin = "d", .end = "a"});
  erase(kv, Range{.begin = "a", .end = "a"});
  CHECK(keys(scan(kv, {})) == "a d ");
  put(kv, "c", "again");
  put(kv, std::string(key_bytes_max, '\xff'), "the last key");
  erase(kv, Range{.begin = "c", .end = ""});
  CHECK(keys(scan(kv, {})) == "a ");
  CHECK(!find(kv, "c"));
  put(kv, "c", "after");
  CHECK(text_of(kv, "c") == "after");
  erase(kv, Range{});
  CHECK(scan(kv, {}).empty());
}

inline void check_versions(Kv& kv) {
  Version latest = 0;
  for (int i = 0; i < 5; ++i) {
    put(kv, "a", "same");
    Version version = find(kv, "a")->version;
    CHECK(version > latest);
    latest = version;
    if (i == 2) erase(kv, "a");
  }
  put(kv, "b", "");
  CHECK(find(kv, "a")->version == latest);
  auto entries = scan(kv, {});
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].value.version == latest);
  Batch twice;
  twice.put("a", "1");
  twice.put("a", "2");
  commit(kv, std::move(twice));
  CHECK(find(kv, "a")->version > latest);
}

inline void check_expectations(Kv& kv) {
  CHECK(put(kv, "a", "1", {{.key = "a", .version = std::nullopt}}) == Outcome::committed);
  CHECK(put(kv, "a", "2", {{.key = "a", .version = std::nullopt}}) == Outcome::conflict);
  CHECK(text_of(kv, "a") == "1");
  Version version = find(kv, "a")->version;
  CHECK(put(kv, "a", "2", {{.key = "a", .version = version}}) == Outcome::committed);
  CHECK(put(kv, "a", "3", {{.key = "a", .version = version}}) == Outcome::conflict);
  CHECK(put(kv, "a", "3", {{.key = "b", .version = version}}) == Outcome::conflict);
  CHECK(text_of(kv, "a") == "2");

  // All or nothing, and of keys that are not written too.
  version = find(kv, "a")->version;
  Batch batch;
  batch.put("b", "1");
  batch.erase("a");
  std::vector<Expectation> one_fails{{.key = "a", .version = version},
                                     {.key = "c", .version = version}};
  CHECK(commit(kv, batch, one_fails) == Outcome::conflict);
  CHECK(keys(scan(kv, {})) == "a ");
  std::vector<Expectation> all_hold{{.key = "a", .version = version},
                                    {.key = "c", .version = std::nullopt}};
  CHECK(commit(kv, batch, all_hold) == Outcome::committed);
  CHECK(keys(scan(kv, {})) == "b ");
  CHECK(commit(kv, Batch(), {{.key = "b", .version = std::nullopt}}) == Outcome::conflict);
}

inline void check_snapshots(Kv& kv) {
  put(kv, "a", "1");
  put(kv, "b", "1");
  auto before = kv.snapshot();
  put(kv, "a", "2");
  put(kv, "aa", "1");
  erase(kv, "b");
  auto between = kv.snapshot();
  erase(kv, Range{});
  CHECK(scan(kv, {}).empty());
  auto old_entries = scan(kv, {}, 10, Order::ascending, before.get());
  CHECK(keys(old_entries) == "a b ");
  CHECK(old_entries[0].value.bytes == "1");
  rt::run_alone(kv.compact({}));
  auto newer = scan(kv, {}, 10, Order::descending, between.get());
  CHECK(keys(newer) == "aa a ");
  CHECK(newer[1].value.bytes == "2");
  CHECK(keys(scan(kv, {}, 10, Order::ascending, before.get())) == "a b ");
}

inline void check_compaction(Kv& kv) {
  for (int i = 0; i < 100; ++i) put(kv, "k" + std::to_string(i), std::string(1000, 'v'));
  rt::run_alone(kv.compact({}));
  erase(kv, prefix_range("k1"));
  rt::run_alone(kv.compact(prefix_range("k")));
  CHECK(scan(kv, {}).size() == 100 - 11);
  CHECK(!find(kv, "k10"));
  CHECK(find(kv, "k2")->bytes == std::string(1000, 'v'));
}

// --- many loops at once ---------------------------------------------------------------------

// Runs `count` Tasks of `make` on each of `loops` loops and waits for all of them.
inline void run_on_loops(unsigned loops, int count, const std::function<Task<>(int)>& make) {
  rt::Loops all(loops);
  std::atomic<int> left = static_cast<int>(loops) * count;
  std::atomic<int> failed = 0;
  auto done = [&](std::exception_ptr failure) {
    failed += failure != nullptr;
    if (--left == 0) all.stop();
  };
  int number = 0;
  for (unsigned loop = 0; loop < loops; ++loop) {
    for (int i = 0; i < count; ++i) {
      boost::asio::co_spawn(all.at(loop).executor(), make(number++), done);
    }
  }
  all.run();
  CHECK(failed == 0);
}

// Adds one to the number under "counter", `times` times.
inline Task<> count_up(Kv& kv, int times) {
  while (times > 0) {
    auto value = co_await kv.find("counter");
    int number = value ? std::stoi(value->bytes) : 0;
    Batch batch;
    batch.put("counter", std::to_string(number + 1));
    std::vector<Expectation> expectations(1);
    expectations[0].key = "counter";
    if (value) expectations[0].version = value->version;
    auto outcome = co_await kv.commit(std::move(batch), std::move(expectations));
    if (outcome == Outcome::committed) --times;
  }
}

inline void check_concurrent_counting(Kv& kv) {
  run_on_loops(3, 4, [&](int) { return count_up(kv, 25); });
  CHECK(text_of(kv, "counter") == "300");
}

// Every commit replaces all of the pair's two keys; a snapshot must never see half of one.
inline Task<> write_pairs(Kv& kv, int writer) {
  for (int i = 0; i < 50; ++i) {
    std::string number = std::to_string(writer * 1000 + i);
    Batch batch;
    batch.erase(prefix_range("pair/"));
    batch.put("pair/1", number);
    batch.put("pair/2", number);
    co_await kv.commit(std::move(batch));
    Range pair = prefix_range("pair/");
    auto entries = co_await kv.scan(pair, 10);
    if (entries.size() != 2 || entries[0].value.bytes != entries[1].value.bytes) {
      throw Error(Code::internal, "half of a commit is visible");
    }
  }
}

inline void check_concurrent_atomicity(Kv& kv) {
  run_on_loops(3, 3, [&](int writer) { return write_pairs(kv, writer); });
  CHECK(scan(kv, {}).size() == 2);
}

// Exactly one of those that want a name gets it, also when their commits share a group.
inline Task<> claim(Kv& kv, std::atomic<int>& won) {
  for (int i = 0; i < 20; ++i) {
    std::string key = "name/" + std::to_string(i);
    Batch batch;
    batch.put(key, "");
    std::vector<Expectation> absent(1);
    absent[0].key = key;
    auto outcome = co_await kv.commit(std::move(batch), std::move(absent));
    won += outcome == Outcome::committed;
  }
}

inline void check_concurrent_claims(Kv& kv) {
  std::atomic<int> won = 0;
  run_on_loops(2, 16, [&](int) { return claim(kv, won); });
  CHECK(won == 20);
}

inline void check_kv_contract(const MakeKv& make_empty) {
  struct Part {
    const char* name;
    void (*check)(Kv&);
  };
  const Part parts[] = {
      {"single keys", check_single_keys},
      {"bytes of all kinds", check_bytes_of_all_kinds},
      {"batches", check_batches},
      {"order and limits", check_order_and_limits},
      {"a long scan", check_long_scan},
      {"range delete", check_range_delete},
      {"versions", check_versions},
      {"expectations", check_expectations},
      {"snapshots", check_snapshots},
      {"compaction", check_compaction},
      {"concurrent counting", check_concurrent_counting},
      {"concurrent atomicity", check_concurrent_atomicity},
      {"concurrent claims", check_concurrent_claims},
  };
  for (const Part& part : parts) {
    CAPTURE(part.name);
    auto kv = make_empty();
    part.check(*kv);
  }
}

}  // namespace tt::store::contract
