#pragma once

// Search: which feeds a query means.

#include "registry/last_heard.h"
#include "registry/match_cache.h"
#include "registry/places.h"

namespace tt::registry {

struct FeedIds {
  std::size_t total = 0;
  std::vector<FeedId> ids;  // of the page, in the order asked for
};

// What a search looks at besides the database; told of every change.
struct SearchIndex {
  explicit SearchIndex(const Limits& limits) : matches(limits.search_cache_bytes_max) {}
  MatchCache matches;
  Places places;
  LastHeard heard;
};

// Blocks: run it through rt::offload.
FeedIds search(orm::Session& session, SearchIndex& index, const FeedQuery& query, Time now);

}  // namespace tt::registry
