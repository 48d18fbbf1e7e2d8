#pragma once

// TCP: streams over sockets, and a port that every loop listens on.

#include <memory>
#include <string>

#include "rt/loop.h"
#include "rt/stream.h"

namespace tt::rt {

struct Endpoint {
  std::string host;  // an address, "localhost", or "" / "*" for every interface
  unsigned short port = 0;
};

// "127.0.0.1:8080", "[::1]:8080", ":8080".  Throws invalid otherwise.
Endpoint parse_endpoint(std::string_view text);
std::string to_string(const Endpoint& endpoint);

// Throws unavailable if another process listens there; without this check SO_REUSEPORT would let
// two servers of one user share a port and take each other's connections.
void require_free(const Endpoint& endpoint);

// One loop's share of a listening port (SO_REUSEPORT: the kernel spreads the connections).
class Acceptor {
 public:
  // Throws unavailable if the port may not be used, naming it.  With port 0 the system picks one,
  // see endpoint().
  Acceptor(Loop& loop, const Endpoint& endpoint);
  ~Acceptor();
  // With the port that is really used.
  Endpoint endpoint() const;
  // The next connection, on this loop.  Throws cancelled after close(), exhausted (after a pause,
  // so that a loop over it does not spin) when the process has no file descriptors left.
  Task<std::unique_ptr<Stream>> accept();
  void close() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Throws unavailable if nobody answers there.
Task<std::unique_ptr<Stream>> connect(Loop& loop, Endpoint endpoint);

}  // namespace tt::rt
