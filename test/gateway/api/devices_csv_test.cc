#include "gateway/api/devices_csv.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace tt;
using namespace tt::gateway::api;

namespace {

using Names = std::vector<std::string>;

// "unprocessable: line 2: …", or "ok".
std::string refusal_of(std::string_view body, Limits limits = {}) {
  try {
    parse_devices(body, limits);
  } catch (const Error& e) {
    return fmt::format("{}: {}", name_of(e.code()), e.what());
  }
  return "ok";
}

}  // namespace

TEST_CASE("a row with everything") {
  auto feeds = parse_devices(
      "serial,title,description,tags,private,lat,lon,ele,location,domain,exposure,disposition,"
      "channels,retention_days,website,email\r\n"
      "SN-1,\"Attic, north\",\"two\r\nlines\",\"warm, \"\"a, b\"\"\",No,52.5,-13.4,23,Berlin,"
      "physical,indoor,fixed,temperature=°C humidity=% door,30,http://a.example,a@b.example\r\n",
      Limits{});
  REQUIRE(feeds.size() == 1);
  const auto& change = feeds[0].change;
  CHECK(change.title == "Attic, north");
  CHECK(change.device_serial == "SN-1");
  CHECK(change.description == "two\r\nlines");
  CHECK(change.tags == Names{"a, b", "warm"});
  CHECK(change.is_private == false);
  CHECK(change.location.lat == 52.5);
  CHECK(change.location.lon == -13.4);
  CHECK(change.location.ele == "23");
  CHECK(change.location.name == "Berlin");
  CHECK(change.location.domain == "physical");
  CHECK(change.location.exposure == "indoor");
  CHECK(change.location.disposition == "fixed");
  CHECK(change.retention_days == 30);
  CHECK(change.website == "http://a.example");
  CHECK(change.email == "a@b.example");
  const auto& channels = feeds[0].channels;
  REQUIRE(channels.size() == 3);
  CHECK(channels[0].name == "temperature");
  CHECK(channels[0].unit->symbol == "°C");
  CHECK(channels[1].unit->symbol == "%");
  CHECK(channels[2].name == "door");
  CHECK_FALSE(channels[2].unit);
}

TEST_CASE("a title is enough, and a device is private unless it says otherwise") {
  auto feeds = parse_devices("title,serial,private\none,,\ntwo,,false\n\nthree,,true\n", Limits{});
  REQUIRE(feeds.size() == 3);
  CHECK(feeds[0].change.is_private == true);
  CHECK_FALSE(feeds[0].change.device_serial);
  CHECK(feeds[1].change.is_private == false);
  CHECK(feeds[2].change.is_private == true);
}

TEST_CASE("what is wrong is said with its line") {
  CHECK(refusal_of("") == "invalid: the table is empty; begin with a row of column names");
  CHECK(refusal_of("title\n") == "invalid: there is no row below the column names");
  CHECK(refusal_of("serial\na\n") == "invalid: the column 'title' is missing");
  CHECK(refusal_of("title,colour\na,red\n").starts_with("invalid: there is no column 'colour'; "));
  CHECK(refusal_of("title,lat\n\"two\nlines\",north\n,1\nok,2,3\nok,91\n") ==
        "unprocessable: line 2: lat must be a number of degrees, not 'north'\n"
        "line 4: title can't be blank\n"
        "line 5: has 3 fields, not 2\n"
        "line 6: location_lat is invalid");
  CHECK(refusal_of("title,private,retention_days\na,perhaps,soon\n") ==
        "unprocessable: line 2: private must be true or false, not 'perhaps'\n"
        "line 2: retention_days must be a whole number, not 'soon'");
  CHECK(refusal_of("title,channels\na,t t\n") ==
        "unprocessable: line 2: datastreams can't have duplicate IDs: t");
  CHECK(refusal_of("title,channels\na,t/u\n") ==
        "unprocessable: line 2: datastreams_id is invalid");
  CHECK(refusal_of("title\n\"open\n").starts_with("invalid: CSV is invalid."));
}

TEST_CASE("of very many mistakes the first ones are told, and so many rows are taken") {
  std::string body = "title,lat\n";
  for (int n = 0; n < 100; ++n) body += "a,x\n";
  auto refusal = refusal_of(body);
  CHECK(std::ranges::count(refusal, '\n') == 19);
  Limits limits;
  limits.devices_per_request_max = 2;
  CHECK(refusal_of("title\na\nb\n", limits) == "ok");
  CHECK(refusal_of("title\na\nb\nc\n", limits) ==
        "unprocessable: more than 2 devices in one request");
}
