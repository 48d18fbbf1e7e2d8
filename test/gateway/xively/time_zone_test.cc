#include "gateway/xively/time_zone.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "gateway/xively/place_names.h"

using namespace tt;
using namespace tt::gateway::xively;

namespace {

std::string text(std::string_view zone, std::string_view time) {
  return TimeZone::named(zone).text(*parse_time(time));
}

}  // namespace

TEST_CASE("times are written with the offset that holds at that time") {
  CHECK(TimeZone().text(*parse_time("2026-01-02T12:00:00Z")) == "2026-01-02T12:00:00.000000Z");
  CHECK(text("Berlin", "2026-03-29T00:59:59.999999Z") == "2026-03-29T01:59:59.999999+01:00");
  CHECK(text("Berlin", "2026-03-29T01:00:00Z") == "2026-03-29T03:00:00.000000+02:00");
  CHECK(text("America/New_York", "2060-07-01T00:00:00Z") == "2060-06-30T20:00:00.000000-04:00");
  CHECK(text("-9.5", "2026-01-01T00:00:00Z") == "2025-12-31T14:30:00.000000-09:30");
  // Local mean time had seconds; an offset has minutes, and time and offset agree.
  CHECK(text("Kolkata", "1900-01-01T00:00:00Z") == "1900-01-01T05:21:00.000000+05:21");
}

TEST_CASE("at the ends of time there is only UTC") {
  CHECK(text("Tokyo", "9999-12-31T23:00:00Z") == "9999-12-31T23:00:00.000000Z");
  CHECK(text("Hawaii", "0001-01-01T01:00:00Z") == "0001-01-01T01:00:00.000000Z");
}

TEST_CASE("every place that Rails knows is in the tz database") {
  for (auto place : {"Abu Dhabi", "International Date Line West", "Kyiv", "Mid-Atlantic", "Zurich",
                     "Nuku'alofa", "Solomon Is.", "St. Petersburg", "UTC", "Samoa"}) {
    CAPTURE(place);
    CHECK(!database_name_of(place).empty());
    CHECK_NOTHROW(TimeZone::named(place));
  }
  CHECK(database_name_of("berlin").empty());
  CHECK(database_name_of("").empty());
}

TEST_CASE("what is no zone is refused") {
  for (auto bad : {"Atlantis", "25", "-15", "nan", "1h", "Europe", "../etc/passwd", "/etc/passwd",
                   "Europe/..", "Europe/Berlin\n", " "}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(TimeZone::named(bad), Error);
  }
}
