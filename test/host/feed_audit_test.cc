#include "host/feed_audit.h"

#include <doctest/doctest.h>

using namespace tt;

TEST_CASE("what is different between two states of a feed, for people") {
  registry::Feed before;
  before.title = "Attic";
  before.channels.push_back({1, "t", {}, {}});
  auto after = before;
  CHECK(difference(before, after) == "");
  after.title = "Roof";
  after.is_private = true;
  after.tags = {"a", "b"};
  after.retention_days = 30;
  after.channels[0].unit.symbol = "°C";
  after.channels.push_back({2, "u", {}, {}});
  CHECK(difference(before, after) ==
        "title: 'Attic' → 'Roof'; private: 'no' → 'yes'; tags: '' → 'a, b'; "
        "retention in days: '0' → '30'; channel 't' symbol: '' → '°C'; channel 'u' added");
}

TEST_CASE("a place is a decision for a fixed thing and a reading for a mobile one") {
  registry::Feed before, after;
  after.location.lat = 1.5;
  CHECK(difference(before, after) == "latitude: '' → '1.5'");
  before.location.disposition = after.location.disposition = "mobile";
  CHECK(difference(before, after) == "");
}

TEST_CASE("a long text is not repeated") {
  registry::Feed before, after;
  after.description = std::string(5'000, 'x');
  CHECK(difference(before, after) == "description: '' → '5000 bytes'");
}
