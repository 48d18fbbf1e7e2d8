#include "archive/block.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "archive/coding.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "base/random.h"
#include "plain_hex.h"

using namespace tt;
using namespace tt::archive;

namespace {

using Samples = std::vector<std::pair<std::int64_t, std::string>>;

Points points_of(const Samples& samples) {
  Points points;
  for (const auto& [at, value] : samples) points.add(at, value);
  return points;
}

Samples samples_of(const Points& points) {
  Samples samples;
  for (std::size_t i = 0; i < points.size(); ++i)
    samples.emplace_back(points.at(i), points.value(i));
  return samples;
}

Samples through_block(const Samples& samples) {
  auto decoded = decode_block(encode_block(points_of(samples)));
  REQUIRE(decoded.has_value());
  return samples_of(*decoded);
}

std::string body_hex(const Samples& samples) {
  return to_hex(encode_block(points_of(samples)).substr(5));
}

// A block with a right version and checksum around `body_hex`.
std::string block_around(std::string_view body_hex) {
  auto body = from_hex(plain(body_hex)).value();
  std::string block("\x01");
  put_fixed(crc32c(body), block);
  return block + body;
}

// Ten seconds apart, with `format` of printf.
Samples regular(const char* format, std::initializer_list<double> values) {
  Samples samples;
  for (auto value : values) {
    char text[64];
    std::snprintf(text, sizeof text, format, value);
    samples.emplace_back(static_cast<std::int64_t>(samples.size()) * 10'000'000, text);
  }
  return samples;
}

double normal(SeededRandom& random) {
  double sum = 0;
  for (int i = 0; i < 12; ++i) sum += random.fraction();
  return sum - 6;
}

Samples random_walk(std::size_t count, const char* format, std::uint64_t seed) {
  SeededRandom random(seed);
  Samples samples;
  double value = 25;
  for (std::size_t i = 0; i < count; ++i) {
    value += normal(random) * 0.15;
    char text[32];
    std::snprintf(text, sizeof text, format, value);
    samples.emplace_back(1'700'000'000'000'000 + static_cast<std::int64_t>(i) * 10'000'000, text);
  }
  return samples;
}

}  // namespace

TEST_CASE("block: byte tables") {
  CHECK(to_hex(encode_block(points_of({{0, "5"}})).substr(0, 1)) == plain("01"));
  CHECK(body_hex({{0, "5"}}) == plain("01"                      // one point
                                      "00"                      // at 0
                                      "01"                      // one number
                                      "00 0a"                   // min: no decimals, 5
                                      "00 0a"                   // max
                                      "00 0a"                   // sum
                                      "00 0a 00 0a"             // first and last value
                                      "00"                      // no others
                                      "00 00 01"                // scale 0, decimals_min 0, order 1
                                      "0a"));                   // 5 to start with, and no more
  CHECK(body_hex({{-1, "on"}, {1, "off"}}) == plain("02 01"     // two points, from -1
                                                    "02 01"     // unit 2, one of them
                                                    "00"        // no numbers
                                                    "ff ff"     // first and last are texts
                                                    "00 02 01"  // one step of 1 unit
                                                    "02"        // both are others
                                                    "00 08"     // a list of 8 bytes, as it is
                                                    "00 02 6f6e 03 6f6666"));
  CHECK(body_hex({{0, "1.50"}, {10, "1e0"}, {20, "1.50"}}) ==
        plain("03 00 0a 02"          // three points, from 0, unit 10, 2 of them
              "03"                   // three numbers
              "fe 000000000000f03f"  // min: the double 1
              "02 ac02"              // max: 150 with two decimals
              "fe 0000000000001040"  // sum: the double 4
              "02 ac02 02 ac02"      // first and last
              "00 02 02"             // constant 1, twice
              "01"                   // one other
              "02 02 01"             // scale 2, decimals_min 2, order 1
              "ac02 00 00 02"        // from 150, two differences of 0
              "01"                   // at index 1
              "00 05 00 03 316530"));
}

TEST_CASE("block: what the numbers say about their zeros is kept") {
  for (auto format : {"%.2f", "%.0f", "%g", "%.1f", "%.17f", "%.3e"}) {
    auto samples = regular(format, {20, 20.5, 20.25, -3, 0, 100, 1000, 0.5, 7.75});
    CHECK(through_block(samples) == samples);
  }
  Samples python{{1, "20.0"}, {2, "20.5"}, {3, "20.25"}, {4, "0.0"}, {5, "-100.0"}};
  CHECK(through_block(python) == python);
  Samples javascript{{1, "20"}, {2, "20.5"}, {3, "20.25"}, {4, "0"}, {5, "-100"}};
  CHECK(through_block(javascript) == javascript);
  // All of these follow one rule, so that none is kept as a text.
  CHECK(encode_block(points_of(python)).find("20.") == std::string::npos);
  CHECK(encode_block(points_of(javascript)).find("20.") == std::string::npos);
}

TEST_CASE("block: exceptions among numbers are kept as they are written") {
  Samples samples{{1, "0000017"},
                  {2, "1.0"},
                  {3, "1e5"},
                  {4, "1.00"},
                  {5, "-0"},
                  {6, "2.5"},
                  {7, ""},
                  {8, "2.50"},
                  {9, " 1"},
                  {10, std::string("\0\xff", 2)},
                  {11, "1"},
                  {12, "0.12345678901234567"},
                  {13, "99999999999999999"}};
  CHECK(through_block(samples) == samples);
}

TEST_CASE("block: extreme times, steps and numbers") {
  constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  Samples samples{
      {smallest, "-99999999999999999"}, {-1, "99999999999999999"}, {0, "0"}, {largest, "1"}};
  CHECK(through_block(samples) == samples);
  Samples far{{smallest, "a"}, {largest, "b"}};
  CHECK(through_block(far) == far);
}

TEST_CASE("block: states cost little") {
  Samples samples;
  SeededRandom random(5);
  for (int i = 0; i < 2000; ++i) {
    samples.emplace_back(i * 1'000'000, random.below(2) ? "ON" : "OFF");
  }
  CHECK(through_block(samples) == samples);
  CHECK(encode_block(points_of(samples)).size() < 2000 / 8 + 100);
}

TEST_CASE("block: the reference data takes under 0.83 bytes a point") {
  std::size_t fixed_bytes = 0;
  std::size_t trimmed_bytes = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    auto samples = random_walk(2000, "%.2f", seed);
    auto block = encode_block(points_of(samples));
    fixed_bytes += block.size();
    REQUIRE(samples_of(decode_block(block).value()) == samples);
    for (auto& [at, value] : samples) {
      while (value.back() == '0') value.pop_back();
      if (value.back() == '.') value.pop_back();
    }
    block = encode_block(points_of(samples));
    trimmed_bytes += block.size();
    REQUIRE(samples_of(decode_block(block).value()) == samples);
  }
  MESSAGE("bytes a point: " << static_cast<double>(fixed_bytes) / 40'000);
  CHECK(fixed_bytes < 40'000 * 0.83);
  CHECK(trimmed_bytes < 40'000 * 0.83);
}

TEST_CASE("block: the summary is exact") {
  auto block = encode_block(points_of({{10, "2.5"}, {20, "on"}, {35, "-1e1"}, {40, "4"}}));
  auto summary = decode_outline(block).value().block;
  CHECK(summary.count == 4);
  CHECK(summary.first == 10);
  CHECK(summary.last == 40);
  CHECK(summary.numeric == 3);
  CHECK(summary.min == -10);
  CHECK(summary.max == 4);
  CHECK(summary.sum == -3.5);
  CHECK(summary.first_value == Decimal{25, 1});
  CHECK(summary.last_value == Decimal{4, 0});
  auto texts = decode_outline(encode_block(points_of({{1, "a"}, {2, "b"}}))).value().block;
  CHECK(texts.numeric == 0);
  CHECK(!texts.first_value);
}

TEST_CASE("block: random samples come back") {
  SeededRandom random(17);
  for (int round = 0; round < 300; ++round) {
    Samples samples;
    auto count = 1 + random.below(600);
    auto kinds = 1 + random.below(5);
    auto decimals = static_cast<int>(random.below(8));
    std::int64_t at = static_cast<std::int64_t>(random.next() >> 20) - (std::int64_t{1} << 43);
    while (samples.size() < count) {
      at += random.below(3) ? 60'000'000 : 1 + static_cast<std::int64_t>(random.below(1 << 26));
      std::string value;
      auto number = (random.fraction() - 0.5) * std::pow(10, static_cast<double>(random.below(6)));
      switch (random.below(kinds)) {
        case 0: value = fmt::format("{:.{}f}", number, decimals); break;
        case 1: value = fmt::format("{}", number); break;
        case 2: value = fmt::format("{}", static_cast<int>(number)); break;
        case 3: value = random.below(2) ? "open" : "closed"; break;
        default: value = std::string(random.below(40), static_cast<char>(random.below(256)));
      }
      samples.emplace_back(at, value);
    }
    REQUIRE(through_block(samples) == samples);
  }
}

TEST_CASE("block: damage is found") {
  auto block = encode_block(points_of(random_walk(300, "%.2f", 4)));
  SeededRandom random(23);
  for (int round = 0; round < 2000; ++round) {
    auto damaged = block;
    auto place = random.below(damaged.size());
    damaged[place] = static_cast<char>(damaged[place] ^ (1 << random.below(8)));
    REQUIRE(!decode_block(damaged));
    REQUIRE(!decode_outline(damaged));
  }
  for (std::size_t size = 0; size < block.size(); ++size) {
    REQUIRE(!decode_block(std::string_view(block).substr(0, size)));
  }
  REQUIRE(!decode_block(block + '\0'));
}

TEST_CASE("block: bytes that no writer makes are refused behind a right checksum") {
  struct Row {
    const char* why;
    const char* body;
  };
  const Row rows[] = {
      {"empty", ""},
      {"no points", "00 00 00 ffff"},
      {"too many points", "818004 00 0202 00 ffff"},
      {"no span", "02 00 00 01 00 ffff"},
      {"time overflows", "02 feffffffffffffffff01 01 02 00 ffff"},
      {"span overflows", "02 00 ffffffffffffffffff01 02 00 ffff"},
      {"more numbers than points", "01 00 02 000a 000a 000a 000a 000a 00 0000010a"},
      {"decimals 18 in the first value", "01 00 00 1202 0002 00 0000010a"},
      {"a total that is no number", "01 00 01 fe000000000000f87f 000a 000a 000a 000a"},
      {"times descend", "03 00 01 02 00 ffff 800200bf00 03 0007 00016101620163"},
      {"a step of 0", "03 00 01 02 00 ffff 41 02 00 08 03 0007 00016101620163"},
      {"times end elsewhere", "02 00 02 01 00 ffff 000401 02 0005 0001610162"},
      {"more others than points", "01 00 00 ffff 02 0005 0001610162"},
      {"scale 18", "01 00 00 000a 000a 00 1200010a"},
      {"decimals_min over scale", "01 00 00 000a 000a 00 0001010a"},
      {"order over count", "01 00 00 000a 000a 00 0000020a0a"},
      {"number too long", "01 00 00 000a 000a 00 000001 ffffffffffffffffff01"},
      {"no list", "01 00 00 ffff 01 00 00"},
      {"unknown packing", "01 00 00 ffff 01 02 03000161"},
      {"unknown list", "01 00 00 ffff 01 00 03020161"},
      {"text beyond the list", "01 00 00 ffff 01 00 03000261"},
      {"index beyond the dictionary", "01 00 00 ffff 01 00 0701010161 000201"},
      {"bytes behind the list", "01 00 00 ffff 01 00 0400016100"},
      {"bytes behind", "01 00 00 ffff 01 00 0300016100"},
  };
  CHECK(decode_block(block_around("01 00 00 ffff 01 00 03000161")).has_value());
  CHECK(decode_block(block_around("01 00 00 000a 000a 00 0000010a")).has_value());
  CHECK(decode_block(block_around("02 00 0201 00 ffff 000201 02 0005 0001610162")).has_value());
  CHECK(decode_block(block_around("01 00 00 ffff 01 00 0701010161 000001")).has_value());
  for (const auto& row : rows) {
    CAPTURE(row.why);
    CHECK(!decode_block(block_around(row.body)));
  }
}
