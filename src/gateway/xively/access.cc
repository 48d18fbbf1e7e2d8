#include "gateway/xively/access.h"

#include "gateway/xively/errors.h"

namespace tt::gateway::xively {

Task<registry::FeedPtr> open_feed(Services& services, const ApiRequest& request, Wish wish) {
  auto feed = services.registry.find_cached(wish.feed);
  if (!feed) feed = co_await services.registry.find(wish.feed);
  if (!feed) throw not_found();
  auto resource = telemetry::resource_of(*feed, wish.channel);
  identity::require(*request.caller, wish.action, resource, services.clock.now());
  co_return feed;
}

void require_history(const identity::Caller& caller, const HistoryWish& wish, Time now) {
  auto wants_longer = [&](const identity::Permission& permission) {
    return std::chrono::seconds(permission.minimum_interval_s) > wish.interval;
  };
  if (std::ranges::none_of(caller.permissions, wants_longer)) return;
  auto limited = caller;
  std::erase_if(limited.permissions, wants_longer);
  auto resource = telemetry::resource_of(wish.feed, wish.channel);
  identity::require(limited, identity::Action::read, resource, now);
}

const registry::Channel& channel_of(const registry::Feed& feed, std::string_view name) {
  const auto* channel = feed.find(name);
  if (!channel) throw not_found();
  return *channel;
}

void require_document_format(const ApiRequest& request) {
  if (request.format == Format::png) throw not_acceptable();
}

void require_json(const ApiRequest& request) {
  bool has_body = request.method == "PUT" || request.method == "POST";
  bool is_json = request.format == Format::json;
  if (has_body && request.body_format != Format::json) is_json = false;
  if (!is_json) throw not_acceptable();
}

void require_master(const ApiRequest& request, Time now) {
  const auto& caller = *request.caller;
  if (caller.expires_at && *caller.expires_at <= now) throw unauthorized();
  if (!caller.is_master()) throw Error(Code::denied, "this needs a master key");
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

namespace {

std::vector<telemetry::ChannelReadings> readings_of(Services& services,
                                                    const std::vector<DatastreamInput>& streams) {
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
  return readings;
}

Task<> set_extremes(Services& services, const registry::Feed& feed, const DatastreamInput& stream) {
  if (!stream.min_value && !stream.max_value) co_return;
  const auto& channel = channel_of(feed, stream.id);
  auto current = co_await services.archive.current(channel.id);
  auto min = stream.min_value;
  auto max = stream.max_value;
  if (current && !min) min = current->min;
  if (current && !max) max = current->max;
  co_await services.archive.set_extremes(channel.id, min, max);
}

}  // namespace

Task<> record_values(Services& services, const ApiRequest& request, ValueWrite write) {
  auto readings = readings_of(services, write.streams);
  if (!readings.empty()) {
    const auto& caller = *request.caller;
    co_await services.telemetry.record(caller, write.action, write.feed, std::move(readings));
  }
  for (const auto& stream : write.streams) {
    co_await set_extremes(services, *write.feed, stream);
  }
}

}  // namespace tt::gateway::xively
