#include <doctest/doctest.h>

#include "app/monitoring.h"
#include "support/cloud.h"

using namespace tt;
using namespace std::chrono_literals;
using test::Cloud;

namespace {

Task<registry::FeedPtr> make_feed(Services& services, std::int64_t retention_days) {
  auto account = co_await services.identity.find_account("alice");
  if (!account) {
    account =
        co_await services.identity.create_account("alice", "password-1", identity::Role::user);
  }
  registry::FeedChange change;
  change.title = "Station";
  change.retention_days = retention_days;
  std::vector<registry::ChannelChange> channels(2);
  channels[0].name = "a";
  channels[1].name = "b";
  co_return co_await services.registry.create(account->id, std::move(change), std::move(channels));
}

Task<> write(Services& services, registry::FeedPtr feed, std::string_view channel, Time at) {
  std::vector<telemetry::ChannelReadings> readings(1);
  readings[0].channel = channel;
  readings[0].samples.push_back({at, "1"});
  auto caller = Cloud::master(feed->owner);
  co_await services.telemetry.record(*caller, identity::Action::update, feed, std::move(readings));
}

Task<std::size_t> count(Services& services, registry::FeedPtr feed, std::string_view channel) {
  archive::Query query{.start = *parse_time("0001-01-01"), .end = *parse_time("9999-12-31")};
  auto samples = co_await services.archive.range(feed->find(channel)->id, query);
  co_return samples.size();
}

Task<> only_what_is_old_goes(Services& services, VirtualClock& clock) {
  auto kept = co_await make_feed(services, 0), month = co_await make_feed(services, 30);
  auto start = clock.now();
  for (const auto& feed : {kept, month}) {
    for (int day = 0; day < 40; ++day) co_await write(services, feed, "a", start + day * 24h);
    co_await write(services, feed, "b", start);
  }
  clock.advance(39 * 24h);
  co_await app::apply_retentions(services.registry, services.archive, clock.now());
  CHECK(co_await count(services, kept, "a") == 40);
  CHECK(co_await count(services, month, "a") == 30);
  CHECK(co_await count(services, month, "b") == 1);  // the newest reading, however old
  clock.advance(100 * 24h);
  co_await app::apply_retentions(services.registry, services.archive, clock.now());
  CHECK(co_await count(services, kept, "a") == 40);
  CHECK(co_await count(services, month, "a") == 1);
}

}  // namespace

TEST_CASE("a feed's readings are kept as long as its retention says") {
  Cloud cloud;
  cloud.run([&](Services& services) { return only_what_is_old_goes(services, cloud.clock); });
}
