#include "http/websocket.h"

#include "base/error.h"
#include "base/log.h"
#include "rt/scope.h"
#include "wire/websocket_handshake.h"

namespace tt::http {
namespace {

constexpr std::chrono::seconds ping_period{30};
constexpr std::chrono::years for_ever{100};  // pings find the dead, only a stop closes the idle
constexpr std::size_t read_bytes = 4096;
constexpr std::size_t frames_per_write = 64;

wire::WebSocketRequest upgrade_of(const Request& request) {
  wire::WebSocketRequest upgrade;
  upgrade.method = request.method_name();
  upgrade.http_version = 10 + request.head().minor_version;
  upgrade.upgrade = request.header("Upgrade");
  upgrade.connection = request.header("Connection");
  upgrade.key = request.header("Sec-WebSocket-Key");
  upgrade.version = request.header("Sec-WebSocket-Version");
  upgrade.protocols = request.header("Sec-WebSocket-Protocol");
  upgrade.extensions = request.header("Sec-WebSocket-Extensions");
  return upgrade;
}

}  // namespace

WebSocket::WebSocket(std::unique_ptr<rt::Stream> stream, std::string first_bytes,
                     rt::ConnectionContext& context, const wire::WebSocketDecoderOptions& options,
                     const Limits& limits)
    : stream_(std::move(stream)),
      context_(context),
      limits_(limits),
      deadline_(context.watchdog, *stream_),
      decoder_(options),
      input_(std::move(first_bytes)),
      unread_(input_) {
  deadline_.set_idle(for_ever);
}

Task<std::optional<WebSocketMessage>> WebSocket::receive() {
  using Kind = wire::WebSocketEvent::Kind;
  while (!ended_) {
    while (auto event = decoder_.next(unread_)) {
      switch (event->kind) {
        case Kind::text:
        case Kind::binary:
          co_return WebSocketMessage{event->kind == Kind::text, std::string(event->payload)};
        case Kind::ping: {
          auto frame = wire::encode_frame(wire::WebSocketOpcode::pong, event->payload);
          send_frame(std::make_shared<const std::string>(std::move(frame)));
          break;
        }
        case Kind::pong: break;
        case Kind::close: {
          // "When sending a Close frame in response, the endpoint typically echos the status
          //  code it received."                                          [RFC 6455 section 5.5.1]
          close(event->code);
          co_return std::nullopt;
        }
        case Kind::failure: close(event->code, event->payload); co_return std::nullopt;
      }
    }
    input_.resize(read_bytes);
    std::size_t count = 0;
    try {
      count = co_await stream_->read_some(input_);
    } catch (const Error&) {
      count = 0;
    }
    heard_ = true;
    unread_ = std::string_view(input_).substr(0, count);
    if (count == 0) end();
  }
  co_return std::nullopt;
}

void WebSocket::send_text(std::string_view text) {
  auto frame = wire::encode_frame(wire::WebSocketOpcode::text, text);
  send_frame(std::make_shared<const std::string>(std::move(frame)));
}

void WebSocket::send_binary(std::string_view bytes) {
  auto frame = wire::encode_frame(wire::WebSocketOpcode::binary, bytes);
  send_frame(std::make_shared<const std::string>(std::move(frame)));
}

void WebSocket::send_frame(std::shared_ptr<const std::string> frame) {
  if (ended_ || closing_) return;
  queued_bytes_ += frame->size();
  if (queued_bytes_ > limits_.client_queue_bytes_max) {
    log::info("WebSocket client is too slow and was disconnected",
              {{"peer", stream_->peer().address}, {"queued_bytes", queued_bytes_}});
    end();
    return;
  }
  queue_.push_back(std::move(frame));
  wake_.set();
}

void WebSocket::close(wire::WebSocketCloseCode code, std::string_view reason) {
  if (ended_ || closing_) return;
  auto frame = wire::encode_close(code, reason);
  send_frame(std::make_shared<const std::string>(std::move(frame)));
  closing_ = true;
}

void WebSocket::end() {
  ended_ = true;
  stream_->close();
  wake_.set();
}

Task<> WebSocket::pump() {
  rt::Scope pinger(context_.loop);
  pinger.spawn(ping_now_and_then());
  try {
    while (!ended_) {
      if (queue_.empty() && closing_) break;
      if (queue_.empty()) co_await wake_.wait();
      std::vector<std::shared_ptr<const std::string>> frames;
      std::vector<std::string_view> parts;
      while (!queue_.empty() && frames.size() < frames_per_write) {
        frames.push_back(std::move(queue_.front()));
        queue_.pop_front();
        parts.push_back(*frames.back());
      }
      if (parts.empty() || ended_) continue;
      std::span<const std::string_view> all(parts);
      co_await stream_->write(all);
      for (auto part : parts) queued_bytes_ -= part.size();
    }
  } catch (const Error&) {
    // The peer is gone; receive() ends, too.
  }
  end();
  pinger.cancel();
  co_await pinger.join();
}

// A peer that did not answer the last ping is gone, whatever its socket says.
Task<> WebSocket::ping_now_and_then() {
  while (!ended_) {
    co_await rt::sleep_for(ping_period);
    if (!std::exchange(heard_, false)) {
      end();
      co_return;
    }
    auto frame = wire::encode_frame(wire::WebSocketOpcode::ping, {});
    send_frame(std::make_shared<const std::string>(std::move(frame)));
  }
}

namespace {

Task<> run_session(std::unique_ptr<rt::Stream> stream, std::string first_bytes,
                   rt::ConnectionContext& context, wire::WebSocketDecoderOptions options,
                   const Limits& limits, const WebSocketSession& session) {
  WebSocket socket(std::move(stream), std::move(first_bytes), context, options, limits);
  rt::Scope pump(context.loop);
  pump.spawn(socket.pump());
  std::exception_ptr failure;
  try {
    co_await session(socket);
  } catch (...) {
    failure = std::current_exception();
  }
  socket.close(failure ? wire::WebSocketCloseCode::internal_error
                       : wire::WebSocketCloseCode::normal);
  co_await pump.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

bool wants_websocket(const Request& request) {
  return wire::is_websocket_request(upgrade_of(request));
}

Response accept_websocket(const Request& request, const Limits& limits, WebSocketSession session) {
  wire::WebSocketOffer offer;
  auto accepted = wire::accept_websocket(upgrade_of(request), offer);
  if (!accepted) {
    auto response = Response::text(accepted.error().status, accepted.error().message + "\n");
    if (response.status == 426) response.set("Sec-WebSocket-Version", "13");
    return response;
  }
  Response response;
  response.status = 101;
  response.set("Upgrade", "websocket").set("Connection", "Upgrade");
  response.set("Sec-WebSocket-Accept", accepted->accept);
  wire::WebSocketDecoderOptions options;
  options.message_bytes_max = limits.websocket_message_bytes_max;
  response.upgrade = [options, &limits, session = std::move(session)](
                         std::unique_ptr<rt::Stream> stream, std::string first_bytes,
                         rt::ConnectionContext& context) -> Task<> {
    return run_session(std::move(stream), std::move(first_bytes), context, options, limits,
                       session);
  };
  return response;
}

}  // namespace tt::http
