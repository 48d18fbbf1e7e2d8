#pragma once

// Collecting what a document shows from registry and archive.

#include "gateway/xively/api.h"
#include "gateway/xively/history.h"
#include "gateway/xively/output.h"

namespace tt::gateway::xively {

// With the current values, of the channels that `datastreams=a,b` names (all if it is absent).
Task<FeedView> view_feed(Services& services, const ApiRequest& request, registry::FeedPtr feed);

// Fills in the datapoints of all channels, at most history_points_max together.
Task<> add_history(Services& services, FeedView& view, HistoryQuery query);

}  // namespace tt::gateway::xively
