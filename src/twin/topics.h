#pragma once

// The topics twin/FEED/desired, …/reported and …/delta.

#include "bus/bus.h"
#include "twin/twin.h"

namespace tt::twin {

inline constexpr std::string_view topic_prefix = "twin";

// What a topic names: a side, or nullopt: the delta.
struct TwinTopic {
  registry::FeedId feed = 0;
  std::optional<Side> side;
};
// nullopt for any other shape.
std::optional<TwinTopic> parse_topic(std::string_view topic);
std::string topic_of(const TwinTopic& topic);

// {"version":7,"state":{…}}: what is heard on the topics of a twin.  The version of a delta is that
// of the desired side.
bus::Message desired_message(registry::FeedId feed, const Twin& twin);
bus::Message reported_message(registry::FeedId feed, const Twin& twin);
bus::Message delta_message(registry::FeedId feed, const Twin& twin);

}  // namespace tt::twin
