#pragma once

// Which series there are, and what they are called.
//
// Every channel that the caller may read is a series, twice: under its own name made legal
// (metric_name_of), and under the fixed name `reading`, which only an exact match finds.  Labels:
//
//   __name__  the metric's name                 title  of the feed
//   feed      its id, "504"                     owner  the login of its owner
//   channel   the channel's name as it is       unit   symbol or else label of the channel's unit
//   tags      of feed and channel, each between commas: ",attic,outdoor,"

#include "archive/archive.h"
#include "gateway/prometheus/labels.h"
#include "host/host.h"

namespace tt::gateway::prometheus {

inline constexpr std::string_view fixed_name = "reading";

struct Entry {
  archive::SeriesId series = 0;
  registry::Unit unit;
  Labels labels;
};

struct Entries {
  std::vector<Entry> entries;
  bool is_complete = true;  // false: there are more than limits.prometheus_series_max
};

// Those that every matcher accepts.  Matchers that name feeds or an owner exactly keep it from
// looking at all feeds, of which it looks at limits.prometheus_feeds_max.
Task<Entries> find_entries(Services& services, const identity::Caller& caller,
                           const Matchers& matchers);

}  // namespace tt::gateway::prometheus
