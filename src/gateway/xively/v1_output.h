#pragma once

// The documents of API v1, as it was before v2: JSON 0.6-alpha, EEML 5, and CSV that is one row of
// current values.  What is not set is left out.
//
//   {"id":504,"title":…,"feed":…,"status":…,"updated":…,"version":"0.6-alpha",
//    "datastreams":[{"id":"0","values":[{"recorded_at":…,"value":"14","max_value":"658.0",
//                    "min_value":"0.0"}],"tags":[…],"unit":{…}}],"location":{…}}
//
//   <data id="0"><tag>…</tag><value minValue="0.0" maxValue="658.0">14</value><unit>…</unit></data>

#include "gateway/xively/format.h"
#include "gateway/xively/xml_output.h"

namespace tt::gateway::xively {

// Throw not_acceptable for a picture.
std::string v1_feed_document(const FeedView& view, Format format);
// In CSV the bare value.
std::string v1_datastream_document(const ChannelView& view, const ChannelPlace& place,
                                   Format format);

}  // namespace tt::gateway::xively
