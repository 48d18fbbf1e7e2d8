#include "gateway/xively/http_transport.h"
#include "gateway/xively/line_channel.h"
#include "gateway/xively/socket.h"
#include "gateway/xively/topics.h"
#include "gateway/xively/websocket_channel.h"
#include "host/authenticate.h"
#include "rt/scope.h"

namespace tt::gateway::xively {
namespace {

// Everything of this edge, for as long as the server runs.
class Gateway final : public Service {
 public:
  explicit Gateway(Host& host)
      : host_(host),
        services_(host.services()),
        api_(services_),
        http_(services_, api_),
        topics_(services_, api_) {
    auto& router = host.router();
    auto serve_api = [this](http::Request& request) { return http_.handle(request); };
    router.mount("/v2", serve_api);
    router.mount("/v1", serve_api);
    router.mount("/activate", [this](http::Request& request) { return http_.activate(request); });
    router.add_websocket("/", [this](http::Request& request) { return open_socket(request); });
    services_.bus.own("/v2", topics_);
    services_.bus.own("/v1", topics_);
    rt::ProtocolHandler lines;
    lines.serve = [this](std::unique_ptr<rt::Stream> stream, std::string first_bytes,
                         rt::ConnectionContext& context) {
      return serve_lines(std::move(stream), std::move(first_bytes), context);
    };
    host.serve("socket", rt::Protocol::json_lines, std::move(lines));
  }

  Task<> stop() override { return topics_.stop(); }

 private:
  Task<http::Response> open_socket(http::Request& request) {
    auto caller = co_await authenticate(services_, request);
    auto base_url = fmt::format("http://{}", request.host());
    auto session = [this, caller, base_url](http::WebSocket& socket) {
      return serve_socket(socket, caller, base_url);
    };
    co_return http::accept_websocket(request, services_.limits, session);
  }

  Task<> serve_socket(http::WebSocket& socket, identity::CallerPtr caller, std::string base_url) {
    WebSocketChannel channel(socket);
    SocketSession session(services_, api_, channel, {std::move(caller), std::move(base_url)});
    co_await session.run();
  }

  Task<> serve_lines(std::unique_ptr<rt::Stream> stream, std::string first_bytes,
                     rt::ConnectionContext& context) {
    LineChannel channel(std::move(stream), std::move(first_bytes), context, services_.limits);
    rt::Scope pump(context.loop);
    pump.spawn(channel.pump());
    std::exception_ptr failure;
    try {
      SocketSession session(services_, api_, channel, {nullptr, base_url()});
      co_await session.run();
    } catch (...) {
      failure = std::current_exception();
    }
    channel.finish();
    co_await pump.join();
    if (failure) std::rethrow_exception(failure);
  }

  // Lines say nothing about the address by which the server is known.
  std::string base_url() const {
    auto endpoint = host_.endpoint("http");
    return endpoint ? fmt::format("http://{}", rt::to_string(*endpoint)) : "http://localhost";
  }

  Host& host_;
  Services services_;
  Api api_;
  HttpTransport http_;
  Topics topics_;
};

}  // namespace

void install(Host& host) { host.add(std::make_unique<Gateway>(host)); }

}  // namespace tt::gateway::xively
