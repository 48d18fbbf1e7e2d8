#include "registry/change.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace tt;
using namespace tt::registry;

namespace {

const Time noon = from_us(1'367'739'474'582'681);
const Limits limits;
using Channels = std::vector<ChannelChange>;

Feed sofa() {
  Feed feed;
  feed.id = 504;
  feed.title = "Sofa";
  feed.tags = {"aardvark", "sofa"};
  feed.channels = {Channel{11, "a", {"x"}, {"Celsius", "C", "derivedSI"}},
                   Channel{12, "temp", {}, {}}};
  return feed;
}

Feed applied(const Feed& before, const FeedChange& change, const Channels& channels = {},
             Time at = noon, const Limits& within = limits) {
  Edit edit{.feed = change, .channels = channels, .at = at};
  return apply(before, edit, within);
}

bool is_idle(const Feed& before, const FeedChange& change, const Channels& channels = {}) {
  Edit edit{.feed = change, .channels = channels, .at = noon};
  return changes_nothing(before, edit);
}

// The lines of the Error that apply() throws, "" if it does not.
std::string complaints(const Feed& before, const FeedChange& change, const Channels& channels = {},
                       const Limits& within = limits) {
  try {
    applied(before, change, channels, noon, within);
    return {};
  } catch (const Error& error) {
    CHECK(error.code() == Code::unprocessable);
    return error.what();
  }
}

ChannelChange channel(std::string name) { return {std::move(name), {}, {}}; }

ChannelChange typed(std::string name, std::string type) {
  return {std::move(name), {}, Unit{"", "", std::move(type)}};
}

std::string repeat(std::string_view text, std::size_t count) {
  std::string result;
  while (count-- > 0) result += text;
  return result;
}

Feed placed(std::string disposition, std::optional<double> lat, std::optional<double> lon) {
  Feed feed = sofa();
  feed.location.disposition = std::move(disposition);
  feed.location.lat = lat;
  feed.location.lon = lon;
  return feed;
}

FeedChange moved(double lat, double lon) {
  FeedChange change;
  change.location.lat = lat;
  change.location.lon = lon;
  return change;
}

}  // namespace

TEST_CASE("an empty change changes nothing") {
  FeedChange nothing;
  CHECK(is_idle(sofa(), nothing, {}));
  CHECK(applied(sofa(), nothing, {}) == sofa());
  Channels known = {channel("temp"), channel("a")};
  CHECK(is_idle(sofa(), nothing, known));
  CHECK(applied(sofa(), nothing, known) == sofa());
  known.push_back(channel("temp"));
  CHECK_FALSE(is_idle(sofa(), nothing, known));
  CHECK_FALSE(is_idle(sofa(), nothing, Channels{channel("other")}));
  CHECK_FALSE(is_idle(sofa(), nothing, Channels{typed("temp", "")}));
  nothing.location.ele = "";
  CHECK_FALSE(is_idle(sofa(), nothing, {}));
}

TEST_CASE("given overwrites, absent stays, empty deletes") {
  Feed before = sofa();
  before.description = "old";
  before.website = "http://old.example";
  before.location.name = "attic";
  before.location.lat = 51.5;
  FeedChange change;
  change.description = "";
  change.email = "a@example.com";
  change.is_private = true;
  change.tags = std::vector<std::string>{"Zoo ", "\"apple, red\""};
  change.location.exposure = "indoor";
  change.location.lat = std::optional<double>();
  Feed after = applied(before, change, {});
  CHECK(after.title == "Sofa");
  CHECK(after.description == "");
  CHECK(after.website == "http://old.example");
  CHECK(after.email == "a@example.com");
  CHECK(after.is_private);
  CHECK(after.tags == std::vector<std::string>{"apple, red", "Zoo"});
  CHECK(after.location.name == "attic");
  CHECK(after.location.exposure == "indoor");
  CHECK_FALSE(after.location.lat);
}

TEST_CASE("channels are updated or added in the order of their names") {
  Channels given = {channel("b"), typed("temp", "basicSI"), channel("A")};
  given[0].tags = std::vector<std::string>{"t"};
  Feed after = applied(sofa(), {}, given);
  REQUIRE(after.channels.size() == 4);
  CHECK(after.channels[0].name == "A");
  CHECK(after.channels[1] == sofa().channels[0]);
  CHECK(after.channels[2] == Channel{0, "b", {"t"}, {}});
  CHECK(after.channels[3] == Channel{12, "temp", {}, {"", "", "basicSI"}});
}

TEST_CASE("a mobile thing leaves waypoints") {
  Feed after = applied(placed("mobile", 1.5, 2.5), moved(3, 4), {});
  CHECK(after.location.waypoints == std::vector<Waypoint>{{noon, 1.5, 2.5}});
  CHECK(after.location.lat == 3);

  SUBCASE("when only its height changes") {
    FeedChange change;
    change.location.ele = "23.0";
    Feed higher = applied(after, change, {}, noon + Microseconds(1), limits);
    CHECK(higher.location.waypoints.size() == 2);
    CHECK(higher.location.waypoints[1] == Waypoint{noon + Microseconds(1), 3, 4});
  }
  SUBCASE("not when it stays") {
    Feed same = applied(after, moved(3, 4), {});
    CHECK(same == after);
  }
  SUBCASE("not more than the limit, the oldest go") {
    Limits few;
    few.waypoints_per_feed_max = 2;
    for (int n = 5; n < 9; ++n) after = applied(after, moved(n, n), {}, noon, few);
    CHECK(after.location.waypoints == std::vector<Waypoint>{{noon, 6, 6}, {noon, 7, 7}});
  }
}

TEST_CASE("a fixed thing, and one without a place before, leaves none") {
  CHECK(applied(placed("fixed", 1, 2), moved(3, 4), {}).location.waypoints.empty());
  CHECK(applied(placed("", 1, 2), moved(3, 4), {}).location.waypoints.empty());
  CHECK(applied(placed("mobile", {}, {}), moved(3, 4), {}).location.waypoints.empty());
}

TEST_CASE("what is wrong with a feed") {
  FeedChange change;
  CHECK(complaints(Feed(), change) == "title can't be blank");
  change.title = " \t";
  CHECK(complaints(sofa(), change) == "title can't be blank");
  change.title = repeat("ö", 255);
  CHECK(complaints(sofa(), change) == "");
  change.title = repeat("ö", 256);
  CHECK(complaints(sofa(), change) == "title is too long (maximum is 255 characters)");
  change.title = std::string("a\0b", 3);
  CHECK(complaints(sofa(), change) == "title is invalid");
  change.title = "\xFF";
  CHECK(complaints(sofa(), change) == "title is invalid");
}

TEST_CASE("tags hold 255 characters in total") {
  FeedChange change;
  change.tags = std::vector<std::string>{repeat("a", 127), repeat("ö", 127)};
  CHECK(complaints(sofa(), change) == "");
  change.tags->push_back("");
  CHECK(complaints(sofa(), change) == "");
  change.tags->back() = "b";
  CHECK(complaints(sofa(), change) == "tags is too long (maximum is 255 characters)");
  Channels channels = {channel("c")};
  channels[0].tags = change.tags;
  CHECK(complaints(sofa(), {}, channels) ==
        "datastreams_tags is too long (maximum is 255 characters)");
}

TEST_CASE("what is wrong with a location") {
  FeedChange change;
  change.location.domain = "mental";
  change.location.exposure = "Indoor";
  change.location.disposition = "moving";
  change.location.lat = 90.001;
  change.location.lon = std::nan("");
  CHECK(complaints(sofa(), change) ==
        "location_domain is invalid\nlocation_exposure is invalid\n"
        "location_disposition is invalid\nlocation_lat is invalid\nlocation_lon is invalid");
  change.location = {"", "", "", "", "", -90.0, 180.0};
  CHECK(complaints(sofa(), change) == "");
}

TEST_CASE("what is wrong with a channel") {
  CHECK(complaints(sofa(), {}, {channel("")}) == "datastreams_id can't be blank");
  CHECK(complaints(sofa(), {}, {channel("a b")}) == "datastreams_id is invalid");
  CHECK(complaints(sofa(), {}, {channel(repeat("a", 256))}) ==
        "datastreams_id is too long (maximum is 255 characters)");
  CHECK(complaints(sofa(), {}, {typed("a", "SI")}) ==
        "datastreams_unit_type is not a valid unit_type (pick one from basicSI, derivedSI, "
        "conversionBasedUnits, derivedUnits, contextDependentUnits or leave blank)");
}

TEST_CASE("all complaints come together, each once, and nothing is half done") {
  FeedChange change;
  change.title = "";
  Channels channels = {channel("b"), channel("a"), channel("!"), channel("?"),
                       channel("a"), channel("b"), channel("a")};
  CHECK(complaints(sofa(), change, channels) ==
        "datastreams can't have duplicate IDs: a,b\ntitle can't be blank\n"
        "datastreams_id is invalid");
}

TEST_CASE("a feed holds no more channels than the limit") {
  Limits few;
  few.channels_per_feed_max = 3;
  CHECK(complaints(sofa(), {}, {channel("b")}, few) == "");
  CHECK(complaints(sofa(), {}, {channel("b"), channel("temp")}, few) == "");
  CHECK(complaints(sofa(), {}, {channel("b"), channel("c")}, few) ==
        "datastreams is too long (maximum is 3 datastreams)");
}

TEST_CASE("channel names are letters of any script, digits, _ - + .") {
  for (const char* good : {"a", "0", "temp_1", "a-b+c.d", "Größe", "температура", "温度"}) {
    CAPTURE(good);
    CHECK(is_channel_name(good));
  }
  for (const char* bad : {"", "a b", "a/b", "a\n", "\na", "a#", "\xC3", "a\xFF", "½", "a,b"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_channel_name(bad));
  }
  CHECK_FALSE(is_channel_name(std::string_view("a\0b", 3)));
  CHECK(is_channel_name(std::string(255, 'a')));
  CHECK_FALSE(is_channel_name(std::string(256, 'a')));
}

TEST_CASE("find looks a channel up by its name") {
  Feed feed = sofa();
  CHECK(feed.find("temp") == &feed.channels[1]);
  CHECK(feed.find("tem") == nullptr);
  CHECK(Feed().find("temp") == nullptr);
}
