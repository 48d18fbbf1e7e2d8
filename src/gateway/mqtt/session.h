#pragma once

// Session: what the server does with the packets of one client, without I/O.
//
// Packets, answers and the end of a time-out go in; events come out, in the order in which they
// are to be carried out.  Bytes for the client collect in the outbox.
//
//   expecting CONNECT ── CONNECT ──► authenticating ── accept() ──► connected ──► closed
//
// Sessions are clean ones: nothing outlives the connection, and CONNACK says so.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/limits.h"
#include "base/time.h"
#include "gateway/mqtt/outbox.h"
#include "gateway/mqtt/packet.h"

namespace tt::gateway::mqtt {

// Find out who it is, then call accept() or refuse().
struct Authenticate {
  std::optional<std::string> user_name;
  std::optional<std::string> password;
};
// End the connection; first send what is in the outbox if `flush` says so.
struct Close {
  enum class Flush { no, yes };
  std::string reason;  // for the log
  Flush flush = Flush::no;
};

// Publish: publish it, then call published().  Subscribe, Unsubscribe: carry it out, then call
// subscribed(), unsubscribed().
using Event = std::variant<Authenticate, Publish, Subscribe, Unsubscribe, Close>;

class Session {
 public:
  explicit Session(const Limits& limits);

  // The next packet of the client.
  void on(Packet packet, std::vector<Event>& events);
  // Bytes that are no packet.
  void on(const Problem& problem, std::vector<Event>& events);
  // The client has been silent for silence_max().
  void timer_fired(std::vector<Event>& events);

  void accept();
  void refuse(ReturnCode code, std::vector<Event>& events);
  // Messages with QoS 1 have been stored, or refused: in both cases the client is done with them.
  void published(std::span<const PacketId> ids);
  // One code for each request of the SUBSCRIBE.
  void subscribed(PacketId id, const std::vector<std::uint8_t>& codes);
  void unsubscribed(PacketId id);

  // How long the client may be silent now; nullopt: for ever.
  std::optional<Microseconds> silence_max() const;
  bool is_connected() const { return state_ == State::connected; }
  bool is_closed() const { return state_ == State::closed; }
  const std::string& client_id() const { return client_id_; }
  Outbox& outbox() { return outbox_; }

  // What is to be published because the client went without DISCONNECT; once.
  std::optional<Will> take_will() { return std::exchange(will_, std::nullopt); }

 private:
  enum class State : std::uint8_t { expecting_connect, authenticating, connected, closed };

  void handle(Connect packet, std::vector<Event>& events);
  void handle(Publish packet, std::vector<Event>& events);
  void handle(Acknowledge packet, std::vector<Event>& events);
  void handle(Subscribe packet, std::vector<Event>& events);
  void handle(Unsubscribe packet, std::vector<Event>& events);
  void handle(PingRequest packet, std::vector<Event>& events);
  void handle(Disconnect packet, std::vector<Event>& events);
  void close(std::string reason, std::vector<Event>& events);
  std::optional<ReturnCode> check_client_id(const Connect& packet) const;

  const Limits& limits_;
  State state_ = State::expecting_connect;
  std::uint16_t keep_alive_s_ = 0;
  std::string client_id_;
  std::optional<Will> will_;
  Outbox outbox_;
};

}  // namespace tt::gateway::mqtt
