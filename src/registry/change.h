#pragma once

// What a change makes of a feed, and whether the result is allowed.  No I/O.

#include <span>

#include "base/limits.h"
#include "registry/registry.h"

namespace tt::registry {

// What one request asks for; refers to the request.
struct Edit {
  const FeedChange& feed;
  std::span<const ChannelChange> channels;
  Time at;
};

// `before` with everything that is given put over it.  Channels that did not exist are added with
// id 0.  When a mobile thing's lat, lon or ele changes, its previous place becomes a waypoint at
// edit.at; the oldest waypoints go beyond the limit.
//
// Throws unprocessable with one line for each thing that is wrong, in the words of Xively's own
// model: "title can't be blank", "datastreams can't have duplicate IDs: a,b",
// "datastreams_unit_type is not a valid unit_type (pick one from …)".
Feed apply(const Feed& before, const Edit& edit, const Limits& limits);

// True if apply() would give `before` back: nothing is given but names of channels that it has, as
// with a plain reading.
bool changes_nothing(const Feed& before, const Edit& edit);

}  // namespace tt::registry
