#include "gateway/mqtt/session.h"

#include "base/random.h"

namespace tt::gateway::mqtt {
namespace {

// "The Server MUST allow ClientIds which are between 1 and 23 UTF-8 encoded bytes in length"
// [MQTT-3.1.3-5]; "The Server MAY allow ClientId's that contain more than 23 encoded bytes."
constexpr std::size_t client_id_bytes_max = 256;

}  // namespace

Session::Session(const Limits& limits)
    : limits_(limits), outbox_(limits.client_queue_bytes_max, limits.mqtt_inflight_max) {}

void Session::close(std::string reason, std::vector<Event>& events) {
  if (state_ == State::closed) return;
  state_ = State::closed;
  events.push_back(Close{std::move(reason), Close::Flush::no});
}

// "After a Network Connection is established by a Client to a Server, the first Packet sent from
//  the Client to the Server MUST be a CONNECT Packet."                              [MQTT-3.1.0-1]
void Session::on(Packet packet, std::vector<Event>& events) {
  if (state_ == State::closed) return;
  bool is_connect = std::holds_alternative<Connect>(packet);
  if (state_ == State::expecting_connect && !is_connect) {
    return close("the first packet is not CONNECT [MQTT-3.1.0-1]", events);
  }
  std::visit([&](auto& one) { handle(std::move(one), events); }, packet);
}

// "If the Server or Client encounters a protocol violation … it MUST close the Network Connection
//  on which it received that Control Packet which caused the protocol violation." [MQTT-4.8.0-1]
void Session::on(const Problem& problem, std::vector<Event>& events) {
  close(problem.message, events);
}

// "If the Keep Alive value is non-zero and the Server does not receive a Control Packet from the
//  Client within one and a half times the Keep Alive time period, it MUST disconnect the Network
//  Connection to the Client as if the network had failed."                        [MQTT-3.1.2-24]
void Session::timer_fired(std::vector<Event>& events) {
  close(state_ == State::connected ? "silent for 1.5 times its keep alive [MQTT-3.1.2-24]"
                                   : "no CONNECT in limits.mqtt_connect_timeout",
        events);
}

std::optional<Microseconds> Session::silence_max() const {
  if (state_ != State::connected) return limits_.mqtt_connect_timeout;
  if (keep_alive_s_ == 0) return std::nullopt;
  return std::chrono::milliseconds(1500) * keep_alive_s_;
}

std::optional<ReturnCode> Session::check_client_id(const Connect& packet) const {
  if (packet.client_id.size() > client_id_bytes_max) return ReturnCode::identifier_rejected;
  if (!packet.client_id.empty()) return std::nullopt;
  // "If the Client supplies a zero-byte ClientId, the Client MUST also set CleanSession to 1"
  // [MQTT-3.1.3-7]; if not, "the Server MUST respond to the CONNECT Packet with a CONNACK return
  // code 0x02 (Identifier rejected) and then close the Network Connection" [MQTT-3.1.3-8].
  if (packet.level >= 4 && packet.clean_session) return std::nullopt;
  return ReturnCode::identifier_rejected;
}

void Session::handle(Connect packet, std::vector<Event>& events) {
  // "A Client can only send the CONNECT Packet once over a Network Connection. The Server MUST
  //  process a second CONNECT Packet sent from a Client as a protocol violation and disconnect the
  //  Client."                                                                    [MQTT-3.1.0-2]
  if (state_ != State::expecting_connect) return close("second CONNECT [MQTT-3.1.0-2]", events);
  // "The Server MUST respond to the CONNECT Packet with a CONNACK return code 0x01 (unacceptable
  //  protocol level) and then disconnect the Client if the Protocol Level is not supported"
  //                                                                              [MQTT-3.1.2-2]
  if (packet.level != 3 && packet.level != 4) {
    return refuse(ReturnCode::unacceptable_protocol_version, events);
  }
  if (auto refusal = check_client_id(packet)) return refuse(*refusal, events);
  // "if it does so it MUST … assign a unique ClientId to that Client"              [MQTT-3.1.3-6]
  client_id_ = packet.client_id.empty() ? "auto-" + random_token(16) : std::move(packet.client_id);
  keep_alive_s_ = packet.keep_alive_s;
  will_ = std::move(packet.will);
  state_ = State::authenticating;
  events.push_back(Authenticate{std::move(packet.user_name), std::move(packet.password)});
}

void Session::accept() {
  TT_ASSERT(state_ == State::authenticating);
  state_ = State::connected;
  // "If the Server does not have stored Session state, it MUST set Session Present to 0 in the
  //  CONNACK packet"                                              [MQTT-3.2.2-1 to MQTT-3.2.2-3]
  append_connack(outbox_.control(), ReturnCode::accepted, SessionPresent::no);
}

// "If a server sends a CONNACK packet containing a non-zero return code it MUST set Session Present
//  to 0" [MQTT-3.2.2-4] "and then close the Network Connection" [MQTT-3.2.2-5].
void Session::refuse(ReturnCode code, std::vector<Event>& events) {
  append_connack(outbox_.control(), code, SessionPresent::no);
  will_.reset();
  state_ = State::closed;
  auto reason = "refused with CONNACK " + std::to_string(static_cast<unsigned>(code));
  events.push_back(Close{std::move(reason), Close::Flush::yes});
}

void Session::handle(Publish packet, std::vector<Event>& events) {
  if (packet.qos == Qos::exactly_once) {
    return close("PUBLISH with QoS 2, which is not served", events);
  }
  events.push_back(std::move(packet));
}

// "In the QoS 1 delivery protocol, the Receiver MUST respond with a PUBACK Packet containing the
//  Packet Identifier from the incoming PUBLISH Packet, having accepted ownership of the Application
//  Message"                                                                       [MQTT-4.3.2-2]
// "It MUST send PUBACK packets in the order in which the corresponding PUBLISH packets were
//  received (QoS 1 messages)"                                                     [MQTT-4.6.0-2]
void Session::published(std::span<const PacketId> ids) {
  for (auto id : ids) append_acknowledge(outbox_.control(), {Acknowledge::Kind::puback, id});
}

void Session::handle(Acknowledge packet, std::vector<Event>& events) {
  if (packet.kind != Acknowledge::Kind::puback) {
    return close("a packet of QoS 2, which is not served", events);
  }
  outbox_.acknowledge(packet.id);  // one that is not in flight says nothing new
}

void Session::handle(Subscribe packet, std::vector<Event>& events) {
  events.push_back(std::move(packet));
}

// "When the Server receives a SUBSCRIBE Packet from a Client, the Server MUST respond with a SUBACK
//  Packet" [MQTT-3.8.4-1] that "MUST have the same Packet Identifier" [MQTT-3.8.4-2] and "MUST
//  contain a return code for each Topic Filter/QoS pair" [MQTT-3.8.4-5].
void Session::subscribed(PacketId id, const std::vector<std::uint8_t>& codes) {
  append_suback(outbox_.control(), id, codes);
}

void Session::handle(Unsubscribe packet, std::vector<Event>& events) {
  events.push_back(std::move(packet));
}

// "The Server MUST respond to an UNSUBSUBCRIBE request by sending an UNSUBACK packet. The UNSUBACK
//  Packet MUST have the same Packet Identifier" [MQTT-3.10.4-4]; "Even where no Topic Subscriptions
//  are deleted, the Server MUST respond with an UNSUBACK" [MQTT-3.10.4-5].
void Session::unsubscribed(PacketId id) { append_unsuback(outbox_.control(), id); }

// "The Server MUST send a PINGRESP Packet in response to a PINGREQ Packet."         [MQTT-3.12.4-1]
void Session::handle(PingRequest, std::vector<Event>&) { append_pingresp(outbox_.control()); }

// "On receipt of DISCONNECT the Server MUST discard any Will Message associated with the current
//  connection without publishing it"                                              [MQTT-3.14.4-3]
void Session::handle(Disconnect, std::vector<Event>& events) {
  will_.reset();
  close("DISCONNECT", events);
}

}  // namespace tt::gateway::mqtt
