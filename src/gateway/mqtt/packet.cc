#include "gateway/mqtt/packet.h"

#include <cstring>

#include "base/bytes.h"
#include "bus/topic.h"

namespace tt::gateway::mqtt {
namespace {

// The numbers of section 2.2.1.
enum Type : unsigned {
  connect = 1,
  connack = 2,
  publish = 3,
  puback = 4,
  pubrel = 6,
  pubcomp = 7,
  subscribe = 8,
  suback = 9,
  unsubscribe = 10,
  unsuback = 11,
  pingreq = 12,
  pingresp = 13,
  disconnect = 14,
};

struct FixedHeader {
  unsigned type = 0;
  unsigned flags = 0;
  std::size_t bytes = 0;       // of the header itself
  std::size_t body_bytes = 0;  // "remaining length"
};

// Reads the body of one packet.  The first failure is kept and all later reads give nothing, so
// that a packet is read straight through and asked once.
class Reader {
 public:
  explicit Reader(std::string_view body) : rest_(body), size_(body.size()) {}

  std::uint8_t u8() {
    auto bytes = raw(1);
    return bytes.empty() ? 0 : static_cast<std::uint8_t>(bytes[0]);
  }
  std::uint16_t u16() {
    auto bytes = raw(2);
    if (bytes.empty()) return 0;
    return static_cast<std::uint16_t>(static_cast<std::uint8_t>(bytes[0]) << 8 |
                                      static_cast<std::uint8_t>(bytes[1]));
  }
  // "A UTF-8 encoded string … MUST be well-formed UTF-8" [MQTT-1.5.3-1], "MUST NOT include an
  // encoding of the null character U+0000" [MQTT-1.5.3-2].  "A UTF-8 encoded sequence 0xEF 0xBB
  // 0xBF is always to be interpreted to mean U+FEFF … and MUST NOT be skipped over or stripped
  // off by a packet receiver" [MQTT-1.5.3-3]: it stays.
  std::string string() {
    auto text = binary();
    if (!is_utf8(text)) fail("a string is not UTF-8 [MQTT-1.5.3-1]");
    if (text.find('\0') != text.npos) fail("a string holds U+0000 [MQTT-1.5.3-2]");
    return text;
  }
  std::string binary() { return std::string(raw(u16())); }
  std::string_view remainder() { return std::exchange(rest_, {}); }

  bool at_end() const { return rest_.empty(); }
  void fail(std::string_view reason) {
    if (reason_.empty()) {
      reason_ = reason;
      offset_ = size_ - rest_.size();
    }
    rest_ = {};
  }
  bool failed() const { return !reason_.empty(); }
  void require(bool holds, std::string_view reason) {
    if (!holds) fail(reason);
  }
  std::unexpected<Problem> what() const { return problem(std::string(reason_), offset_); }

 private:
  std::string_view raw(std::size_t count) {
    if (rest_.size() < count) {
      fail("the packet ends too early");
      return {};
    }
    auto bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return bytes;
  }

  std::string_view rest_;
  std::size_t size_;
  std::string_view reason_;
  std::size_t offset_ = 0;
};

// "SUBSCRIBE, UNSUBSCRIBE, and PUBLISH (in cases where QoS > 0) Control Packets MUST contain a
//  non-zero 16-bit Packet Identifier."                                              [MQTT-2.3.1-1]
PacketId read_packet_id(Reader& in) {
  auto id = in.u16();
  in.require(id != 0, "the packet identifier is 0 [MQTT-2.3.1-1]");
  return id;
}

// nullopt: the header is not complete.
Result<std::optional<FixedHeader>> read_fixed_header(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  FixedHeader header;
  header.type = static_cast<std::uint8_t>(bytes[0]) >> 4;
  header.flags = static_cast<std::uint8_t>(bytes[0]) & 15;
  for (unsigned i = 0; i < 4; ++i) {
    if (bytes.size() < i + 2) return std::nullopt;
    auto digit = static_cast<std::uint8_t>(bytes[i + 1]);
    header.body_bytes |= std::size_t{digit & 127u} << (7 * i);
    header.bytes = i + 2;
    if (digit < 128) return header;
  }
  return problem("the remaining length has more than four bytes (section 2.2.3)", 4);
}

// "If the Will Flag is set to 0 the Will QoS and Will Retain fields in the Connect Flags MUST be
//  set to zero"                                                     [MQTT-3.1.2-13 and 3.1.2-15]
std::optional<Will> read_will(Reader& in, unsigned flags) {
  auto qos = (flags >> 3) & 3;
  if ((flags & 4) == 0) {
    in.require(qos == 0, "will QoS without a will [MQTT-3.1.2-13]");
    in.require((flags & 32) == 0, "will retain without a will [MQTT-3.1.2-15]");
    return std::nullopt;
  }
  // "If the Will Flag is set to 1, the value of Will QoS can be 0, 1, or 2. It MUST NOT be 3."
  //                                                                              [MQTT-3.1.2-14]
  in.require(qos != 3, "will QoS 3 [MQTT-3.1.2-14]");
  Will will;
  will.qos = static_cast<Qos>(qos);
  will.retain = (flags & 32) != 0;
  will.topic = in.string();
  will.payload = in.binary();
  if (!in.failed()) in.require(bus::is_topic(will.topic), "the will topic is not a topic");
  return will;
}

// The payload's fields "MUST appear in the order Client Identifier, Will Topic, Will Message,
// User Name, Password" [MQTT-3.1.3-1].
void read_connect_payload(Reader& in, unsigned flags, Connect& packet) {
  packet.client_id = in.string();
  packet.will = read_will(in, flags);
  bool has_user_name = (flags & 128) != 0;
  bool has_password = (flags & 64) != 0;
  // "If the User Name Flag is set to 0, the Password Flag MUST be set to 0"      [MQTT-3.1.2-22]
  in.require(has_user_name || !has_password, "a password without user name [MQTT-3.1.2-22]");
  if (has_user_name) packet.user_name = in.string();
  if (has_password) packet.password = in.binary();
  in.require(in.at_end(), "bytes after the end of CONNECT");
}

Result<Packet> read_connect(Reader in) {
  Connect packet;
  auto name = in.string();
  packet.level = in.u8();
  if (in.failed()) return in.what();
  // "If the protocol name is incorrect the Server MAY disconnect the Client, or it MAY continue
  //  processing the CONNECT packet in accordance with some other specification."  [MQTT-3.1.2-1]
  // MQTT 3.1 calls itself MQIsdp, level 3, and has the same layout.
  bool is_old = name == "MQIsdp" && packet.level == 3;
  if (!is_old && name != "MQTT") return problem("unknown protocol name [MQTT-3.1.2-1]");
  // The session refuses other levels with a CONNACK [MQTT-3.1.2-2]; their layout is not known.
  if (!is_old && packet.level != 4) return packet;
  auto flags = in.u8();
  // "The Server MUST validate that the reserved flag in the CONNECT Control Packet is set to zero
  //  and disconnect the Client if it is not zero."                               [MQTT-3.1.2-3]
  in.require((flags & 1) == 0, "the reserved flag of CONNECT is set [MQTT-3.1.2-3]");
  packet.clean_session = (flags & 2) != 0;
  packet.keep_alive_s = in.u16();
  read_connect_payload(in, flags, packet);
  if (in.failed()) return in.what();
  return packet;
}

Result<Packet> read_publish(Reader in, unsigned flags) {
  Publish packet;
  auto qos = (flags >> 1) & 3;
  // "A PUBLISH Packet MUST NOT have both QoS bits set to 1."                       [MQTT-3.3.1-4]
  if (qos == 3) return problem("QoS 3 [MQTT-3.3.1-4]");
  packet.qos = static_cast<Qos>(qos);
  packet.retain = (flags & 1) != 0;
  packet.duplicate = (flags & 8) != 0;
  // "The DUP flag MUST be set to 0 for all QoS 0 messages."                       [MQTT-3.3.1-2]
  in.require(qos != 0 || !packet.duplicate, "DUP with QoS 0 [MQTT-3.3.1-2]");
  packet.topic = in.string();
  // "The Topic Name in the PUBLISH Packet MUST NOT contain wildcard characters."  [MQTT-3.3.2-2]
  if (!in.failed()) in.require(bus::is_topic(packet.topic), "not a topic name [MQTT-3.3.2-2]");
  // "A PUBLISH Packet MUST NOT contain a Packet Identifier if its QoS value is set to 0."
  //                                                                              [MQTT-2.3.1-5]
  if (qos != 0) packet.id = read_packet_id(in);
  if (in.failed()) return in.what();
  packet.payload = in.remainder();
  return packet;
}

Result<Packet> read_acknowledge(Reader in, unsigned type) {
  Acknowledge packet{static_cast<Acknowledge::Kind>(type), in.u16()};
  in.require(in.at_end(), "bytes after the end of an acknowledgement");
  if (in.failed()) return in.what();
  return packet;
}

Result<Packet> read_subscribe(Reader in) {
  Subscribe packet;
  packet.id = read_packet_id(in);
  while (!in.at_end()) {
    Subscribe::Request request;
    // "The Topic Filters in a SUBSCRIBE packet payload MUST be UTF-8 encoded strings as defined
    //  in Section 1.5.3"                                                         [MQTT-3.8.3-1]
    request.filter = in.string();
    auto options = in.u8();
    // "The Server MUST treat a SUBSCRIBE packet as malformed and close the Network Connection if
    //  any of Reserved bits in the payload are non-zero, or QoS is not 0,1 or 2"  [MQTT-3.8.3-4]
    in.require(options <= 2, "bad subscription options [MQTT-3.8.3-4]");
    if (!in.failed()) in.require(bus::is_filter(request.filter), "not a topic filter (4.7)");
    request.qos = static_cast<Qos>(options & 3);
    packet.requests.push_back(std::move(request));
  }
  // "The payload of a SUBSCRIBE packet MUST contain at least one Topic Filter / QoS pair."
  //                                                                              [MQTT-3.8.3-3]
  in.require(!packet.requests.empty(), "SUBSCRIBE without a filter [MQTT-3.8.3-3]");
  if (in.failed()) return in.what();
  return packet;
}

Result<Packet> read_unsubscribe(Reader in) {
  Unsubscribe packet;
  packet.id = read_packet_id(in);
  while (!in.at_end()) {
    packet.filters.push_back(in.string());
    if (!in.failed()) in.require(bus::is_filter(packet.filters.back()), "not a topic filter (4.7)");
  }
  // "The Payload of an UNSUBSCRIBE packet MUST contain at least one Topic Filter."
  //                                                                             [MQTT-3.10.3-2]
  in.require(!packet.filters.empty(), "UNSUBSCRIBE without a filter [MQTT-3.10.3-2]");
  if (in.failed()) return in.what();
  return packet;
}

// "Where a flag bit is marked as "Reserved" in Table 2.2 - Flag Bits, it is reserved for future
//  use and MUST be set to the value listed in that table. If invalid flags are received, the
//  receiver MUST close the Network Connection."                  [MQTT-2.2.2-1 and MQTT-2.2.2-2]
// PUBREL, SUBSCRIBE and UNSUBSCRIBE: 0010 [MQTT-3.6.1-1, 3.8.1-1, 3.10.1-1]; others 0.
bool has_right_flags(const FixedHeader& header) {
  if (header.type == publish) return true;
  bool is_two = header.type == pubrel || header.type == subscribe || header.type == unsubscribe;
  return header.flags == (is_two ? 2u : 0u);
}

Result<Packet> read_packet(const FixedHeader& header, std::string_view body) {
  switch (header.type) {
    case connect: return read_connect(Reader(body));
    case publish: return read_publish(Reader(body), header.flags);
    case puback:
    case puback + 1:
    case pubrel:
    case pubcomp: return read_acknowledge(Reader(body), header.type);
    case subscribe: return read_subscribe(Reader(body));
    case unsubscribe: return read_unsubscribe(Reader(body));
    case pingreq:
      if (!body.empty()) return problem("PINGREQ with a body");
      return PingRequest{};
    case disconnect:
      if (!body.empty()) return problem("DISCONNECT with a body");
      return Disconnect{};
    default: return problem("a packet type that clients do not send (2.2.1)");
  }
}

void append_u16(std::string& out, std::size_t value) {
  out.push_back(static_cast<char>(value >> 8));
  out.push_back(static_cast<char>(value));
}

void append_remaining_length(std::string& out, std::size_t length) {
  do {
    auto digit = length % 128;
    length /= 128;
    out.push_back(static_cast<char>(length > 0 ? digit | 128 : digit));
  } while (length > 0);
}

void append_fixed_header(std::string& out, unsigned type, unsigned flags, std::size_t body_bytes) {
  out.push_back(static_cast<char>(type << 4 | flags));
  append_remaining_length(out, body_bytes);
}

}  // namespace

void Decoder::feed(std::string_view bytes) {
  if (taken_ == buffer_.size()) {
    buffer_.clear();
    taken_ = 0;
    // A connection that sleeps after a large packet does not keep its buffer.
    if (buffer_.capacity() > 4096 && bytes.size() < 1024) buffer_.shrink_to_fit();
  } else if (taken_ > buffer_.size() / 2) {
    buffer_.erase(0, taken_);
    taken_ = 0;
  }
  buffer_.append(bytes);
}

Result<std::optional<Packet>> Decoder::next() {
  auto rest = std::string_view(buffer_).substr(taken_);
  auto header = read_fixed_header(rest);
  if (!header) return std::unexpected(header.error());
  if (!*header) return std::nullopt;
  const auto& known = **header;
  if (!has_right_flags(known)) return problem("reserved flags of the fixed header [MQTT-2.2.2-2]");
  if (known.body_bytes > body_bytes_max_) {
    return problem("a packet of " + std::to_string(known.body_bytes) +
                   " bytes (limits.mqtt_packet_bytes_max)");
  }
  if (rest.size() < known.bytes + known.body_bytes) return std::nullopt;
  auto packet = read_packet(known, rest.substr(known.bytes, known.body_bytes));
  if (!packet) return std::unexpected(packet.error());
  taken_ += known.bytes + known.body_bytes;
  return std::move(*packet);
}

void append_connack(std::string& out, ReturnCode code, SessionPresent session_present) {
  append_fixed_header(out, connack, 0, 2);
  out.push_back(static_cast<char>(session_present));
  out.push_back(static_cast<char>(code));
}

void append_acknowledge(std::string& out, Acknowledge packet) {
  // "Bits 3,2,1 and 0 of the fixed header in the PUBREL Control Packet are reserved and MUST be set
  //  to 0,0,1 and 0 respectively."                                               [MQTT-3.6.1-1]
  auto flags = packet.kind == Acknowledge::Kind::pubrel ? 2u : 0u;
  append_fixed_header(out, static_cast<unsigned>(packet.kind), flags, 2);
  append_u16(out, packet.id);
}

void append_suback(std::string& out, PacketId id, const std::vector<std::uint8_t>& codes) {
  append_fixed_header(out, suback, 0, 2 + codes.size());
  append_u16(out, id);
  for (auto code : codes) out.push_back(static_cast<char>(code));
}

void append_unsuback(std::string& out, PacketId id) {
  append_fixed_header(out, unsuback, 0, 2);
  append_u16(out, id);
}

void append_pingresp(std::string& out) { append_fixed_header(out, pingresp, 0, 0); }

void append_publish_head(std::string& out, const PublishHead& head) {
  bool has_id = head.qos != Qos::at_most_once;
  auto body_bytes = 2 + head.topic.size() + (has_id ? 2 : 0) + head.payload_bytes;
  auto flags =
      static_cast<unsigned>(head.qos) << 1 | (head.retain ? 1u : 0u) | (head.duplicate ? 8u : 0u);
  append_fixed_header(out, publish, flags, body_bytes);
  append_u16(out, head.topic.size());
  out.append(head.topic);
}

void append_packet_id(std::string& out, PacketId id) { append_u16(out, id); }

}  // namespace tt::gateway::mqtt
