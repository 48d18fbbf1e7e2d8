#pragma once

// MessageChannel: a connection that carries texts both ways, one JSON object each, whatever frames
// them: a WebSocket, or lines over TCP.

#include <optional>
#include <string>
#include <string_view>

#include "rt/loop.h"
#include "rt/stream.h"
#include "rt/task.h"

namespace tt::gateway::xively {

// How long a peer may be silent.
enum class Patience {
  while_asking,  // as long as any keep-alive connection
  for_ever,      // it listens
};

class MessageChannel {
 public:
  virtual ~MessageChannel() = default;

  // The next text; nullopt when the connection is over.
  virtual Task<std::optional<std::string>> receive() = 0;
  // Never waits; a peer that does not read loses the connection.
  virtual void send(std::string_view text) = 0;
  virtual void have(Patience patience) = 0;

  virtual const rt::Peer& peer() const = 0;
  virtual rt::Loop& loop() = 0;
  // For the request log: "websocket", "tcp".
  virtual std::string_view protocol() const = 0;
};

}  // namespace tt::gateway::xively
