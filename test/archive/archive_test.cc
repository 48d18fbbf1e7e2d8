#include "archive/archive.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "archive/decimal.h"
#include "base/random.h"
#include "world.h"

using namespace tt;
using namespace tt::archive;

namespace {

using Samples = std::vector<std::pair<std::int64_t, std::string>>;

constexpr std::int64_t hour = 3'600'000'000;
constexpr std::int64_t week = 7 * 24 * hour;

// Small enough that a few hundred samples pass every path.
Options small() { return {.retention = {}, .log_bytes_max = 3000, .block_samples_max = 16}; }

Query between(std::int64_t start, std::int64_t end, std::size_t limit = 1000) {
  return {.start = from_us(start), .end = from_us(end), .limit = limit, .find_previous = false};
}

// What the archive promises, kept the simplest way.
struct Model {
  struct Series {
    std::map<std::int64_t, std::string> samples;
    std::optional<std::pair<std::int64_t, std::string>> last;
    std::optional<double> min, max;
  };
  std::map<SeriesId, Series> series;

  void append(SeriesId id, const Samples& samples) {
    auto& s = series[id];
    for (const auto& [at, value] : samples) {
      s.samples[at] = value;
      auto number = parse_number(value);
      if (number && (!s.min || *number < *s.min)) s.min = number;
      if (number && (!s.max || *number > *s.max)) s.max = number;
    }
  }
  void erase(SeriesId id, std::int64_t start, std::int64_t end) {
    auto& samples = series[id].samples;
    samples.erase(samples.lower_bound(start), samples.upper_bound(end));
  }
};

void check_equal(World& world, Model& model) {
  for (auto& [id, expected] : model.series) {
    CAPTURE(id);
    Samples samples(expected.samples.begin(), expected.samples.end());
    REQUIRE(world.all(id) == samples);
    auto current = world.run(world.archive->current(id));
    REQUIRE(current.has_value() == !samples.empty());
    if (!current) continue;
    CHECK(to_us(current->last.at) == samples.back().first);
    CHECK(current->last.value == samples.back().second);
    // Numbers that one write replaces by another of the same time still count.
    CHECK(current->min == expected.min);
    CHECK(current->max == expected.max);
  }
}

std::string random_value(SeededRandom& random, SeriesId series) {
  switch (random.below(series % 3 == 0 ? 6 : 3)) {
    case 0: return fmt::format("{:.2f}", random.fraction() * 100);
    case 1: return fmt::format("{}", random.below(1000));
    case 2: return fmt::format("{:.1f}", random.fraction() * 10);
    case 3: return random.below(2) ? "open" : "closed";
    case 4: return fmt::format("{:05}", random.below(100));
    default: return std::string(random.below(300), 'x');
  }
}

std::int64_t random_time(SeededRandom& random, std::int64_t& clock) {
  if (random.below(3) > 0) return clock += 60'000'000;
  auto before = static_cast<std::int64_t>(random.below(3 * week));
  return random.below(4) ? clock - before % (hour * 4) / 1'000'000 * 1'000'000 : clock - before;
}

}  // namespace

TEST_CASE("archive: what was appended is read, in order, the last write of a time wins") {
  World world;
  world.append(1, {{30, "3"}, {10, "1.0"}, {20, "on"}, {10, "0000017"}});
  world.append(2, {{-5, ""}});
  CHECK(world.all(1) == Samples{{10, "0000017"}, {20, "on"}, {30, "3"}});
  CHECK(world.all(2) == Samples{{-5, ""}});
  CHECK(world.all(3).empty());
  world.append(1, {{20, "off"}});
  CHECK(world.range(1, between(11, 30)) == Samples{{20, "off"}, {30, "3"}});
  CHECK(world.range(1, between(0, 100, 2)) == Samples{{10, "0000017"}, {20, "off"}});
  CHECK(world.range(1, between(31, 100)).empty());
  CHECK(world.range(1, between(100, 0)).empty());
  world.reopen();
  CHECK(world.all(1) == Samples{{10, "0000017"}, {20, "off"}, {30, "3"}});
  world.run(world.archive->flush());
  CHECK(world.count_keys("archive/l") == 0);
  CHECK(world.all(1) == Samples{{10, "0000017"}, {20, "off"}, {30, "3"}});
  world.reopen();
  CHECK(world.all(1) == Samples{{10, "0000017"}, {20, "off"}, {30, "3"}});
  CHECK(world.all(2) == Samples{{-5, ""}});
}

TEST_CASE("archive: one append of many series is one commit with one key") {
  World world;
  std::vector<SampleView> samples{{from_us(1), "1"}, {from_us(2), "2"}};
  std::vector<Run> runs;
  for (SeriesId id = 1; id <= 100; ++id) runs.push_back({id, samples});
  world.run(world.archive->append(runs));
  CHECK(world.kv.commits() == 1);
  CHECK(world.count_keys("") == 1);
  CHECK(world.all(100) == Samples{{1, "1"}, {2, "2"}});
  world.run(world.archive->append({}));
  CHECK(world.kv.commits() == 1);
}

TEST_CASE("archive: current has the newest sample and the extremes of the numbers") {
  World world;
  CHECK(!world.run(world.archive->current(1)));
  world.append(1, {{10, "5"}, {20, "-1e1"}, {30, "on"}});
  world.clock.advance(Microseconds(7));
  world.append(1, {{15, "8.25"}});
  auto check = [&] {
    auto current = world.run(world.archive->current(1));
    REQUIRE(current.has_value());
    CHECK(to_us(current->last.at) == 30);
    CHECK(current->last.value == "on");
    CHECK(to_us(current->received) == 1'700'000'000'000'000);
    CHECK(current->min == -10.0);
    CHECK(current->max == 8.25);
  };
  check();
  world.reopen();
  check();
  world.run(world.archive->flush());
  check();
  world.reopen();
  check();
  world.run(world.archive->set_extremes(1, std::nullopt, 3.0));
  world.append(1, {{40, "2"}, {50, "1"}});
  for (int i = 0; i < 2; ++i) {
    auto current = world.run(world.archive->current(1));
    CHECK(current->min == 1.0);
    CHECK(current->max == 3.0);
    CHECK(current->last.value == "1");
    world.reopen();
  }
  world.append(2, {{1, "text"}});
  CHECK(!world.run(world.archive->current(2))->min);
}

TEST_CASE("archive: find and find_previous look into memory and blocks") {
  World world(small());
  for (std::int64_t i = 0; i < 100; ++i) world.append(1, {{i * hour, std::to_string(i)}});
  world.append(1, {{5 * hour + 1, "late"}});
  auto check = [&] {
    CHECK(world.run(world.archive->find(1, from_us(50 * hour)))->value == "50");
    CHECK(world.run(world.archive->find(1, from_us(5 * hour + 1)))->value == "late");
    CHECK(!world.run(world.archive->find(1, from_us(50 * hour + 1))));
    CHECK(!world.run(world.archive->find(2, from_us(50 * hour))));
    auto query = between(50 * hour + 1, 52 * hour);
    query.find_previous = true;
    CHECK(world.range(1, query) ==
          Samples{{50 * hour, "50"}, {51 * hour, "51"}, {52 * hour, "52"}});
    query.start = from_us(30 * week);
    query.end = from_us(31 * week);
    CHECK(world.range(1, query) == Samples{{99 * hour, "99"}});
    query.start = from_us(0);
    query.end = from_us(0);
    CHECK(world.range(1, query) == Samples{{0, "0"}});
    query.start = from_us(6 * hour);
    query.limit = 1;
    query.end = from_us(7 * hour);
    CHECK(world.range(1, query) == Samples{{5 * hour + 1, "late"}, {6 * hour, "6"}});
  };
  check();
  world.run(world.archive->flush());
  check();
  world.reopen();
  check();
}

TEST_CASE("archive: erasing is durable and moves the newest sample") {
  for (bool flushed : {false, true}) {
    CAPTURE(flushed);
    World world(small());
    for (std::int64_t i = 0; i < 100; ++i) world.append(1, {{i * hour, std::to_string(i)}});
    if (flushed) world.run(world.archive->flush());
    CHECK(!world.run(world.archive->erase(1, from_us(1))));
    CHECK(!world.run(world.archive->erase(2, from_us(1))));
    CHECK(world.run(world.archive->erase(1, from_us(40 * hour))));
    CHECK(!world.run(world.archive->erase(1, from_us(40 * hour))));
    world.run(world.archive->erase(1, from_us(10 * hour), from_us(29 * hour)));
    world.run(world.archive->erase(1, from_us(90 * hour), from_us(200 * hour)));
    Samples expected;
    for (std::int64_t i = 0; i < 90; ++i) {
      if (i < 10 || (i > 29 && i != 40)) expected.emplace_back(i * hour, std::to_string(i));
    }
    for (int round = 0; round < 3; ++round) {
      CHECK(world.all(1) == expected);
      CHECK(world.run(world.archive->current(1))->last.value == "89");
      CHECK(world.run(world.archive->current(1))->max == 99.0);
      if (round == 1) world.run(world.archive->flush());
      world.reopen();
    }
    world.run(world.archive->erase(1));
    CHECK(world.all(1).empty());
    CHECK(!world.run(world.archive->current(1)));
    world.reopen();
    CHECK(world.all(1).empty());
    world.append(1, {{7, "-3"}});
    CHECK(world.run(world.archive->current(1))->max == -3.0);
    world.run(world.archive->erase(1, from_us(0), from_us(10)));
    CHECK(!world.run(world.archive->current(1)));
    world.run(world.archive->erase(1));
    world.run(world.archive->flush());
    CHECK(world.count_keys("") == 0);
  }
}

TEST_CASE("archive: intervals are added up from blocks and memory alike") {
  World world(small());
  std::map<std::int64_t, std::vector<std::pair<std::int64_t, std::string>>> expected;
  SeededRandom random(9);
  std::map<std::int64_t, std::string> samples;
  for (int i = 0; i < 600; ++i) {
    auto at = static_cast<std::int64_t>(random.below(3 * week)) - week;
    auto value = i % 10 == 0 ? std::string("n/a") : fmt::format("{:.2f}", random.fraction() * 50);
    if (i % 3 == 0) at = -week + std::int64_t{i} * 60'000'000;
    world.append(1, {{at, value}});
    samples[at] = value;
  }
  for (auto interval : {hour, 24 * hour, 7 * hour, 4 * week}) {
    CAPTURE(interval);
    Intervals inner{from_us(-week + 5), from_us(2 * week - 5), Microseconds(interval), 100'000};
    auto buckets = world.run(world.archive->summarize(1, inner));
    std::size_t index = 0;
    auto at = samples.lower_bound(-week + 5);
    while (at != samples.end() && at->first <= 2 * week - 5) {
      auto start = at->first / interval * interval - (at->first % interval < 0 ? interval : 0);
      REQUIRE(index < buckets.size());
      const auto& bucket = buckets[index++];
      REQUIRE(to_us(bucket.start) == start);
      CHECK(to_us(bucket.first.at) == at->first);
      CHECK(bucket.first.value == at->second);
      std::uint64_t count = 0, numeric = 0;
      double min = INFINITY, max = -INFINITY, sum = 0;
      std::pair<std::int64_t, std::string> last;
      for (; at != samples.end() && at->first < start + interval && at->first <= 2 * week - 5;
           ++at) {
        ++count;
        last = *at;
        auto number = parse_number(at->second);
        if (!number) continue;
        ++numeric;
        min = std::min(min, *number);
        max = std::max(max, *number);
        sum += *number;
      }
      CHECK(bucket.count == count);
      CHECK(bucket.numeric == numeric);
      CHECK(to_us(bucket.last.at) == last.first);
      CHECK(bucket.last.value == last.second);
      CHECK(bucket.sum == doctest::Approx(sum).epsilon(1e-12));
      if (numeric > 0) {
        CHECK(bucket.min == min);
        CHECK(bucket.max == max);
      }
    }
    CHECK(index == buckets.size());
    Intervals first_two{Time::min(), Time::max(), Microseconds(interval), 2};
    auto few = world.run(world.archive->summarize(1, first_two));
    CHECK(few.size() == std::min<std::size_t>(2, buckets.size()));
  }
}

TEST_CASE("archive: partitions older than the retention disappear") {
  auto options = small();
  options.retention = Microseconds(2 * week);
  World world(options);
  auto now = to_us(world.clock.now());
  for (std::int64_t i = 0; i < 60; ++i) {
    world.append(1, {{now - i * 24 * hour, std::to_string(i)}});
  }
  world.run(world.archive->flush());
  world.run(world.archive->expire());
  auto kept = world.all(1).size();
  CHECK(kept >= 14);
  CHECK(kept < 22);
  CHECK(world.run(world.archive->current(1))->last.value == "0");
  auto blocks = world.count_keys("archive/b");
  world.clock.advance(Microseconds(10 * week));
  CHECK(world.all(1).empty());
  CHECK(world.run(world.archive->current(1))->last.value == "0");
  world.run(world.archive->expire());
  CHECK(world.count_keys("archive/b") < blocks);
  CHECK(world.count_keys("archive/b") == 0);
  // What is too old already is not stored.
  world.append(1, {{now, "again"}});
  world.run(world.archive->flush());
  CHECK(world.count_keys("archive/b") == 0);
}

TEST_CASE("archive: slow series do not end up in tiny blocks") {
  World world;
  for (std::int64_t i = 0; i < 160; ++i) {
    world.append(1, {{i * hour, std::to_string(i % 7)}});
    if (i % 4 == 3) world.run(world.archive->flush());
  }
  CHECK(world.count_keys("archive/b") <= 8);
  CHECK(world.all(1).size() == 160);
}

TEST_CASE("archive: blocks stay within their limits") {
  World world(small());
  Samples samples;
  for (std::int64_t i = 0; i < 1000; ++i) samples.emplace_back(i, std::to_string(i * i));
  world.append(1, samples);
  CHECK(world.all(1) == samples);
  CHECK(world.count_keys("archive/b") == (1000 + 15) / 16);
  std::string megabyte(1 << 20, 'm');
  world.append(2, {{1, megabyte}, {2, megabyte}, {3, megabyte}});
  CHECK(world.all(2).at(2).second == megabyte);
  CHECK_THROWS_AS(world.append(2, {{4, megabyte + "m"}}), Error);
  CHECK(world.all(2).size() == 3);
}

TEST_CASE("archive: the log is cut when it is too long") {
  World world(small());
  for (std::int64_t i = 0; i < 5000; ++i) world.append(1 + i % 50, {{i, std::to_string(i)}});
  std::size_t log_bytes = 0;
  for (const auto& entry :
       world.run(world.memory->scan(store::prefix_range("archive/l"), 10'000))) {
    log_bytes += entry.value.bytes.size();
  }
  CHECK(log_bytes < 4000);
  for (SeriesId id = 1; id <= 50; ++id) CHECK(world.all(id).size() == 100);
}

TEST_CASE("archive: random writes, erasures and restarts against a map") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    SeededRandom random(seed);
    World world(small());
    Model model;
    std::map<SeriesId, std::int64_t> clocks;
    for (int step = 0; step < 400; ++step) {
      auto id = static_cast<SeriesId>(1 + random.below(4));
      auto& clock = clocks.try_emplace(id, 1'700'000'000'000'000).first->second;
      auto dice = random.below(100);
      if (dice < 80) {
        Samples samples;
        for (auto n = random.below(12) + 1; n > 0; --n) {
          samples.emplace_back(random_time(random, clock), random_value(random, id));
        }
        world.append(id, samples);
        model.append(id, samples);
      } else if (dice < 86) {
        auto end = random_time(random, clock);
        auto start = end - static_cast<std::int64_t>(random.below(5) * hour);
        world.run(world.archive->erase(id, from_us(start), from_us(end)));
        model.erase(id, start, end);
      } else if (dice < 90) {
        auto& samples = model.series[id].samples;
        if (samples.empty()) continue;
        auto at = std::next(samples.begin(), static_cast<int>(random.below(samples.size())))->first;
        REQUIRE(world.run(world.archive->erase(id, from_us(at))));
        samples.erase(at);
      } else if (dice == 90) {
        world.run(world.archive->erase(id));
        model.series[id] = {};
      } else if (dice == 91) {
        world.run(world.archive->set_extremes(id, 1.5, std::nullopt));
        model.series[id].min = 1.5;
        model.series[id].max = std::nullopt;
      } else if (dice < 95) {
        world.run(world.archive->flush());
      } else if (dice < 98) {
        world.reopen();
      } else {
        check_equal(world, model);
      }
    }
    check_equal(world, model);
    world.reopen();
    check_equal(world, model);
    world.run(world.archive->flush());
    check_equal(world, model);
    CHECK(world.count_keys("archive/l") == 0);
  }
}

TEST_CASE("archive: whatever commit is the last, all that was acknowledged is there") {
  for (std::size_t stop = 1; stop <= 90; ++stop) {
    CAPTURE(stop);
    SeededRandom random(5);
    World world(small());
    Model model;
    std::int64_t clock = 1'700'000'000'000'000;
    world.kv.stop_after(stop);
    bool stopped = false;
    for (int step = 0; step < 120; ++step) {
      auto id = static_cast<SeriesId>(1 + random.below(2));
      Samples samples;
      for (auto n = random.below(6) + 1; n > 0; --n) {
        samples.emplace_back(random_time(random, clock), random_value(random, id));
      }
      bool erases = random.below(10) == 0;
      try {
        if (erases) {
          world.run(world.archive->erase(id, from_us(clock - 2 * hour), from_us(clock)));
          model.erase(id, clock - 2 * hour, clock);
        } else {
          world.append(id, samples);
          model.append(id, samples);
        }
      } catch (const Error& error) {
        REQUIRE(error.code() == Code::unavailable);
        stopped = true;
        break;
      }
    }
    REQUIRE(stopped);
    // Reading still works, and what failed is not shown.
    check_equal(world, model);
    world.kv.stop_after(StoppingKv::never);
    world.reopen();
    check_equal(world, model);
    world.run(world.archive->flush());
    check_equal(world, model);
  }
}

TEST_CASE("archive: a disk that is full for a while loses nothing") {
  World world(small());
  Model model;
  std::int64_t at = 0;
  auto append = [&] {
    Samples samples{{++at, std::to_string(at)}};
    world.append(1, samples);
    model.append(1, samples);
  };
  for (int i = 0; i < 20; ++i) append();
  world.kv.stop_after(0);
  CHECK_THROWS_AS(world.append(1, {{99, "lost"}}), Error);
  CHECK_THROWS_AS(world.run(world.archive->flush()), Error);
  check_equal(world, model);
  // An append whose commit is the last to succeed is acknowledged, although its blocks fail.
  for (int i = 0; i < 40; ++i) {
    world.kv.stop_after(1);
    append();
  }
  world.kv.stop_after(StoppingKv::never);
  check_equal(world, model);
  for (int i = 0; i < 20; ++i) append();
  world.run(world.archive->flush());
  check_equal(world, model);
  world.reopen();
  check_equal(world, model);
}

TEST_CASE("archive: damage in the store is reported as such") {
  World world(small());
  for (std::int64_t i = 0; i < 40; ++i) world.append(1, {{i, "1"}});
  world.run(world.archive->flush());
  auto damage = [&](std::string_view prefix) {
    auto entries = world.run(world.memory->scan(store::prefix_range(prefix), 1));
    store::Batch batch;
    batch.put(entries.front().key, "damaged");
    world.run(world.memory->commit(std::move(batch)));
  };
  damage("archive/b");
  try {
    world.all(1);
    FAIL("not noticed");
  } catch (const Error& error) {
    CHECK(error.code() == Code::corrupt);
  }
  world.append(1, {{100, "1"}});
  damage("archive/l");
  CHECK_THROWS_AS(world.reopen(), Error);
}
