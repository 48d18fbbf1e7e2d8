#include "gateway/xively/http_transport.h"

#include "base/error.h"
#include "gateway/xively/errors.h"
#include "host/authenticate.h"
#include "wire/url.h"

namespace tt::gateway::xively {
namespace {

// "CORS: must answer OPTIONS preflight", for pages that use xively-js.
void allow_other_origins(http::Response& response) {
  response.headers.emplace_back("Access-Control-Allow-Origin", "*");
}

http::Response preflight() {
  http::Response response;
  response.status = 204;
  allow_other_origins(response);
  response.set("Access-Control-Allow-Methods", "GET, PUT, POST, DELETE, OPTIONS");
  response.set("Access-Control-Allow-Headers",
               "X-ApiKey, X-PachubeApiKey, Authorization, Content-Type, Content-Encoding, Accept, "
               "X-Requested-With");
  response.set("Access-Control-Max-Age", "86400");
  return response;
}

// "name stripped to [A-Za-z0-9_]"
std::string callback_name(std::string_view text) {
  std::string name;
  for (char c : text) {
    bool keep =
        (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (keep) name += c;
  }
  return name;
}

// Takes the format from the path, else from the end of the last query value (libxively), else from
// the headers.
void choose_formats(const http::Request& request, std::string_view& path, ApiRequest& api_request) {
  auto suffix = take_suffix(path);
  if (!suffix && !api_request.parameters.empty()) {
    auto& last = api_request.parameters.back().second;
    std::string_view shortened = last;
    suffix = take_suffix(shortened);
    if (suffix) last.resize(shortened.size());
  }
  auto sent = suffix ? suffix : format_of_media_type(request.header("Content-Type"));
  auto wanted = suffix ? suffix : format_of_accept(request.header("Accept"));
  // What v1 was made for.
  auto usual = api_request.version == Version::v1 ? Format::xml : Format::json;
  api_request.body_format = sent.value_or(usual);
  api_request.format = wanted.value_or(usual);
}

http::Response to_response(ApiReply reply, const ApiRequest& api_request) {
  http::Response response;
  response.status = reply.status;
  bool is_error = reply.status >= 400;
  auto format = is_error ? error_format(api_request.format) : api_request.format;
  auto type = content_type_of(format);
  auto callback = callback_name(api_request.parameter("callback"));
  if (!callback.empty() && api_request.format == Format::json && !reply.body.empty()) {
    reply.body = fmt::format("{}({})", callback, reply.body);
    type = "application/javascript; charset=utf-8";
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  }
  response.headers.emplace_back("Content-Type", type);
  allow_other_origins(response);
  if (!reply.location.empty()) response.headers.emplace_back("Location", std::move(reply.location));
  response.body = std::move(reply.body);
  return response;
}

// All but path and formats; refers to `request`.
ApiRequest begin(const http::Request& request) {
  ApiRequest api_request;
  api_request.method = request.method() == http::Method::head ? "GET" : request.method_name();
  api_request.whole_path = request.path();
  api_request.arrival = {"http", request.peer().address, request.head().target,
                         request.head().headers};
  api_request.parameters = request.query_values();
  api_request.base_url =
      fmt::format("{}://{}", request.peer().is_encrypted ? "https" : "http", request.host());
  return api_request;
}

}  // namespace

Task<ApiReply> HttpTransport::answer(http::Request& request, ApiRequest& api_request) {
  std::optional<Error> failure;
  try {
    api_request.caller = co_await authenticate(services_, request);
    bool has_body = request.method() == http::Method::put || request.method() == http::Method::post;
    if (has_body && api_request.caller) api_request.body = co_await request.body();
    co_return co_await api_.handle(api_request);
  } catch (const Error& e) {
    failure = e;
  }
  co_return error_reply(*failure, api_request.format);
}

Task<http::Response> HttpTransport::handle(http::Request& request) {
  if (request.method() == http::Method::options) co_return preflight();
  auto api_request = begin(request);
  auto path = request.path();
  if (path.starts_with("/v1")) api_request.version = Version::v1;
  path.remove_prefix(3);
  std::string decoded;
  if (path.find('%') != path.npos) {
    auto plain = wire::percent_decode(path);
    // A separator that was encoded is no separator, and no name holds one.
    bool good =
        plain && plain->find('/', 0) != plain->npos &&
        std::count(plain->begin(), plain->end(), '/') == std::count(path.begin(), path.end(), '/');
    if (!good) co_return to_response(error_reply(not_found(), Format::json), api_request);
    decoded = std::move(*plain);
    path = decoded;
  }
  while (path.ends_with('/')) path.remove_suffix(1);
  choose_formats(request, path, api_request);
  api_request.path = path;
  auto reply = co_await answer(request, api_request);
  co_return to_response(std::move(reply), api_request);
}

Task<http::Response> HttpTransport::activate(http::Request& request) {
  if (request.method() == http::Method::options) co_return preflight();
  auto api_request = begin(request);
  auto code = request.path().substr(std::string_view("/activate").size());
  choose_formats(request, code, api_request);
  auto path = fmt::format("/devices{}/activate", code);
  api_request.path = path;
  auto reply = co_await answer(request, api_request);
  co_return to_response(std::move(reply), api_request);
}

}  // namespace tt::gateway::xively
