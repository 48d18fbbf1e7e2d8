#pragma once

// The API's documents: what stands in them, and writing them in JSON and CSV; see xml_output.h for
// XML.
//
// The JSON holds no member but the contract's: the official Python client passes every member to a
// constructor and fails on one that it does not know.

#include <string>
#include <vector>

#include "archive/archive.h"
#include "gateway/xively/time_zone.h"
#include "registry/registry.h"
#include "telemetry/telemetry.h"

namespace tt::gateway::xively {

// History of one channel; nullopt in a document: not asked for.
using Datapoints = std::vector<archive::Sample>;

struct ChannelView {
  const registry::Channel* channel = nullptr;
  std::optional<archive::Current> current;
  std::optional<Datapoints> datapoints;
  std::string_view function;  // of the datapoints; empty: they are as they were written
};

// What a feed document shows.
struct FeedView {
  registry::FeedPtr feed;
  std::vector<ChannelView> channels;
  Time updated;
  Time now;
  std::string_view base_url;
  TimeZone zone;  // in which its times are written
};

// What stands in a list of feeds.
enum class Content { full, summary };
enum class User { hidden, shown };

// A page of a search.
struct FeedList {
  std::size_t total = 0;
  std::size_t offset = 0;
  std::size_t per_page = 0;
  Content content = Content::full;
  User user = User::hidden;
  std::vector<FeedView> feeds;
};

std::string feed_list_json(const FeedList& list);
std::string feed_json(const FeedView& view);
// A datastream on its own, with `version`.
std::string datastream_json(const ChannelView& view, const TimeZone& zone);
std::string datapoint_json(const archive::Sample& sample, const TimeZone& zone);

// `feed_id,stream_id,at,value` a row.
std::string feed_list_csv(const FeedList& list);
// `stream_id,at,value` a row; with history all points of all streams in order of time.
std::string feed_csv(const FeedView& view);
// `at,value` a row.
std::string datastream_csv(const ChannelView& view, const TimeZone& zone);
std::string datapoint_csv(const archive::Sample& sample, const TimeZone& zone);

// "333.0": extremes are texts of floats.
std::string float_text(double value);

// "live" if it was heard of within 15 minutes, else "frozen".
std::string_view status_of(Time updated, Time now);

}  // namespace tt::gateway::xively
