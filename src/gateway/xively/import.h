#pragma once

// Rows feed_id,stream_id,at,value: readings of many feeds in one request.

#include <deque>
#include <string>
#include <vector>

#include "base/limits.h"
#include "telemetry/telemetry.h"

namespace tt::gateway::xively {

struct ImportRows {
  std::vector<telemetry::Telemetry::FeedReadings> feeds;
  std::size_t count = 0;
  std::deque<std::string> kept;  // fields that were quoted; the others are views into the body
};

// `body` must outlive the result.  Throws invalid, naming the line, unprocessable for too many.
ImportRows parse_import(std::string_view body, const Limits& limits);

}  // namespace tt::gateway::xively
