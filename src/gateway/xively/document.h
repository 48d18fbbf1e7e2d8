#pragma once

// What a client may say about a feed, whatever the format it says it in.
//
// Views in these structs point into the request's body.  Members that are read-only for clients
// (id, created, status, creator, …) are ignored when they are sent, because clients echo the
// documents that they have read; `updated` is the time of values that bring none.

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "gateway/xively/format.h"
#include "registry/registry.h"

namespace tt::gateway::xively {

struct DatapointInput {
  std::optional<Time> at;
  std::string_view value;
};

struct DatastreamInput {
  std::string_view id;
  std::optional<std::string_view> current_value;
  std::optional<Time> at;  // of current_value
  std::vector<DatapointInput> datapoints;
  std::optional<std::vector<std::string>> tags;
  std::optional<registry::Unit> unit;
  std::optional<double> min_value, max_value;
};

struct FeedInput {
  registry::FeedChange change;
  std::vector<DatastreamInput> datastreams;
};

// A parsed body and what its views need to live.
template <class T>
struct Parsed {
  T value;
  std::deque<std::string> kept;  // texts that do not stand in the body as they are
};

// All throw Error(invalid) for broken syntax ("parse error: …"), Error(unprocessable) with one
// message a line for meaning, not_acceptable for a format that is not read.  The comments show
// JSON and CSV; see xml_input.h for XML.
Parsed<FeedInput> parse_feed(std::string_view body, Format format, const Limits& limits);
// One datastream as sent to its own address; `id` is the one in the path.
Parsed<DatastreamInput> parse_datastream(std::string_view body, std::string_view id, Format format,
                                         const Limits& limits);
// {"datastreams":[…]} or a single datastream with its id, as POSTed to …/datastreams.
Parsed<std::vector<DatastreamInput>> parse_datastreams(std::string_view body, Format format,
                                                       const Limits& limits);
// {"datapoints":[…]} or rows at,value.
Parsed<std::vector<DatapointInput>> parse_datapoints(std::string_view body, Format format,
                                                     const Limits& limits);
// {"value":"297"} or a bare value.
Parsed<std::string_view> parse_value(std::string_view body, Format format, const Limits& limits);

}  // namespace tt::gateway::xively
