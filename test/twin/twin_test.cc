#include "twin/twin.h"

#include <doctest/doctest.h>

#include "rt/scope.h"
#include "support/cloud.h"
#include "twin/topics.h"

using namespace tt;
using namespace tt::twin;
using identity::Action;
using test::Cloud;

namespace {

Task<registry::FeedPtr> make_feed(Services& services, bool is_private = true) {
  auto account = co_await services.identity.find_account("alice");
  if (!account) {
    account =
        co_await services.identity.create_account("alice", "password-1", identity::Role::user);
  }
  registry::FeedChange change;
  change.title = "Heater";
  change.is_private = is_private;
  std::vector<registry::ChannelChange> channels;
  co_return co_await services.registry.create(account->id, std::move(change), std::move(channels));
}

// The code of the Error that the Task throws; nullopt if it throws none.
template <class T>
Task<std::optional<Code>> code_of(Task<T> task) {
  std::optional<Code> code;
  try {
    co_await std::move(task);
  } catch (const Error& e) {
    code = e.code();
  }
  co_return code;
}

Patch desired(std::string json, std::optional<std::uint64_t> version = std::nullopt) {
  return {Side::desired, std::move(json), version};
}
Patch reported(std::string json) { return {Side::reported, std::move(json), std::nullopt}; }

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

class Listener final : public bus::Subscriber {
 public:
  void deliver(const bus::MessagePtr& message, std::uint64_t, bus::Delivery) noexcept override {
    heard.push_back(message->topic + " " + message->payload);
  }
  std::vector<std::string> take() { return std::exchange(heard, {}); }
  std::vector<std::string> heard;
};

using Texts = std::vector<std::string>;

Task<> two_sides(Services& services, VirtualClock& clock) {
  auto feed = co_await make_feed(services);
  auto caller = Cloud::master(feed->owner);
  auto& twins = services.twins;
  auto empty = co_await twins.find(*caller, feed->id);
  CHECK(empty.desired.json == "{}");
  CHECK(empty.desired.version == 0);
  CHECK(empty.delta == "{}");

  auto patch = desired(R"({"target":21.5,"led":{"on":true}})");
  auto twin = co_await twins.patch(*caller, feed->id, patch);
  CHECK(twin.desired.json == R"({"target":21.5,"led":{"on":true}})");
  CHECK(twin.desired.version == 1);
  CHECK(twin.desired.updated == clock.now());
  CHECK(twin.reported.version == 0);
  CHECK(twin.delta == twin.desired.json);

  clock.advance(std::chrono::seconds(1));
  patch = reported(R"({"target":21.5,"firmware":"1.2"})");
  twin = co_await twins.patch(*caller, feed->id, patch);
  CHECK(twin.reported.version == 1);
  CHECK(twin.delta == R"({"led":{"on":true}})");
  patch = desired(R"({"led":null,"target":19})");
  twin = co_await twins.patch(*caller, feed->id, patch);
  CHECK(twin.desired.json == R"({"target":19})");
  CHECK(twin.desired.version == 2);
  CHECK(twin.delta == R"({"target":19})");
  auto found = co_await twins.find(*caller, feed->id);
  CHECK(found.desired.json == twin.desired.json);
  CHECK(found.reported.updated == clock.now());
}

Task<> refusals(Services& services) {
  auto feed = co_await make_feed(services);
  auto caller = Cloud::master(feed->owner);
  auto stranger = Cloud::master(feed->owner + 1);
  auto reader = Cloud::limited(feed->owner, static_cast<std::uint8_t>(Action::read));
  auto& twins = services.twins;
  auto refusal = [&](identity::CallerPtr by, registry::FeedId id, Patch patch) {
    return code_of(twins.patch(*by, id, std::move(patch)));
  };
  auto good = desired("{}");
  CHECK(co_await refusal(caller, 999, good) == Code::not_found);
  CHECK(co_await refusal(stranger, feed->id, good) == Code::denied);
  CHECK(co_await refusal(reader, feed->id, good) == Code::denied);
  CHECK(co_await code_of(twins.find(*stranger, feed->id)) == Code::denied);
  CHECK(co_await code_of(twins.find(*reader, feed->id)) == Code::denied);  // it is private
  for (std::string bad : {"", "[]", "1", "null", "{", "{\"a\":1e999}", "{\"a\":\"\xFF\"}"}) {
    CAPTURE(bad);
    auto patch = desired(bad);
    CHECK(co_await refusal(caller, feed->id, patch) == Code::invalid);
  }
  std::string deep = "{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}";
  auto patch = desired(deep);
  CHECK(co_await refusal(caller, feed->id, patch) == Code::invalid);
  auto twin = co_await twins.find(*caller, feed->id);
  CHECK(twin.desired.version == 0);
}

Task<> versions(Services& services) {
  auto feed = co_await make_feed(services);
  auto caller = Cloud::master(feed->owner);
  auto& twins = services.twins;
  auto first = desired(R"({"a":1})", 0);
  co_await twins.patch(*caller, feed->id, first);
  auto old = desired(R"({"a":2})", 0);
  CHECK(co_await code_of(twins.patch(*caller, feed->id, old)) == Code::conflict);
  auto next = desired(R"({"a":3})", 1);
  auto twin = co_await twins.patch(*caller, feed->id, next);
  CHECK(twin.desired.json == R"({"a":3})");
  CHECK(twin.desired.version == 2);
}

Task<> a_limit(Services& services, Limits& limits) {
  limits.twin_bytes_max = 40;
  auto feed = co_await make_feed(services);
  auto caller = Cloud::master(feed->owner);
  auto& twins = services.twins;
  auto half = desired(R"({"a":"01234567890123456789"})");
  co_await twins.patch(*caller, feed->id, half);
  auto more = desired(R"({"b":"01234567890123456789"})");
  CHECK(co_await code_of(twins.patch(*caller, feed->id, more)) == Code::too_large);
  auto whole = desired(R"({"a":null,"b":"012345678901234567890123456789"})");
  CHECK(co_await code_of(twins.patch(*caller, feed->id, whole)) == Code::too_large);
  auto twin = co_await twins.find(*caller, feed->id);
  CHECK(twin.desired.version == 1);
}

Task<> over_the_bus(Services& services) {
  auto feed = co_await make_feed(services);
  auto caller = Cloud::master(feed->owner);
  auto topic = fmt::format("twin/{}/", feed->id);
  auto& bus = services.bus;
  co_await bus.publish(caller, one(message(topic + "reported", R"({"on":false})")));
  Listener listener;
  auto id = co_await bus.subscribe(caller, listener, topic + "+", 0);
  CHECK(listener.take() == Texts{topic + R"(desired {"version":0,"state":{}})",
                                 topic + R"(reported {"version":1,"state":{"on":false}})",
                                 topic + R"(delta {"version":0,"state":{}})"});
  co_await bus.publish(caller, one(message(topic + "desired", R"({"on":true})")));
  CHECK(listener.take() == Texts{topic + R"(desired {"version":1,"state":{"on":true}})",
                                 topic + R"(delta {"version":1,"state":{"on":true}})"});
  auto patch = reported(R"({"on":true})");
  co_await services.twins.patch(*caller, feed->id, patch);
  CHECK(listener.take() == Texts{topic + R"(reported {"version":2,"state":{"on":true}})",
                                 topic + R"(delta {"version":1,"state":{}})"});
  co_await bus.unsubscribe(id);

  // One topic alone.
  id = co_await bus.subscribe(caller, listener, topic + "delta", 0);
  CHECK(listener.take() == Texts{topic + R"(delta {"version":1,"state":{}})"});
  co_await bus.unsubscribe(id);
}

Task<> several_messages(Services& services) {
  auto one_feed = co_await make_feed(services), other = co_await make_feed(services);
  auto caller = Cloud::master(one_feed->owner);
  auto topic = [](registry::FeedId id) { return topic_of({id, Side::desired}); };
  std::vector<bus::Message> messages;
  messages.push_back(message(topic(one_feed->id), R"({"a":1})"));
  messages.push_back(message(topic(one_feed->id), R"({"b":2})"));
  messages.push_back(message(topic(other->id), R"({"c":3})"));
  auto bad = messages;
  bad.push_back(message(topic(other->id), "[]"));
  auto& bus = services.bus;
  CHECK(co_await code_of(bus.publish(caller, bad)) == Code::invalid);
  auto twin = co_await services.twins.find(*caller, one_feed->id);
  CHECK(twin.desired.version == 0);
  co_await bus.publish(caller, messages);
  twin = co_await services.twins.find(*caller, one_feed->id);
  CHECK(twin.desired.json == R"({"a":1,"b":2})");
  CHECK(twin.desired.version == 2);
  twin = co_await services.twins.find(*caller, other->id);
  CHECK(twin.desired.json == R"({"c":3})");
}

Task<> rights_on_topics(Services& services) {
  auto feed = co_await make_feed(services);
  auto stranger = Cloud::master(feed->owner + 1);
  auto owner = Cloud::master(feed->owner);
  auto topic = topic_of({feed->id, Side::desired});
  auto& bus = services.bus;
  CHECK(co_await code_of(bus.publish(stranger, one(message(topic, "{}")))) == Code::denied);
  CHECK(co_await code_of(bus.publish(owner, one(message("twin/1/delta", "{}")))) == Code::invalid);
  CHECK(co_await code_of(bus.publish(owner, one(message("twin/x/desired", "{}")))) ==
        Code::invalid);
  Listener curious, own;
  CHECK(co_await code_of(bus.subscribe(stranger, curious, topic, 0)) == Code::denied);
  auto all = co_await bus.subscribe(stranger, curious, "twin/#", 0);
  auto everything = co_await bus.subscribe(owner, own, "twin/+/desired", 0);
  co_await bus.publish(owner, one(message(topic, R"({"a":1})")));
  CHECK(curious.heard.empty());
  CHECK(own.heard.size() == 1);
  co_await bus.unsubscribe(all);
  co_await bus.unsubscribe(everything);
}

Task<> gone_with_the_feed(Services& services) {
  auto feed = co_await make_feed(services), other = co_await make_feed(services);
  auto caller = Cloud::master(feed->owner);
  auto patch = desired(R"({"a":1})");
  co_await services.twins.patch(*caller, feed->id, patch);
  co_await services.twins.patch(*caller, other->id, patch);
  co_await services.telemetry.remove_feed(feed->id);
  auto left = co_await services.kv.scan(store::prefix_range("twin/"), 100);
  REQUIRE(left.size() == 1);
  auto twin = co_await services.twins.find(*caller, other->id);
  CHECK(twin.desired.version == 1);
}

Task<> many_writers(Services& services) {
  auto feed = co_await make_feed(services);
  auto caller = Cloud::master(feed->owner);
  rt::Scope scope(services.loops.at(0));
  auto write = [&](int n) -> Task<> {
    auto patch = desired(fmt::format("{{\"m{}\":{}}}", n, n));
    co_await services.twins.patch(*caller, feed->id, patch);
  };
  for (int n = 0; n < 20; ++n) scope.spawn(write(n));
  co_await scope.join();
  auto twin = co_await services.twins.find(*caller, feed->id);
  CHECK(twin.desired.version == 20);
}

}  // namespace

TEST_CASE("desired, reported and what is between them") {
  Cloud cloud;
  cloud.run([&](Services& services) { return two_sides(services, cloud.clock); });
}
TEST_CASE("who may not, and what is no patch") {
  Cloud cloud;
  cloud.run(refusals);
}
TEST_CASE("a patch for a certain version") {
  Cloud cloud;
  cloud.run(versions);
}
TEST_CASE("a side is only so large") {
  Cloud cloud;
  cloud.run([&](Services& services) { return a_limit(services, cloud.limits); });
}
TEST_CASE("publications and subscriptions") {
  Cloud cloud;
  cloud.run(over_the_bus);
}
TEST_CASE("several messages at once, or none") {
  Cloud cloud;
  cloud.run(several_messages);
}
TEST_CASE("topics show to those who may read the feed") {
  Cloud cloud;
  cloud.run(rights_on_topics);
}
TEST_CASE("a twin goes with its feed") {
  Cloud cloud;
  cloud.run(gone_with_the_feed);
}
TEST_CASE("nobody's change is lost") {
  Cloud cloud;
  cloud.run(many_writers);
}

TEST_CASE("the topics of a twin") {
  auto desired_topic = parse_topic("twin/504/desired");
  REQUIRE(desired_topic);
  CHECK(desired_topic->feed == 504);
  CHECK(desired_topic->side == Side::desired);
  CHECK_FALSE(parse_topic("twin/504/delta")->side);
  CHECK(topic_of({504, std::nullopt}) == "twin/504/delta");
  for (auto bad : {"twin/504", "twin/504/other", "twin/0/desired", "twin/-1/desired",
                   "twin/504/desired/x", "twins/504/desired", "twin//desired"}) {
    CHECK_FALSE(parse_topic(bad));
  }
}
