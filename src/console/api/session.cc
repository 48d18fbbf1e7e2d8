#include "console/accounts.h"
#include "console/api/route.h"
#include "wire/json_writer.h"

namespace tt::console {
namespace {

std::string cookie_text(std::string_view secret, std::chrono::seconds age,
                        const http::Request& request) {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}",
                     identity::session_cookie, secret, age.count(),
                     request.peer().is_encrypted ? "; Secure" : "");
}

// GET /session
Task<http::Response> show_session(Call& call) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("login", call.caller->name).member("is_admin", call.caller->is_admin);
  json.member("now", format_time(call.services.clock.now())).key("mqtt_port");
  if (auto mqtt = call.host.endpoint("mqtt")) {
    json.value(mqtt->port);
  } else {
    json.null();
  }
  json.end_object();
  auto response = http::Response::json(200, std::move(body));
  // A session lives as long as it is used, so its cookie is renewed with every page.
  auto secret = call.request.cookie(identity::session_cookie);
  response.set("Set-Cookie", cookie_text(secret, session_cookie_age, call.request));
  co_return response;
}

// DELETE /session
Task<http::Response> sign_out(Call& call) {
  auto secret = call.request.cookie(identity::session_cookie);
  if (!secret.empty()) co_await call.services.identity.close_session(secret);
  if (call.caller) co_await record(call, "logout", "accounts/" + call.caller->name);
  auto response = http::Response::json(200, "{}");
  response.set("Set-Cookie", cookie_text("", std::chrono::seconds(0), call.request));
  co_return response;
}

}  // namespace

std::span<const Route> session_routes() {
  static constexpr Route routes[] = {
      {http::Method::get, "/session", show_session},
      {http::Method::del, "/session", sign_out, Access::anyone},
  };
  return routes;
}

}  // namespace tt::console
