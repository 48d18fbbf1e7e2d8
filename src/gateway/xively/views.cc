#include "gateway/xively/views.h"

namespace tt::gateway::xively {
namespace {

// True if `list`, comma-separated, holds `name`; an empty list holds every name.
bool selects(std::string_view list, std::string_view name) {
  if (list.empty()) return true;
  while (!list.empty()) {
    auto comma = list.find(',');
    if (list.substr(0, comma) == name) return true;
    list = comma == list.npos ? std::string_view{} : list.substr(comma + 1);
  }
  return false;
}

}  // namespace

Task<FeedView> view_feed(Services& services, const ApiRequest& request, registry::FeedPtr feed) {
  FeedView view;
  view.feed = feed;
  view.now = services.clock.now();
  view.base_url = request.base_url;
  auto values = co_await services.telemetry.current_values(feed);
  view.updated = telemetry::Telemetry::updated(*feed, values);
  auto selected = request.parameter("datastreams");
  for (std::size_t i = 0; i < feed->channels.size(); ++i) {
    const auto& channel = feed->channels[i];
    if (!selects(selected, channel.name)) continue;
    view.channels.push_back({&channel, std::move(values[i]), std::nullopt});
  }
  co_return view;
}

Task<> add_history(Services& services, FeedView& view, HistoryQuery query) {
  std::size_t left = history_points_max;
  for (auto& channel : view.channels) {
    query.limit = std::min(query.limit, left);
    channel.datapoints = co_await read_history(services.archive, channel.channel->id, query);
    left -= std::min(left, channel.datapoints->size());
  }
}

std::string feed_list_document(const FeedList& list, Format format) {
  switch (format) {
    case Format::csv: return feed_list_csv(list);
    case Format::xml: return feed_list_xml(list);
    default: return feed_list_json(list);
  }
}

std::string feed_document(const FeedView& view, Format format) {
  switch (format) {
    case Format::csv: return feed_csv(view);
    case Format::xml: return feed_xml(view);
    default: return feed_json(view);
  }
}

std::string datastream_document(const ChannelView& view, const ChannelPlace& place, Format format) {
  switch (format) {
    case Format::csv: return datastream_csv(view);
    case Format::xml: return datastream_xml(view, place);
    default: return datastream_json(view);
  }
}

std::string datapoint_document(const archive::Sample& sample, Format format) {
  switch (format) {
    case Format::csv: return datapoint_csv(sample);
    case Format::xml: return datapoint_xml(sample);
    default: return datapoint_json(sample);
  }
}

}  // namespace tt::gateway::xively
