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

}  // namespace tt::gateway::xively
