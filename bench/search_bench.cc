// How long a search among many feeds takes, page and total together, and how much memory it keeps.
//
//   search_bench [FOLDER] [FEEDS] [SEARCHES]     default: a new folder in /tmp, 1,000,000, 2,000
//
// A folder that has a database already is searched as it is.  Each kind of search is run with
// words that differ from time to time; the first of a kind, when nothing is in memory yet, is
// printed apart.

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "identity/rows.h"
#include "orm/engine/sqlite/sqlite.h"
#include "registry/rows.h"
#include "registry/words.h"
#include "rt/loop.h"

namespace {

using namespace tt;
using registry::FeedQuery;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t accounts = 100;
constexpr std::size_t feeds_at_once = 5'000;
constexpr std::size_t vocabulary = 20'000;

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

// Of all threads: what a search costs on a machine that does other things as well.
double cpu_ms() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

double resident_mb() {
  std::ifstream statm("/proc/self/statm");
  double size = 0, resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

// --- the feeds ----------------------------------------------------------------------------------

using Random = std::mt19937_64;

// Word 0 is the most common one: about one in every 1/(n+1) texts, as in people's texts.
std::string common_word(Random& random) {
  std::uniform_real_distribution<double> even(0, std::log(static_cast<double>(vocabulary)));
  auto rank = static_cast<std::size_t>(std::exp(even(random)));
  return fmt::format("w{}x{}", rank * 7919 % vocabulary, rank);
}

registry::Feed make_feed(std::size_t number, Random& random) {
  static constexpr std::string_view kinds[] = {"temperature", "humidity", "power",    "door",
                                               "water",       "light",    "pressure", "soil",
                                               "noise",       "motion"};
  static constexpr std::string_view rooms[] = {"attic", "kitchen", "garden", "office", "roof"};
  registry::Feed feed;
  feed.owner = static_cast<identity::AccountId>(1 + number % accounts);
  // Three in ten are about temperature.
  auto kind = kinds[number % 10 < 3 ? 0 : number % 10];
  feed.title = fmt::format("Sensor {} {} SN{:08}", kind, rooms[number % 5], number);
  for (int i = 0; i < 8; ++i) feed.description += common_word(random) + " ";
  feed.tags = {fmt::format("site{}", number % 5'000), std::string(kind)};
  feed.is_private = number % 4 == 0;
  feed.created = feed.updated = from_us(1'700'000'000'000'000 + static_cast<std::int64_t>(number));
  std::uniform_real_distribution<double> latitude(-90, 90), longitude(-180, 180);
  feed.location.lat = latitude(random);
  feed.location.lon = longitude(random);
  feed.channels.push_back(
      {0, "value", {"raw"}, {.label = std::string(kind), .symbol = {}, .type = {}}});
  return feed;
}

void make_accounts(orm::Database& database) {
  auto rows = orm::objects<identity::AccountRow>(database);
  for (std::size_t i = 0; i < accounts; ++i) {
    rows.create({.login = fmt::format("user{}", i + 1)});
  }
}

void make_feeds(orm::Database& database, std::size_t count) {
  Random random(1);
  auto start = SteadyClock::now();
  for (std::size_t made = 0; made < count;) {
    auto write = [&](orm::Session& session) {
      for (std::size_t i = 0; i < feeds_at_once && made < count; ++i, ++made) {
        auto feed = make_feed(made, random);
        registry::insert(session, feed);
      }
    };
    database.transact(write);
  }
  auto spent = seconds_since(start);
  fmt::print("made {} feeds in {:.0f} s, {:.0f} a second\n", count, spent,
             static_cast<double>(count) / spent);
}

// --- the searches -------------------------------------------------------------------------------

struct Kind {
  std::string name;
  FeedQuery (*make)(Random& random, std::size_t feeds);
};

FeedQuery for_text(std::string text) {
  FeedQuery query;
  query.visible_to = 17;
  query.text = std::move(text);
  return query;
}

std::string word_of_rank(std::size_t rank) {
  return fmt::format("w{}x{}", rank * 7919 % vocabulary, rank);
}

const Kind kinds[] = {
    {"a word that all have", [](Random&, std::size_t) { return for_text("sensor"); }},
    {"a word that 300,000 of a million have",
     [](Random&, std::size_t) { return for_text("temperature"); }},
    {"a word of their descriptions, common or rare",
     [](Random& random, std::size_t) { return for_text(common_word(random)); }},
    {"two such words",
     [](Random& random, std::size_t) {
       return for_text(common_word(random) + " " + common_word(random));
     }},
    {"a rare word", [](Random& random,
                       std::size_t) { return for_text(word_of_rank(10'000 + random() % 10'000)); }},
    {"a serial number",
     [](Random& random, std::size_t feeds) {
       return for_text(fmt::format("SN{:08}", random() % feeds));
     }},
    {"the beginning of a serial number",
     [](Random& random, std::size_t feeds) {
       auto serial = fmt::format("SN{:08}", random() % feeds);
       return for_text(serial.substr(0, 3 + random() % 7));
     }},
    {"by relevance",
     [](Random& random, std::size_t) {
       auto query = for_text("temperature " + common_word(random));
       query.order = registry::FeedOrder::relevance;
       return query;
     }},
    {"last heard of first",
     [](Random&, std::size_t) {
       auto query = for_text("temperature");
       query.order = registry::FeedOrder::retrieved_at;
       return query;
     }},
    {"live",
     [](Random&, std::size_t) {
       auto query = for_text("");
       query.status = registry::FeedStatus::live;
       return query;
     }},
    {"by tag",
     [](Random& random, std::size_t) {
       auto query = for_text("");
       query.tag = fmt::format("Site{}", random() % 5'000);
       return query;
     }},
    {"by unit and word",
     [](Random& random, std::size_t) {
       auto query = for_text(common_word(random));
       query.units = "humidity";
       return query;
     }},
    {"of one owner",
     [](Random& random, std::size_t) {
       auto query = for_text("temperature");
       query.owner_login = fmt::format("user{}", 1 + random() % accounts);
       return query;
     }},
    {"within 1 to 5,000 km",
     [](Random& random, std::size_t) {
       auto query = for_text("");
       std::uniform_real_distribution<double> even(0, 1);
       query.near = registry::Near{even(random) * 180 - 90, even(random) * 360 - 180,
                                   std::pow(5'000, even(random))};
       return query;
     }},
    {"the 1,000th page",
     [](Random&, std::size_t) {
       auto query = for_text("sensor");
       query.offset = 50'000;
       return query;
     }},
};

double at(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

Task<> measure(registry::Registry& registry, const Kind& kind, std::size_t feeds,
               std::size_t searches) {
  Random random(7);
  std::vector<double> ms, cpu;
  std::size_t most = 0;
  double first = 0;
  for (std::size_t i = 0; i < searches; ++i) {
    auto query = kind.make(random, feeds);
    auto cpu_start = cpu_ms();
    auto start = SteadyClock::now();
    auto page = co_await registry.search(std::move(query));
    ms.push_back(seconds_since(start) * 1000);
    cpu.push_back(cpu_ms() - cpu_start);
    most = std::max(most, page.total);
    if (i == 0) first = ms.back();
  }
  std::ranges::sort(ms);
  std::ranges::sort(cpu);
  fmt::print(
      "{:<46} first {:7.2f}  p50 {:6.2f}  p99 {:6.2f}  max {:7.2f} ms  (CPU p99 {:6.2f})  "
      "up to {} found\n",
      kind.name, first, at(ms, 0.5), at(ms, 0.99), ms.back(), at(cpu, 0.99), most);
  std::fflush(stdout);
}

Task<> search_all(orm::Database& database, rt::OffloadPool& pool, std::size_t searches) {
  SystemClock clock;
  Limits limits;
  auto start = SteadyClock::now();
  auto registry = co_await registry::open(database, pool, clock, limits);
  fmt::print("opened in {:.0f} ms, {:.0f} MB resident\n", seconds_since(start) * 1000,
             resident_mb());
  auto rows = database.query("SELECT ifnull(max(id), 0) FROM registry_feed");
  auto feeds = static_cast<std::size_t>(orm::as_integer(rows[0][0]));
  Random random(3);
  for (std::size_t i = 0; i < feeds / 2; ++i) {
    registry->heard(static_cast<registry::FeedId>(1 + random() % feeds), clock.now());
  }
  for (const auto& kind : kinds) co_await measure(*registry, kind, feeds, searches);
  auto heard = SteadyClock::now();
  constexpr int times = 1'000'000;
  for (int i = 0; i < times; ++i) {
    registry->heard(static_cast<registry::FeedId>(1 + random() % feeds), clock.now());
  }
  fmt::print("heard(): {:.0f} ns\n", seconds_since(heard) * 1e9 / times);
  auto saving = SteadyClock::now();
  co_await registry->save_heard();
  fmt::print("saving who was heard: {:.0f} ms;  {:.0f} MB resident at the end\n",
             seconds_since(saving) * 1000, resident_mb());
}

}  // namespace

int main(int argc, char** argv) {
  std::string folder = argc > 1 ? argv[1] : fmt::format("/tmp/search_bench.{}", getpid());
  auto feeds = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1'000'000;
  auto searches = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 2'000;
  std::filesystem::create_directories(folder);
  bool is_new = !std::filesystem::exists(folder + "/things.db");
  {
    auto database = orm::engine::open_sqlite(folder + "/things.db");
    identity::migrate(*database);
    registry::migrate(*database);
    if (is_new) {
      make_accounts(*database);
      make_feeds(*database, feeds);
      fmt::print("{:.0f} MB on disk\n",
                 static_cast<double>(std::filesystem::file_size(folder + "/things.db")) / 1e6);
    }
  }
  auto database = orm::engine::open_sqlite(folder + "/things.db");
  rt::OffloadPool pool(2);
  rt::Loops loops(1);
  auto done = [&](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
    loops.stop();
  };
  boost::asio::co_spawn(loops.at(0).executor(), search_all(*database, pool, searches), done);
  loops.run();
  database.reset();
  if (argc <= 1) std::filesystem::remove_all(folder);
}
