#include "archive/block_hours.h"

#include <doctest/doctest.h>

#include <map>

#include "archive/block.h"
#include "archive/coding.h"
#include "base/digest.h"
#include "base/random.h"

using namespace tt;
using namespace tt::archive;

namespace {

using Samples = std::vector<std::pair<std::int64_t, std::string>>;

Points points_of(const Samples& samples) {
  Points points;
  for (const auto& [at, value] : samples) points.add(at, value);
  return points;
}

// A walk with two decimals, a sample every ten seconds and up to `jitter` microseconds.
Samples walk(std::int64_t start, std::int64_t jitter, std::uint64_t seed) {
  SeededRandom random(seed);
  Samples samples;
  double value = 500;
  for (std::int64_t i = 0; i < 2000; ++i) {
    auto late =
        jitter ? static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(jitter))) : 0;
    value += random.fraction() - 0.5;
    samples.emplace_back(start + i * 10'000'000 + late, fmt::format("{:.2f}", value));
  }
  return samples;
}

// The totals of the samples of one hour, as anybody would add them up.
Summary add_up(const Samples& samples) {
  Summary totals;
  for (const auto& [at, value] : samples) {
    auto number = std::stod(value);
    if (totals.count == 0) {
      totals.first = at;
      totals.min = totals.max = number;
    }
    totals.last = at;
    totals.min = std::min(totals.min, number);
    totals.max = std::max(totals.max, number);
    totals.sum += number;
    ++totals.count;
  }
  totals.numeric = totals.count;
  totals.first_value = parse_decimal(samples.front().second);
  totals.last_value = parse_decimal(samples.back().second);
  return totals;
}

void check_hours(const Samples& samples) {
  auto outline = decode_outline(encode_block(points_of(samples))).value();
  auto hour = [](std::int64_t at) { return (at - (at % hour_us + hour_us) % hour_us) / hour_us; };
  std::map<std::int64_t, Samples> by_hour;
  for (const auto& sample : samples) by_hour[hour(sample.first)].push_back(sample);
  REQUIRE(outline.hours.size() == by_hour.size());
  auto found = outline.hours.begin();
  for (const auto& [number, part] : by_hour) {
    auto wanted = add_up(part);
    CHECK(found->count == wanted.count);
    CHECK(found->numeric == wanted.numeric);
    CHECK(found->first == wanted.first);
    CHECK(found->last == wanted.last);
    CHECK(found->min == wanted.min);
    CHECK(found->max == wanted.max);
    CHECK(found->sum == doctest::Approx(wanted.sum).epsilon(1e-12));
    CHECK(found->first_value == wanted.first_value);
    CHECK(found->last_value == wanted.last_value);
    ++found;
  }
}

}  // namespace

TEST_CASE("block hours: regular and irregular samples, before 1970 too") {
  for (std::int64_t start : {std::int64_t{1'700'000'123'456'789}, -3 * hour_us - 5}) {
    for (std::int64_t jitter : {0, 1'000, 9'000'000}) {
      CAPTURE(start);
      CAPTURE(jitter);
      auto samples = walk(start, jitter, 3);
      check_hours(samples);
      // An hour without samples.
      for (std::size_t i = 700; i < samples.size(); ++i) samples[i].first += 2 * hour_us;
      check_hours(samples);
    }
  }
}

TEST_CASE("block hours: they take less than 0.05 bytes a point, with jitter 0.06") {
  auto bytes = [](const Samples& samples) {
    auto points = points_of(samples);
    std::vector<std::int64_t> numbers;
    for (const auto& point : points.all()) numbers.push_back(point.value.decimal().mantissa);
    return encode_hours(points, 1'000'000, numbers, {2, 2}).size();
  };
  CHECK(bytes(walk(0, 0, 3)) > 0);
  CHECK(bytes(walk(0, 0, 3)) < 2000 * 0.05);
  CHECK(bytes(walk(0, 1'000, 3)) < 2000 * 0.06);
}

TEST_CASE("block hours: damage behind a right checksum is found or harmless") {
  auto block = encode_block(points_of(walk(0, 1'000, 3)));
  REQUIRE(block[0] == 2);
  SeededRandom random(31);
  for (int round = 0; round < 2000; ++round) {
    auto damaged = block;
    auto place = 5 + random.below(120);
    damaged[place] = static_cast<char>(random.below(256));
    auto crc = crc32c(std::string_view(damaged).substr(5));
    std::memcpy(damaged.data() + 1, &crc, sizeof crc);
    auto outline = decode_outline(damaged);
    if (!outline) continue;
    std::uint64_t count = 0;
    for (const auto& hour : outline->hours) {
      REQUIRE(hour.first <= hour.last);
      count += hour.count;
    }
    REQUIRE((outline->hours.empty() || count == outline->block.count));
  }
}

TEST_CASE("block hours: none where they would cost more than they save") {
  auto hours_of = [](const Samples& samples) {
    return decode_outline(encode_block(points_of(samples))).value().hours.size();
  };
  Samples sparse, text, dense;
  for (int i = 0; i < 1000; ++i) {
    sparse.emplace_back(i * 60'000'000LL, "1.5");
    text.emplace_back(i * 10'000'000LL, i == 500 ? "off" : "1.5");
    dense.emplace_back(i * 1'000'000LL, "1.5");
  }
  CHECK(hours_of(sparse) == 0);
  CHECK(hours_of(text) == 0);
  CHECK(hours_of(dense) == 0);  // all in one hour
  dense.emplace_back(hour_us, "2");
  for (int i = 1; i < 200; ++i) dense.emplace_back(hour_us + i * 1'000'000LL, "-2");
  CHECK(hours_of(dense) == 2);
}
