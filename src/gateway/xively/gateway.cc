#include "gateway/xively/credentials.h"
#include "gateway/xively/http_transport.h"
#include "gateway/xively/socket.h"
#include "gateway/xively/topics.h"

namespace tt::gateway::xively {
namespace {

// Everything of this edge, for as long as the server runs.
class Gateway final : public Service {
 public:
  explicit Gateway(Host& host)
      : services_(host.services()),
        api_(services_),
        http_(services_, api_),
        topics_(services_, api_) {
    auto& router = host.router();
    router.mount("/v2", [this](http::Request& request) { return http_.handle(request); });
    router.add(http::Method::post, "/api/v1/datapoints",
               [this](http::Request& request) { return http_.import(request); });
    router.add_websocket("/", [this](http::Request& request) { return open_socket(request); });
    services_.bus.own("/v2", topics_);
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
    SocketSession session(services_, api_, socket, std::move(caller), std::move(base_url));
    co_await session.run();
  }

  Services services_;
  Api api_;
  HttpTransport http_;
  Topics topics_;
};

}  // namespace

void install(Host& host) { host.add(std::make_unique<Gateway>(host)); }

}  // namespace tt::gateway::xively
