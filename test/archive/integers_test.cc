#include "archive/integers.h"

#include <doctest/doctest.h>

#include <limits>

#include "base/bytes.h"
#include "base/random.h"
#include "plain_hex.h"

using namespace tt;
using namespace tt::archive;

namespace {

std::string encoded(const std::vector<std::int64_t>& values) {
  std::string out;
  encode_integers(values, out);
  return out;
}

std::vector<std::int64_t> decoded(std::string_view bytes, std::size_t count) {
  std::vector<std::int64_t> values(count);
  Cursor in(bytes);
  REQUIRE(decode_integers(in, values));
  REQUIRE(in.is_at_end());
  return values;
}

bool is_refused(std::string_view hex, std::size_t count) {
  auto bytes = from_hex(plain(hex)).value();
  std::vector<std::int64_t> values(count);
  Cursor in(bytes);
  return !decode_integers(in, values);
}

}  // namespace

TEST_CASE("integers: byte tables") {
  //                       kind  value count
  CHECK(to_hex(encoded(std::vector<std::int64_t>(2000, 1))) == plain("00 02 d00f"));
  CHECK(to_hex(encoded({-1})) == plain("00 01 01"));
  // packed, width 2: 10 11 12 13 = base 10 + 0 1 2 3 = 0b11100100
  CHECK(to_hex(encoded({10, 13, 10, 13, 10, 13, 11, 12})) == plain("41 08 14 cc9c"));
  // rice, k 0: 0 -1 1 0 = u 0 1 2 0 = 0, 10, 110, 0 = bits 0 1 0 1 1 0 0
  CHECK(decoded(from_hex(plain("80 04 00 1a")).value(), 4) ==
        std::vector<std::int64_t>{0, -1, 1, 0});
  // rice, k 2, base 100; u = 4 = 1*4+0 → bits 1 0 00, then the escape: 16 ones and 64 bits
  CHECK(decoded(from_hex(plain("82 02 c801 f1ff 0f 0000000000000000")).value(), 2) ==
        std::vector<std::int64_t>{102, 100});
}

TEST_CASE("integers: bytes that no writer makes are refused") {
  CHECK(is_refused("", 1));
  CHECK(is_refused("00", 1));
  CHECK(is_refused("0002", 1));
  CHECK(is_refused("000200", 1));    // a group of none
  CHECK(is_refused("000202", 1));    // more than expected
  CHECK(is_refused("0102", 1));      // constant with a parameter
  CHECK(is_refused("c0010000", 1));  // unknown kind
  CHECK(is_refused("a9010000", 1));  // k = 41
  CHECK(is_refused("40020000", 1));  // two, one expected
  CHECK(is_refused("4700", 1));      // no base
  CHECK(is_refused("470000", 1));    // a group of none
  CHECK(is_refused("470100", 1));    // no bits
  CHECK(is_refused("4702 00 11", 2));
  CHECK(is_refused("80 01 00", 1));
  CHECK(is_refused("80 01 00 ffff 00",
                   1));  // an escape cut off
}

TEST_CASE("integers: random sequences come back") {
  constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  SeededRandom random(11);
  for (int round = 0; round < 400; ++round) {
    auto count = 1 + random.below(700);
    auto bits = random.below(65);
    auto spikes = random.below(3) * 20;
    auto runs = random.below(4);
    std::vector<std::int64_t> values;
    while (values.size() < count) {
      auto value = bits == 0 ? 5 : static_cast<std::int64_t>(random.next()) >> (64 - bits);
      if (spikes > 0 && random.below(100) < spikes) {
        value = random.below(2) ? smallest : largest;
      }
      auto times = runs > 0 && random.below(40) == 0 ? random.below(100) + 1 : 1;
      for (std::uint64_t i = 0; i < times && values.size() < count; ++i) values.push_back(value);
    }
    REQUIRE(decoded(encoded(values), count) == values);
  }
}
