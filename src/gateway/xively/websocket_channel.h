#pragma once

// A MessageChannel over a WebSocket, one text message each.

#include "gateway/xively/message_channel.h"
#include "http/websocket.h"

namespace tt::gateway::xively {

class WebSocketChannel final : public MessageChannel {
 public:
  explicit WebSocketChannel(http::WebSocket& socket) : socket_(socket) {}

  Task<std::optional<std::string>> receive() override {
    auto message = co_await socket_.receive();
    if (!message) co_return std::nullopt;
    co_return std::move(message->payload);
  }
  void send(std::string_view text) override { socket_.send_text(text); }
  void have(Patience) override {}  // pings tell who is there
  const rt::Peer& peer() const override { return socket_.peer(); }
  rt::Loop& loop() override { return socket_.loop(); }
  std::string_view protocol() const override { return "websocket"; }

 private:
  http::WebSocket& socket_;
};

}  // namespace tt::gateway::xively
