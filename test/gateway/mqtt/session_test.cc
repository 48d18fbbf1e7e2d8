// A session as a table of conversations: bytes in, events and bytes out.  Sections of MQTT 3.1.1.

#include "gateway/mqtt/session.h"

#include <doctest/doctest.h>

#include "gateway/mqtt/bytes.h"

namespace tt::gateway::mqtt {
namespace {

using namespace std::chrono_literals;

struct Talk {
  Limits limits;
  Session session;
  Decoder decoder;
  HeadCache heads;

  explicit Talk(Limits given = {})
      : limits(given), session(limits), decoder(limits.mqtt_packet_bytes_max) {}

  std::vector<Event> in(std::string_view input) {
    std::vector<Event> events;
    decoder.feed(input);
    while (true) {
      auto packet = decoder.next();
      if (!packet) {
        session.on(packet.error(), events);
        return events;
      }
      if (!*packet) return events;
      session.on(std::move(**packet), events);
    }
  }

  std::string out() {
    WriteBatch batch;
    session.outbox().take(batch);
    std::string all;
    for (auto part : batch.parts()) all += part;
    return all;
  }

  void connect(std::string_view packet) {
    REQUIRE(in(packet).size() == 1);
    session.accept();
    CHECK(out() == bytes({0x20, 2, 0, 0}));
  }

  Outbox::Added deliver(bus::MessagePtr message, Qos qos, bool retained = false) {
    auto head = heads.head(message, "", qos, retained ? Retain::yes : Retain::no);
    Outgoing outgoing{message, std::move(head), qos, retained, true};
    return session.outbox().add(std::move(outgoing));
  }
};

bus::MessagePtr message(std::string topic, std::string payload) {
  bus::Message made;
  made.topic = std::move(topic);
  made.payload = std::move(payload);
  return std::make_shared<const bus::Message>(std::move(made));
}

const std::string connect_packet = bytes({0x10, 13, 0, 4, "MQTT", 4, 2, 0, 10, 0, 1, "c"});
const std::string with_will =
    bytes({0x10, 19, 0, 4, "MQTT", 4, 6, 0, 10, 0, 1, "c", 0, 1, "w", 0, 1, "x"});

std::string close_reason(const std::vector<Event>& events) {
  REQUIRE_FALSE(events.empty());
  REQUIRE(std::holds_alternative<Close>(events.back()));
  return std::get<Close>(events.back()).reason;
}

TEST_CASE("3.1.4: CONNECT, CONNACK, then it is connected") {
  Talk talk;
  CHECK(talk.session.silence_max() == Microseconds(10s));  // limits.mqtt_connect_timeout
  auto events = talk.in(bytes({0x10, 18, 0, 4, "MQTT", 4, 0x82, 0, 10, 0, 1, "c", 0, 3, "key"}));
  REQUIRE(events.size() == 1);
  CHECK(std::get<Authenticate>(events[0]).user_name == "key");
  CHECK_FALSE(std::get<Authenticate>(events[0]).password.has_value());
  CHECK(talk.out().empty());
  talk.session.accept();
  CHECK(talk.out() == bytes({0x20, 2, 0, 0}));
  CHECK(talk.session.client_id() == "c");
  CHECK(talk.session.silence_max() == Microseconds(15s));  // [MQTT-3.1.2-24]: 1.5 times 10 s
}

TEST_CASE("3.2.2.3: the refusals") {
  struct Row {
    std::string input;
    int code;
  };
  const Row rows[] = {
      {bytes({0x10, 13, 0, 4, "MQTT", 5, 2, 0, 10, 0, 1, "c"}), 1},  // [MQTT-3.1.2-2]
      {bytes({0x10, 12, 0, 4, "MQTT", 4, 0, 0, 10, 0, 0}), 2},       // [MQTT-3.1.3-8]
      {bytes({0x10, 14, 0, 6, "MQIsdp", 3, 2, 0, 10, 0, 0}), 2},     // 3.1 wants 1 to 23 bytes
      {bytes({0x10, 0x8d, 2, 0, 4, "MQTT", 4, 2, 0, 10, 1, 1, std::string(257, 'c')}), 2},
  };
  for (const auto& row : rows) {
    Talk talk;
    auto events = talk.in(row.input);
    REQUIRE(events.size() == 1);
    CHECK(std::get<Close>(events[0]).flush == Close::Flush::yes);
    CHECK(talk.out() == bytes({0x20, 2, 0, row.code}));  // session present 0 [MQTT-3.2.2-4]
    CHECK(talk.in(bytes({0xc0, 0})).empty());            // deaf from then on
    CHECK(talk.out().empty());
  }
  Talk talk;
  talk.in(with_will);
  std::vector<Event> events;
  talk.session.refuse(ReturnCode::not_authorized, events);
  CHECK(talk.out() == bytes({0x20, 2, 0, 5}));
  CHECK_FALSE(talk.session.take_will().has_value());
}

TEST_CASE("3.1.3-6: a client without identifier gets one of its own") {
  Talk one, other;
  one.connect(bytes({0x10, 12, 0, 4, "MQTT", 4, 2, 0, 0, 0, 0}));
  other.connect(bytes({0x10, 12, 0, 4, "MQTT", 4, 2, 0, 0, 0, 0}));
  CHECK_FALSE(one.session.client_id().empty());
  CHECK(one.session.client_id() != other.session.client_id());
  CHECK_FALSE(one.session.silence_max().has_value());  // keep alive 0: off
}

TEST_CASE("violations close the connection") {
  Talk first_not_connect;
  CHECK(close_reason(first_not_connect.in(bytes({0xc0, 0}))).contains("MQTT-3.1.0-1"));
  Talk twice;
  twice.connect(connect_packet);
  CHECK(close_reason(twice.in(connect_packet)).contains("MQTT-3.1.0-2"));
  Talk broken;
  broken.connect(connect_packet);
  CHECK(close_reason(broken.in(bytes({0x36, 5, 0, 1, "a", 0, 1}))).contains("MQTT-3.3.1-4"));
  Talk qos2;
  qos2.connect(connect_packet);
  CHECK(close_reason(qos2.in(bytes({0x34, 5, 0, 1, "a", 0, 1}))).contains("QoS 2"));
  Talk pubrel;
  pubrel.connect(connect_packet);
  CHECK(close_reason(pubrel.in(bytes({0x62, 2, 0, 1}))).contains("QoS 2"));
  for (auto* talk : {&first_not_connect, &twice, &broken, &qos2, &pubrel}) {
    CHECK(talk->out().empty());
    CHECK(talk->session.is_closed());
  }
}

TEST_CASE("3.1.2-8, 3.14.4-3: the will stays unless the client says DISCONNECT") {
  Talk lost;
  lost.connect(with_will);
  std::vector<Event> events;
  lost.session.timer_fired(events);
  CHECK(close_reason(events).contains("MQTT-3.1.2-24"));
  auto will = lost.session.take_will();
  REQUIRE(will.has_value());
  CHECK(will->topic == "w");
  CHECK(will->payload == "x");
  CHECK_FALSE(lost.session.take_will().has_value());

  Talk left;
  left.connect(with_will);
  CHECK(close_reason(left.in(bytes({0xe0, 0}))) == "DISCONNECT");
  CHECK_FALSE(left.session.take_will().has_value());
}

TEST_CASE("no CONNECT in time") {
  Talk talk;
  std::vector<Event> events;
  talk.session.timer_fired(events);
  CHECK(close_reason(events).contains("limits.mqtt_connect_timeout"));
}

TEST_CASE("3.4, 4.6.0-2: PUBACKs in the order of the PUBLISHes, after they were stored") {
  Talk talk;
  talk.connect(connect_packet);
  auto events = talk.in(bytes({0x32, 6, 0, 1, "a", 0, 7, "x", 0x30, 4, 0, 1, "a", "y",  //
                               0x3a, 6, 0, 1, "a", 0, 9, "z"}));
  REQUIRE(events.size() == 3);
  CHECK(std::get<Publish>(events[0]).id == 7);
  CHECK(std::get<Publish>(events[2]).duplicate);
  CHECK(talk.out().empty());
  talk.session.published(std::vector<PacketId>{7, 9});
  CHECK(talk.out() == bytes({0x40, 2, 0, 7, 0x40, 2, 0, 9}));
}

TEST_CASE("3.8, 3.10, 3.12: answers carry the packet identifier") {
  Talk talk;
  talk.connect(connect_packet);
  auto events = talk.in(bytes({0x82, 6, 0, 10, 0, 1, "a", 2}));
  CHECK(std::get<Subscribe>(events.at(0)).requests.at(0).filter == "a");
  talk.session.subscribed(10, {1});
  CHECK(talk.out() == bytes({0x90, 3, 0, 10, 1}));
  events = talk.in(bytes({0xa2, 5, 0, 11, 0, 1, "a"}));
  CHECK(std::get<Unsubscribe>(events.at(0)).filters.at(0) == "a");
  talk.session.unsubscribed(11);
  CHECK(talk.out() == bytes({0xb0, 2, 0, 11}));
  CHECK(talk.in(bytes({0xc0, 0})).empty());
  CHECK(talk.out() == bytes({0xd0, 0}));
}

TEST_CASE("3.3: messages to the client") {
  Talk talk;
  talk.connect(connect_packet);
  talk.deliver(message("a", "1"), Qos::at_most_once);
  talk.deliver(message("a", "2"), Qos::at_least_once);
  talk.deliver(message("a", "3"), Qos::at_most_once, true);    // [MQTT-3.3.1-8]
  CHECK(talk.out() == bytes({0x30, 4, 0, 1, "a", "1",          //
                             0x32, 6, 0, 1, "a", 0,   1, "2",  //
                             0x31, 4, 0, 1, "a", "3"}));
  CHECK(talk.session.outbox().inflight() == 1);
  talk.in(bytes({0x40, 2, 0, 2}));  // not in flight: ignored
  CHECK(talk.session.outbox().inflight() == 1);
  talk.in(bytes({0x40, 2, 0, 1}));
  CHECK(talk.session.outbox().inflight() == 0);
}

TEST_CASE("the window: QoS 1 waits for PUBACKs, QoS 0 does not") {
  Limits limits;
  limits.mqtt_inflight_max = 2;
  Talk talk(limits);
  talk.connect(connect_packet);
  for (auto payload : {"1", "2", "3", "4"}) {
    talk.deliver(message("a", payload), Qos::at_least_once);
  }
  talk.deliver(message("a", "0"), Qos::at_most_once);
  CHECK(talk.out() == bytes({0x32, 6, 0, 1, "a", 0,  1, "1", 0x32, 6, 0, 1, "a", 0, 2, "2",  //
                             0x30, 4, 0, 1, "a", "0"}));
  CHECK(talk.out().empty());
  CHECK(talk.session.outbox().held() == 2);
  talk.in(bytes({0x40, 2, 0, 2}));
  CHECK(talk.out() == bytes({0x32, 6, 0, 1, "a", 0, 3, "3"}));
  talk.in(bytes({0x40, 2, 0, 1}));
  talk.in(bytes({0x40, 2, 0, 3}));
  CHECK(talk.out() == bytes({0x32, 6, 0, 1, "a", 0, 4, "4"}));
}

TEST_CASE("packet identifiers: never 0, never one that is in flight [MQTT-2.3.1-4]") {
  Talk talk;
  talk.connect(connect_packet);
  talk.deliver(message("a", "kept"), Qos::at_least_once);
  talk.out();  // 1 stays in flight
  for (unsigned i = 2; i < 65536 + 10; ++i) {
    talk.deliver(message("a", ""), Qos::at_least_once);
    auto sent = talk.out();
    REQUIRE(sent.size() == 7);
    auto id = static_cast<unsigned char>(sent[5]) * 256u + static_cast<unsigned char>(sent[6]);
    CHECK(id == (i < 65536 ? i : i - 65536 + 2));
    talk.session.outbox().acknowledge(static_cast<PacketId>(id));
  }
}

TEST_CASE("3.3.5-1: overlapping subscriptions give one copy, with the higher QoS") {
  Talk talk;
  talk.connect(connect_packet);
  auto one = message("a", "1");
  talk.deliver(one, Qos::at_most_once);
  talk.deliver(one, Qos::at_least_once);
  talk.deliver(one, Qos::at_most_once);
  CHECK(talk.out() == bytes({0x32, 6, 0, 1, "a", 0, 1, "1"}));
  auto other = message("a", "1");
  talk.deliver(other, Qos::at_most_once);
  talk.deliver(other, Qos::at_most_once, true);  // because of a subscription: its own copy
  CHECK(talk.out() == bytes({0x30, 4, 0, 1, "a", "1", 0x31, 4, 0, 1, "a", "1"}));
}

TEST_CASE("a slow client: QoS 0 is dropped, QoS 1 overflows, one large message always fits") {
  Limits limits;
  limits.client_queue_bytes_max = 1000;
  Talk talk(limits);
  talk.connect(connect_packet);
  CHECK(talk.deliver(message("a", std::string(5000, 'x')), Qos::at_most_once) ==
        Outbox::Added::queued);
  CHECK(talk.deliver(message("a", "y"), Qos::at_most_once) == Outbox::Added::dropped);
  CHECK(talk.deliver(message("a", "y"), Qos::at_least_once) == Outbox::Added::overflow);
  CHECK(talk.out().size() == 6 + 5000);
  CHECK(talk.session.outbox().bytes() == 0);
  CHECK(talk.deliver(message("a", "y"), Qos::at_least_once) == Outbox::Added::queued);
}

TEST_CASE("a long queue leaves in portions, nothing is copied twice or lost") {
  Limits limits;
  limits.client_queue_bytes_max = 100'000'000;
  Talk talk(limits);
  talk.connect(connect_packet);
  std::string expected;
  for (int i = 0; i < 300; ++i) {
    auto payload = std::string(static_cast<std::size_t>(i * 40), 'x');
    auto one = message("t/" + std::to_string(i), payload);
    talk.deliver(one, Qos::at_most_once);
    PublishHead head;
    head.topic = one->topic;
    head.payload_bytes = one->payload.size();
    append_publish_head(expected, head);
    expected += one->payload;
  }
  std::string sent;
  int writes = 0;
  for (auto piece = talk.out(); !piece.empty(); piece = talk.out()) {
    CHECK(piece.size() < 80 * 1024);
    sent += piece;
    ++writes;
  }
  CHECK(sent == expected);
  CHECK(writes > 5);
}

TEST_CASE("a fan-out encodes a message once per QoS and retain") {
  HeadCache heads;
  auto one = message("a", "1");
  auto plain = heads.head(one, "", Qos::at_most_once, Retain::no);
  CHECK(heads.head(one, "", Qos::at_least_once, Retain::no) != plain);
  CHECK(heads.head(one, "", Qos::at_most_once, Retain::yes) != plain);
  CHECK(heads.head(one, "", Qos::at_most_once, Retain::no) == plain);
  CHECK(*heads.head(one, "KEY/", Qos::at_most_once, Retain::no) == bytes({0x30, 8, 0, 5, "KEY/a"}));
  CHECK(heads.head(message("a", "1"), "", Qos::at_most_once, Retain::no) != plain);
}

}  // namespace
}  // namespace tt::gateway::mqtt
