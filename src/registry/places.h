#pragma once

// Places: where the feeds are, in memory once somebody has searched by distance; eight bytes each.

#include <mutex>
#include <shared_mutex>
#include <vector>

#include "orm/migrate.h"
#include "registry/id_set.h"

namespace tt::registry {

// Along the great circle of a sphere with the Earth's mean radius.
double distance_km(double lat1, double lon1, double lat2, double lon2);

class Places {
 public:
  // Where the feed is now; call when the commit is done, from one thread at a time for one feed.
  void put(const Feed& feed);
  void forget(FeedId id);

  // Takes from `ids` what is not within the distance; a feed without a place is nowhere.  Blocks.
  void keep_near(orm::Session& session, const Near& near, IdSet& ids);

  static orm::ExtraStatement index();

 private:
  // In units of 1e-7 degrees, about a centimetre.
  struct Place {
    std::int32_t lat = nowhere, lon = nowhere;
  };
  static constexpr std::int32_t nowhere = INT32_MIN;

  void set(FeedId id, Place place);
  void load(orm::Session& session);

  std::shared_mutex mutex_;
  bool is_loaded_ = false;
  std::vector<Place> places_;  // by id
};

}  // namespace tt::registry
