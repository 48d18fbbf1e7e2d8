#pragma once

// Listener: one named address on which every loop accepts connections of several protocols.
//
// The protocol of a connection is told by its first bytes, so any of them may share a port:
// TLS starts with 0x16, MQTT with a CONNECT packet (0x10), WAMP RawSocket with 0x7F, lines of JSON
// objects with '{', HTTP with a letter.

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/limits.h"
#include "base/metrics.h"
#include "rt/scope.h"
#include "rt/tcp.h"
#include "rt/watchdog.h"

namespace tt::rt {

enum class Protocol { http, tls, mqtt, wamp_rawsocket, json_lines, unknown };

// By the first byte alone; `unknown` for an empty string and for every other byte.
Protocol tell_protocol(std::string_view first_bytes);
std::string_view name_of(Protocol protocol);

// What a handler of connections may use; lives as long as the connection.
struct ConnectionContext {
  Loop& loop;
  Watchdog& watchdog;
  // Becomes true when the server stops: finish what was asked and end.
  const bool& draining;
};

// Serves one connection to its end.  `first_bytes` have been read already.
using ConnectionHandler =
    std::function<Task<>(std::unique_ptr<Stream>, std::string first_bytes, ConnectionContext&)>;

// What happens to connections when the server stops.
enum class OnStop {
  finish,  // they see `draining`, get the drain time and end by themselves
  close,   // their streams are closed at once
};

struct ProtocolHandler {
  ConnectionHandler serve;
  OnStop on_stop = OnStop::close;
};

class Listener {
 public:
  Listener(Loops& loops, std::string name, const Endpoint& endpoint, const Limits& limits,
           Metrics& metrics);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Turns a TLS connection into a plain one (handshake included); throws if that fails.
  using TlsAcceptor = std::function<Task<std::unique_ptr<Stream>>(std::unique_ptr<Stream>,
                                                                  std::string first_bytes)>;

  // Before start().  Serves TLS: what is inside is told apart again.
  void handle_tls(TlsAcceptor acceptor) { tls_ = std::move(acceptor); }

  // Before start().  A connection of a protocol without handler is closed, with a log line.
  void handle(Protocol protocol, ProtocolHandler handler);

  // Binds on every loop; throws unavailable if the address cannot be had.
  void bind();
  // Accepts from now on.  After bind().
  void start();

  const std::string& name() const { return name_; }
  // With the port that is really used; after bind().
  Endpoint endpoint() const;

  // Accepts no more and closes the connections that need no time to finish.  Call on any loop.
  Task<> begin_stop();
  // After begin_stop(): waits for the connections, limits.drain_timeout at most, then closes them.
  Task<> end_stop();

 private:
  struct Share;  // what one loop holds
  Task<> accept_all(Share& share);
  Task<> serve(Share& share, std::unique_ptr<Stream> stream);
  Task<std::string> read_first_bytes(Share& share, Stream& stream);
  Task<> begin_stop(Share& share);
  Task<> end_stop(Share& share);

  Loops& loops_;
  std::string name_;
  Endpoint endpoint_;
  const Limits& limits_;
  std::map<Protocol, ProtocolHandler> handlers_;
  TlsAcceptor tls_;
  std::vector<std::unique_ptr<Share>> shares_;
  Gauge& connections_;
  Counter& accepted_;
  Counter& refused_;
};

}  // namespace tt::rt
