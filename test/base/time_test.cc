#include "base/time.h"

#include <doctest/doctest.h>

using namespace tt;

TEST_CASE("a time is written with six decimals and a literal Z") {
  CHECK(format_time(from_us(0)) == "1970-01-01T00:00:00.000000Z");
  CHECK(format_time(from_us(1367739474582681)) == "2013-05-05T07:37:54.582681Z");
  CHECK(format_time(from_us(-1)) == "1969-12-31T23:59:59.999999Z");
  CHECK(format_time_seconds(from_us(1367739474582681)) == "2013-05-05T07:37:54Z");
}

TEST_CASE("times are read in every ISO 8601 spelling that clients send") {
  struct Case {
    const char* text;
    const char* utc;  // nullptr: refused
  };
  const Case cases[] = {
      {"2013-05-05T07:37:54.582681Z", "2013-05-05T07:37:54.582681Z"},
      {"2013-05-05T07:37:54.5Z", "2013-05-05T07:37:54.500000Z"},
      {"2013-05-05T07:37:54.5826819Z", "2013-05-05T07:37:54.582681Z"},
      {"2013-05-05T07:37:54", "2013-05-05T07:37:54.000000Z"},
      {"2013-05-05 07:37", "2013-05-05T07:37:00.000000Z"},
      {"2013-05-05", "2013-05-05T00:00:00.000000Z"},
      {"2013-05-05T07:37:54+02:00", "2013-05-05T05:37:54.000000Z"},
      {"2013-05-05T07:37:54-0530", "2013-05-05T13:07:54.000000Z"},
      {"2013-05-05T07:37:54+02", "2013-05-05T05:37:54.000000Z"},
      {"2012-02-29", "2012-02-29T00:00:00.000000Z"},
      {"2013-02-29", nullptr},
      {"2013-13-01", nullptr},
      {"2013-05-05T24:00:00Z", nullptr},
      {"2013-05-05T07:37:60Z", nullptr},
      {"2013-05-05T07:37:54.Z", nullptr},
      {"2013-05-05T07:37:54ZZ", nullptr},
      {"2013-05-05T07", nullptr},
      {"0001-01-01T00:00:00+01:00", nullptr},
      {"9999-12-31T23:59:59-01:00", nullptr},
      {"-2013-05-05", nullptr},
      {"", nullptr},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    auto time = parse_time(c.text);
    REQUIRE(time.has_value() == (c.utc != nullptr));
    if (time) CHECK(format_time(*time) == c.utc);
  }
}

TEST_CASE("dates are read and written") {
  for (const char* text : {"0001-01-01", "1969-12-31", "1970-01-01", "2024-02-29", "9999-12-31"}) {
    CHECK(tt::format_date(tt::parse_date(text).value()) == text);
  }
  for (const char* bad : {"", "2023-02-29", "2013-5-5", "2013-05-05T", "2013-05-05 ", "0000-01-01",
                          "10000-01-01", "2013-05-05Z", "2013/05/05"}) {
    CHECK_FALSE(tt::parse_date(bad));
  }
}
