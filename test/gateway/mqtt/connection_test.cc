// Whole connections over in-memory streams on two loops, with the real bus.

#include <doctest/doctest.h>

#include "base/error.h"
#include "base/log.h"
#include "bus/two_loops.h"
#include "gateway/mqtt/bytes.h"
#include "gateway/mqtt/gateway.h"
#include "rt/memory_stream.h"
#include "store/engine/memory/memory_kv.h"

namespace tt::gateway::mqtt {
namespace {

using namespace std::chrono_literals;

identity::CallerPtr caller_of(identity::AccountId account,
                              std::vector<identity::ResourceLimit> resources = {}) {
  identity::Caller caller;
  caller.account = account;
  identity::Permission permission;
  permission.actions = identity::all_actions;
  permission.resources = std::move(resources);
  caller.permissions.push_back(permission);
  return std::make_shared<const identity::Caller>(caller);
}

// Knows the keys "key" and "key2" of two accounts, "limited" to feed 504, and ada's password.
class FakeIdentity final : public identity::Identity {
 public:
  Task<identity::CallerPtr> authenticate_key(std::string_view secret, identity::Origin) override {
    if (secret == "broken") throw Error(Code::unavailable, "no database");
    auto found = keys_.find(secret);
    co_return found == keys_.end() ? nullptr : found->second;
  }
  Task<identity::CallerPtr> authenticate_password(std::string login, std::string password,
                                                  identity::Origin) override {
    co_return login == "ada" && password == "secret" ? keys_.at("key") : nullptr;
  }
  bool take_call(const identity::Caller&) override { return calls_left-- > 0; }

  Task<identity::Account> create_account(std::string, std::string, identity::Role) override {
    co_return identity::Account{};
  }
  Task<std::optional<identity::Account>> find_account(std::string) override {
    co_return std::optional<identity::Account>{};
  }
  Task<std::vector<identity::Account>> accounts() override {
    co_return std::vector<identity::Account>{};
  }
  Task<> set_password(std::string, std::string) override { co_return; }
  Task<> set_role(identity::AccountId, identity::Role) override { co_return; }
  Task<bool> delete_account(identity::AccountId) override { co_return false; }
  Task<std::string> open_session(identity::AccountId) override { co_return std::string{}; }
  Task<identity::CallerPtr> authenticate_session(std::string_view, identity::Origin) override {
    co_return nullptr;
  }
  Task<> close_session(std::string_view) override { co_return; }
  Task<std::vector<identity::Key>> create_keys(identity::AccountId,
                                               std::vector<identity::KeyDraft>) override {
    co_return std::vector<identity::Key>{};
  }
  Task<identity::Key> create_key(identity::AccountId, identity::KeyDraft, std::string) override {
    co_return identity::Key{};
  }
  Task<std::optional<identity::Key>> find_key(std::string_view) override {
    co_return std::optional<identity::Key>{};
  }
  Task<std::vector<identity::Key>> keys(identity::AccountId) override {
    co_return std::vector<identity::Key>{};
  }
  Task<bool> update_key(std::int64_t, identity::KeyDraft) override { co_return false; }
  Task<std::optional<std::string>> renew_key(std::int64_t) override {
    co_return std::optional<std::string>{};
  }
  Task<bool> delete_key(std::int64_t) override { co_return false; }

  std::atomic<int> calls_left = 1'000'000;

 private:
  const std::map<std::string, identity::CallerPtr, std::less<>> keys_ = {
      {"key", caller_of(1)}, {"key2", caller_of(2)}, {"limited", caller_of(1, {{504, ""}})}};
};

// Owns "feeds": counts its calls; the payload "no" is denied, "full" finds the disk full.
class FeedsOwner final : public bus::TopicOwner {
 public:
  Task<std::vector<bus::Message>> accept(const identity::Caller&,
                                         std::vector<bus::Message> messages) override {
    ++calls;
    for (const auto& one : messages) {
      if (one.payload == "no") throw Error(Code::denied, "no");
      if (one.payload == "full") throw Error(Code::unavailable, "the disk is full");
    }
    accepted += static_cast<int>(messages.size());
    co_return messages;
  }
  Task<> check_subscription(const identity::Caller&, std::string) override { co_return; }
  Task<std::vector<bus::Message>> current(const identity::Caller&, std::string) override {
    co_return std::vector<bus::Message>{};
  }
  bool visible(const identity::Caller&, const bus::Message&) override { return true; }
  std::atomic<int> calls = 0, accepted = 0;
};

struct Fixture {
  Limits limits;
  Metrics metrics;
  SystemClock clock;
  FakeIdentity identity;
  FeedsOwner owner;
  std::unique_ptr<store::Kv> kv = store::make_memory_kv();
  std::unique_ptr<bus::Bus> bus;
  std::unique_ptr<Gateway> gateway;
  rt::Watchdog watchdogs[2];
  bool draining = false;
  test::TwoLoops loops;

  explicit Fixture(Limits given = {}) : limits(given) {
    log::configure(log::Level::off, log::Format::logfmt);
    bus = bus::make_bus(loops.loops(), *kv, clock, limits, metrics);
    bus->own("feeds", owner);
    loops.run(0, [this] { return bus->start(); });
    Services services{loops.loops(), *bus, identity, limits, metrics};
    gateway = std::make_unique<Gateway>(services);
    for (unsigned i = 0; i < 2; ++i) {
      boost::asio::co_spawn(loops.loops().at(i).executor(), watchdogs[i].run(),
                            [](std::exception_ptr) {});
    }
  }
  ~Fixture() { loops.stop(); }

  double metric(const std::string& name) const {
    auto text = metrics.to_text();
    auto at = text.find("\n" + name + " ");
    return at == text.npos ? -1 : std::stod(text.substr(at + name.size() + 2));
  }
  // Waits for something that another thread does.
  template <class Condition>
  static bool eventually(Condition holds) {
    for (int i = 0; i < 1000 && !holds(); ++i) std::this_thread::sleep_for(10ms);
    return holds();
  }
};

// The other end of one connection, driven by the test's thread.
class Peer {
 public:
  Peer(Fixture& fixture, unsigned loop, std::size_t window_bytes = 64 * 1024)
      : fixture_(fixture), loop_(loop) {
    fixture.loops.on(loop, [&] {
      auto [ours, theirs] = rt::memory_stream_pair(window_bytes);
      stream_ = std::move(ours);
      context_.emplace(rt::ConnectionContext{fixture.loops.loops().at(loop),
                                             fixture.watchdogs[loop], fixture.draining});
      auto serve = [this, theirs = std::move(theirs)]() mutable {
        return fixture_.gateway->serve(std::move(theirs), "", *context_);
      };
      served_ = boost::asio::co_spawn(fixture.loops.loops().at(loop).executor(), serve(),
                                      boost::asio::use_future);
    });
  }
  ~Peer() { hang_up(); }

  void send(std::string bytes) {
    fixture_.loops.run(loop_, [&] { return rt::write_all(*stream_, bytes); });
  }
  // Exactly `count` bytes, or what came before the end or five seconds.
  std::string read(std::size_t count) {
    std::string all;
    while (all.size() < count) {
      std::string piece(count - all.size(), '\0');
      auto one = fixture_.loops.start(loop_, [&]() -> Task<std::size_t> {
        std::span<char> into(piece);
        co_return co_await stream_->read_some(into);
      });
      if (one.wait_for(5s) != std::future_status::ready) {
        fixture_.loops.on(loop_, [&] { stream_->close(); });
        one.wait();
        break;
      }
      std::size_t got = 0;
      try {
        got = one.get();
      } catch (const std::exception&) {
      }
      if (got == 0) break;
      all += piece.substr(0, got);
    }
    return all;
  }
  // True if the server closes the connection without sending anything more.
  bool is_closed() { return read(1).empty() && has_ended(); }
  bool has_ended() { return served_.wait_for(5s) == std::future_status::ready; }
  // As a cable that is cut.
  void hang_up() {
    if (!stream_) return;
    fixture_.loops.on(loop_, [&] {
      stream_->close();
      stream_.reset();
    });
    served_.wait();
  }

  void connect(std::string_view id, std::string_view key = "key", int keep_alive_s = 0) {
    send(connect_packet(id, key, keep_alive_s));
    CHECK(read(4) == bytes({0x20, 2, 0, 0}));
  }
  static std::string connect_packet(std::string_view id, std::string_view key, int keep_alive_s,
                                    std::string_view will_topic = "") {
    bool has_will = !will_topic.empty();
    int flags = 2 | (key.empty() ? 0 : 0x80) | (has_will ? 4 : 0);
    auto text = [](std::string_view t) { return bytes({0, static_cast<int>(t.size()), t}); };
    auto body = bytes({0, 4, "MQTT", 4, flags, 0, keep_alive_s, text(id)});
    if (has_will) body += text(will_topic) + text("gone");
    if (!key.empty()) body += text(key);
    return bytes({0x10, static_cast<int>(body.size()), body});
  }
  void subscribe(std::string_view filter, int qos, int expected_code) {
    auto size = static_cast<int>(filter.size());
    send(bytes({0x82, size + 5, 0, 1, 0, size, filter, qos}));
    CHECK(read(5) == bytes({0x90, 3, 0, 1, expected_code}));
  }
  std::string ping() {
    send(bytes({0xc0, 0}));
    return read(2);
  }

 private:
  Fixture& fixture_;
  unsigned loop_;
  std::unique_ptr<rt::Stream> stream_;
  std::optional<rt::ConnectionContext> context_;
  std::future<void> served_;
};

std::string publish_packet(std::string_view topic, std::string_view payload, PacketId id = 0,
                           int extra_flags = 0) {
  PublishHead head;
  head.topic = topic;
  head.payload_bytes = payload.size();
  head.qos = id == 0 ? Qos::at_most_once : Qos::at_least_once;
  std::string packet;
  append_publish_head(packet, head);
  packet[0] = static_cast<char>(packet[0] | extra_flags);
  if (id != 0) append_packet_id(packet, id);
  return packet.append(payload);
}
constexpr int retain = 1;

const std::string pong = bytes({0xd0, 0});

TEST_CASE("publish and subscribe across loops, both QoS both ways") {
  Fixture f;
  Peer receiver(f, 0), sender(f, 1);
  receiver.connect("r");
  sender.connect("s");
  receiver.subscribe("a/+", 1, 1);
  receiver.subscribe("b", 2, 1);  // QoS 2 is granted as 1
  receiver.subscribe("c", 0, 0);
  sender.send(publish_packet("a/1", "x") + publish_packet("a/1", "y", 7) +
              publish_packet("b", "z", 8) + publish_packet("c", "w", 9));
  CHECK(sender.read(12) == bytes({0x40, 2, 0, 7, 0x40, 2, 0, 8, 0x40, 2, 0, 9}));
  auto expected = publish_packet("a/1", "x") + publish_packet("a/1", "y", 1) +
                  publish_packet("b", "z", 2) + publish_packet("c", "w");
  CHECK(receiver.read(expected.size()) == expected);
  CHECK(receiver.ping() == pong);
  CHECK(f.metric("thingtank_mqtt_connections") == 2);
  CHECK(f.metric("thingtank_mqtt_received_total") == 4);
  CHECK(Fixture::eventually([&] { return f.metric("thingtank_mqtt_sent_total") == 4; }));
}

TEST_CASE("who may log in") {
  Fixture f;
  Peer unknown(f, 0), password(f, 1), wrong(f, 1), broken(f, 0);
  unknown.send(Peer::connect_packet("c", "nokey", 0));
  CHECK(unknown.read(4) == bytes({0x20, 2, 0, 5}));
  CHECK(unknown.is_closed());
  // User name and password of an account: flags 0xc2
  password.send(
      bytes({0x10, 26, 0, 4, "MQTT", 4, 0xc2, 0, 0, 0, 1, "c", 0, 3, "ada", 0, 6, "secret"}));
  CHECK(password.read(4) == bytes({0x20, 2, 0, 0}));
  wrong.send(bytes({0x10, 25, 0, 4, "MQTT", 4, 0xc2, 0, 0, 0, 1, "c", 0, 3, "ada", 0, 5, "wrong"}));
  CHECK(wrong.read(4) == bytes({0x20, 2, 0, 5}));
  CHECK(wrong.is_closed());
  broken.send(Peer::connect_packet("c", "broken", 0));
  CHECK(broken.read(4) == bytes({0x20, 2, 0, 3}));
  CHECK(broken.is_closed());
}

TEST_CASE("without user name: the key stands before each topic, and there is no other right") {
  Fixture f;
  Peer anonymous(f, 0), known(f, 1);
  anonymous.connect("a", "");
  known.connect("k");
  known.subscribe("plain", 0, 0);
  known.subscribe("/v2/feeds/504.json", 0, 0);
  anonymous.subscribe("plain", 0, 0x80);
  anonymous.subscribe("#", 0, 0x80);
  anonymous.subscribe("nokey/plain", 0, 0x80);
  anonymous.subscribe("limited/plain", 0, 0x80);
  anonymous.subscribe("key/plain", 0, 0);
  anonymous.subscribe("key/v2/feeds/504.json", 0, 0);
  anonymous.send(publish_packet("plain", "1", 1) + publish_packet("nokey/plain", "2", 2) +
                 publish_packet("limited/plain", "3", 3) + publish_packet("key/plain", "4", 4) +
                 publish_packet("key/v2/feeds/504.json", "5"));
  auto acks = bytes({0x40, 2, 0, 1, 0x40, 2, 0, 2, 0x40, 2, 0, 3, 0x40, 2, 0, 4});
  auto own = publish_packet("key/plain", "4") + publish_packet("key/v2/feeds/504.json", "5");
  auto got = anonymous.read(acks.size() + own.size());
  for (std::size_t i = 0; i < acks.size(); i += 4) CHECK(got.contains(acks.substr(i, 4)));
  CHECK(got.contains(publish_packet("key/plain", "4")));
  CHECK(got.contains(publish_packet("key/v2/feeds/504.json", "5")));
  auto expected = publish_packet("plain", "4") + publish_packet("/v2/feeds/504.json", "5");
  CHECK(known.read(expected.size()) == expected);
  CHECK(f.metric("thingtank_mqtt_denied_total") == 3);
}

TEST_CASE("3.1.4-2: the same client identifier again closes the old connection, on any loop") {
  Fixture f;
  for (unsigned loop : {0u, 1u}) {
    Peer old(f, 0), other_account(f, 1), anew(f, loop);
    old.connect("same");
    other_account.connect("same", "key2");
    anew.connect("same");
    CHECK(old.is_closed());
    CHECK(anew.ping() == pong);
    CHECK(other_account.ping() == pong);
  }
  CHECK(Fixture::eventually([&] { return f.gateway->clients().size() == 0; }));
}

TEST_CASE("3.1.2-8: the will is published when the connection is lost, not after DISCONNECT") {
  Fixture f;
  Peer watcher(f, 0);
  watcher.connect("w");
  watcher.subscribe("wills/#", 0, 0);
  auto gone = publish_packet("wills/1", "gone");
  {
    Peer lost(f, 1);
    lost.send(Peer::connect_packet("1", "key", 0, "wills/1"));
    CHECK(lost.read(4).size() == 4);
    lost.hang_up();
    CHECK(watcher.read(gone.size()) == gone);
  }
  {
    Peer violator(f, 1);
    violator.send(Peer::connect_packet("1", "key", 0, "wills/1"));
    CHECK(violator.read(4).size() == 4);
    violator.send(bytes({0xf0, 0}));
    CHECK(violator.is_closed());
    CHECK(watcher.read(gone.size()) == gone);
  }
  {
    Peer leaving(f, 1);
    leaving.send(Peer::connect_packet("1", "key", 0, "wills/1"));
    CHECK(leaving.read(4).size() == 4);
    leaving.send(bytes({0xe0, 0}));
    CHECK(leaving.is_closed());
  }
  {
    Peer denied(f, 1);
    denied.send(Peer::connect_packet("1", "limited", 0, "wills/1"));
    CHECK(denied.read(4).size() == 4);
    denied.hang_up();
  }
  CHECK(watcher.ping() == pong);
}

TEST_CASE("3.1.2-24: silence ends the connection, with its will; pings keep it") {
  Fixture f;
  Peer watcher(f, 0), silent(f, 1), pinging(f, 1);
  watcher.connect("w");
  watcher.subscribe("wills/#", 0, 0);
  silent.send(Peer::connect_packet("s", "key", 1, "wills/s"));
  CHECK(silent.read(4).size() == 4);
  pinging.send(Peer::connect_packet("p", "key", 1, "wills/p"));
  CHECK(pinging.read(4).size() == 4);
  silent.send(bytes({0xc0}));  // half a packet is no packet
  for (int i = 0; i < 5; ++i) {
    std::this_thread::sleep_for(500ms);
    CHECK(pinging.ping() == pong);
  }
  CHECK(silent.is_closed());
  CHECK(watcher.read(15) == publish_packet("wills/s", "gone"));
  CHECK(watcher.ping() == pong);
}

TEST_CASE("no CONNECT in time") {
  Limits limits;
  limits.mqtt_connect_timeout = 1s;
  Fixture f(limits);
  Peer peer(f, 0);
  CHECK(peer.is_closed());
}

TEST_CASE("retained: sent on subscribing and again on subscribing again; unsubscribe") {
  Fixture f;
  Peer sender(f, 0), receiver(f, 1);
  sender.connect("s");
  receiver.connect("r");
  sender.send(publish_packet("a/1", "kept", 1, retain) + publish_packet("a/2", "too", 2, retain));
  CHECK(sender.read(8).size() == 8);
  auto first = publish_packet("a/1", "kept", 0, retain);
  receiver.send(bytes({0x82, 8, 0, 1, 0, 3, "a/1", 0}));
  auto suback = bytes({0x90, 3, 0, 1, 0});
  auto got = receiver.read(first.size() + suback.size());
  CHECK((got == first + suback || got == suback + first));
  // [MQTT-3.8.4-3]: replaced, retained once more, then one copy of what follows
  receiver.send(bytes({0x82, 8, 0, 1, 0, 3, "a/1", 1}));
  got = receiver.read(first.size() + suback.size() + 2);
  CHECK(got.contains(bytes({0x90, 3, 0, 1, 1})));
  CHECK(f.metric("thingtank_bus_subscriptions") == 1);
  sender.send(publish_packet("a/1", "live", 3, retain));
  CHECK(receiver.read(13) == publish_packet("a/1", "live", 2));  // [MQTT-3.3.1-9]

  receiver.send(bytes({0xa2, 7, 0, 5, 0, 3, "a/1"}));
  CHECK(receiver.read(4) == bytes({0xb0, 2, 0, 5}));
  receiver.send(bytes({0xa2, 7, 0, 6, 0, 3, "a/1"}));  // none there: answered all the same
  CHECK(receiver.read(4) == bytes({0xb0, 2, 0, 6}));
  CHECK(f.metric("thingtank_bus_subscriptions") == 0);
  sender.send(publish_packet("a/1", "silence", 4));
  CHECK(sender.read(8).size() == 8);
  CHECK(receiver.ping() == pong);
}

TEST_CASE("publications in a row are one call of the bus") {
  Fixture f;
  Peer sender(f, 0);
  sender.connect("s");
  std::string burst, acks;
  for (int i = 1; i <= 10; ++i) {
    burst += publish_packet("feeds/1/a", "1", static_cast<PacketId>(i));
    acks += bytes({0x40, 2, 0, i});
  }
  sender.send(burst);
  CHECK(sender.read(acks.size()) == acks);
  CHECK(f.owner.accepted == 10);
  CHECK(f.owner.calls <= 2);  // the read buffer starts small
}

TEST_CASE("a refused publication does not take its neighbours with it, and is acknowledged") {
  Fixture f;
  Peer sender(f, 0), receiver(f, 1);
  sender.connect("s");
  receiver.connect("r");
  receiver.subscribe("feeds/#", 0, 0);
  sender.send(publish_packet("feeds/1/a", "1", 1) + publish_packet("feeds/1/a", "no", 2) +
              publish_packet("feeds/1/a", "3", 3));
  CHECK(sender.read(12) == bytes({0x40, 2, 0, 1, 0x40, 2, 0, 2, 0x40, 2, 0, 3}));
  auto expected = publish_packet("feeds/1/a", "1") + publish_packet("feeds/1/a", "3");
  CHECK(receiver.read(expected.size()) == expected);
  CHECK(f.metric("thingtank_mqtt_denied_total") == 1);
}

TEST_CASE("what cannot be stored is not acknowledged: the connection ends") {
  Fixture f;
  for (int count : {1, 2}) {
    Peer sender(f, 0);
    sender.connect("s");
    std::string burst;
    for (int i = 0; i < count; ++i) burst += publish_packet("feeds/1/a", "full", 1);
    sender.send(burst);
    CHECK(sender.is_closed());
  }
}

TEST_CASE("the rate of a key") {
  Fixture f;
  f.identity.calls_left = 1;
  Peer sender(f, 0);
  sender.connect("s");
  sender.send(publish_packet("feeds/1/a", "1", 1));
  CHECK(sender.read(4).size() == 4);
  sender.send(publish_packet("feeds/1/a", "2", 2));
  CHECK(sender.read(4) == bytes({0x40, 2, 0, 2}));
  CHECK(f.owner.accepted == 1);
  CHECK(f.metric("thingtank_mqtt_denied_total") == 1);
}

TEST_CASE("a client that does not read: QoS 0 is dropped, QoS 1 ends the connection") {
  Limits limits;
  limits.client_queue_bytes_max = 10'000;
  Fixture f(limits);
  Peer sender(f, 0), slow(f, 1, 1024), slow_too(f, 1, 1024);
  sender.connect("s");
  slow.connect("0");
  slow.subscribe("a", 0, 0);
  slow_too.connect("1");
  slow_too.subscribe("b", 1, 1);
  auto payload = std::string(500, 'x');
  for (int i = 1; i <= 200; ++i) {
    sender.send(publish_packet("a", payload) +
                publish_packet("b", payload, static_cast<PacketId>(i)));
    CHECK(sender.read(4).size() == 4);
  }
  CHECK(slow_too.has_ended());
  CHECK(Fixture::eventually([&] { return f.metric("thingtank_mqtt_dropped_total") > 50; }));
  // It goes on with the ones that were not dropped.
  auto first = publish_packet("a", payload);
  CHECK(slow.read(first.size()) == first);
}

TEST_CASE("retained messages come at the pace of the client, more than fit its queue") {
  Limits limits;
  limits.client_queue_bytes_max = 50'000;
  Fixture f(limits);
  constexpr int count = 3000;
  f.loops.run(0, [&]() -> Task<> {
    std::vector<bus::Message> messages;
    for (int i = 0; i < count; ++i) {
      bus::Message one;
      one.topic = "many/" + std::to_string(10'000 + i);
      one.payload = std::string(100, 'x');
      one.retain = true;
      messages.push_back(std::move(one));
    }
    co_await f.bus->publish(caller_of(1), std::move(messages));
  });
  Peer receiver(f, 1, 4096);
  receiver.connect("r");
  receiver.send(bytes({0x82, 11, 0, 1, 0, 6, "many/#", 0}));
  auto one_size = publish_packet("many/10000", std::string(100, 'x')).size();
  auto got = receiver.read(count * one_size + 5);
  CHECK(got.size() == count * one_size + 5);
  CHECK(got.contains("many/12999"));
  CHECK(f.metric("thingtank_mqtt_dropped_total") == 0);
}

TEST_CASE("limits: subscriptions of a client, connections") {
  Limits limits;
  limits.subscriptions_per_client_max = 2;
  limits.mqtt_connections_max = 1;
  Fixture f(limits);
  Peer peer(f, 0);
  peer.connect("p");
  peer.subscribe("a", 0, 0);
  peer.subscribe("b", 0, 0);
  peer.subscribe("c", 0, 0x80);
  peer.subscribe("a", 1, 1);  // replaces
  Peer second(f, 1);
  CHECK(second.read(4) == bytes({0x20, 2, 0, 3}));
  CHECK(second.is_closed());
}

TEST_CASE("when the server stops there are no wills") {
  Fixture f;
  Peer watcher(f, 0), device(f, 1);
  watcher.connect("w");
  watcher.subscribe("wills/#", 0, 0);
  device.send(Peer::connect_packet("d", "key", 0, "wills/d"));
  CHECK(device.read(4).size() == 4);
  f.loops.on(1, [&] { f.draining = true; });
  device.hang_up();
  CHECK(watcher.ping() == pong);
}

}  // namespace
}  // namespace tt::gateway::mqtt
