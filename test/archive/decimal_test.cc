#include "archive/decimal.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "base/random.h"

using namespace tt;
using namespace tt::archive;

TEST_CASE("a canonical decimal is read and written byte for byte") {
  struct Row {
    const char* text;
    Decimal decimal;
  };
  const Row rows[] = {
      {"0", {0, 0}},
      {"0.0", {0, 1}},
      {"7", {7, 0}},
      {"-7", {-7, 0}},
      {"21.30", {2130, 2}},
      {"-0.05", {-5, 2}},
      {"0.00001234", {1234, 8}},
      {"99999999999999999", {99'999'999'999'999'999, 0}},
      {"-9999999999999999.9", {-99'999'999'999'999'999, 1}},
      {"0.30000000000000004", {30'000'000'000'000'004, 17}},
      {"-0.99999999999999999", {-99'999'999'999'999'999, 17}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    REQUIRE(parse_decimal(row.text).has_value());
    CHECK(*parse_decimal(row.text) == row.decimal);
    std::string text;
    append_decimal(row.decimal, text);
    CHECK(text == row.text);
    CHECK(to_double(row.decimal) == std::strtod(row.text, nullptr));
  }
}

TEST_CASE("every other text is no canonical decimal") {
  for (auto text : {"",
                    "-",
                    ".",
                    "1.",
                    ".5",
                    "-.5",
                    "+1",
                    "00",
                    "01",
                    "-01",
                    "0000017",
                    "-0",
                    "-0.0",
                    "1e5",
                    "1.5e3",
                    "1 ",
                    " 1",
                    "1,5",
                    "0x10",
                    "nan",
                    "inf",
                    "1.2.3",
                    "--1",
                    "1-",
                    "100000000000000000",
                    "999999999999999999",
                    "99999999999999999999",
                    "0.100000000000000000",
                    "18446744073709551617"}) {
    CAPTURE(text);
    CHECK(!parse_decimal(text));
  }
}

TEST_CASE("numbers of people are numbers, other texts are not") {
  CHECK(parse_number("0000017") == 17.0);
  CHECK(parse_number("1e5") == 100000.0);
  CHECK(parse_number("-2.5E-3") == -0.0025);
  CHECK(parse_number("+4") == 4.0);
  CHECK(parse_number("-0") == 0.0);
  CHECK(parse_number(".5") == 0.5);
  CHECK(parse_number("5.") == 5.0);
  for (auto text : {"", "+", "-", "+-1", "-+1", "inf", "-inf", "nan", "0x10", "1e999", "12abc",
                    " 1", "1 ", "e5", "."}) {
    CAPTURE(text);
    CHECK(!parse_number(text));
  }
}

TEST_CASE("the double of a decimal is the nearest one") {
  SeededRandom random(3);
  for (int i = 0; i < 20'000; ++i) {
    Decimal decimal{static_cast<std::int64_t>(random.next() % mantissa_end),
                    static_cast<unsigned>(random.below(decimals_max + 1))};
    std::string text;
    append_decimal(decimal, text);
    CAPTURE(text);
    REQUIRE(to_double(decimal) == std::strtod(text.c_str(), nullptr));
    REQUIRE(parse_decimal(text) == decimal);
  }
}
