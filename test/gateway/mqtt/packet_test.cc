// The codec against byte tables.  Section numbers are those of MQTT 3.1.1 (OASIS, 29 October 2014).

#include "gateway/mqtt/packet.h"

#include <doctest/doctest.h>

#include "gateway/mqtt/bytes.h"

namespace tt::gateway::mqtt {
namespace {

// The one packet that `input` holds; its Problem otherwise.  Fed whole, and byte by byte.
Result<Packet> decode(const std::string& input) {
  Decoder slow(1000);
  for (std::size_t i = 0; i + 1 < input.size(); ++i) {
    slow.feed(input.substr(i, 1));
    auto early = slow.next();
    if (!early) return std::unexpected(early.error());
    CHECK_FALSE(early->has_value());
  }
  Decoder decoder(1000);
  decoder.feed(input);
  auto packet = decoder.next();
  if (!packet) return std::unexpected(packet.error());
  REQUIRE(packet->has_value());
  auto none = decoder.next();
  REQUIRE(none.has_value());
  CHECK_FALSE(none->has_value());
  return std::move(**packet);
}

template <class T>
T decode_as(const std::string& input) {
  auto packet = decode(input);
  if (!packet) FAIL(packet.error().message);
  REQUIRE(std::holds_alternative<T>(*packet));
  return std::get<T>(*packet);
}

TEST_CASE("CONNECT: the example of figures 3.6 and 3.2.2, all fields") {
  auto packet = decode_as<Connect>(bytes({
      0x10,       41,          // 3.1.1: type 1, remaining length
      0,          4,  "MQTT",  // 3.1.2.1
      4,                       // 3.1.2.2 level
      0b11101110,              // 3.1.2.3 user, password, will retain, QoS 1, will, clean
      0,          10,          // 3.1.2.10 keep alive
      0,          3,  "dev",   // 3.1.3.1 client identifier
      0,          4,  "will",  // 3.1.3.2
      0,          5,  std::string("by\0e!", 5),      // 3.1.3.3 binary
      0,          3,  "key",                         // 3.1.3.4
      0,          6,  std::string("\xffpass\0", 6),  // 3.1.3.5 binary
  }));
  CHECK(packet.level == 4);
  CHECK(packet.clean_session);
  CHECK(packet.keep_alive_s == 10);
  CHECK(packet.client_id == "dev");
  REQUIRE(packet.will.has_value());
  CHECK(packet.will->topic == "will");
  CHECK(packet.will->payload == std::string("by\0e!", 5));
  CHECK(packet.will->qos == Qos::at_least_once);
  CHECK(packet.will->retain);
  CHECK(packet.user_name == "key");
  CHECK(packet.password == std::string("\xffpass\0", 6));
}

TEST_CASE("CONNECT: the shortest; MQTT 3.1; a level of the future") {
  auto shortest = decode_as<Connect>(bytes({0x10, 12, 0, 4, "MQTT", 4, 2, 0, 0, 0, 0}));
  CHECK(shortest.client_id.empty());
  CHECK_FALSE(shortest.will.has_value());
  CHECK_FALSE(shortest.user_name.has_value());
  auto old = decode_as<Connect>(bytes({0x10, 15, 0, 6, "MQIsdp", 3, 0, 0, 60, 0, 1, "x"}));
  CHECK(old.level == 3);
  CHECK_FALSE(old.clean_session);
  CHECK(old.keep_alive_s == 60);
  auto newer = decode_as<Connect>(bytes({0x10, 14, 0, 4, "MQTT", 5, 2, 0, 0, 0, 0, 1, "x"}));
  CHECK(newer.level == 5);
}

TEST_CASE("PUBLISH: section 3.3") {
  auto plain = decode_as<Publish>(bytes({0x30, 7, 0, 3, "a/b", "hi"}));
  CHECK(plain.topic == "a/b");
  CHECK(plain.payload == "hi");
  CHECK(plain.qos == Qos::at_most_once);
  CHECK(plain.id == 0);
  // The example of table 3.11: topic "a/b", packet identifier 10
  auto example = decode_as<Publish>(bytes({0x3b, 7, 0, 3, "a/b", 0, 10}));
  CHECK(example.qos == Qos::at_least_once);
  CHECK(example.duplicate);
  CHECK(example.retain);
  CHECK(example.id == 10);
  CHECK(example.payload.empty());
  CHECK(decode_as<Publish>(bytes({0x34, 7, 0, 3, "a/b", 0xff, 0xff})).qos == Qos::exactly_once);
  // 1.5.3: U+FEFF stays where it is [MQTT-1.5.3-3]
  CHECK(decode_as<Publish>(bytes({0x30, 5, 0, 3, "\xef\xbb\xbf"})).topic == "\xef\xbb\xbf");
}

TEST_CASE("SUBSCRIBE and UNSUBSCRIBE: the examples of 3.8.3 and 3.10.3") {
  auto subscribe = decode_as<Subscribe>(bytes({0x82, 14, 0, 10, 0, 3, "a/b", 1, 0, 3, "c/d", 2}));
  CHECK(subscribe.id == 10);
  REQUIRE(subscribe.requests.size() == 2);
  CHECK(subscribe.requests[0].filter == "a/b");
  CHECK(subscribe.requests[0].qos == Qos::at_least_once);
  CHECK(subscribe.requests[1].filter == "c/d");
  CHECK(subscribe.requests[1].qos == Qos::exactly_once);
  auto unsubscribe = decode_as<Unsubscribe>(bytes({0xa2, 12, 1, 2, 0, 3, "a/b", 0, 3, "c/d"}));
  CHECK(unsubscribe.id == 258);
  CHECK(unsubscribe.filters == std::vector<std::string>{"a/b", "c/d"});
}

TEST_CASE("the short ones") {
  CHECK(decode_as<Acknowledge>(bytes({0x40, 2, 1, 2})).kind == Acknowledge::Kind::puback);
  CHECK(decode_as<Acknowledge>(bytes({0x40, 2, 1, 2})).id == 258);
  CHECK(decode_as<Acknowledge>(bytes({0x50, 2, 0, 1})).kind == Acknowledge::Kind::pubrec);
  CHECK(decode_as<Acknowledge>(bytes({0x62, 2, 0, 1})).kind == Acknowledge::Kind::pubrel);
  CHECK(decode_as<Acknowledge>(bytes({0x70, 2, 0, 1})).kind == Acknowledge::Kind::pubcomp);
  decode_as<PingRequest>(bytes({0xc0, 0}));
  decode_as<Disconnect>(bytes({0xe0, 0}));
}

// What is refused, and the rule that the message must name.
struct Malformed {
  std::string input;
  std::string_view rule;
};
const Malformed malformed[] = {
    // 1.5.3
    {bytes({0x30, 4, 0, 2, 0xc3, 0x28}), "MQTT-1.5.3-1"},
    {bytes({0x30, 5, 0, 3, 0xed, 0xa0, 0x80}), "MQTT-1.5.3-1"},  // a surrogate
    {bytes({0x30, 5, 0, 3, "a", 0, "b"}), "MQTT-1.5.3-2"},
    // 2.2.1: reserved types, types that only a server sends
    {bytes({0x00, 0}), "2.2.1"},
    {bytes({0xf0, 0}), "2.2.1"},
    {bytes({0x20, 2, 0, 0}), "2.2.1"},
    {bytes({0x90, 3, 0, 1, 0}), "2.2.1"},
    {bytes({0xb0, 2, 0, 1}), "2.2.1"},
    {bytes({0xd0, 0}), "2.2.1"},
    // 2.2.2
    {bytes({0x11, 0}), "MQTT-2.2.2-2"},
    {bytes({0x60, 2, 0, 1}), "MQTT-2.2.2-2"},  // PUBREL wants 0010
    {bytes({0x80, 6, 0, 1, 0, 1, "a", 0}), "MQTT-2.2.2-2"},
    {bytes({0xa0, 5, 0, 1, 0, 1, "a"}), "MQTT-2.2.2-2"},
    {bytes({0xc1, 0}), "MQTT-2.2.2-2"},
    {bytes({0xe8, 0}), "MQTT-2.2.2-2"},
    // 2.2.3
    {bytes({0x30, 0xff, 0xff, 0xff, 0xff}), "2.2.3"},
    {bytes({0x30, 0xe9, 0x07}), "limits.mqtt_packet_bytes_max"},  // 1001
    // 2.3.1
    {bytes({0x32, 5, 0, 1, "a", 0, 0}), "MQTT-2.3.1-1"},
    {bytes({0x82, 6, 0, 0, 0, 1, "a", 0}), "MQTT-2.3.1-1"},
    {bytes({0xa2, 5, 0, 0, 0, 1, "a"}), "MQTT-2.3.1-1"},
    // 3.1
    {bytes({0x10, 12, 0, 4, "HTTP", 4, 2, 0, 0, 0, 0}), "MQTT-3.1.2-1"},
    {bytes({0x10, 12, 0, 4, "mqtt", 4, 2, 0, 0, 0, 0}), "MQTT-3.1.2-1"},
    {bytes({0x10, 12, 0, 4, "MQTT", 4, 3, 0, 0, 0, 0}), "MQTT-3.1.2-3"},
    {bytes({0x10, 12, 0, 4, "MQTT", 4, 0x0a, 0, 0, 0, 0}), "MQTT-3.1.2-13"},
    {bytes({0x10, 16, 0, 4, "MQTT", 4, 0x1e, 0, 0, 0, 0, 0, 0, 0, 0}), "MQTT-3.1.2-14"},
    {bytes({0x10, 12, 0, 4, "MQTT", 4, 0x22, 0, 0, 0, 0}), "MQTT-3.1.2-15"},
    {bytes({0x10, 14, 0, 4, "MQTT", 4, 0x42, 0, 0, 0, 0, 0, 0}), "MQTT-3.1.2-22"},
    {bytes({0x10, 13, 0, 4, "MQTT", 4, 2, 0, 0, 0, 0, 0}), "after the end"},
    {bytes({0x10, 11, 0, 4, "MQTT", 4, 2, 0, 0, 0}), "too early"},
    {bytes({0x10, 17, 0, 4, "MQTT", 4, 6, 0, 0, 0, 0, 0, 1, "#", 0, 0}), "will topic"},
    // 3.3
    {bytes({0x36, 5, 0, 1, "a", 0, 1}), "MQTT-3.3.1-4"},
    {bytes({0x38, 3, 0, 1, "a"}), "MQTT-3.3.1-2"},
    {bytes({0x30, 5, 0, 3, "a/+"}), "MQTT-3.3.2-2"},
    {bytes({0x30, 2, 0, 0}), "MQTT-3.3.2-2"},  // an empty topic [MQTT-4.7.3-1]
    {bytes({0x30, 1, 0}), "too early"},
    {bytes({0x30, 3, 0, 2, "a"}), "too early"},
    {bytes({0x32, 4, 0, 1, "a", 0}), "too early"},
    // 3.4
    {bytes({0x40, 1, 0}), "too early"},
    {bytes({0x40, 3, 0, 1, 0}), "after the end"},
    // 3.8, 3.10
    {bytes({0x82, 2, 0, 1}), "MQTT-3.8.3-3"},
    {bytes({0x82, 6, 0, 1, 0, 1, "a", 3}), "MQTT-3.8.3-4"},
    {bytes({0x82, 6, 0, 1, 0, 1, "a", 4}), "MQTT-3.8.3-4"},
    {bytes({0x82, 8, 0, 1, 0, 3, "a#b", 0}), "4.7"},
    {bytes({0x82, 5, 0, 1, 0, 1, "a"}), "too early"},
    {bytes({0xa2, 2, 0, 1}), "MQTT-3.10.3-2"},
    {bytes({0xa2, 4, 0, 1, 0, 0}), "4.7"},
    // 3.12, 3.14
    {bytes({0xc0, 1, 0}), "PINGREQ"},
    {bytes({0xe0, 1, 0}), "DISCONNECT"},
};

TEST_CASE("malformed packets") {
  for (const auto& row : malformed) {
    CAPTURE(row.rule);
    auto packet = decode(row.input);
    REQUIRE_FALSE(packet.has_value());
    CHECK_MESSAGE(packet.error().message.contains(row.rule), packet.error().message);
  }
}

TEST_CASE("remaining length: table 2.4") {
  for (std::size_t length : {0, 127, 128, 16'383, 16'384, 2'097'151, 2'097'152}) {
    CAPTURE(length);
    std::string head;
    PublishHead publish;
    publish.topic = "a";
    if (length < 3) continue;
    publish.payload_bytes = length - 3;
    append_publish_head(head, publish);
    std::size_t digits = length < 128 ? 1 : length < 16'384 ? 2 : length < 2'097'152 ? 3 : 4;
    CHECK(head.size() == 1 + digits + 3);
    Decoder decoder(3'000'000);
    decoder.feed(head + std::string(length - 3, 'x'));
    auto packet = decoder.next();
    REQUIRE((packet && *packet));
    CHECK(std::get<Publish>(**packet).payload.size() == length - 3);
  }
}

TEST_CASE("many packets in pieces of every size") {
  std::string stream;
  for (int i = 0; i < 50; ++i) {
    auto payload = std::string(static_cast<std::size_t>(i * 3), 'x');
    PublishHead head;
    head.topic = "t";
    head.payload_bytes = payload.size();
    append_publish_head(stream, head);
    stream += payload;
  }
  for (std::size_t piece = 1; piece < 200; piece += 7) {
    Decoder decoder(1000);
    std::size_t expected = 0;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      decoder.feed(std::string_view(stream).substr(at, piece));
      while (true) {
        auto packet = decoder.next();
        REQUIRE(packet.has_value());
        if (!*packet) break;
        CHECK(std::get<Publish>(**packet).payload.size() == 3 * expected++);
      }
    }
    CHECK(expected == 50);
    CHECK(decoder.buffered_bytes() == 0);
  }
}

TEST_CASE("what a server sends") {
  std::string out;
  append_connack(out, ReturnCode::accepted, SessionPresent::no);
  CHECK(out == bytes({0x20, 2, 0, 0}));  // 3.2
  out.clear();
  append_connack(out, ReturnCode::not_authorized, SessionPresent::yes);
  CHECK(out == bytes({0x20, 2, 1, 5}));
  out.clear();
  append_acknowledge(out, {Acknowledge::Kind::puback, 0x1234});
  CHECK(out == bytes({0x40, 2, 0x12, 0x34}));  // 3.4
  out.clear();
  append_acknowledge(out, {Acknowledge::Kind::pubrel, 1});
  CHECK(out == bytes({0x62, 2, 0, 1}));  // [MQTT-3.6.1-1]
  out.clear();
  append_suback(out, 10, {0, 1, subscription_refused});
  CHECK(out == bytes({0x90, 5, 0, 10, 0, 1, 0x80}));  // 3.9
  out.clear();
  append_unsuback(out, 10);
  CHECK(out == bytes({0xb0, 2, 0, 10}));  // 3.11
  out.clear();
  append_pingresp(out);
  CHECK(out == bytes({0xd0, 0}));  // 3.13
  out.clear();
  PublishHead head;
  head.topic = "a/b";
  head.payload_bytes = 2;
  head.qos = Qos::at_least_once;
  head.retain = true;
  head.duplicate = true;
  append_publish_head(out, head);
  append_packet_id(out, 10);
  CHECK(out == bytes({0x3b, 9, 0, 3, "a/b", 0, 10}));  // 3.3, table 3.11
}

}  // namespace
}  // namespace tt::gateway::mqtt
