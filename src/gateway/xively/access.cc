#include "gateway/xively/access.h"

#include "gateway/xively/errors.h"

namespace tt::gateway::xively {

Task<registry::FeedPtr> open_feed(Services& services, const ApiRequest& request,
                                  identity::Action action, registry::FeedId id,
                                  std::string_view channel) {
  auto feed = services.registry.find_cached(id);
  if (!feed) feed = co_await services.registry.find(id);
  if (!feed) throw not_found();
  auto resource = telemetry::resource_of(*feed, channel);
  identity::require(*request.caller, action, resource, services.clock.now());
  co_return feed;
}

const registry::Channel& channel_of(const registry::Feed& feed, std::string_view name) {
  const auto* channel = feed.find(name);
  if (!channel) throw not_found();
  return *channel;
}

void require_document_format(const ApiRequest& request) {
  if (request.format != Format::json && request.format != Format::csv) throw not_acceptable();
}

std::vector<registry::ChannelChange> channel_changes(const registry::Feed* feed,
                                                     const std::vector<DatastreamInput>& streams) {
  std::vector<registry::ChannelChange> changes;
  for (const auto& stream : streams) {
    const auto* channel = feed ? feed->find(stream.id) : nullptr;
    bool same_tags = channel && (!stream.tags || *stream.tags == channel->tags);
    bool same_unit = channel && (!stream.unit || *stream.unit == channel->unit);
    if (same_tags && same_unit) continue;
    changes.push_back({std::string(stream.id), stream.tags, stream.unit});
  }
  return changes;
}

Task<> record_values(Services& services, const ApiRequest& request, identity::Action action,
                     registry::FeedPtr feed, const std::vector<DatastreamInput>& streams) {
  std::vector<telemetry::ChannelReadings> readings;
  readings.reserve(streams.size());
  for (const auto& stream : streams) {
    telemetry::ChannelReadings reading;
    reading.channel = stream.id;
    for (const auto& point : stream.datapoints) {
      reading.samples.push_back({point.at.value_or(services.clock.now()), point.value});
    }
    if (stream.current_value) {
      auto at = stream.at ? *stream.at : services.telemetry.stamp();
      reading.samples.push_back({at, *stream.current_value});
    }
    if (!reading.samples.empty()) readings.push_back(std::move(reading));
  }
  if (!readings.empty()) co_await services.telemetry.record(*request.caller, action, feed, std::move(readings));
  for (const auto& stream : streams) {
    if (!stream.min_value && !stream.max_value) continue;
    const auto& channel = channel_of(*feed, stream.id);
    auto current = co_await services.archive.current(channel.id);
    auto min = stream.min_value;
    auto max = stream.max_value;
    if (current && !min) min = current->min;
    if (current && !max) max = current->max;
    co_await services.archive.set_extremes(channel.id, min, max);
  }
}

}  // namespace tt::gateway::xively
