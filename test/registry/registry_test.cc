#include "registry/registry.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "identity/rows.h"
#include "orm/engine/sqlite/sqlite.h"
#include "orm/orm.h"
#include "registry/search.h"
#include "rt/loop.h"
#include "rt/scope.h"

using namespace tt;
using namespace tt::registry;

namespace {

const Time noon = from_us(1'367'739'474'582'681);
const Time later = noon + std::chrono::hours(1);
constexpr identity::AccountId ann = 1;
constexpr identity::AccountId ben = 2;
using Channels = std::vector<ChannelChange>;
using Names = std::vector<std::string>;

// Two loops that outlive the pool whose threads post to them.
class TwoLoops {
 public:
  // Runs one Task on the first loop.
  template <class T>
  T run(Task<T> task) {
    std::exception_ptr failed;
    std::optional<T> result;
    auto done = [&](std::exception_ptr failure, T value) {
      failed = failure;
      if (!failure) result = std::move(value);
      loops_.stop();
    };
    boost::asio::co_spawn(loops_.at(0).executor(), std::move(task), done);
    loops_.at(0).context().restart();
    loops_.at(0).run();
    if (failed) std::rethrow_exception(failed);
    return std::move(*result);
  }

  // Runs a Task on each loop and waits for both.
  void run_both(const std::function<Task<>(unsigned loop)>& work) {
    std::atomic<int> running = 2;
    std::exception_ptr failed[2];
    for (unsigned n = 0; n < 2; ++n) {
      auto done = [&, n](std::exception_ptr failure) {
        failed[n] = failure;
        if (--running == 0) loops_.stop();
      };
      boost::asio::co_spawn(loops_.at(n).executor(), work(n), done);
      loops_.at(n).context().restart();
    }
    loops_.run();
    for (const auto& failure : failed) {
      if (failure) std::rethrow_exception(failure);
    }
  }

 private:
  rt::Loops loops_{2};
};

// A registry over a database file that outlives it.
class World {
 public:
  explicit World(Limits limits = {}) : limits_(limits) {
    char name[] = "/tmp/thingtank-registry-XXXXXX";
    TT_ASSERT(mkdtemp(name) != nullptr);
    folder_ = name;
    reopen();
    auto accounts = orm::objects<identity::AccountRow>(*database_);
    TT_ASSERT(accounts.create({.login = "ann"}).id == ann);
    TT_ASSERT(accounts.create({.login = "ben"}).id == ben);
  }
  ~World() { std::filesystem::remove_all(folder_); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // As after a restart of the program.
  void reopen() {
    registry_.reset();
    database_.reset();
    database_ = orm::engine::open_sqlite(folder_ + "/things.db");
    identity::migrate(*database_);
    registry_ = loops_.run(open(*database_, pool_, clock_, limits_));
  }

  Registry& operator*() { return *registry_; }
  Registry* operator->() { return registry_.get(); }
  VirtualClock& clock() { return clock_; }
  TwoLoops& loops() { return loops_; }

  FeedPtr find(FeedId id) { return loops_.run(registry_->find(id)); }
  FeedPtr create(FeedChange change, Channels channels = {}, identity::AccountId owner = ann) {
    return loops_.run(registry_->create(owner, std::move(change), std::move(channels)));
  }
  FeedPtr update(FeedId id, FeedChange change, Channels channels = {}, Time at = noon) {
    return loops_.run(registry_->update(id, std::move(change), std::move(channels), at));
  }
  std::vector<ChannelId> remove(FeedId id) { return loops_.run(registry_->remove(id)); }
  std::optional<ChannelId> remove_channel(FeedId id, std::string name) {
    return loops_.run(registry_->remove_channel(id, std::move(name)));
  }
  FeedPage search(FeedQuery query) { return loops_.run(registry_->search(std::move(query))); }

 private:
  TwoLoops loops_;
  std::string folder_;
  Limits limits_;
  VirtualClock clock_{noon};
  rt::OffloadPool pool_{4};
  std::unique_ptr<orm::Database> database_;
  std::unique_ptr<Registry> registry_;
};

FeedChange titled(std::string title) {
  FeedChange change;
  change.title = std::move(title);
  return change;
}

FeedChange tagged(std::string title, Names tags) {
  FeedChange change = titled(std::move(title));
  change.tags = std::move(tags);
  return change;
}

FeedChange placed(double lat, double lon) {
  FeedChange change;
  change.location.disposition = "mobile";
  change.location.lat = lat;
  change.location.lon = lon;
  return change;
}

ChannelChange channel(std::string name) { return {std::move(name), {}, {}}; }

Names names_of(const Feed& feed) {
  Names names;
  for (const auto& channel : feed.channels) names.push_back(channel.name);
  return names;
}

Names titles_of(const FeedPage& page) {
  Names titles;
  for (const auto& feed : page.feeds) titles.push_back(feed->title);
  return titles;
}

template <class Work>
std::string failure(Code code, Work work) {
  try {
    work();
    return "(nothing)";
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
}

// Everything that a feed can hold.
FeedChange full() {
  FeedChange change;
  change.title = "Weather Station";
  change.description = "On the roof; \"windy\"\nand high";
  change.website = "http://example.com";
  change.email = "ann@example.com";
  change.icon = "http://example.com/i.png";
  change.is_private = true;
  change.tags = Names{"Weather", "a, b"};
  change.location = {"Roof", "physical", "outdoor", "mobile", "23.0", 30.733315, 76.779418};
  change.product_id = "yyy";
  change.device_serial = "SN-1";
  return change;
}

Channels two_channels() {
  return {{"temperature", Names{"indoor", "Air"}, Unit{"Celsius", "°C", "derivedSI"}},
          {"Größe", {}, {}}};
}

}  // namespace

TEST_CASE("a feed is made with all that was given, and outlives a restart") {
  World world;
  auto made = world.create(full(), two_channels());
  CHECK(made->id > 0);
  CHECK(made->owner == ann);
  CHECK(made->owner_login == "ann");
  CHECK(made->title == "Weather Station");
  CHECK(made->tags == Names{"a, b", "Weather"});
  CHECK(made->location.lat == 30.733315);
  CHECK(made->created == noon);
  CHECK(made->updated == noon);
  REQUIRE(names_of(*made) == Names{"Größe", "temperature"});
  CHECK(made->find("temperature")->tags == Names{"Air", "indoor"});
  CHECK(made->find("temperature")->unit == Unit{"Celsius", "°C", "derivedSI"});
  CHECK(made->channels[0].id > 0);
  CHECK(made->channels[1].id > 0);
  CHECK(made->channels[0].id != made->channels[1].id);
  CHECK(world->find_cached(made->id) == made);

  world.reopen();
  CHECK(world->find_cached(made->id) == nullptr);
  auto found = world.find(made->id);
  REQUIRE(found);
  CHECK(*found == *made);
  CHECK(world->find_cached(made->id) == found);
  CHECK(world.find(made->id) == found);
}

TEST_CASE("what does not exist") {
  World world;
  CHECK(world.find(1) == nullptr);
  CHECK(world.find(-1) == nullptr);
  CHECK(failure(Code::not_found, [&] { world.update(7, titled("x")); }) == "there is no feed 7");
  CHECK(failure(Code::not_found, [&] { world.remove(7); }) == "there is no feed 7");
  CHECK(world.remove_channel(7, "x") == std::nullopt);
  auto nobody = [&] { world.create(titled("x"), {}, 99); };
  CHECK(failure(Code::not_found, nobody) == "there is no account 99");
  CHECK(world.search({}).total == 0);
}

TEST_CASE("a feed that is refused leaves nothing") {
  World world;
  auto blank = [&] { world.create({}, {channel("a b"), channel("c"), channel("c")}); };
  CHECK(failure(Code::unprocessable, blank) ==
        "datastreams can't have duplicate IDs: c\ntitle can't be blank\n"
        "datastreams_id is invalid");
  CHECK(world.search({.visible_to = ann}).total == 0);

  auto feed = world.create(titled("Good"), {channel("a")});
  auto half = [&] { world.update(feed->id, titled("Better"), {channel("b"), channel("!")}); };
  CHECK(failure(Code::unprocessable, half) == "datastreams_id is invalid");
  auto twice = [&] { world.update(feed->id, {}, {channel("a"), channel("a")}); };
  CHECK(failure(Code::unprocessable, twice) == "datastreams can't have duplicate IDs: a");
  CHECK(*world.find(feed->id) == *feed);
  world.reopen();
  CHECK(*world.find(feed->id) == *feed);
}

TEST_CASE("an update replaces the snapshot and is stored") {
  World world;
  auto before = world.create(full(), two_channels());
  world.clock().set(later);
  FeedChange change = titled("Renamed");
  change.description = "";
  change.is_private = false;
  change.location.lat = std::optional<double>();
  Channels channels = {channel("new"), {"temperature", Names{}, {}}};
  auto after = world.update(before->id, change, channels);
  CHECK(after->title == "Renamed");
  CHECK(after->description == "");
  CHECK(after->website == "http://example.com");
  CHECK_FALSE(after->is_private);
  CHECK_FALSE(after->location.lat);
  CHECK(after->location.lon == 76.779418);
  CHECK(after->created == noon);
  CHECK(after->updated == later);
  CHECK(names_of(*after) == Names{"Größe", "new", "temperature"});
  CHECK(after->find("temperature")->id == before->find("temperature")->id);
  CHECK(after->find("temperature")->tags.empty());
  CHECK(after->find("temperature")->unit.symbol == "°C");
  CHECK(after->find("new")->id > before->find("temperature")->id);
  CHECK(world->find_cached(before->id) == after);
  CHECK(before->title == "Weather Station");
  world.reopen();
  CHECK(*world.find(before->id) == *after);
}

TEST_CASE("an update without effect keeps the snapshot") {
  World world;
  auto feed = world.create(full(), two_channels());
  world.clock().set(later);
  CHECK(world.update(feed->id, {}) == feed);
  CHECK(world.update(feed->id, {}, {channel("temperature"), channel("Größe")}) == feed);
  CHECK(*world.update(feed->id, full(), two_channels()) == *feed);
}

TEST_CASE("a mobile thing's places are kept, in order and bounded") {
  Limits limits;
  limits.waypoints_per_feed_max = 3;
  World world(limits);
  auto feed = world.create(titled("Bus"));
  for (int n = 0; n < 6; ++n) world.update(feed->id, placed(n, -n), {}, noon + Microseconds(n));
  std::vector<Waypoint> places = {{noon + Microseconds(3), 2, -2},
                                  {noon + Microseconds(4), 3, -3},
                                  {noon + Microseconds(5), 4, -4}};
  CHECK(world.find(feed->id)->location.waypoints == places);
  world.reopen();
  CHECK(world.find(feed->id)->location.waypoints == places);
  CHECK(world.find(feed->id)->location.lat == 5);
}

TEST_CASE("a removed feed is gone and its ids are never used again") {
  World world;
  auto first = world.create(full(), two_channels());
  auto gone = world.remove(first->id);
  CHECK(gone.size() == 2);
  CHECK(std::ranges::count(gone, first->channels[0].id) == 1);
  CHECK(world->find_cached(first->id) == nullptr);
  CHECK(world.find(first->id) == nullptr);
  CHECK(failure(Code::not_found, [&] { world.remove(first->id); }) ==
        fmt::format("there is no feed {}", first->id));
  world.reopen();
  auto second = world.create(full(), two_channels());
  CHECK(second->id > first->id);
  for (const auto& channel : second->channels) CHECK(channel.id > std::ranges::max(gone));
}

TEST_CASE("a removed channel is gone and its name gets a new id") {
  World world;
  auto feed = world.create(full(), two_channels());
  auto id = feed->find("temperature")->id;
  world.clock().set(later);
  CHECK(world.remove_channel(feed->id, "none") == std::nullopt);
  CHECK(world->find_cached(feed->id) == feed);
  CHECK(world.remove_channel(feed->id, "temperature") == id);
  CHECK(world.remove_channel(feed->id, "temperature") == std::nullopt);
  CHECK(names_of(*world.find(feed->id)) == Names{"Größe"});
  CHECK(world.find(feed->id)->updated == later);
  auto again = world.update(feed->id, {}, {channel("temperature")});
  CHECK(again->find("temperature")->id > id);
}

TEST_CASE("channels of one name in two feeds are two channels") {
  World world;
  auto one = world.create(titled("One"), {channel("t")});
  auto two = world.create(titled("Two"), {channel("t")});
  CHECK(one->find("t")->id != two->find("t")->id);
  world.remove(one->id);
  CHECK(world.find(two->id)->find("t")->id == two->find("t")->id);
}

TEST_CASE("a feed holds as many channels as the limit says") {
  Limits limits;
  limits.channels_per_feed_max = 200;
  World world(limits);
  Channels channels;
  for (int n = 0; n < 200; ++n) channels.push_back(channel(fmt::format("c{}", n)));
  auto feed = world.create(titled("Many"), channels);
  CHECK(feed->channels.size() == 200);
  auto more = [&] { world.update(feed->id, {}, {channel("one-more")}); };
  CHECK(failure(Code::unprocessable, more) ==
        "datastreams is too long (maximum is 200 datastreams)");
  CHECK(world.find(feed->id)->channels.size() == 200);
}

TEST_CASE("feeds beyond the cache's bound are still found") {
  Limits limits;
  limits.registry_cache_entries_max = 32;
  World world(limits);
  std::vector<FeedPtr> made;
  for (int n = 0; n < 100; ++n) made.push_back(world.create(titled(fmt::format("{}", n))));
  std::size_t cached = 0;
  for (const auto& feed : made) cached += world->find_cached(feed->id) != nullptr;
  CHECK(cached == 32);
  for (const auto& feed : made) CHECK(*world.find(feed->id) == *feed);
}

// --- search -------------------------------------------------------------------------------------

TEST_CASE("a search gives pages, newest first, and the total") {
  World world;
  for (int n = 0; n < 7; ++n) world.create(titled(fmt::format("feed {}", n)));
  auto first = world.search({.limit = 3});
  CHECK(first.total == 7);
  CHECK(titles_of(first) == Names{"feed 6", "feed 5", "feed 4"});
  CHECK(titles_of(world.search({.offset = 6, .limit = 3})) == Names{"feed 0"});
  CHECK(world.search({.offset = 7}).feeds.empty());
  CHECK(world.search({.offset = 7}).total == 7);
  CHECK(world.search({.limit = 0}).feeds.empty());
  CHECK(world.search({.limit = 0}).total == 7);
}

TEST_CASE("private feeds show only to their owner") {
  World world;
  FeedChange secret = titled("secret");
  secret.is_private = true;
  world.create(secret);
  world.create(titled("open"));
  CHECK(titles_of(world.search({})) == Names{"open"});
  CHECK(titles_of(world.search({.visible_to = ben})) == Names{"open"});
  CHECK(titles_of(world.search({.visible_to = ann})) == Names{"open", "secret"});
  CHECK(world.search({.visible_to = ben, .text = "secret"}).total == 0);
  CHECK(world.search({.visible_to = ann, .text = "secret"}).total == 1);
  CHECK(world.search({.visible_to = ann, .text = "secret", .owner_login = "ann"}).total == 1);
  CHECK(world.search({.visible_to = ann, .text = "secret", .owner_login = "ben"}).total == 0);
}

TEST_CASE("a search by owner") {
  World world;
  world.create(titled("A"));
  world.create(titled("B"), {}, ben);
  CHECK(titles_of(world.search({.owner_login = "ben"})) == Names{"B"});
  CHECK(world.search({.owner_login = "be"}).total == 0);
}

TEST_CASE("a search for words of title, description and tags") {
  World world;
  FeedChange change = tagged("Wetterstation Köln", {"Air quality", "roof, south"});
  change.description = "Measures the temperature; and humidity.";
  auto feed = world.create(change);
  world.create(titled("Aquarium"));
  for (const char* text :
       {"Wetterstation", "wetter", "KÖLN", "koln", "quality", "temperature", "south roof",
        "  humidity\tkoln  ", "köln air measures", "\"humidity\"", "humidity."}) {
    CAPTURE(text);
    CHECK(titles_of(world.search({.text = text})) == Names{"Wetterstation Köln"});
  }
  for (const char* text : {"station", "wetter aquarium", "umidity"}) {
    CAPTURE(text);
    CHECK(world.search({.text = text}).total == 0);
  }
  CHECK(world.search({.text = "   "}).total == 2);

  world.update(feed->id, tagged("Renamed", {"new"}));
  CHECK(world.search({.text = "wetterstation"}).total == 0);
  CHECK(world.search({.text = "quality"}).total == 0);
  CHECK(world.search({.text = "new renamed humidity"}).total == 1);
  world.remove(feed->id);
  CHECK(world.search({.text = "renamed"}).total == 0);
}

TEST_CASE("words become quoted prefixes") {
  CHECK(to_match("Air quality") == R"("Air"* "quality"*)");
  CHECK(to_match(" a\t\"b\n") == R"("a"* """b"*)");
  CHECK(to_match("--- ( ) \"\" *") == "");
  CHECK(to_match("") == "");
}

TEST_CASE("hostile words find nothing and break nothing") {
  World world;
  world.create(titled("a OR b"));
  world.create(titled("other"));
  for (std::string text : {"\"",          "\"\"\"",   "*",  "'",   "';--",  "a' OR '1'='1",
                           "NEAR(",       "title:",   "^",  "()",  "-",     "{a}:b",
                           "\\",          "%",        "_",  "AND", "NOT",   "zzz OR other",
                           "other NOT a", "\xFF\xFE", "😀", "---", "a*b\"c"}) {
    CAPTURE(text);
    CHECK(world.search({.text = text}).total <= 1);
    CHECK(world.search({.tag = text}).total == 0);
    CHECK(world.search({.owner_login = text}).total == 0);
  }
  CHECK(world.search({.text = std::string("a\0b", 3)}).total == 1);
  CHECK(world.search({.text = "other\xFF"}).total == 0);
  CHECK(world.search({.text = "zzz OR other"}).total == 0);
  CHECK(world.search({.text = std::string(100'000, 'a')}).total == 0);
  std::string many;
  for (int n = 0; n < 10'000; ++n) many += "a ";
  CHECK(world.search({.text = many}).total == 1);
  CHECK(world.search({}).total == 2);
}

TEST_CASE("a search by tag matches a whole tag of the feed or of a channel") {
  World world;
  world.create(tagged("by feed", {"Sofa", "x"}));
  world.create(titled("by channel"), {{"t", Names{"sofa"}, {}}});
  world.create(tagged("similar", {"sofas", "a sofa", "so"}));
  world.create(tagged("odd", {"100%", "a_b"}));
  CHECK(titles_of(world.search({.tag = "sofa"})) == Names{"by channel", "by feed"});
  CHECK(titles_of(world.search({.tag = "100%"})) == Names{"odd"});
  CHECK(world.search({.tag = "%"}).total == 0);
  CHECK(world.search({.tag = "a.b"}).total == 0);
  CHECK(world.search({.tag = "a_c"}).total == 0);
  CHECK(titles_of(world.search({.text = "similar", .tag = "so"})) == Names{"similar"});
}

// --- several loops at once ----------------------------------------------------------------------

TEST_CASE("of concurrent updates of one feed none is lost") {
  World world;
  auto feed = world.create(titled("Shared"));
  constexpr int rounds = 40;
  auto work = [&](unsigned loop) -> Task<> {
    for (int n = 0; n < rounds; ++n) {
      FeedChange change;
      (loop == 0 ? change.description : change.website) = fmt::format("{}", n);
      Channels channels = {channel(fmt::format("loop{}-{}", loop, n)), channel("both")};
      auto after = co_await world->update(feed->id, change, channels, noon);
      REQUIRE((loop == 0 ? after->description : after->website) == fmt::format("{}", n));
      REQUIRE(after->find(channels[0].name));
      auto cached = world->find_cached(feed->id);
      REQUIRE(cached->find(channels[0].name));
    }
  };
  world.loops().run_both(work);
  auto after = world.find(feed->id);
  CHECK(after->description == fmt::format("{}", rounds - 1));
  CHECK(after->website == fmt::format("{}", rounds - 1));
  CHECK(after->channels.size() == 2 * rounds + 1);
  world.reopen();
  CHECK(*world.find(feed->id) == *after);
}

TEST_CASE("a feed that is removed during updates and reads stays removed") {
  World world;
  for (int round = 0; round < 20; ++round) {
    auto id = world.create(titled("Short-lived"))->id;
    world.reopen();
    auto work = [&](unsigned loop) -> Task<> {
      if (loop == 0) {
        co_await world->remove(id);
        co_return;
      }
      for (int n = 0; n < 5; ++n) {
        co_await world->find(id);
        try {
          co_await world->update(id, titled(fmt::format("{}", n)), {}, noon);
        } catch (const Error& error) {
          REQUIRE(error.code() == Code::not_found);
        }
      }
    };
    world.loops().run_both(work);
    REQUIRE(world->find_cached(id) == nullptr);
    REQUIRE(world.find(id) == nullptr);
  }
}

TEST_CASE("both loops may make, change and remove feeds of their own") {
  World world;
  auto work = [&](unsigned loop) -> Task<> {
    for (int n = 0; n < 20; ++n) {
      auto owner = loop == 0 ? ann : ben;
      Channels channels = {channel("a")};
      auto made = co_await world->create(owner, titled("x"), channels);
      auto renamed = titled(fmt::format("{}-{}", loop, n));
      auto after = co_await world->update(made->id, renamed, {}, noon);
      REQUIRE(after->owner == owner);
      REQUIRE(after->channels == made->channels);
      if (n % 2 == 0) co_await world->remove(made->id);
    }
  };
  world.loops().run_both(work);
  CHECK(world.search({}).total == 20);
  CHECK(world.search({.owner_login = "ben"}).total == 10);
}
