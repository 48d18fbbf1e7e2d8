#pragma once

// The opening handshake of WebSocket (RFC 6455 section 4), without I/O: the server reads the
// header fields of an upgrade request and gets those of its answer.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "wire/websocket_deflate.h"

namespace tt::wire {

// The header values of a request; fields that come more than once are joined with ", ", absent
// ones are empty.
struct WebSocketRequest {
  std::string_view method{};      // "GET"
  int http_version = 11;          // 10 * major + minor
  std::string_view upgrade{};     // Upgrade
  std::string_view connection{};  // Connection
  std::string_view key{};         // Sec-WebSocket-Key
  std::string_view version{};     // Sec-WebSocket-Version
  std::string_view protocols{};   // Sec-WebSocket-Protocol
  std::string_view extensions{};  // Sec-WebSocket-Extensions
};

// What to put into the 101 answer, beside "Upgrade: websocket" and "Connection: Upgrade".
struct WebSocketAcceptance {
  std::string accept;                        // Sec-WebSocket-Accept
  std::string protocol;                      // Sec-WebSocket-Protocol; empty: send no such field
  std::string extensions;                    // Sec-WebSocket-Extensions; empty: no such field
  std::optional<DeflateParameters> deflate;  // for the decoder's options
};

struct WebSocketRefusal {
  int status;  // 400; 426 must carry "Sec-WebSocket-Version: 13"
  std::string message;
};

struct WebSocketOffer {
  std::span<const std::string_view> protocols{};  // subprotocols the server speaks; may be empty
  std::optional<DeflateParameters> deflate{};     // nullopt: never compress
};

// True if the request asks for a WebSocket, well-formed or not.
bool is_websocket_request(const WebSocketRequest& request);

// Checks the request and makes the choices of the server.  A client that asks only for
// subprotocols that the server does not speak is accepted with none, as the RFC wants: such a
// client must then close, or be refused by a caller that needs a subprotocol.
std::expected<WebSocketAcceptance, WebSocketRefusal> accept_websocket(
    const WebSocketRequest& request, const WebSocketOffer& offer);

// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string websocket_accept(std::string_view key);

// A fresh Sec-WebSocket-Key of a client.
std::string make_websocket_key();

// The first of the client's comma-separated `protocols` that is in `spoken`; empty if none is.
std::string_view choose_subprotocol(std::string_view protocols,
                                    std::span<const std::string_view> spoken);

}  // namespace tt::wire
