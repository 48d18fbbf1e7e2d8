// The way of a request: who asks, the operation, and errors as JSON.

#include "base/error.h"
#include "base/log.h"
#include "gateway/api/errors.h"
#include "gateway/api/routes.h"
#include "host/authenticate.h"
#include "wire/json_writer.h"

namespace tt::gateway::api {
namespace {

constexpr std::string_view root = "/api/v1";

// Pages of other origins may use the API: it is the key that counts, not the page.  Cookies are
// not sent along, so nobody's session is lent.
void allow_other_origins(http::Response& response) {
  response.set("Access-Control-Allow-Origin", "*");
}

http::Response preflight() {
  http::Response response;
  response.status = 204;
  response.set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS");
  response.set("Access-Control-Allow-Headers",
               "X-ApiKey, Authorization, Content-Type, Content-Encoding, Accept, If-Match");
  response.set("Access-Control-Max-Age", "86400");
  return response;
}

std::string_view text_of(const Error& error, int status) {
  if (error.code() == Code::unauthenticated) return "send your API key in the header X-ApiKey";
  return status == 500 ? "an internal error; the server's log has the details" : error.what();
}

http::Response to_response(const Error& error, const http::Request& request) {
  int status = http::status_of(error.code());
  if (status == 500) {
    log::error(
        "API request failed",
        {{"path", request.path()}, {"code", name_of(error.code())}, {"error", error.what()}});
  }
  return error_response(status, text_of(error, status));
}

Task<http::Response> call(Services& services, http::Request& request, Operation operation) {
  auto caller = co_await authenticate(services, request);
  if (!caller) throw Error(Code::unauthenticated, "no valid API key");
  if (!services.identity.take_call(*caller)) {
    throw Error(Code::exhausted, "you have used up your calls for now; try again in a minute");
  }
  Call call{services, request, std::move(caller)};
  co_return co_await operation(call);
}

Error no_route(const http::Request& request) {
  return Error(Code::not_found,
               fmt::format("there is no {} {}", request.method_name(), request.path()));
}

// The one place where an Error becomes a response.
Task<http::Response> answer(Services& services, http::Request& request, Operation operation) {
  http::Response response;
  std::optional<Error> failure;
  try {
    if (!operation) throw no_route(request);
    response = co_await call(services, request, operation);
  } catch (const Error& e) {
    failure = e;
  }
  if (failure) response = to_response(*failure, request);
  allow_other_origins(response);
  if (response.header("Cache-Control").empty()) response.set("Cache-Control", "no-store");
  co_return response;
}

Task<http::Response> answer_other(Services& services, http::Request& request) {
  if (request.method() != http::Method::options) {
    co_return co_await answer(services, request, nullptr);
  }
  auto response = preflight();
  allow_other_origins(response);
  co_return response;
}

// Keeps what the routes refer to.
class Api final : public Service {
 public:
  explicit Api(Host& host) : services_(host.services()) {
    auto& router = host.router();
    std::set<std::string> paths;
    for (const auto& route : routes()) {
      auto path = fmt::format("{}{}", root, route.pattern);
      auto handler = [this, operation = route.operation](http::Request& request) {
        return answer(services_, request, operation);
      };
      router.add(route.method, path, handler);
      paths.insert(std::move(path));
    }
    auto other = [this](http::Request& request) { return answer_other(services_, request); };
    for (const auto& path : paths) router.add(http::Method::options, path, other);
    router.mount(root, other);
  }

 private:
  Services services_;
};

}  // namespace

http::Response error_response(int status, std::string_view text) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("title", http::reason_of(status)).member("errors", text).end_object();
  return http::Response::json(status, std::move(body));
}

void install(Host& host) { host.add(std::make_unique<Api>(host)); }

}  // namespace tt::gateway::api
