#pragma once

// Collecting what a document shows from registry and archive, and writing it in the format that is
// wanted.

#include "gateway/xively/api.h"
#include "gateway/xively/history.h"
#include "gateway/xively/output.h"
#include "gateway/xively/xml_output.h"

namespace tt::gateway::xively {

// With the current values, of the channels that `datastreams=a,b` names (all if it is absent).
Task<FeedView> view_feed(Services& services, const ApiRequest& request, registry::FeedPtr feed);

// Fills in the datapoints of all channels, at most history_points_max together.
Task<> add_history(Services& services, FeedView& view, HistoryQuery query);

// Replaces the current values with those that held at `at`; channels without one are left out.
Task<> show_snapshot(Services& services, FeedView& view, Time at);

// The history of one channel, in `view`.
Task<> add_history(Services& services, ChannelView& view, HistoryQuery query);

// The documents in `format`, which is not png.
std::string feed_list_document(const FeedList& list, Format format);
std::string feed_document(const FeedView& view, Format format);
std::string datastream_document(const ChannelView& view, const ChannelPlace& place, Format format);
std::string datapoint_document(const archive::Sample& sample, const TimeZone& zone, Format format);

}  // namespace tt::gateway::xively
