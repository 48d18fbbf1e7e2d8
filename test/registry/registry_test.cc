#include "registry/registry.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "identity/rows.h"
#include "orm/engine/sqlite/sqlite.h"
#include "orm/orm.h"
#include "registry/places.h"
#include "registry/words.h"
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
  // As in a database of the first versions.
  void forget_all_words() {
    database_->execute("DELETE FROM registry_feed_words");
    database_->execute("DELETE FROM registry_feed_labels");
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
  auto expressions = [](std::string_view text) {
    Names found;
    for (const auto& word : words_of(text)) found.push_back(word.expression);
    return found;
  };
  CHECK(expressions("Air quality") == Names{R"("Air"*)", R"("quality"*)"});
  CHECK(expressions(" a\t\"b\n") == Names{R"("a"*)", R"("""b"*)"});
  CHECK(expressions("--- ( ) \"\" *").empty());
  CHECK(expressions("").empty());
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

TEST_CASE("a search by the unit of a channel") {
  World world;
  Unit celsius{.label = "Celsius", .symbol = "°C", .type = {}};
  world.create(titled("warm"), {{"t", {}, celsius}});
  world.create(titled("celsius"), {{"t", Names{"Celsius"}, {}}});
  CHECK(titles_of(world.search({.units = "celsius"})) == Names{"warm"});
  CHECK(world.search({.units = "Cels"}).total == 0);
}

TEST_CASE("what is found follows every change") {
  World world;
  auto first = world.create(tagged("Attic", {"warm"}));
  // Asked for once, the sets stay in memory.
  CHECK(world.search({.tag = "warm"}).total == 1);
  CHECK(world.search({.text = "attic"}).total == 1);
  world.create(tagged("Attic two", {"warm"}));
  CHECK(world.search({.tag = "warm"}).total == 2);
  CHECK(world.search({.text = "attic"}).total == 2);

  FeedChange hidden;
  hidden.is_private = true;
  world.update(first->id, hidden);
  CHECK(titles_of(world.search({.text = "attic"})) == Names{"Attic two"});
  CHECK(world.search({.visible_to = ann, .text = "attic"}).total == 2);

  world.update(first->id, {}, {{"t", Names{"sunny"}, {}}});
  CHECK(world.search({.visible_to = ann, .tag = "sunny"}).total == 1);
  world.remove_channel(first->id, "t");
  CHECK(world.search({.visible_to = ann, .tag = "sunny"}).total == 0);
  world.remove(first->id);
  CHECK(world.search({.visible_to = ann, .text = "attic"}).total == 1);
}

TEST_CASE("a search stays within its memory") {
  Limits limits;
  limits.search_cache_bytes_max = 1;
  World world(limits);
  world.create(titled("Attic"));
  for (int n = 0; n < 3; ++n) {
    CHECK(world.search({.text = "attic"}).total == 1);
    CHECK(world.search({.text = "cellar"}).total == 0);
  }
}

TEST_CASE("those with the words in their title come first by relevance") {
  World world;
  auto described = [](std::string title, std::string description) {
    auto change = titled(std::move(title));
    change.description = std::move(description);
    return change;
  };
  world.create(described("Roof", "rain gauge"));
  world.create(described("Garden", "water"));
  world.create(described("Rain barrel", ""));
  world.create(described("Cellar", "rain comes in"));
  FeedQuery query{.text = "rain", .order = FeedOrder::relevance};
  CHECK(titles_of(world.search(query)) == Names{"Rain barrel", "Cellar", "Roof"});
  query.limit = 1;
  query.offset = 1;
  CHECK(titles_of(world.search(query)) == Names{"Cellar"});
  query.offset = 3;
  CHECK(world.search(query).feeds.empty());
  CHECK(world.search(query).total == 3);
  CHECK(titles_of(world.search({.order = FeedOrder::relevance, .limit = 1})) == Names{"Cellar"});
}

TEST_CASE("the feed that was last heard of comes first by retrieval") {
  World world;
  auto a = world.create(titled("a")), b = world.create(titled("b"));
  auto c = world.create(titled("c"));
  FeedQuery query{.order = FeedOrder::retrieved_at};
  CHECK(titles_of(world.search(query)) == Names{"c", "b", "a"});
  world->heard(b->id, later);
  world->heard(a->id, later + Microseconds(1));
  CHECK(titles_of(world.search(query)) == Names{"a", "b", "c"});
  world.clock().set(later + std::chrono::seconds(1));
  world.update(c->id, titled("c2"));
  CHECK(titles_of(world.search(query)) == Names{"c2", "a", "b"});
  query.limit = 1;
  query.offset = 1;
  CHECK(titles_of(world.search(query)) == Names{"a"});
  // What is heard late does not make a feed older.
  world->heard(a->id, noon);
  CHECK(world->last_heard(a->id) == later + Microseconds(1));
}

TEST_CASE("a feed is live for a quarter of an hour") {
  World world;
  auto old = world.create(titled("old"));
  world.clock().set(later);
  auto heard = world.create(titled("heard"));
  auto live = [&] { return titles_of(world.search({.status = FeedStatus::live})); };
  auto frozen = [&] { return titles_of(world.search({.status = FeedStatus::frozen})); };
  CHECK(live() == Names{"heard"});
  CHECK(frozen() == Names{"old"});
  world->heard(old->id, later);
  CHECK(live() == Names{"heard", "old"});
  world.clock().set(later + live_for);
  CHECK(frozen().empty());
  world.clock().set(later + live_for + Microseconds(1));
  CHECK(live().empty());
  CHECK(frozen() == Names{"heard", "old"});
}

TEST_CASE("who was heard of is known after a restart") {
  World world;
  auto saved = world.create(titled("saved"));
  world->heard(saved->id, later);
  world.loops().run([](Registry& registry) -> Task<int> {
    co_await registry.save_heard();
    co_return 0;
  }(*world));
  auto made_since = world.create(titled("made since"));
  world.reopen();
  CHECK(world->last_heard(saved->id) == later);
  CHECK(world->last_heard(made_since->id) == noon);
  CHECK_FALSE(world->last_heard(made_since->id + 1));
}

TEST_CASE("many feeds are made at once, or none") {
  World world;
  auto create_all = [&](std::vector<NewFeed> feeds) {
    return world.loops().run(world->create_all(ann, std::move(feeds)));
  };
  std::vector<NewFeed> feeds;
  feeds.push_back({titled("one"), {channel("t")}});
  feeds.push_back({titled("two"), {}});
  auto made = create_all(feeds);
  REQUIRE(made.size() == 2);
  CHECK(*world.find(made[0]->id) == *made[0]);
  CHECK(made[0]->channels.at(0).id > 0);
  CHECK(titles_of(world.search({})) == Names{"two", "one"});

  feeds[1].change.title = " ";
  CHECK(failure(Code::unprocessable, [&] { create_all(feeds); }) == "row 2: title can't be blank");
  CHECK(world.search({}).total == 2);
}

TEST_CASE("a retention is kept, and feeds that have one are listed") {
  World world;
  auto a = world.create(titled("a")), b = world.create(titled("b"));
  CHECK(a->retention_days == 0);
  FeedChange change;
  change.retention_days = 30;
  CHECK(world.update(b->id, change)->retention_days == 30);
  world.reopen();
  CHECK(world.find(b->id)->retention_days == 30);
  auto list = [&](FeedId after) {
    return world.loops().run(world->feeds_with_retention(after, 10)).size();
  };
  CHECK(list(0) == 1);
  CHECK(list(b->id) == 0);
  change.retention_days = -1;
  CHECK(failure(Code::unprocessable, [&] { world.update(b->id, change); }) ==
        "retention_days must be a number of days from 0 to 36500");
}

TEST_CASE("feeds of a database without words are found after the next start") {
  World world;
  world.create(tagged("Attic", {"warm"}));
  world.forget_all_words();
  world.reopen();
  CHECK(world.search({.text = "attic"}).total == 1);
  CHECK(world.search({.tag = "warm"}).total == 1);
}

// --- places -------------------------------------------------------------------------------------

TEST_CASE("a search by distance") {
  World world;
  auto at = [&](std::string title, double lat, double lon) {
    auto change = placed(lat, lon);
    change.title = std::move(title);
    return world.create(change)->id;
  };
  auto found = [&](double lat, double lon, double distance_km) {
    return titles_of(world.search({.near = Near{lat, lon, distance_km}}));
  };
  world.create(titled("nowhere"));
  auto berlin = at("Berlin", 52.52, 13.405);
  at("Potsdam", 52.4, 13.05);
  CHECK(found(52.52, 13.405, 1) == Names{"Berlin"});
  CHECK(found(52.52, 13.405, 27) == Names{"Berlin"});
  CHECK(found(52.52, 13.405, 28) == Names{"Potsdam", "Berlin"});
  CHECK(found(0, 0, 21'000).size() == 2);  // all of the Earth
  CHECK(found(52.52, 13.405, 0) == Names{"Berlin"});

  // On both sides of the line where a day begins.
  at("Taveuni", -16.8, 179.99);
  at("Vanua Levu", -16.8, -179.99);
  CHECK(found(-16.8, 180, 2) == Names{"Vanua Levu", "Taveuni"});
  CHECK(found(-16.8, -180, 2) == Names{"Vanua Levu", "Taveuni"});
  CHECK(found(-16.8, 179.99, 1) == Names{"Taveuni"});

  // At a pole all longitudes are near.
  at("North", 89.99, 0);
  at("Far side", 89.99, 180);
  CHECK(found(90, 77, 2) == Names{"Far side", "North"});
  CHECK(found(89.99, 90, 2) == Names{"Far side", "North"});

  // It moves, comes and goes.
  world.update(berlin, placed(48.137, 11.575));
  CHECK(found(52.52, 13.405, 28) == Names{"Potsdam"});
  CHECK(found(48.137, 11.575, 1) == Names{"Berlin"});
  world.remove(berlin);
  CHECK(found(48.137, 11.575, 1).empty());
}

TEST_CASE("distances over the Earth") {
  auto is_about = [](double a, double b) { return std::abs(a - b) < 0.01; };
  CHECK(is_about(distance_km(0, 0, 0, 180), 20'015.11));
  CHECK(is_about(distance_km(90, 0, -90, 0), 20'015.11));
  CHECK(is_about(distance_km(0, 0, 1, 0), 111.195));
  CHECK(is_about(distance_km(0, 179.5, 0, -179.5), 111.195));
  CHECK(distance_km(52.52, 13.405, 52.52, 13.405) == 0);
}
