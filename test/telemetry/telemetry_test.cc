#include "telemetry/telemetry.h"

#include <doctest/doctest.h>

#include "support/cloud.h"

using namespace tt;
using identity::Action;
using test::Cloud;

namespace {

Task<registry::FeedPtr> make_feed(Services& services, bool is_private = false) {
  auto account = co_await services.identity.find_account("alice");
  if (!account) {
    account =
        co_await services.identity.create_account("alice", "password-1", identity::Role::user);
  }
  registry::FeedChange change;
  change.title = "Station";
  change.is_private = is_private;
  std::vector<registry::ChannelChange> channels;
  co_return co_await services.registry.create(account->id, std::move(change), std::move(channels));
}

bus::Message message(std::string topic, std::string payload) {
  bus::Message made;
  made.topic = std::move(topic);
  made.payload = std::move(payload);
  return made;
}

std::vector<bus::Message> one(bus::Message message) {
  std::vector<bus::Message> messages;
  messages.push_back(std::move(message));
  return messages;
}

// The code of the Error that the Task throws; nullopt if it throws none.
Task<std::optional<Code>> code_of(Task<> task) {
  std::optional<Code> code;
  try {
    co_await std::move(task);
  } catch (const Error& e) {
    code = e.code();
  }
  co_return code;
}

class Listener final : public bus::Subscriber {
 public:
  void deliver(const bus::MessagePtr& message, std::uint64_t,
               bus::Delivery delivery) noexcept override {
    auto kind = delivery == bus::Delivery::retained ? "retained " : "";
    heard.push_back(kind + message->topic + "=" + message->payload);
  }
  std::vector<std::string> heard;
};

Task<> publish_is_a_datapoint(Services& services, const Cloud& cloud) {
  auto feed = co_await make_feed(services);
  auto caller = Cloud::master(feed->owner);
  auto topic = telemetry::topic_of(feed->id, "temperature");
  co_await services.bus.publish(caller, one(message(topic, "21.50")));
  feed = co_await services.registry.find(feed->id);
  const auto* channel = feed->find("temperature");
  REQUIRE(channel);
  auto current = co_await services.archive.current(channel->id);
  REQUIRE(current);
  CHECK(current->last.value == "21.50");
  CHECK(current->last.at == cloud.clock.now());
  auto values = co_await services.telemetry.current_values(feed);
  REQUIRE(values.size() == 1);
  CHECK(values[0]->last.value == "21.50");
}

Task<> refusals(Services& services) {
  auto feed = co_await make_feed(services);
  auto topic = telemetry::topic_of(feed->id, "t");
  auto& bus = services.bus;
  auto reader = Cloud::limited(feed->owner, static_cast<std::uint8_t>(Action::read));
  CHECK(co_await code_of(bus.publish(reader, one(message(topic, "1")))) == Code::denied);
  auto stranger = Cloud::master(feed->owner + 1);
  CHECK(co_await code_of(bus.publish(stranger, one(message(topic, "1")))) == Code::denied);
  auto master = Cloud::master(feed->owner);
  CHECK(co_await code_of(bus.publish(master, one(message("feeds/999/t", "1")))) == Code::not_found);
  CHECK(co_await code_of(bus.publish(master, one(message("feeds/x/t", "1")))) == Code::invalid);
  CHECK(co_await code_of(bus.publish(master, one(message("feeds/1/a/b", "1")))) == Code::invalid);
  auto long_value = message(topic, std::string(256, 'x'));
  CHECK(co_await code_of(bus.publish(master, one(std::move(long_value)))) == Code::unprocessable);
  auto bytes = message(topic, "\xff");
  CHECK(co_await code_of(bus.publish(master, one(std::move(bytes)))) == Code::unprocessable);
  feed = co_await services.registry.find(feed->id);
  CHECK(feed->channels.empty());
}

Task<> batch_is_all_or_none(Services& services) {
  auto feed = co_await make_feed(services);
  auto caller = Cloud::master(feed->owner);
  std::vector<bus::Message> messages;
  messages.push_back(message(telemetry::topic_of(feed->id, "good"), "1"));
  messages.push_back(message("feeds/999/bad", "1"));
  CHECK(co_await code_of(services.bus.publish(caller, std::move(messages))) == Code::not_found);
  feed = co_await services.registry.find(feed->id);
  const auto* channel = feed->find("good");
  if (channel) CHECK(!co_await services.archive.current(channel->id));
}

Task<> subscribers_hear_the_newest(Services& services, Cloud& cloud) {
  auto feed = co_await make_feed(services);
  auto caller = Cloud::master(feed->owner);
  Listener listener;
  auto filter = telemetry::topic_of(feed->id, "+");
  auto id = co_await services.bus.subscribe(caller, listener, filter, 0);
  auto newest = cloud.clock.now();
  auto older = newest - std::chrono::hours(1);
  auto record = [&](Time at, std::string_view value) {
    std::vector<telemetry::ChannelReadings> readings;
    readings.push_back({"t", {{at, value}}});
    return services.telemetry.record(*caller, Action::update, feed, std::move(readings));
  };
  co_await record(newest, "2");
  co_await record(older, "1");  // history, nothing new
  feed = co_await services.registry.find(feed->id);
  co_await record(newest, "3");  // replaces
  co_await services.bus.unsubscribe(id);
  auto topic = telemetry::topic_of(feed->id, "t");
  CHECK(listener.heard == std::vector<std::string>{topic + "=2", topic + "=3"});

  // A new subscriber gets the current value at once.
  Listener late;
  auto late_id = co_await services.bus.subscribe(caller, late, topic, 0);
  CHECK(late.heard == std::vector<std::string>{"retained " + topic + "=3"});
  co_await services.bus.unsubscribe(late_id);
}

Task<> private_feeds_stay_private(Services& services) {
  auto feed = co_await make_feed(services, true);
  auto owner = Cloud::master(feed->owner);
  auto stranger = Cloud::master(feed->owner + 1);
  Listener listener;
  auto subscribe = [](Services& services, identity::CallerPtr caller, Listener& listener,
                      std::string filter) -> Task<> {
    co_await services.bus.subscribe(caller, listener, std::move(filter), 0);
  };
  auto exact = telemetry::topic_of(feed->id, "t");
  CHECK(co_await code_of(subscribe(services, stranger, listener, exact)) == Code::denied);
  auto everything = co_await services.bus.subscribe(stranger, listener, "feeds/#", 0);
  co_await services.bus.publish(owner, one(message(exact, "1")));
  co_await services.bus.unsubscribe(everything);
  CHECK(listener.heard.empty());
}

Task<> stamps_never_repeat(Services& services, Cloud& cloud) {
  auto first = services.telemetry.stamp();
  auto second = services.telemetry.stamp();
  CHECK(second > first);
  cloud.clock.set(cloud.clock.now() - std::chrono::hours(2));  // an administrator sets it back
  CHECK(services.telemetry.stamp() == cloud.clock.now());
  co_return;
}

Task<> removal_takes_the_readings(Services& services) {
  auto feed = co_await make_feed(services);
  auto caller = Cloud::master(feed->owner);
  auto topic = telemetry::topic_of(feed->id, "t");
  co_await services.bus.publish(caller, one(message(topic, "1")));
  feed = co_await services.registry.find(feed->id);
  auto series = feed->find("t")->id;
  CHECK(co_await services.telemetry.remove_channel(feed->id, "t"));
  CHECK(!co_await services.telemetry.remove_channel(feed->id, "t"));
  CHECK(!co_await services.archive.current(series));
  co_await services.telemetry.remove_feed(feed->id);
  CHECK(!co_await services.registry.find(feed->id));
}

}  // namespace

TEST_CASE("topics of readings are told from others") {
  auto topic = telemetry::parse_topic("feeds/504/temperature");
  REQUIRE(topic);
  CHECK(topic->feed == 504);
  CHECK(topic->channel == "temperature");
  for (auto bad : {"feeds", "feeds/", "feeds/504", "feeds/504/", "feeds/-1/t", "feeds/5x/t",
                   "feeds/504/a/b", "other/504/t", "feeds/0/t"}) {
    CAPTURE(bad);
    CHECK(!telemetry::parse_topic(bad));
  }
}

TEST_CASE("a publication on feeds/FEED/CHANNEL is a datapoint and makes the channel") {
  Cloud cloud;
  cloud.run([&](Services& services) { return publish_is_a_datapoint(services, cloud); });
}

TEST_CASE("a publication that is refused changes nothing") {
  Cloud cloud;
  cloud.run(refusals);
}

TEST_CASE("a batch with one bad message stores none") {
  Cloud cloud;
  cloud.run(batch_is_all_or_none);
}

TEST_CASE("subscribers hear what is the newest reading, and only that") {
  Cloud cloud;
  cloud.run([&](Services& services) { return subscribers_hear_the_newest(services, cloud); });
}

TEST_CASE("a private feed is heard by its owner only, whatever the filter") {
  Cloud cloud;
  cloud.run(private_feeds_stay_private);
}

TEST_CASE("times given by the server never repeat, and follow a clock that is set back") {
  Cloud cloud;
  cloud.run([&](Services& services) { return stamps_never_repeat(services, cloud); });
}

TEST_CASE("what is removed takes its readings along") {
  Cloud cloud;
  cloud.run(removal_takes_the_readings);
}
