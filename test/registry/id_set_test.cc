#include "registry/id_set.h"

#include <doctest/doctest.h>

#include <random>
#include <set>

using namespace tt::registry;

namespace {

using Ids = std::set<FeedId>;

Ids ids_of(const IdSet& set) {
  std::vector<FeedId> found;
  set.descend([&](FeedId id) {
    found.push_back(id);
    return true;
  });
  CHECK(std::ranges::is_sorted(found, std::greater()));
  CHECK(found.size() == set.size());
  return {found.begin(), found.end()};
}

// About one of `step` ids up to `most`, so that large steps make lists and small ones bits.
struct Pair {
  IdSet set;
  Ids ids;
};
Pair make(std::mt19937_64& random, FeedId most, FeedId step) {
  Pair pair;
  for (FeedId i = 0; i < most / step; ++i) {
    auto id = 1 + static_cast<FeedId>(random() % static_cast<std::uint64_t>(most));
    pair.set.add(id);
    pair.ids.insert(id);
  }
  return pair;
}

}  // namespace

TEST_CASE("a set behaves like a set, whether it holds few or many") {
  std::mt19937_64 random(5);
  for (FeedId step : {1, 3, 200, 2'000}) {
    for (FeedId other_step : {1, 50, 1'000, 5'000}) {
      auto a = make(random, 10'000, step), b = make(random, 12'000, other_step);
      CHECK(ids_of(a.set) == a.ids);
      for (FeedId id = 1; id < 12'100; id += 7) CHECK(a.set.contains(id) == a.ids.contains(id));

      auto both = a.set;
      both.keep_only(b.set);
      Ids expected;
      std::ranges::set_intersection(a.ids, b.ids, std::inserter(expected, expected.end()));
      CHECK(ids_of(both) == expected);

      auto either = a.set;
      either.add_all(b.set);
      expected = a.ids;
      expected.insert(b.ids.begin(), b.ids.end());
      CHECK(ids_of(either) == expected);

      auto is_odd = [](FeedId id) { return id % 2 == 1; };
      auto even = a.set;
      even.remove_if(is_odd);
      expected = a.ids;
      std::erase_if(expected, is_odd);
      CHECK(ids_of(even) == expected);

      for (auto id : b.ids) a.set.remove(id), a.ids.erase(id);
      CHECK(ids_of(a.set) == a.ids);
    }
  }
}

TEST_CASE("a set is small when it holds few and when it holds most") {
  IdSet few, most;
  for (FeedId id = 1; id <= 100; ++id) few.add(id * 10'000);
  for (FeedId id = 1; id <= 1'000'000; ++id) most.add(id);
  CHECK(few.size_bytes() < 2'000);
  CHECK(most.size_bytes() < 300'000);
  CHECK(most.size() == 1'000'000);
}

TEST_CASE("a walk ends when it is told to") {
  IdSet set;
  for (FeedId id = 1; id <= 300; ++id) set.add(id);
  std::vector<FeedId> found;
  set.descend([&](FeedId id) {
    found.push_back(id);
    return found.size() < 3;
  });
  CHECK(found == std::vector<FeedId>{300, 299, 298});
  CHECK_FALSE(set.contains(0));
  CHECK_FALSE(set.contains(-1));
  CHECK_FALSE(set.contains(1'000'000'000));
}
