// GET /devices/ID/requests         {"requests":[{"number","at","protocol","method","target",
//                                  "status","duration_us"}]}, the newest first
// GET /devices/ID/requests/N       one of them whole
// GET /devices/ID/requests/live    a WebSocket: {"requests":[…]} after each, the oldest first

#include <mutex>

#include "console/api/route.h"
#include "http/websocket.h"
#include "rt/event.h"
#include "rt/scope.h"
#include "rt/timer.h"
#include "wire/json_writer.h"

namespace tt::console {
namespace {

using request_log::Exchange;
using request_log::ExchangePtr;

constexpr std::size_t requests_max = 100;  // of one answer, and waiting for one listener
// A device can send more than anyone can read.
constexpr std::chrono::milliseconds between_messages{200};

// --- writing -----------------------------------------------------------------------------------

void append_summary(wire::JsonWriter& json, const Exchange& exchange) {
  json.member("number", exchange.number).member("at", format_time(exchange.at));
  json.member("protocol", exchange.protocol).member("method", exchange.method);
  json.member("target", exchange.target).member("status", exchange.status);
  json.member("duration_us", exchange.duration.count());
}

void append_headers(wire::JsonWriter& json, const request_log::Headers& headers) {
  json.begin_array();
  for (const auto& [name, value] : headers) {
    json.begin_array().value(name).value(value).end_array();
  }
  json.end_array();
}

std::string summaries(const std::vector<ExchangePtr>& exchanges) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().key("requests").begin_array();
  for (const auto& exchange : exchanges) {
    json.begin_object();
    append_summary(json, *exchange);
    json.end_object();
  }
  json.end_array().end_object();
  return text;
}

std::string whole(const Exchange& exchange) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object();
  append_summary(json, exchange);
  json.member("key_label", exchange.key_label).member("address", exchange.address);
  json.key("request_headers");
  append_headers(json, exchange.request_headers);
  json.member("request_body", exchange.request_body);
  json.member("request_body_bytes", exchange.request_body_bytes).key("response_headers");
  append_headers(json, exchange.response_headers);
  json.member("response_body", exchange.response_body);
  json.member("response_body_bytes", exchange.response_body_bytes).end_object();
  return text;
}

// --- the live stream ---------------------------------------------------------------------------

// What waits for one listener.  Requests come on any thread, the session lives on its loop; shared,
// because a wake-up may still be on its way when the session has ended.
class Inbox : public std::enable_shared_from_this<Inbox> {
 public:
  explicit Inbox(rt::Loop& loop) : loop_(loop) {}

  void put(const ExchangePtr& exchange) {
    std::lock_guard lock(mutex_);
    if (waiting_.size() >= requests_max) waiting_.erase(waiting_.begin());
    waiting_.push_back(exchange);
    if (waiting_.size() == 1) wake();
  }

  void end() {
    is_ended_ = true;
    arrived_.set();
  }

  // Empty at the end.  On the loop.
  Task<std::vector<ExchangePtr>> take() {
    std::vector<ExchangePtr> taken;
    while (taken.empty() && !is_ended_) {
      co_await arrived_.wait();
      std::lock_guard lock(mutex_);
      taken.swap(waiting_);
    }
    co_return taken;
  }

 private:
  void wake() {
    loop_.post([self = shared_from_this()] { self->arrived_.set(); });
  }

  rt::Loop& loop_;
  rt::Event arrived_;
  bool is_ended_ = false;  // on the loop only, as the event
  std::mutex mutex_;
  std::vector<ExchangePtr> waiting_;
};

Task<> send_all(http::WebSocket& socket, std::shared_ptr<Inbox> inbox) {
  while (true) {
    auto exchanges = co_await inbox->take();
    if (exchanges.empty()) co_return;
    socket.send_text(summaries(exchanges));
    co_await rt::sleep_for(between_messages);
  }
}

Task<> serve_live(request_log::RequestLog& log, registry::FeedId feed, http::WebSocket& socket) {
  auto inbox = std::make_shared<Inbox>(socket.loop());
  auto id = log.watch(feed, [inbox](const ExchangePtr& exchange) { inbox->put(exchange); });
  rt::Scope sender(socket.loop());
  sender.spawn(send_all(socket, inbox));
  // What the page says means nothing; the end of the connection does.
  while (co_await socket.receive()) continue;
  log.unwatch(feed, id);
  inbox->end();
  co_await sender.join();
}

// --- operations --------------------------------------------------------------------------------

Task<http::Response> list_requests(Call& call) {
  auto feed = co_await own_device(call);
  auto limit = std::min(number_parameter(call.request, "limit", 50), requests_max);
  co_return http::Response::json(200, summaries(call.services.request_log.recent(feed->id, limit)));
}

Task<http::Response> show_request(Call& call) {
  auto feed = co_await own_device(call);
  auto number = static_cast<std::uint64_t>(call.request.int_parameter("number"));
  auto exchange = call.services.request_log.find(feed->id, number);
  if (!exchange) {
    throw Error(Code::not_found, "This request is gone: the log keeps the latest ones only.");
  }
  co_return http::Response::json(200, whole(*exchange));
}

Task<http::Response> watch_requests(Call& call) {
  require_own_origin(call.request);
  auto feed = co_await own_device(call);
  auto& log = call.services.request_log;
  auto session = [&log, id = feed->id](http::WebSocket& socket) {
    return serve_live(log, id, socket);
  };
  co_return http::accept_websocket(call.request, call.services.limits, session);
}

}  // namespace

std::span<const Route> request_routes() {
  using enum http::Method;
  static constexpr Route routes[] = {
      {get, "/devices/{id:int}/requests", list_requests},
      {get, "/devices/{id:int}/requests/{number:int}", show_request},
      {get, "/devices/{id:int}/requests/live", watch_requests},
  };
  return routes;
}

}  // namespace tt::console
