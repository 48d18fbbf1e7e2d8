#include "base/text.h"

#include <doctest/doctest.h>

#include <cstdint>

using namespace tt;

TEST_CASE("a number is the whole text") {
  CHECK(parse_number<std::int64_t>("-12") == -12);
  CHECK(parse_number<std::int64_t>("9223372036854775807") == INT64_MAX);
  CHECK(parse_number<double>("2.5e1") == 25.0);
  for (std::string_view text : {"", " 1", "1 ", "+1", "1.0", "0x1", "12a", "9223372036854775808"}) {
    CHECK_FALSE(parse_number<std::int64_t>(text));
  }
  CHECK_FALSE(parse_number<std::uint16_t>("65536"));
  CHECK_FALSE(parse_number<std::uint16_t>("-1"));
  CHECK_FALSE(parse_number<double>("1e999"));
}

TEST_CASE("lower case of ASCII letters only") {
  CHECK(to_lower("RainGauge-42 ÄÖ @[`{") == "raingauge-42 ÄÖ @[`{");
  CHECK(to_lower("").empty());
}

TEST_CASE("characters, not bytes") {
  CHECK(count_characters("") == 0);
  CHECK(count_characters("station") == 7);
  CHECK(count_characters("日本語 🌡") == 5);
}
