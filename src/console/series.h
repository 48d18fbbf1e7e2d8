#pragma once

// Series: the points of a channel that draw the same line as all of its readings.
//
// Few readings come as they are.  Of many, each interval gives its first, lowest, highest and last:
// on a screen that has no more columns than there are intervals, the line through these covers the
// same pixels as the line through everything.  Lowest and highest are placed inside their interval;
// when exactly they were, no such screen could show.

#include <string>
#include <vector>

#include "archive/archive.h"
#include "http/request.h"
#include "registry/registry.h"

namespace tt::console {

inline constexpr std::size_t series_points_min = 100, series_points_max = 4000;

struct SeriesQuery {
  Time start, end;           // inclusive
  std::size_t points = 600;  // at most so many come back, one before `start` not counted
};

struct SeriesPoint {
  Time at;
  double value = 0;
};

struct SeriesPoints {
  std::vector<SeriesPoint> points;  // ascending; begins with the last one before `start`
  std::size_t readings = 0;         // that lie in the range, texts included
  bool is_sampled = false;          // false: every number of the range is here
  unsigned decimals = 0;            // that the readings are written with
};

// The numbers of one channel.  Texts are left out.
Task<SeriesPoints> find_series(archive::Archive& archive, archive::SeriesId series,
                               SeriesQuery query);

// The newest readings of the range, texts too, `query.points` at most; ascending.
Task<std::vector<archive::Sample>> find_latest(archive::Archive& archive, archive::SeriesId series,
                                               SeriesQuery query);

// The query of the parameters start, end (times) and points; `now` is the default end.  Throws
// invalid.
SeriesQuery series_query(const http::Request& request, Time now);

// {"feed","channel","unit","readings","sampled","decimals","times":[ms since 1970],"values":[…]}
std::string series_json(const registry::Feed& feed, const registry::Channel& channel,
                        const SeriesPoints& found);

// {"readings":[{"at","value"}]}
std::string latest_json(const std::vector<archive::Sample>& readings);

}  // namespace tt::console
