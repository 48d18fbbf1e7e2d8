#include "telemetry/telemetry.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "bus/topic.h"

namespace tt::telemetry {
namespace {

constexpr std::int64_t clock_jump_us = 1'000'000;

Error feed_not_found(registry::FeedId id) {
  return Error(Code::not_found, fmt::format("there is no feed {}", id));
}

const archive::SampleView& newest(const std::vector<archive::SampleView>& samples) {
  // The last one wins among equal times.
  auto best = samples.begin();
  for (auto it = best; it != samples.end(); ++it) {
    if (it->at >= best->at) best = it;
  }
  return *best;
}

}  // namespace

void require_value(std::string_view value, const Limits& limits) {
  if (value.size() > limits.value_bytes_max) {
    throw Error(Code::unprocessable, fmt::format("Value is too long (maximum is {} characters)",
                                                 limits.value_bytes_max));
  }
  if (!is_utf8(value)) throw Error(Code::unprocessable, "Value is invalid");
}

identity::Resource resource_of(const registry::Feed& feed, std::string_view channel) {
  identity::Resource resource;
  resource.feed = feed.id;
  resource.channel = channel;
  resource.owner = feed.owner;
  resource.is_private = feed.is_private;
  return resource;
}

std::optional<FeedTopic> parse_topic(std::string_view topic) {
  if (!topic.starts_with("feeds/")) return std::nullopt;
  topic.remove_prefix(6);
  auto slash = topic.find('/');
  if (slash == topic.npos) return std::nullopt;
  auto feed = parse_number<registry::FeedId>(topic.substr(0, slash));
  auto channel = topic.substr(slash + 1);
  if (!feed || *feed <= 0 || channel.empty() || channel.find('/') != topic.npos) {
    return std::nullopt;
  }
  return FeedTopic{*feed, channel};
}

std::string topic_of(registry::FeedId feed, std::string_view channel) {
  return fmt::format("feeds/{}/{}", feed, channel);
}

struct Telemetry::Permit {
  const identity::Caller& caller;
  identity::Action action;
};

struct Telemetry::Prepared {
  struct Newest {
    registry::FeedPtr feed;
    const registry::Channel* channel;
    archive::SampleView sample;
  };
  std::vector<archive::Run> runs;
  std::vector<Newest> newest;  // one for each run
  std::size_t samples = 0;
};

Telemetry::Telemetry(registry::Registry& registry, archive::Archive& archive, bus::Bus& bus,
                     const Clock& clock, const Limits& limits, Metrics& metrics)
    : registry_(registry),
      archive_(archive),
      bus_(bus),
      clock_(clock),
      limits_(limits),
      readings_(metrics.counter("thingtank_readings_total", "Readings stored, by any protocol.")) {
  bus_.own("feeds", *this);
}

Time Telemetry::stamp() {
  auto now = to_us(clock_.now());
  auto last = last_stamp_us_.load(std::memory_order_relaxed);
  while (true) {
    // A clock that was set back by more than a moment is believed.
    auto next = now > last || last - now > clock_jump_us ? now : last + 1;
    if (last_stamp_us_.compare_exchange_weak(last, next)) return from_us(next);
  }
}

Task<registry::FeedPtr> Telemetry::feed_or_throw(registry::FeedId id) {
  auto feed = registry_.find_cached(id);
  if (!feed) feed = co_await registry_.find(id);
  if (!feed) throw feed_not_found(id);
  co_return feed;
}

// Everything that can be refused is refused here, before anything is changed.
void Telemetry::check(const Permit& permit, const registry::Feed& feed,
                      const std::vector<ChannelReadings>& readings) {
  auto now = clock_.now();
  for (const auto& reading : readings) {
    auto resource = resource_of(feed, reading.channel);
    identity::require(permit.caller, permit.action, resource, now);
    if (!feed.find(reading.channel) && !registry::is_channel_name(reading.channel)) {
      throw Error(Code::unprocessable, fmt::format("Datastream id {} is invalid", reading.channel));
    }
    for (const auto& sample : reading.samples) require_value(sample.value, limits_);
  }
}

// Appends what was checked to `prepared`; makes the channels that are missing.
Task<> Telemetry::prepare(registry::FeedPtr feed, const std::vector<ChannelReadings>& readings,
                          Prepared& prepared) {
  std::vector<registry::ChannelChange> missing;
  for (const auto& reading : readings) {
    if (feed->find(reading.channel)) continue;
    registry::ChannelChange channel;
    channel.name = std::string(reading.channel);
    missing.push_back(std::move(channel));
  }
  if (!missing.empty()) {
    registry::FeedChange nothing;
    auto now = clock_.now();
    feed = co_await registry_.update(feed->id, std::move(nothing), std::move(missing), now);
  }
  for (const auto& reading : readings) {
    if (reading.samples.empty()) continue;
    const auto* channel = feed->find(reading.channel);
    TT_ASSERT(channel != nullptr);
    prepared.runs.push_back({channel->id, reading.samples});
    prepared.newest.push_back({feed, channel, newest(reading.samples)});
    prepared.samples += reading.samples.size();
  }
}

Task<> Telemetry::store(const Prepared& prepared) {
  if (prepared.runs.empty()) co_return;
  co_await archive_.append(prepared.runs);
  readings_.Increment(static_cast<double>(prepared.samples));
  auto now = clock_.now();
  for (const auto& newest : prepared.newest) registry_.heard(newest.feed->id, now);
  co_await tell_listeners(prepared);
}

// The readings are stored: a listener that fails must not make the device send them again.
Task<> Telemetry::tell_listeners(const Prepared& prepared) {
  for (auto* listener : listeners_) {
    std::vector<Heard> wanted;
    for (const auto& newest : prepared.newest) {
      if (!listener->wants(newest.feed->id)) continue;
      wanted.push_back({newest.feed, newest.channel, newest.sample});
    }
    if (wanted.empty()) continue;
    try {
      co_await listener->heard(std::move(wanted));
    } catch (const std::exception& e) {
      log::error("a listener of readings failed", {{"reason", e.what()}});
    }
  }
}

// Tells the bus about those readings that are now the newest of their channel.
Task<> Telemetry::announce(const Prepared& prepared) {
  std::vector<bus::Message> messages;
  for (std::size_t i = 0; i < prepared.runs.size(); ++i) {
    const auto& newest = prepared.newest[i];
    auto topic = topic_of(newest.feed->id, newest.channel->name);
    if (!bus_.has_subscribers(topic)) continue;
    auto current = co_await archive_.current(prepared.runs[i].series);
    if (!current || current->last.at != newest.sample.at) continue;
    bus::Message message;
    message.topic = std::move(topic);
    message.payload = std::string(newest.sample.value);
    message.content_type = "text/plain";
    message.at = newest.sample.at;
    message.at_least_once = true;
    messages.push_back(std::move(message));
  }
  if (messages.empty()) co_return;
  co_await bus_.deliver(std::move(messages));
}

Task<> Telemetry::record(const identity::Caller& caller, identity::Action action,
                         registry::FeedPtr feed, std::vector<ChannelReadings> readings) {
  Permit permit{caller, action};
  check(permit, *feed, readings);
  Prepared prepared;
  co_await prepare(std::move(feed), readings, prepared);
  co_await store(prepared);
  co_await announce(prepared);
}

Task<> Telemetry::import(const identity::Caller& caller, std::vector<FeedReadings> feeds) {
  Permit permit{caller, identity::Action::update};
  std::vector<registry::FeedPtr> found;
  found.reserve(feeds.size());
  for (const auto& readings : feeds) {
    found.push_back(co_await feed_or_throw(readings.feed));
    check(permit, *found.back(), readings.channels);
  }
  Prepared prepared;
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    co_await prepare(found[i], feeds[i].channels, prepared);
  }
  co_await store(prepared);
  co_await announce(prepared);
}

Task<CurrentValues> Telemetry::current_values(registry::FeedPtr feed) {
  CurrentValues values;
  values.reserve(feed->channels.size());
  for (const auto& channel : feed->channels) {
    values.push_back(co_await archive_.current(channel.id));
  }
  co_return values;
}

Time Telemetry::updated(const registry::Feed& feed, const CurrentValues& values) {
  auto newest = feed.updated;
  for (const auto& value : values) {
    if (value) newest = std::max(newest, value->received);
  }
  return newest;
}

Task<> Telemetry::remove_feed(registry::FeedId feed) {
  auto channels = co_await registry_.remove(feed);
  for (auto channel : channels) co_await archive_.erase(channel);
  for (auto* listener : listeners_) co_await listener->feed_removed(feed);
}

Task<bool> Telemetry::remove_channel(registry::FeedId feed, std::string name) {
  auto channel = co_await registry_.remove_channel(feed, name);
  if (!channel) co_return false;
  co_await archive_.erase(*channel);
  for (auto* listener : listeners_) co_await listener->channel_removed(feed, name);
  co_return true;
}

Task<std::vector<bus::Message>> Telemetry::accept(const identity::Caller& caller,
                                                  std::vector<bus::Message> messages) {
  Permit permit{caller, identity::Action::update};
  std::vector<registry::FeedPtr> feeds;
  std::vector<std::vector<ChannelReadings>> readings;
  for (auto& message : messages) {
    auto target = parse_topic(message.topic);
    if (!target) {
      throw Error(Code::invalid, fmt::format("'{}' is not feeds/FEED/CHANNEL", message.topic));
    }
    if (!message.at) message.at = stamp();
    message.retain = false;  // the archive's newest sample is what a new subscriber gets
    message.content_type = "text/plain";
    ChannelReadings reading{target->channel, {{*message.at, message.payload}}};
    readings.emplace_back().push_back(std::move(reading));
    feeds.push_back(co_await feed_or_throw(target->feed));
    check(permit, *feeds.back(), readings.back());
  }
  Prepared prepared;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    co_await prepare(feeds[i], readings[i], prepared);
  }
  co_await store(prepared);
  co_return messages;
}

Task<> Telemetry::check_subscription(const identity::Caller& caller, std::string filter) {
  std::string_view rest = filter;
  bus::take_level(rest);
  auto level = bus::take_level(rest);
  auto id = parse_number<registry::FeedId>(level);
  if (!id) co_return;  // see visible()
  auto feed = co_await registry_.find(*id);
  if (!feed) throw feed_not_found(*id);
  auto channel = bus::take_level(rest);
  bool is_wild = channel == "+" || channel == "#";
  auto resource = resource_of(*feed, is_wild ? std::string_view{} : channel);
  // A key for some channels only may use a wildcard; visible() picks the ones it may read.
  if (is_wild && caller.account == feed->owner) co_return;
  identity::require(caller, identity::Action::read, resource, clock_.now());
}

Task<std::vector<bus::Message>> Telemetry::current(const identity::Caller& caller,
                                                   std::string filter) {
  std::vector<bus::Message> messages;
  std::string_view rest = filter;
  bus::take_level(rest);
  auto level = bus::take_level(rest);
  registry::FeedId id = 0;
  std::from_chars(level.data(), level.data() + level.size(), id);
  auto feed = co_await registry_.find(id);
  if (!feed) co_return messages;
  for (const auto& channel : feed->channels) {
    auto topic = topic_of(id, channel.name);
    if (!bus::matches(filter, topic)) continue;
    auto resource = resource_of(*feed, channel.name);
    if (!identity::allow(caller, identity::Action::read, resource, clock_.now())) continue;
    auto current = co_await archive_.current(channel.id);
    if (!current) continue;
    bus::Message message;
    message.topic = std::move(topic);
    message.payload = std::move(current->last.value);
    message.content_type = "text/plain";
    message.at = current->last.at;
    messages.push_back(std::move(message));
  }
  co_return messages;
}

bool Telemetry::visible(const identity::Caller& caller, const bus::Message& message) {
  auto target = parse_topic(message.topic);
  if (!target) return false;
  // The feed was looked up to store the message, so it is cached.
  auto feed = registry_.find_cached(target->feed);
  if (!feed) return false;
  auto resource = resource_of(*feed, target->channel);
  return identity::allow(caller, identity::Action::read, resource, clock_.now());
}

}  // namespace tt::telemetry
