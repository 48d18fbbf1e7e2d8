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
  view.zone = request.zone;
  auto values = co_await services.telemetry.current_values(feed);
  view.updated = telemetry::Telemetry::updated(*feed, values);
  auto selected = request.parameter("datastreams");
  for (std::size_t i = 0; i < feed->channels.size(); ++i) {
    const auto& channel = feed->channels[i];
    if (!selects(selected, channel.name)) continue;
    view.channels.push_back({&channel, std::move(values[i]), std::nullopt, {}});
  }
  co_return view;
}

Task<> add_history(Services& services, FeedView& view, HistoryQuery query) {
  std::size_t left = history_points_max;
  for (auto& channel : view.channels) {
    query.limit = std::min(query.limit, left);
    co_await add_history(services, channel, query);
    if (channel.datapoints->size() > left) channel.datapoints->resize(left);
    left -= channel.datapoints->size();
  }
}

Task<> add_history(Services& services, ChannelView& view, HistoryQuery query) {
  view.datapoints = co_await read_history(services.archive, view.channel->id, query);
  if (query.interval.count() > 0) view.function = name_of(query.function);
}

Task<> show_snapshot(Services& services, FeedView& view, Time at) {
  std::vector<ChannelView> channels;
  for (auto& channel : view.channels) {
    auto sample = co_await value_at(services.archive, channel.channel->id, at);
    if (!sample) continue;
    channel.current = archive::Current{std::move(*sample), {}, {}, {}};
    channels.push_back(std::move(channel));
  }
  view.channels = std::move(channels);
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
    case Format::csv: return datastream_csv(view, place.zone);
    case Format::xml: return datastream_xml(view, place);
    default: return datastream_json(view, place.zone);
  }
}

std::string datapoint_document(const archive::Sample& sample, const TimeZone& zone, Format format) {
  switch (format) {
    case Format::csv: return datapoint_csv(sample, zone);
    case Format::xml: return datapoint_xml(sample, zone);
    default: return datapoint_json(sample, zone);
  }
}

}  // namespace tt::gateway::xively
