#include "console/api.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/log.h"
#include "console/errors.h"
#include "console/pages.h"
#include "host/authenticate.h"
#include "wire/header_value.h"

namespace tt::console {
namespace {

constexpr std::string_view own_header = "X-Thingtank-Console";

bool changes_something(http::Method method) {
  return method != http::Method::get && method != http::Method::head;
}

// Against forged requests: a page of another site can make a browser send a form or an image
// request with our cookie, but neither this header nor this media type.
void require_own_page(const http::Request& request) {
  if (!changes_something(request.method())) return;
  if (request.header(own_header).empty()) {
    throw Error(Code::denied, fmt::format("the header {} is missing", own_header));
  }
  auto type = request.header("Content-Type");
  auto media_type = wire::trim(type.substr(0, type.find(';')));
  bool is_json = wire::equal_ignoring_case(media_type, "application/json");
  if (!is_json && request.method() != http::Method::del) {
    throw Error(Code::unsupported, "the body must be application/json");
  }
}

// Whom the session's cookie names; nullptr if nobody.
Task<identity::CallerPtr> find_caller(Services& services, const http::Request& request) {
  auto secret = request.cookie(identity::session_cookie);
  if (secret.empty()) co_return nullptr;
  co_return co_await services.identity.authenticate_session(secret, origin_of(request));
}

void require_access(const identity::CallerPtr& caller, Access access) {
  if (access == Access::anyone) return;
  if (!caller) throw Error(Code::unauthenticated, "Sign in to go on.");
  if (access == Access::administrator && !caller->is_admin) {
    throw Error(Code::denied, "Only administrators may do this.");
  }
}

}  // namespace

void Api::add_routes(http::Router& router) {
  for (auto table :
       {session_routes(), device_routes(), channel_routes(), key_routes(), trigger_routes(),
        request_routes(), product_routes(), batch_routes(), dashboard_routes(), series_routes(),
        channel_search_routes(), alarm_routes(), audit_routes()}) {
    for (const auto& route : table) {
      auto handler = [this, &route](http::Request& request) { return answer(request, route); };
      router.add(route.method, fmt::format("/console/api{}", route.path), handler);
    }
  }
}

Task<http::Response> Api::perform(http::Request& request, const Route& route) {
  require_own_page(request);
  auto caller = co_await find_caller(services_, request);
  require_access(caller, route.access);
  Call call{host_, services_, request, std::move(caller)};
  co_return co_await route.operation(call);
}

Task<http::Response> Api::answer(http::Request& request, const Route& route) {
  http::Response response;
  try {
    response = co_await perform(request, route);
  } catch (const Error& e) {
    if (http::status_of(e.code()) == 500) {
      log::error("console request failed", {{"path", request.path()}, {"error", e.what()}});
      response = error_response(e.code(), "An internal error; the server's log has the details.");
    } else {
      response = error_response(e.code(), e.what());
    }
  }
  if (response.upgrade) co_return response;
  add_security_headers(response);
  response.set("Cache-Control", "no-store");
  co_return response;
}

}  // namespace tt::console
