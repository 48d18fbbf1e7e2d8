// The bus on two real loops over the memory engine.

#include "bus/bus.h"

#include <doctest/doctest.h>

#include <condition_variable>

#include "base/error.h"
#include "bus/two_loops.h"
#include "store/engine/memory/memory_kv.h"

namespace tt::bus {
namespace {

using namespace std::chrono_literals;

// Collects what it gets; may be asked from the test's thread.
class Recorder final : public Subscriber {
 public:
  struct Got {
    std::string topic, payload;
    std::uint64_t tag;
    bool retained;
    bool operator==(const Got&) const = default;
  };

  void deliver(const MessagePtr& message, std::uint64_t tag, Delivery delivery) noexcept override {
    std::lock_guard lock(mutex_);
    got_.push_back({message->topic, message->payload, tag, delivery == Delivery::retained});
    messages_.push_back(message);
    arrived_.notify_all();
  }

  // Waits until there are `count`; what is there after ten seconds at the latest.
  std::vector<Got> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, 10s, [&] { return got_.size() >= count; });
    return got_;
  }
  std::vector<Got> got() const {
    std::lock_guard lock(mutex_);
    return got_;
  }
  MessagePtr last() const {
    std::lock_guard lock(mutex_);
    return messages_.back();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Got> got_;
  std::vector<MessagePtr> messages_;
};

using Got = Recorder::Got;

identity::CallerPtr caller_with(std::vector<identity::ResourceLimit> resources) {
  identity::Caller caller;
  caller.account = 1;
  identity::Permission permission;
  permission.actions = identity::all_actions;
  permission.resources = std::move(resources);
  caller.permissions.push_back(permission);
  return std::make_shared<const identity::Caller>(caller);
}

const identity::CallerPtr unlimited = caller_with({});
const identity::CallerPtr one_feed = caller_with({{504, ""}});
const identity::CallerPtr nobody = std::make_shared<const identity::Caller>();

Message message(std::string topic, std::string payload) {
  Message made;
  made.topic = std::move(topic);
  made.payload = std::move(payload);
  return made;
}

Message retained(std::string topic, std::string payload) {
  auto made = message(std::move(topic), std::move(payload));
  made.retain = true;
  return made;
}

// Owns "feeds": refuses the payload "no", doubles "twice", shows everybody what has a '1' in its
// topic, and has one current value.
class FeedsOwner final : public TopicOwner {
 public:
  Task<std::vector<Message>> accept(const identity::Caller&, std::vector<Message> given) override {
    for (const auto& m : given) {
      if (m.payload == "no") throw Error(Code::denied, "no");
    }
    ++calls;
    if (given[0].payload == "twice") given.push_back(given[0]);
    co_return given;
  }
  Task<> check_subscription(const identity::Caller&, std::string filter) override {
    if (filter.contains("secret")) throw Error(Code::denied, "secret");
    co_return;
  }
  Task<std::vector<Message>> current(const identity::Caller&, std::string filter) override {
    if (filter == "feeds/broken") throw Error(Code::unavailable, "broken");
    std::vector<Message> now;
    if (filter == "feeds/504/#") now.push_back(message("feeds/504/1", "current"));
    if (before_current_returns) co_await before_current_returns();
    co_return now;
  }
  bool visible(const identity::Caller& caller, const Message& m) override {
    return caller.permissions[0].resources.empty() || m.topic.contains('1');
  }
  std::atomic<int> calls = 0;
  std::function<Task<>()> before_current_returns;
};

struct Fixture {
  Limits limits;
  Metrics metrics;
  SystemClock clock;
  std::unique_ptr<store::Kv> kv = store::make_memory_kv();
  FeedsOwner owner;
  test::TwoLoops loops;
  std::unique_ptr<Bus> bus;

  explicit Fixture(Limits given = {}) : limits(given) { open(); }
  ~Fixture() { loops.stop(); }

  void open() {
    bus = make_bus(loops.loops(), *kv, clock, limits, metrics);
    bus->own("feeds", owner);
    loops.run(0, [this] { return bus->start(); });
  }
  void publish(unsigned loop, Message m, identity::CallerPtr caller = unlimited) {
    publish_all(loop, {std::move(m)}, std::move(caller));
  }
  void publish_all(unsigned loop, std::vector<Message> m, identity::CallerPtr caller = unlimited) {
    loops.run(loop, [&] { return bus->publish(caller, std::move(m)); });
  }
  SubscriptionId subscribe(unsigned loop, Subscriber& to, std::string filter, std::uint64_t tag = 0,
                           identity::CallerPtr caller = unlimited) {
    return loops.run(loop, [&] { return bus->subscribe(caller, to, filter, tag); });
  }
  void unsubscribe(unsigned loop, SubscriptionId id) {
    loops.run(loop, [&] { return bus->unsubscribe(id); });
  }
  Code code_of_publish(Message m, identity::CallerPtr caller = unlimited) {
    return code_of([&] { publish(0, std::move(m), std::move(caller)); });
  }
  template <class Work>
  static Code code_of(Work work) {
    try {
      work();
    } catch (const Error& e) {
      return e.code();
    }
    return Code::internal;
  }
  double gauge(const std::string& line) const {
    auto text = metrics.to_text();
    auto at = text.find("\n" + line + " ");
    return at == text.npos ? -1 : std::stod(text.substr(at + line.size() + 2));
  }
};

TEST_CASE("delivery across loops, without a copy of the message") {
  Fixture f;
  Recorder here, there;
  f.subscribe(0, here, "a/+", 7);
  f.subscribe(1, there, "a/b", 8);
  f.publish(0, message("a/b", "1"));
  f.publish(1, message("a/b", "2"));
  f.publish(0, message("a/c", "3"));
  CHECK(here.wait_for(3) ==
        std::vector<Got>{{"a/b", "1", 7, false}, {"a/b", "2", 7, false}, {"a/c", "3", 7, false}});
  CHECK(there.wait_for(2) == std::vector<Got>{{"a/b", "1", 8, false}, {"a/b", "2", 8, false}});

  f.publish(0, message("a/b", "shared"));
  here.wait_for(4);
  there.wait_for(3);
  CHECK(here.last() == there.last());
}

TEST_CASE("every subscription of one subscriber gets its own delivery") {
  Fixture f;
  Recorder recorder;
  f.subscribe(1, recorder, "a/#", 1);
  f.subscribe(1, recorder, "+/b", 2);
  f.publish(0, message("a/b", "x"));
  CHECK(recorder.wait_for(2) == std::vector<Got>{{"a/b", "x", 1, false}, {"a/b", "x", 2, false}});
}

TEST_CASE("the order of each publisher is kept") {
  Limits limits;
  limits.mailbox_events_max = 16;
  Fixture f(limits);
  Recorder recorder;
  f.subscribe(1, recorder, "p/+");
  constexpr int count = 2000;
  auto send_all = [&](std::string topic) -> Task<> {
    for (int i = 0; i < count; i += 4) {
      std::vector<Message> batch;
      for (int k = 0; k < 4; ++k) batch.push_back(message(topic, std::to_string(i + k)));
      co_await f.bus->publish(unlimited, std::move(batch));
    }
  };
  std::vector<std::future<void>> running;
  for (int p = 0; p < 4; ++p) {
    auto topic = "p/" + std::to_string(p);
    running.push_back(f.loops.start(p % 2, [&send_all, topic] { return send_all(topic); }));
  }
  for (auto& one : running) one.get();
  auto got = recorder.wait_for(4 * count);
  REQUIRE(got.size() == 4 * count);
  std::map<std::string, int> next;
  for (const auto& one : got) CHECK(one.payload == std::to_string(next[one.topic]++));
}

TEST_CASE("after unsubscribe there is silence, also for messages on their way") {
  Fixture f;
  Recorder recorder, control;
  auto id = f.subscribe(1, recorder, "a/b");
  f.subscribe(1, control, "a/b");
  std::promise<void> release;
  auto wait = release.get_future();
  f.loops.loops().at(1).post([&] { wait.get(); });
  f.publish(0, message("a/b", "on its way"));
  auto gone = f.loops.start(1, [&] { return f.bus->unsubscribe(id); });
  // The mailbox was woken before the unsubscribe; stop the delivery there by going first.
  release.set_value();
  gone.get();
  auto before = recorder.got().size();
  for (int i = 0; i < 100; ++i) f.publish(i % 2, message("a/b", "later"));
  CHECK(control.wait_for(101).size() == 101);
  CHECK(recorder.got().size() == before);
  f.unsubscribe(1, id);  // unknown by now: nothing happens
}

TEST_CASE("has_subscribers knows every loop, and forgets") {
  Fixture f;
  Recorder recorder;
  auto has = [&](unsigned loop, std::string_view topic) {
    bool found = false;
    f.loops.on(loop, [&] { found = f.bus->has_subscribers(topic); });
    return found;
  };
  CHECK_FALSE(has(0, "a/b"));
  auto first = f.subscribe(1, recorder, "a/#");
  auto second = f.subscribe(1, recorder, "a/#");
  CHECK(has(0, "a/b"));
  CHECK(has(1, "a"));
  f.unsubscribe(1, first);
  CHECK(has(0, "a/b"));
  f.unsubscribe(1, second);
  CHECK_FALSE(has(0, "a/b"));
  CHECK_FALSE(has(1, "a/b"));
  CHECK(f.gauge("thingtank_bus_subscriptions") == 0);
}

TEST_CASE("a full mailbox makes publishers wait; nothing is lost") {
  Limits limits;
  limits.mailbox_events_max = 8;
  Fixture f(limits);
  Recorder recorder;
  f.subscribe(1, recorder, "a");
  std::promise<void> release, blocked;
  auto wait = release.get_future();
  f.loops.loops().at(1).post([&] {
    blocked.set_value();
    wait.get();
  });
  blocked.get_future().get();

  auto batch_from = [](int first) {
    std::vector<Message> batch;
    for (int i = 0; i < 8; ++i) batch.push_back(message("a", std::to_string(first + i)));
    return batch;
  };
  f.publish_all(0, batch_from(0));  // fills it
  auto second = f.loops.start(0, [&] { return f.bus->publish(unlimited, batch_from(8)); });
  auto third = f.loops.start(0, [&] { return f.bus->publish(unlimited, {message("a", "16")}); });
  CHECK(second.wait_for(100ms) == std::future_status::timeout);
  CHECK(third.wait_for(0ms) == std::future_status::timeout);
  CHECK(recorder.got().empty());

  release.set_value();
  second.get();
  third.get();
  auto got = recorder.wait_for(17);
  REQUIRE(got.size() == 17);
  for (int i = 0; i < 17; ++i) CHECK(got[i].payload == std::to_string(i));
}

TEST_CASE("topics without owner: who may use them") {
  Fixture f;
  Recorder recorder;
  CHECK(f.code_of_publish(message("plain", "x"), one_feed) == Code::denied);
  CHECK(f.code_of_publish(message("plain", "x"), nobody) == Code::unauthenticated);
  CHECK(f.code_of([&] { f.subscribe(0, recorder, "plain", 0, one_feed); }) == Code::denied);
  CHECK(f.code_of([&] { f.subscribe(0, recorder, "#", 0, one_feed); }) == Code::denied);
  CHECK(f.code_of([&] { f.subscribe(0, recorder, "#", 0, nobody); }) == Code::unauthenticated);
  CHECK(f.code_of_publish(message("$SYS/uptime", "x")) == Code::denied);
  CHECK(f.gauge("thingtank_bus_refused_total") == 3);
}

TEST_CASE("bad topics and filters") {
  Fixture f;
  Recorder recorder;
  CHECK(f.code_of_publish(message("", "x")) == Code::invalid);
  CHECK(f.code_of_publish(message("a/+", "x")) == Code::invalid);
  CHECK(f.code_of_publish(message(std::string(1025, 'a'), "x")) == Code::invalid);
  CHECK(f.code_of_publish(message(std::string(32, '/'), "x")) == Code::invalid);
  for (auto filter :
       {std::string(""), std::string("a/#/b"), std::string(1025, 'a'), std::string(32, '/')}) {
    CHECK(f.code_of([&] { f.subscribe(0, recorder, filter); }) == Code::invalid);
  }
}

TEST_CASE("an owner's refusal: nothing delivered, nothing retained, all or none") {
  Fixture f;
  Recorder recorder;
  f.subscribe(1, recorder, "feeds/504/1");
  auto code = f.code_of(
      [&] { f.publish_all(0, {retained("feeds/504/1", "good"), retained("feeds/504/1", "no")}); });
  CHECK(code == Code::denied);
  f.publish(0, retained("feeds/504/1", "yes"));
  CHECK(recorder.wait_for(1) == std::vector<Got>{{"feeds/504/1", "yes", 0, false}});
  Recorder late;
  f.subscribe(0, late, "feeds/504/1");
  CHECK(late.got() == std::vector<Got>{{"feeds/504/1", "yes", 0, true}});
}

TEST_CASE("an owner gets its messages in one call and decides what is delivered") {
  Fixture f;
  Recorder recorder;
  f.subscribe(0, recorder, "#");
  f.publish_all(0, {message("feeds/1", "twice"), message("other", "x"), message("feeds/2", "y")});
  auto got = recorder.wait_for(4);
  CHECK(f.owner.calls == 1);
  CHECK(got == std::vector<Got>{{"feeds/1", "twice", 0, false},
                                {"feeds/2", "y", 0, false},
                                {"feeds/1", "twice", 0, false},
                                {"other", "x", 0, false}});
}

TEST_CASE("subscriptions into owned topics: checked, filtered, brought up to date") {
  Fixture f;
  Recorder limited;
  CHECK(f.code_of([&] { f.subscribe(1, limited, "feeds/secret", 0, one_feed); }) == Code::denied);
  CHECK(f.code_of([&] { f.subscribe(1, limited, "feeds/broken", 0, one_feed); }) ==
        Code::unavailable);
  CHECK(f.gauge("thingtank_bus_subscriptions") == 0);

  f.publish(0, retained("feeds/504/2", "hidden"));
  f.publish(0, retained("feeds/504/1", "kept"));
  f.subscribe(1, limited, "feeds/504/#", 0, one_feed);
  CHECK(limited.got() ==
        std::vector<Got>{{"feeds/504/1", "current", 0, true}, {"feeds/504/1", "kept", 0, true}});
  f.publish(0, message("feeds/504/2", "hidden"));
  f.publish(0, message("feeds/504/1", "seen"));
  CHECK(limited.wait_for(3).back() == Got{"feeds/504/1", "seen", 0, false});
  CHECK(limited.got().size() == 3);
}

TEST_CASE("a current value that a publication has overtaken is not delivered after it") {
  Fixture f;
  Recorder recorder;
  f.owner.before_current_returns = [&]() -> Task<> {
    std::vector<Message> newer{message("feeds/504/1", "newer")};
    co_await f.bus->deliver(std::move(newer));
  };
  f.subscribe(0, recorder, "feeds/504/#");
  CHECK(recorder.got() == std::vector<Got>{{"feeds/504/1", "newer", 0, false}});
}

TEST_CASE("retained: set, replaced, cleared, and there again after a restart") {
  Fixture f;
  auto measured = retained("a/c", "3");
  measured.at = from_us(-5);
  measured.content_type = "text/plain";
  measured.at_least_once = true;
  f.publish(0, retained("a/b", "1"));
  f.publish(1, retained("a/b", "2"));
  f.publish(0, measured);
  f.publish(0, retained("x", "4"));
  f.publish(0, retained("ab", "5"));
  for (int round = 0; round < 2; ++round) {
    CAPTURE(round);
    if (round == 1) f.open();
    Recorder exact, under, everything;
    auto first = f.subscribe(1, exact, "a/b", 9);
    CHECK(exact.got() == std::vector<Got>{{"a/b", "2", 9, true}});
    auto second = f.subscribe(0, under, "a/+/#");
    CHECK(under.got() == std::vector<Got>{{"a/b", "2", 0, true}, {"a/c", "3", 0, true}});
    CHECK(under.last()->at == measured.at);
    CHECK(under.last()->content_type == "text/plain");
    CHECK(under.last()->at_least_once);
    auto third = f.subscribe(0, everything, "#");
    CHECK(everything.got().size() == 4);
    f.unsubscribe(1, first);
    f.unsubscribe(0, second);
    f.unsubscribe(0, third);
  }
  CHECK(f.gauge("thingtank_bus_retained_messages") == 4);

  // An empty payload clears, and is delivered to those who listen now.
  Recorder live;
  auto id = f.subscribe(1, live, "a/b");
  f.publish(0, retained("a/b", ""));
  CHECK(live.wait_for(2).back() == Got{"a/b", "", 0, false});
  f.unsubscribe(1, id);
  for (int round = 0; round < 2; ++round) {
    if (round == 1) f.open();
    Recorder after;
    id = f.subscribe(0, after, "a/b");
    CHECK(after.got().empty());
    f.unsubscribe(0, id);
  }
  f.loops.run(1, [&] { return f.bus->stop(); });
}

TEST_CASE("retained: more than one portion, from both loops at once") {
  Fixture f;
  constexpr int count = 3000;
  auto fill = [&](int first) -> Task<> {
    for (int i = first; i < count; i += 2) {
      std::vector<Message> one{retained("many/" + std::to_string(i), std::to_string(i))};
      co_await f.bus->publish(unlimited, std::move(one));
    }
  };
  auto even = f.loops.start(0, [&] { return fill(0); });
  auto odd = f.loops.start(1, [&] { return fill(1); });
  even.get();
  odd.get();
  Recorder all;
  f.subscribe(1, all, "many/+");
  auto got = all.got();
  REQUIRE(got.size() == count);
  std::set<std::string> topics;
  for (const auto& one : got) {
    CHECK("many/" + one.payload == one.topic);
    topics.insert(one.topic);
  }
  CHECK(topics.size() == count);
}

TEST_CASE("retained: the limit") {
  Limits limits;
  limits.retained_messages_max = 2;
  Fixture f(limits);
  f.publish(0, retained("a", "1"));
  f.publish(0, retained("b", "1"));
  Recorder recorder;
  f.subscribe(0, recorder, "c");
  CHECK(f.code_of_publish(retained("c", "1")) == Code::exhausted);
  CHECK(recorder.got().empty());
  f.publish(0, retained("a", "2"));  // replaces
  f.publish(0, retained("b", ""));   // makes room
  f.publish(0, retained("c", "1"));
  CHECK(recorder.got().size() == 1);
}

TEST_CASE("retained: a damaged entry is refused at the start, by name") {
  Fixture f;
  store::Batch batch;
  batch.put("bus/retained/a/b", std::string("\x01\x02\x03", 3));
  f.loops.run(0, [&] { return f.kv->commit(std::move(batch)); });
  CHECK(f.code_of([&] { f.open(); }) == Code::corrupt);
}

// Unsubscribes another from within a delivery: the other must hear nothing any more.
TEST_CASE("a subscriber may end another's subscription while it is handed a message") {
  Fixture f;
  struct Killer final : Subscriber {
    Bus* bus = nullptr;
    SubscriptionId victim = 0;
    rt::Loop* loop = nullptr;
    void deliver(const MessagePtr&, std::uint64_t, Delivery) noexcept override {
      if (victim == 0) return;
      auto end = [](Bus& b, SubscriptionId id) -> Task<> { co_await b.unsubscribe(id); };
      boost::asio::co_spawn(loop->executor(), end(*bus, std::exchange(victim, 0)),
                            [](std::exception_ptr) {});
    }
  } killer;
  Recorder victim;
  f.subscribe(0, killer, "a");
  killer.bus = f.bus.get();
  killer.loop = &f.loops.loops().at(0);
  killer.victim = f.subscribe(0, victim, "a");
  f.publish(0, message("a", "1"));
  f.publish(0, message("a", "2"));
  CHECK(victim.got().size() <= 1);
}

}  // namespace
}  // namespace tt::bus
