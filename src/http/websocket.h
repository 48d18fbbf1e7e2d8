#pragma once

// WebSocket: the server's end of one connection (RFC 6455), over the codec of wire/websocket.h.
//
// Sending never waits: messages are queued and written by the connection's own task, and a client
// that does not read loses the connection when limits.client_queue_bytes_max are waiting for it.

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/limits.h"
#include "http/request.h"
#include "http/response.h"
#include "rt/event.h"
#include "wire/websocket.h"

namespace tt::http {

struct WebSocketMessage {
  bool is_text = true;
  std::string payload;
};

class WebSocket {
 public:
  WebSocket(std::unique_ptr<rt::Stream> stream, std::string first_bytes,
            rt::ConnectionContext& context, const wire::WebSocketDecoderOptions& options,
            const Limits& limits);

  // The next message; nullopt when the connection is over.  Pings are answered meanwhile.
  Task<std::optional<WebSocketMessage>> receive();

  void send_text(std::string_view text);
  void send_binary(std::string_view bytes);
  // Bytes made by wire::encode_frame, shared by all receivers of a message.
  void send_frame(std::shared_ptr<const std::string> frame);
  // Says goodbye; receive() then returns nullopt.
  void close(wire::WebSocketCloseCode code, std::string_view reason = {});

  const rt::Peer& peer() const { return stream_->peer(); }
  rt::Loop& loop() { return context_.loop; }

  // Writes what is queued and pings until the connection is over; run beside the session.
  Task<> pump();

 private:
  Task<> ping_now_and_then();
  void end();

  std::unique_ptr<rt::Stream> stream_;
  rt::ConnectionContext& context_;
  const Limits& limits_;
  rt::Watchdog::Deadline deadline_;
  wire::WebSocketDecoder decoder_;
  std::string input_;
  std::string_view unread_;
  std::deque<std::shared_ptr<const std::string>> queue_;
  std::size_t queued_bytes_ = 0;
  rt::Event wake_;
  bool heard_ = true;     // since the last ping
  bool closing_ = false;  // our close frame is queued
  bool ended_ = false;
};

using WebSocketSession = std::function<Task<>(WebSocket&)>;

// The answer to an upgrade request: 101 and `session` on the connection, or 400/426.
Response accept_websocket(const Request& request, const Limits& limits, WebSocketSession session);

// True if the request asks for a WebSocket.
bool wants_websocket(const Request& request);

}  // namespace tt::http
