// Series that rest leave memory; nobody may notice.

#include <doctest/doctest.h>

#include <map>

#include "archive/series_table.h"
#include "base/random.h"
#include "world.h"

using namespace tt;
using namespace tt::archive;

namespace {

// At most one series of each stripe stays.
Options forgetful() { return {.block_samples_max = 16, .idle_series_max = 64}; }

constexpr SeriesId series_count = 1000;

}  // namespace

TEST_CASE("idle series: values, extremes and times of arrival survive") {
  World world(forgetful());
  auto received = world.clock.now();
  for (SeriesId id = 1; id <= series_count; ++id) {
    world.append(id, {{id, std::to_string(id)}, {id + 5, "-1.50"}, {id + 9, "off"}});
  }
  world.run(world.archive->flush());
  world.clock.advance(std::chrono::hours(1));
  for (int round = 0; round < 3; ++round) {
    for (SeriesId id = 1; id <= series_count; ++id) {
      CAPTURE(id);
      auto current = world.run(world.archive->current(id));
      REQUIRE(current);
      REQUIRE(current->last.value == "off");
      REQUIRE(to_us(current->last.at) == id + 9);
      REQUIRE(current->received == received);
      REQUIRE(current->min == -1.5);
      REQUIRE(current->max == static_cast<double>(id));
      REQUIRE(world.all(id).size() == 3);
    }
    if (round == 1) world.reopen();
  }
}

TEST_CASE("idle series: they change again") {
  World world(forgetful());
  for (SeriesId id = 1; id <= series_count; ++id) world.append(id, {{100, "5"}});
  world.run(world.archive->flush());
  // An older sample does not become the newest, a newer one does; both widen the extremes.
  for (SeriesId id = 1; id <= series_count; ++id) world.append(id, {{id % 2 ? 50 : 150, "9"}});
  for (int round = 0; round < 4; ++round) {
    for (SeriesId id = 1; id <= series_count; ++id) {
      CAPTURE(id);
      auto current = world.run(world.archive->current(id));
      REQUIRE(current->last.value == (id % 2 ? "5" : "9"));
      REQUIRE(current->min == 5.0);
      REQUIRE(current->max == 9.0);
      REQUIRE(world.all(id).size() == 2);
    }
    if (round == 0) world.reopen();  // from the log
    if (round == 1) world.run(world.archive->flush());
    if (round == 2) world.reopen();
  }
}

TEST_CASE("idle series: erasing, resetting and forgetting") {
  World world(forgetful());
  for (SeriesId id = 1; id <= series_count; ++id) world.append(id, {{1, "3"}, {2, "7"}});
  world.run(world.archive->flush());
  CHECK(world.run(world.archive->erase(1, from_us(2))));
  CHECK(!world.run(world.archive->erase(2, from_us(3))));
  world.run(world.archive->set_extremes(3, 4.0, 5.0));
  world.append(3, {{4, "6"}});
  world.run(world.archive->erase(4));
  world.run(world.archive->erase(5, from_us(0), from_us(10)));
  for (int round = 0; round < 4; ++round) {
    CHECK(world.run(world.archive->current(1))->last.value == "3");
    CHECK(world.run(world.archive->current(2))->last.value == "7");
    CHECK(world.run(world.archive->current(3))->min == 4.0);
    CHECK(world.run(world.archive->current(3))->max == 6.0);
    CHECK(!world.run(world.archive->current(4)));
    CHECK(world.all(4).empty());
    CHECK(!world.run(world.archive->current(5)));
    if (round == 0) world.reopen();
    if (round == 1) world.run(world.archive->flush());
    if (round == 2) world.reopen();
  }
}

TEST_CASE("idle series: random changes and crashes at any commit") {
  SeededRandom random(41);
  for (int run = 0; run < 20; ++run) {
    World world(forgetful());
    std::map<SeriesId, std::map<std::int64_t, std::string>> expected;
    for (int step = 0; step < 300; ++step) {
      auto id = static_cast<SeriesId>(1 + random.below(200));
      auto at = static_cast<std::int64_t>(random.below(40));
      auto value = std::to_string(random.below(1000));
      switch (random.below(20)) {
        case 0:
          world.run(world.archive->erase(id, from_us(at)));
          expected[id].erase(at);
          break;
        case 1:
          // A flush that fails half-way.
          world.kv.stop_after(random.below(3));
          CHECK_THROWS_AS((world.run(world.archive->flush()), throw Error(Code::unavailable, "")),
                          Error);
          world.kv.stop_after(StoppingKv::never);
          break;
        case 2: world.reopen(); break;
        case 3: world.run(world.archive->flush()); break;
        default: world.append(id, {{at, value}}); expected[id][at] = value;
      }
    }
    for (const auto& [id, samples] : expected) {
      std::vector<std::pair<std::int64_t, std::string>> wanted(samples.begin(), samples.end());
      REQUIRE(world.all(id) == wanted);
      auto current = world.run(world.archive->current(id));
      REQUIRE(current.has_value() == !wanted.empty());
      if (current) REQUIRE(current->last.value == wanted.back().second);
    }
  }
}

TEST_CASE("series table: a record read before the series was forgotten is not enough") {
  SeriesTable table({.points_max = 10, .text_bytes_max = 100, .idle_max = 0});
  Append append{.received = 1, .slices = {{7, 0, 1}}, .points = {}};
  append.points.add(5, "1.5");
  CHECK(!table.record(7));
  SeriesTable::Stored old{.age = table.age(7), .record = {}};
  CHECK(!table.record(7, &old)->has_last);
  table.apply(append);
  CHECK(table.record(7, &old)->last_at == 5);
  table.load(7, {});
  auto job = table.take(7);
  REQUIRE(job);
  table.written(7, job->record);
  // What the old record lacks is in memory no more.
  CHECK(!table.record(7, &old));
  SeriesTable::Stored fresh{.age = table.age(7), .record = job->record};
  CHECK(table.record(7, &fresh)->last_at == 5);
}
