// summarize() against the same totals made of what range() returns: hours of blocks, blocks,
// memory, and all that replaces and removes samples in them.

#include <doctest/doctest.h>

#include <cmath>

#include "archive/decimal.h"
#include "base/random.h"
#include "world.h"

using namespace tt;
using namespace tt::archive;

namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t hour = 3600 * second;
constexpr std::int64_t start = 1'700'000'000 * second;

using Samples = std::vector<std::pair<std::int64_t, std::string>>;

std::int64_t interval_of(std::int64_t at, std::int64_t length) {
  return at - (at % length + length) % length;
}

std::vector<Bucket> totals_of(const Samples& samples, std::int64_t length) {
  std::vector<Bucket> buckets;
  for (const auto& [at, value] : samples) {
    auto interval = from_us(interval_of(at, length));
    if (buckets.empty() || buckets.back().start != interval) {
      buckets.emplace_back();
      buckets.back().start = interval;
      buckets.back().first = {from_us(at), value};
    }
    auto& bucket = buckets.back();
    bucket.last = {from_us(at), value};
    ++bucket.count;
    auto number = parse_number(value);
    if (!number) continue;
    bucket.min = bucket.numeric == 0 ? *number : std::min(bucket.min, *number);
    bucket.max = bucket.numeric == 0 ? *number : std::max(bucket.max, *number);
    bucket.sum += *number;
    ++bucket.numeric;
  }
  return buckets;
}

void check_equal(const std::vector<Bucket>& found, const std::vector<Bucket>& wanted) {
  REQUIRE(found.size() == wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(found[i].start == wanted[i].start);
    CHECK(found[i].count == wanted[i].count);
    CHECK(found[i].numeric == wanted[i].numeric);
    CHECK(found[i].min == wanted[i].min);
    CHECK(found[i].max == wanted[i].max);
    CHECK(found[i].sum == doctest::Approx(wanted[i].sum).epsilon(1e-12));
    CHECK(found[i].first.at == wanted[i].first.at);
    CHECK(found[i].first.value == wanted[i].first.value);
    CHECK(found[i].last.at == wanted[i].last.at);
    CHECK(found[i].last.value == wanted[i].last.value);
  }
}

// Every length, the whole and a part whose ends lie within hours.
void check(World& world, SeededRandom& random) {
  for (auto length : {hour, 24 * hour, 5 * hour, 300 * second, hour / 2}) {
    for (bool is_whole : {true, false}) {
      auto from = start - hour, to = start + 40 * hour;
      if (!is_whole) {
        from = start + static_cast<std::int64_t>(random.below(20 * hour));
        to = from + static_cast<std::int64_t>(random.below(20 * hour));
      }
      CAPTURE(length);
      Query query{from_us(from), from_us(to), 1'000'000, false};
      Intervals intervals{from_us(from), from_us(to), Microseconds(length), 1'000'000};
      auto found = world.run(world.archive->summarize(1, intervals));
      check_equal(found, totals_of(world.range(1, query), length));
    }
  }
}

// 30 hours of a sample about every ten seconds.
Samples dense(SeededRandom& random, std::uint64_t jitter) {
  Samples samples;
  double value = 20;
  for (std::int64_t i = 0; i < 30 * 360; ++i) {
    value += random.fraction() - 0.5;
    auto at =
        start + i * 10 * second + (jitter ? static_cast<std::int64_t>(random.below(jitter)) : 0);
    samples.emplace_back(at, fmt::format("{:.2f}", value));
  }
  return samples;
}

}  // namespace

TEST_CASE("summaries: hours of blocks equal what range() adds up to") {
  for (std::uint64_t jitter : {0, 9'000'000}) {
    World world({.block_samples_max = 2000});
    SeededRandom random(11 + jitter);
    world.append(1, dense(random, jitter));
    check(world, random);
    world.run(world.archive->flush());
    check(world, random);
    world.reopen();
    check(world, random);
  }
}

TEST_CASE("summaries: replacements, erasures, texts and late samples") {
  SeededRandom random(12);
  World world({.block_samples_max = 2000});
  auto samples = dense(random, 0);
  world.append(1, samples);
  world.run(world.archive->flush());
  for (int round = 0; round < 12; ++round) {
    auto at = samples[random.below(samples.size())].first;
    switch (random.below(5)) {
      case 0: world.append(1, {{at, "-40.25"}}); break;
      case 1: world.append(1, {{at, "n/a"}}); break;
      case 2: world.append(1, {{at + second, "1e3"}, {at + 2 * second, "0000017"}}); break;
      case 3: world.run(world.archive->erase(1, from_us(at))); break;
      default: {
        auto end = at + static_cast<std::int64_t>(random.below(2 * hour));
        world.run(world.archive->erase(1, from_us(at), from_us(end)));
      }
    }
    if (round % 3 == 1) world.run(world.archive->flush());
    if (round % 4 == 2) world.reopen();
    check(world, random);
  }
}

TEST_CASE("summaries: the first so many intervals only") {
  SeededRandom random(13);
  World world({.block_samples_max = 2000});
  world.append(1, dense(random, 0));
  world.run(world.archive->flush());
  for (std::size_t limit : {0, 1, 7, 29, 500}) {
    Intervals intervals{Time::min(), Time::max(), Microseconds(hour), limit};
    auto found = world.run(world.archive->summarize(1, intervals));
    auto wanted = totals_of(world.all(1), hour);
    wanted.resize(std::min(limit, wanted.size()));
    check_equal(found, wanted);
  }
}
