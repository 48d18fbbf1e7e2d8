#include "console/console.h"

#include <atomic>
#include <mutex>

#include "console/api.h"
#include "console/pages.h"
#include "console/rows.h"
#include "console/share.h"
#include "console/site.h"
#include "wire/header_value.h"

namespace tt::console {
namespace {

// What was set over TLS is for TLS only: one port serves both.
void keep_to_tls(http::Response& response) {
  for (auto& [name, value] : response.headers) {
    bool is_open = wire::equal_ignoring_case(name, "Set-Cookie") && !value.contains("; Secure");
    if (is_open) value += "; Secure";
  }
}

// Makes the site when somebody first asks for a page, as many clouds serve devices alone, and ends
// it while the loops still run.
class SiteService final : public Service {
 public:
  // `host` must outlive this.
  explicit SiteService(Host& host) : services_(host.services()) {}

  void add_routes(http::Router& router) {
    auto handler = [this](http::Request& request) { return answer(request); };
    router.add(http::Method::get, "/", handler);
    for (auto prefix : {"/devices", "/manage", "/dashboards", "/alarms", "/audit", "/login",
                        "/logout", "/admin", "/static/admin", "/static/thingtank"}) {
      router.mount(prefix, handler);
    }
  }

  Task<> start() override {
    auto work = [&] { migrate(services_.database); };
    co_await rt::offload(services_.pool, work);
  }

  // On another thread: a view that still runs waits for the loops, this one too.
  Task<> stop() override {
    auto work = [&] { site_.reset(); };
    co_await rt::offload(services_.pool, work);
  }

 private:
  Task<http::Response> answer(http::Request& request) {
    if (!is_made_.load(std::memory_order_acquire)) {
      auto work = [&] { std::call_once(making_, [&] { make(); }); };
      co_await rt::offload(services_.pool, work);
    }
    auto response = co_await site_->handle(request);
    if (request.peer().is_encrypted) keep_to_tls(response);
    co_return response;
  }

  void make() {
    site_ = std::make_unique<Site>(services_, secret_key(services_.database));
    is_made_.store(true, std::memory_order_release);
  }

  Services& services_;
  std::once_flag making_;
  std::atomic<bool> is_made_ = false;
  std::unique_ptr<Site> site_;
};

}  // namespace

void install(Host& host) {
  auto api = std::make_unique<Api>(host);
  auto site = std::make_unique<SiteService>(host);
  auto share = std::make_unique<Share>(host.services());
  add_static_files(host.router());
  api->add_routes(host.router());
  site->add_routes(host.router());
  share->add_routes(host.router());
  host.add(std::move(api));
  host.add(std::move(site));
  host.add(std::move(share));
}

}  // namespace tt::console
