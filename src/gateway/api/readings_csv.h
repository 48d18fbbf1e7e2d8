#pragma once

// Readings as CSV, in which they come and go.
//
//   readings         = [ "feed_id,stream_id,at,value" ] *( feed_id,stream_id,at,value )
//   readings of one  = [ "stream_id,at,value" ] *( stream_id,at,value )

#include <deque>
#include <string>
#include <vector>

#include "telemetry/telemetry.h"

namespace tt::gateway::api {

struct ReadingRows {
  std::vector<telemetry::Telemetry::FeedReadings> feeds;
  std::size_t count = 0;
  std::deque<std::string> kept;  // fields that were quoted; the others are views into the body
};

struct ReadingsFormat {
  std::optional<registry::FeedId> feed;  // rows of this one, which they do not name
  std::size_t readings_max = SIZE_MAX;
};

// `body` must outlive the result.  Throws invalid, naming the line, unprocessable for too many.
ReadingRows parse_readings(std::string_view body, ReadingsFormat format);

}  // namespace tt::gateway::api
