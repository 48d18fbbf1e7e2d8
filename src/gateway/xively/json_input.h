#pragma once

// Reading the parts of the API's JSON documents; see document.h for what is thrown.

#include "gateway/xively/document.h"
#include "wire/json.h"

namespace tt::gateway::xively {

FeedInput read_feed(wire::JsonValue value);
// With `id_of_path` empty the id is the one in the document.
DatastreamInput read_datastream(wire::JsonValue value, std::string_view id_of_path);
std::vector<DatastreamInput> read_datastreams(wire::JsonValue value);
void read_datapoints(wire::JsonValue value, std::vector<DatapointInput>& points);

}  // namespace tt::gateway::xively
