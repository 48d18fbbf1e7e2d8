#pragma once

// Writing the API's documents in XML (EEML 0.5.1).  What is not set is left out.

#include "gateway/xively/output.h"

namespace tt::gateway::xively {

// Where a datastream that is shown on its own belongs; references outlive the call.
struct ChannelPlace {
  const registry::Feed& feed;
  std::string_view base_url;
  TimeZone zone = {};
};

// With totalResults, startIndex and itemsPerPage of OpenSearch before the environments.
std::string feed_list_xml(const FeedList& list);
std::string feed_xml(const FeedView& view);
// An environment with exactly one <data>.
std::string datastream_xml(const ChannelView& view, const ChannelPlace& place);
std::string datapoint_xml(const archive::Sample& sample, const TimeZone& zone);

}  // namespace tt::gateway::xively
