#pragma once

// Telemetry: the one way of a reading, whatever protocol brought it.
//
// It checks the caller, resolves feed and channel in the registry (channels appear when they are
// first written), appends to the archive, and when the reading is durable hands it to the bus,
// where subscribers of every protocol hear it as a message on feeds/FEED/CHANNEL whose payload is
// the value.  On the bus it owns the topics feeds/…: a publication there is a datapoint.

#include <string>
#include <vector>

#include "archive/archive.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/metrics.h"
#include "bus/bus.h"
#include "registry/registry.h"

namespace tt::telemetry {

// Readings of one channel, in any order; the views live until the call's Task returns.
struct ChannelReadings {
  std::string_view channel;
  std::vector<archive::SampleView> samples;
};

// The current values of a feed, one for each of feed.channels; nullopt: never written.
using CurrentValues = std::vector<std::optional<archive::Current>>;

// A reading that was stored.
struct Heard {
  registry::FeedPtr feed;
  const registry::Channel* channel = nullptr;  // of `feed`
  archive::SampleView sample;  // the newest of those of the channel that came together
};

// Hears what happens to feeds, before the one who made it happen is told that it is done: what a
// listener makes durable is as durable as the reading.
class Listener {
 public:
  virtual ~Listener() = default;
  // Asked for every write, from any loop: answer from memory.
  virtual bool wants(registry::FeedId) noexcept { return false; }
  // Readings of feeds that it wants, after they are durable.  What it throws is logged.
  virtual Task<> heard(std::vector<Heard>) { co_return; }
  // After the feed or the channel has gone.
  virtual Task<> feed_removed(registry::FeedId) { co_return; }
  virtual Task<> channel_removed(registry::FeedId, std::string) { co_return; }
};

class Telemetry final : public bus::TopicOwner {
 public:
  // Registers itself with `bus`.  References must outlive it.
  Telemetry(registry::Registry& registry, archive::Archive& archive, bus::Bus& bus,
            const Clock& clock, const Limits& limits, Metrics& metrics);

  // `listener` must live as long.  Before start.
  void add(Listener& listener) { listeners_.push_back(&listener); }

  // The time for readings that bring none: the clock's, but never the same twice, so that two
  // readings of one microsecond do not replace each other.
  Time stamp();

  // All or nothing; durable on return.  Needs `action` (update or create) for each channel.  Throws
  // denied, unprocessable for a channel name or value that cannot be.  Subscribers hear the newest
  // sample of each channel if it is the channel's newest.
  Task<> record(const identity::Caller& caller, identity::Action action, registry::FeedPtr feed,
                std::vector<ChannelReadings> readings);

  // Readings of one feed for import().
  struct FeedReadings {
    registry::FeedId feed = 0;
    std::vector<ChannelReadings> channels;
  };
  // Readings of many feeds at once, all or nothing; as record(), but throws not_found for a feed
  // that does not exist.  Needs `update`.
  Task<> import(const identity::Caller& caller, std::vector<FeedReadings> feeds);

  Task<CurrentValues> current_values(registry::FeedPtr feed);
  // When the feed was last heard of: its newest write of metadata or of a reading.
  static Time updated(const registry::Feed& feed, const CurrentValues& values);

  // Removes the feed or the channel with all readings.  The caller has been checked.
  Task<> remove_feed(registry::FeedId feed);
  // False if there was no such channel.
  Task<bool> remove_channel(registry::FeedId feed, std::string name);

  // --- bus::TopicOwner ----------------------------------------------------------------------
  Task<std::vector<bus::Message>> accept(const identity::Caller& caller,
                                         std::vector<bus::Message> messages) override;
  Task<> check_subscription(const identity::Caller& caller, std::string filter) override;
  Task<std::vector<bus::Message>> current(const identity::Caller& caller,
                                          std::string filter) override;
  bool visible(const identity::Caller& caller, const bus::Message& message) override;

 private:
  struct Permit;    // who writes, as what
  struct Prepared;  // checked readings, ready for the archive
  void check(const Permit& permit, const registry::Feed& feed,
             const std::vector<ChannelReadings>& readings);
  Task<> prepare(registry::FeedPtr feed, const std::vector<ChannelReadings>& readings,
                 Prepared& prepared);
  Task<> store(const Prepared& prepared);
  Task<> tell_listeners(const Prepared& prepared);
  Task<> announce(const Prepared& prepared);
  Task<registry::FeedPtr> feed_or_throw(registry::FeedId id);

  registry::Registry& registry_;
  archive::Archive& archive_;
  bus::Bus& bus_;
  const Clock& clock_;
  const Limits& limits_;
  std::vector<Listener*> listeners_;
  std::atomic<std::int64_t> last_stamp_us_{0};
  Counter& readings_;
};

// Throws unprocessable if `value` is too long or not UTF-8.
void require_value(std::string_view value, const Limits& limits);

// What identity needs to know about a feed.
identity::Resource resource_of(const registry::Feed& feed, std::string_view channel = {});

// "feeds/504/temperature" → 504 and "temperature"; nullopt for any other shape.
struct FeedTopic {
  registry::FeedId feed;
  std::string_view channel;
};
std::optional<FeedTopic> parse_topic(std::string_view topic);
std::string topic_of(registry::FeedId feed, std::string_view channel);

}  // namespace tt::telemetry
