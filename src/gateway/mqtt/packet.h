#pragma once

// Packets of MQTT 3.1.1 (OASIS, 29 October 2014; also read: MQTT 3.1, protocol level 3).
//
//   packet           = type:4 bits  flags:4 bits  remaining_length  body
//   remaining_length = 1 to 4 bytes, 7 bits each, least significant first, bit 7: more follow
//   string           = length:u16 big-endian  bytes (UTF-8)
//
// A Decoder turns the bytes of a connection into packets; the functions below it make the bytes of
// the packets that a server sends.  No I/O.  Protocol level 5 has its place in Connect::level: its
// properties are not decoded yet.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"

namespace tt::gateway::mqtt {

using PacketId = std::uint16_t;

enum class Qos : std::uint8_t { at_most_once = 0, at_least_once = 1, exactly_once = 2 };

struct Will {
  std::string topic;
  std::string payload;
  Qos qos = Qos::at_most_once;
  bool retain = false;
};

struct Connect {
  std::uint8_t level = 4;  // 3: MQTT 3.1, 4: 3.1.1; for others only this field is filled in
  bool clean_session = true;
  std::uint16_t keep_alive_s = 0;  // 0: off
  std::string client_id;
  std::optional<Will> will;
  std::optional<std::string> user_name;
  std::optional<std::string> password;
};

struct Publish {
  std::string topic;
  std::string payload;
  Qos qos = Qos::at_most_once;
  bool retain = false;
  bool duplicate = false;
  PacketId id = 0;  // 0 with QoS 0
};

// The answers to a PUBLISH, from either side.
struct Acknowledge {
  enum class Kind : std::uint8_t { puback = 4, pubrec = 5, pubrel = 6, pubcomp = 7 };
  Kind kind = Kind::puback;
  PacketId id = 0;
};

struct Subscribe {
  struct Request {
    std::string filter;
    Qos qos = Qos::at_most_once;
  };
  PacketId id = 0;
  std::vector<Request> requests;
};

struct Unsubscribe {
  PacketId id = 0;
  std::vector<std::string> filters;
};

struct PingRequest {};
struct Disconnect {};

// What a client may send.
using Packet =
    std::variant<Connect, Publish, Acknowledge, Subscribe, Unsubscribe, PingRequest, Disconnect>;

// Takes the bytes of one connection in pieces of any size.
class Decoder {
 public:
  // A packet with a longer body is a Problem as soon as its length is known.
  explicit Decoder(std::size_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}

  void feed(std::string_view bytes);
  // The next whole packet, nullopt if more bytes are needed.  After a Problem, whose message names
  // the violated rule, the connection must be closed; the decoder is not to be used again.
  Result<std::optional<Packet>> next();

  // Of an incomplete packet, so that a reader can size its buffer.
  std::size_t buffered_bytes() const { return buffer_.size() - taken_; }

 private:
  std::size_t body_bytes_max_;
  std::string buffer_;
  std::size_t taken_ = 0;  // bytes of buffer_ that were handed out as packets
};

enum class ReturnCode : std::uint8_t {
  accepted = 0,
  unacceptable_protocol_version = 1,
  identifier_rejected = 2,
  server_unavailable = 3,
  bad_user_name_or_password = 4,
  not_authorized = 5,
};

// The return code of a filter in a SUBACK: the granted QoS, or this.
inline constexpr std::uint8_t subscription_refused = 0x80;

enum class SessionPresent : std::uint8_t { no = 0, yes = 1 };

void append_connack(std::string& out, ReturnCode code, SessionPresent session_present);
void append_acknowledge(std::string& out, Acknowledge packet);
void append_suback(std::string& out, PacketId id, const std::vector<std::uint8_t>& codes);
void append_unsuback(std::string& out, PacketId id);
void append_pingresp(std::string& out);

// A PUBLISH is sent in up to three pieces, so that all receivers can share the long ones:
// what comes before the packet identifier, the identifier (QoS > 0), the payload.
struct PublishHead {
  std::string_view topic;
  std::size_t payload_bytes = 0;
  Qos qos = Qos::at_most_once;
  bool retain = false;
  bool duplicate = false;
};
void append_publish_head(std::string& out, const PublishHead& head);
void append_packet_id(std::string& out, PacketId id);

}  // namespace tt::gateway::mqtt
