#include "triggers/engine.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "triggers/schedule.h"
#include "triggers/world.h"

namespace tt::triggers {
namespace {

using Server = World::Server;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Task<> fires_on_the_edge(Server& server) {
  auto trigger = co_await server.engine.create(1, server.world.draft(Condition::gt, "30"));
  CHECK(trigger.owner_login == "anna");
  co_await server.write_all({"29", "31", "32"});
  // The firing stands in the queue before the reading is acknowledged.
  auto log = co_await server.engine.deliveries(trigger.id, 10);
  REQUIRE(log.size() == 1);
  CHECK(log[0].value == "31");
  CHECK(log[0].destination == "POST http://192.0.2.1/hook");
  co_await server.carrier.arrived(1);
  co_await server.write_all({"30", "33"});
  co_await server.carrier.arrived(2);
  const auto& document = server.carrier.carried[1].record.document;
  CHECK(document.find(R"("current_value":"33","value":"33","max_value":33,"min_value":29)") !=
        std::string::npos);
  CHECK(document.find(R"("feed":"http://cloud/v2/feeds/1")") != std::string::npos);
  auto delivered = co_await server.settled(trigger.id, 1, DeliveryState::delivered);
  CHECK(delivered.attempts == 1);
  CHECK(delivered.status == 200);
  auto found = co_await server.engine.find(trigger.id);
  REQUIRE(found);
  CHECK(found->is_true);
  CHECK(found->notified_at == server.world.clock.now());
}

Task<> what_was_before_makes_no_edge(Server& server) {
  co_await server.write_all({"40"});
  auto trigger = co_await server.engine.create(1, server.world.draft(Condition::gt, "30"));
  auto changes = co_await server.engine.create(1, server.world.draft(Condition::change));
  CHECK_FALSE(trigger.is_true);
  co_await server.write_all({"40"});
  auto log = co_await server.engine.deliveries(trigger.id, 10);
  CHECK(log.size() == 1);
  log = co_await server.engine.deliveries(changes.id, 10);
  CHECK(log.empty());
}

}  // namespace

TEST_CASE("a trigger fires on the edge, and is delivered") { World().run(fires_on_the_edge); }

TEST_CASE("a new trigger looks at the readings that come after it") {
  World().run(what_was_before_makes_no_edge);
}

TEST_CASE("what failed is tried again after growing pauses, also after a restart") {
  World world;
  TriggerId id = 0;
  auto fail_twice = [&](Server& server) -> Task<> {
    auto draft = server.world.draft(Condition::gt, "30");
    auto trigger = co_await server.engine.create(1, draft);
    id = trigger.id;
    Outcome busy{.result = Result::again, .status = 503, .message = "busy"};
    server.carrier.answers = {busy, busy};
    co_await server.write_all({"31"});
    co_await server.carrier.arrived(1);
    server.pass(seconds(2));
    co_await server.carrier.arrived(2);
    auto delivery = co_await server.attempted(id, 2);
    CHECK(delivery.status == 503);
    CHECK(delivery.message == "busy");
    REQUIRE(delivery.next_attempt);
    auto pause = *delivery.next_attempt - server.world.clock.now();
    CHECK(pause >= std::chrono::milliseconds(1600));
    CHECK(pause <= std::chrono::milliseconds(2400));
  };
  world.run(fail_twice);
  world.clock.advance(seconds(3));
  auto succeed = [&](Server& server) -> Task<> {
    co_await server.carrier.arrived(1);
    auto delivery = co_await server.settled(id, 0, DeliveryState::delivered);
    CHECK(delivery.attempts == 3);
    CHECK_FALSE(delivery.next_attempt);
  };
  world.run(succeed);
  auto nothing_left = [&](Server& server) -> Task<> {
    co_await server.write_all({"29", "32"});
    co_await server.carrier.arrived(1);
    CHECK(server.carrier.carried.size() == 1);
    CHECK(server.carrier.carried[0].record.delivery.value == "32");
  };
  world.run(nothing_left);
}

TEST_CASE("a delivery fails at once when told so, or when patience ends") {
  World world;
  world.limits.delivery_patience = hours(1);
  auto test = [](Server& server) -> Task<> {
    auto trigger = co_await server.engine.create(1, server.world.draft(Condition::change));
    server.carrier.answers = {{.result = Result::failed, .status = 410}};
    co_await server.write_all({"1", "2"});
    auto gone = co_await server.settled(trigger.id, 0, DeliveryState::failed);
    CHECK(gone.attempts == 1);
    Outcome busy{.result = Result::again, .status = 503};
    server.carrier.answers = std::deque<Outcome>(100, busy);
    co_await server.write_all({"3"});
    Delivery last;
    for (unsigned attempts = 1; last.state != DeliveryState::failed; ++attempts) {
      last = co_await server.attempted(trigger.id, attempts);
      server.pass(pause_max);
    }
    // 1 + 2 + … + 512 s are 17 minutes, then three of about 12.5 more.
    CHECK(last.attempts >= 12);
    CHECK(last.attempts <= 16);
  };
  world.run(test);
}

TEST_CASE("a crash between a reading and its firing loses nothing") {
  World world;
  TriggerId over = 0, changed = 0;
  auto make = [&](Server& server) -> Task<> {
    auto trigger = co_await server.engine.create(1, server.world.draft(Condition::gt, "30"));
    over = trigger.id;
    trigger = co_await server.engine.create(1, server.world.draft(Condition::change));
    changed = trigger.id;
    co_await server.write_all({"20"});
  };
  world.run(make);
  world.loses_listener = true;
  auto crash = [](Server& server) -> Task<> { co_await server.write_all({"31"}); };
  world.run(crash);
  world.loses_listener = false;
  auto find = [&](Server& server) -> Task<> {
    co_await server.carrier.arrived(2);
    auto delivery = co_await server.settled(over, 0, DeliveryState::delivered);
    CHECK(delivery.value == "31");
    co_await server.settled(changed, 0, DeliveryState::delivered);
  };
  world.run(find);
  auto once = [&](Server& server) -> Task<> {
    co_await server.write_all({"31.5"});
    co_await server.carrier.arrived(1);
    CHECK(server.carrier.carried[0].trigger == changed);
    auto log = co_await server.engine.deliveries(over, 10);
    CHECK(log.size() == 1);
  };
  world.run(once);
}

TEST_CASE("removing a trigger drops what waits") {
  World world;
  TriggerId id = 0;
  auto remove = [&](Server& server) -> Task<> {
    auto trigger = co_await server.engine.create(1, server.world.draft(Condition::gt, "30"));
    id = trigger.id;
    server.carrier.answers = {{.result = Result::again, .status = 500}};
    co_await server.write_all({"31"});
    co_await server.carrier.arrived(1);
    bool was_there = co_await server.engine.remove(id);
    CHECK(was_there);
    was_there = co_await server.engine.remove(id);
    CHECK_FALSE(was_there);
    auto log = co_await server.engine.deliveries(id, 10);
    CHECK(log.empty());
    server.pass(minutes(20));
    auto other = co_await server.engine.create(1, server.world.draft(Condition::change));
    co_await server.write_all({"1"});
    co_await server.carrier.arrived(2);
    CHECK(server.carrier.carried[1].trigger == other.id);
  };
  world.run(remove);
  auto after = [&](Server& server) -> Task<> {
    TriggerQuery query{.owner = 1};
    auto triggers = co_await server.engine.list(query);
    CHECK(triggers.size() == 1);
    CHECK(server.carrier.carried.empty());
  };
  world.run(after);
}

TEST_CASE("a receiver that hangs delays nobody else") {
  World world;
  auto test = [](Server& server) -> Task<> {
    server.carrier.stuck_url = "http://192.0.2.9/slow";
    auto slow = server.world.draft(Condition::change);
    slow.url = server.carrier.stuck_url;
    co_await server.engine.create(1, slow);
    auto fast = server.world.draft(Condition::change);
    co_await server.engine.create(1, fast);
    for (int i = 0; i < 20; ++i) co_await server.write_all({std::to_string(i)});
    co_await server.carrier.arrived(19);
    CHECK(server.carrier.stuck == server.world.limits.deliveries_per_host_max);
  };
  world.run(test);
}

TEST_CASE("of one trigger a bounded number waits") {
  World world;
  world.limits.deliveries_per_trigger_max = 3;
  auto test = [](Server& server) -> Task<> {
    server.carrier.stuck_url = "http://192.0.2.9/slow";
    auto slow = server.world.draft(Condition::change);
    slow.url = server.carrier.stuck_url;
    auto trigger = co_await server.engine.create(1, slow);
    co_await server.write_all({"0", "1", "2", "3", "4", "5"});
    auto log = co_await server.engine.deliveries(trigger.id, 10);
    CHECK(log.size() == 3);
  };
  world.run(test);
}

TEST_CASE("the log of a trigger is bounded") {
  World world;
  world.limits.deliveries_per_trigger_max = 5;
  auto test = [](Server& server) -> Task<> {
    auto trigger = co_await server.engine.create(1, server.world.draft(Condition::change));
    for (std::size_t i = 0; i <= 40; ++i) {
      co_await server.write_all({std::to_string(i)});
      co_await server.carrier.arrived(i);
    }
    auto log = co_await server.engine.deliveries(trigger.id, 1000);
    CHECK(log.size() == 5);
    CHECK(log[0].value == "40");
  };
  world.run(test);
}

TEST_CASE("silence is found without a reading") {
  World world;
  auto test = [](Server& server) -> Task<> {
    auto frozen = co_await server.engine.create(1, server.world.draft(Condition::frozen));
    auto live = co_await server.engine.create(1, server.world.draft(Condition::live));
    co_await server.write_all({"1"});
    co_await server.carrier.arrived(1);
    CHECK(server.carrier.carried[0].trigger == live.id);
    server.pass(minutes(16));
    co_await server.carrier.arrived(2);
    CHECK(server.carrier.carried[1].trigger == frozen.id);
    co_await server.write_all({"2"});
    co_await server.carrier.arrived(3);
    CHECK(server.carrier.carried[2].trigger == live.id);
  };
  world.run(test);
}

TEST_CASE("an alarm is raised once, acknowledged, and cleared when the condition ends") {
  World world;
  auto test = [](Server& server) -> Task<> {
    auto draft = server.world.draft(Condition::gt, "30");
    draft.url.clear();
    draft.severity = Severity::critical;
    auto trigger = co_await server.engine.create(1, draft);
    co_await server.write_all({"31", "32"});
    auto has_one = [](const AlarmPage& page) { return page.active == 1; };
    auto page = co_await server.alarms_until(has_one);
    REQUIRE(page.alarms.size() == 1);
    auto alarm = page.alarms[0];
    CHECK(alarm.text == "temperature of Attic is 31, over 30");
    CHECK(alarm.value == "31");
    CHECK(alarm.trigger == trigger.id);
    CHECK(alarm.severity == Severity::critical);
    auto acknowledged = co_await server.engine.acknowledge(alarm.id, "anna");
    CHECK(acknowledged.state == AlarmState::acknowledged);
    CHECK(acknowledged.acknowledged_by == "anna");
    co_await server.write_all({"20"});
    auto is_cleared = [](const AlarmPage& page) {
      return page.alarms[0].state == AlarmState::cleared;
    };
    page = co_await server.alarms_until(is_cleared);
    CHECK(page.alarms[0].cleared_by.empty());
    auto again = co_await Server::failure_of(server.engine.clear(alarm.id, "anna"));
    CHECK(again == "conflict: alarm 1 is cleared already");
    co_await server.write_all({"33"});
    page = co_await server.alarms_until(has_one);
    CHECK(page.total == 2);
    auto cleared = co_await server.engine.clear(page.alarms[0].id, "anna");
    CHECK(cleared.cleared_by == "anna");
  };
  world.run(test);
}

TEST_CASE("an alarm outlives its trigger, cleared") {
  World world;
  auto test = [](Server& server) -> Task<> {
    auto draft = server.world.draft(Condition::gt, "30");
    draft.severity = Severity::info;
    auto trigger = co_await server.engine.create(1, draft);
    co_await server.write_all({"31"});
    co_await server.engine.remove(trigger.id);
    auto is_gone = [](const AlarmPage& page) {
      return page.total == 1 && page.alarms[0].trigger == 0;
    };
    auto page = co_await server.alarms_until(is_gone);
    CHECK(page.alarms[0].state == AlarmState::cleared);
  };
  world.run(test);
}

TEST_CASE("a test is sent at once, to every destination, and is in the log") {
  World world;
  auto test = [](Server& server) -> Task<> {
    auto draft = server.world.draft(Condition::gt, "30");
    draft.mail = "anna@example.org";
    draft.topic = "house/alarms";
    auto trigger = co_await server.engine.create(1, draft);
    co_await server.write_all({"7"});
    server.carrier.answers = {{.result = Result::again, .status = 503, .message = "busy"}};
    auto deliveries = co_await server.engine.test(trigger.id);
    REQUIRE(deliveries.size() == 3);
    CHECK(deliveries[0].state == DeliveryState::failed);
    CHECK(deliveries[0].status == 503);
    CHECK(deliveries[1].destination == "mail to anna@example.org");
    CHECK(deliveries[2].destination == "topic house/alarms");
    CHECK(deliveries[2].is_test);
    const auto& document = server.carrier.carried[0].record.document;
    CHECK(document.ends_with(R"("debug":true})"));
    CHECK(document.find(R"("value":"7")") != std::string::npos);
    auto log = co_await server.engine.deliveries(trigger.id, 10);
    CHECK(log.size() == 3);
  };
  world.run(test);
}

TEST_CASE("a changed condition begins anew, and the feed takes its triggers with it") {
  World world;
  auto test = [](Server& server) -> Task<> {
    auto draft = server.world.draft(Condition::gt, "30");
    auto trigger = co_await server.engine.create(1, draft);
    co_await server.write_all({"31"});
    co_await server.carrier.arrived(1);
    draft.url = "http://192.0.2.1/other";
    auto same = co_await server.engine.update(trigger.id, draft);
    CHECK(same.is_true);
    draft.threshold = "25";
    auto other = co_await server.engine.update(trigger.id, draft);
    CHECK_FALSE(other.is_true);
    co_await server.write_all({"31.5"});
    co_await server.carrier.arrived(2);
    CHECK(server.carrier.carried[1].record.delivery.destination == "POST http://192.0.2.1/other");
    co_await server.telemetry.remove_feed(server.world.feed);
    auto gone = co_await server.engine.find(trigger.id);
    CHECK_FALSE(gone);
    CHECK_FALSE(server.engine.wants(server.world.feed));
  };
  world.run(test);
}

TEST_CASE("a draft that cannot be is refused in Xively's words") {
  World world;
  auto test = [&](Server& server) -> Task<> {
    auto check = [&](auto change, std::string expected) -> Task<> {
      auto draft = server.world.draft(Condition::gt, "30");
      change(draft);
      auto found = co_await Server::failure_of(server.engine.create(1, draft));
      CHECK(found == expected);
    };
    co_await check([](Draft& d) { d.threshold = " "; },
                   "unprocessable: threshold_value can't be blank");
    co_await check([](Draft& d) { d.threshold = "hot"; },
                   "unprocessable: threshold_value is not a number");
    co_await check([](Draft& d) { d.url = ""; }, "unprocessable: url can't be blank");
    co_await check([](Draft& d) { d.url = "ftp://h/"; }, "unprocessable: url is invalid");
    co_await check([](Draft& d) { d.url = "http://h/\r\nX: y"; }, "unprocessable: url is invalid");
    co_await check([](Draft& d) { d.mail = "a@b\r\nBcc: c@d"; }, "unprocessable: mail is invalid");
    co_await check([](Draft& d) { d.topic = "a/#"; }, "unprocessable: topic is invalid");
    co_await check([](Draft& d) { d.topic = "$SYS/x"; }, "unprocessable: topic is invalid");
    co_await check([](Draft& d) { d.topic = "feeds/1/x"; },
                   "unprocessable: topic can't be below feeds/");
    co_await check([](Draft& d) { d.feed = 99; }, "not_found: there is no feed 99");
    co_await check([](Draft& d) { d.channel = "x"; }, "not_found: feed 1 has no channel 'x'");
    co_await check([](Draft& d) { d.url = "x", d.threshold = ""; },
                   "unprocessable: threshold_value can't be blank\nurl is invalid");
  };
  world.run(test);
}

TEST_CASE("an account has a bounded number of triggers") {
  World world;
  world.limits.triggers_per_account_max = 1;
  auto test = [](Server& server) -> Task<> {
    co_await server.engine.create(1, server.world.draft(Condition::change));
    auto draft = server.world.draft(Condition::change);
    auto refused = co_await Server::failure_of(server.engine.create(1, draft));
    CHECK(refused == "unprocessable: triggers are too many (maximum is 1)");
  };
  world.run(test);
}

}  // namespace tt::triggers
