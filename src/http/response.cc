#include "http/response.h"

#include "base/error.h"
#include "wire/header_value.h"

namespace tt::http {
namespace {

// RFC 9110 section 15.
constexpr std::pair<int, std::string_view> reasons[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Entity"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
};

}  // namespace

Response& Response::set(std::string_view name, std::string value) {
  for (auto& [key, old] : headers) {
    if (wire::equal_ignoring_case(key, name)) {
      old = std::move(value);
      return *this;
    }
  }
  headers.emplace_back(name, std::move(value));
  return *this;
}

std::string_view Response::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (wire::equal_ignoring_case(key, name)) return value;
  }
  return {};
}

Response Response::of_type(int status, std::string_view content_type, std::string body) {
  Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", content_type);
  response.body = std::move(body);
  return response;
}

Response Response::text(int status, std::string body) {
  return of_type(status, "text/plain; charset=utf-8", std::move(body));
}

Response Response::json(int status, std::string body) {
  return of_type(status, "application/json; charset=utf-8", std::move(body));
}

Response Response::html(int status, std::string body) {
  return of_type(status, "text/html; charset=utf-8", std::move(body));
}

Response Response::redirect(std::string_view location) {
  TT_ASSERT(location.find_first_of("\r\n") == location.npos);
  Response response;
  response.status = 303;
  response.headers.emplace_back("Location", location);
  return response;
}

std::string_view reason_of(int status) {
  for (auto [known, reason] : reasons) {
    if (known == status) return reason;
  }
  return "Unknown";
}

int status_of(Code code) {
  switch (code) {
    case Code::invalid: return 400;
    case Code::unprocessable: return 422;
    case Code::not_found: return 404;
    case Code::conflict: return 409;
    case Code::unauthenticated: return 401;
    case Code::denied: return 403;
    case Code::too_large: return 413;
    case Code::exhausted: return 429;
    case Code::unavailable: return 503;
    case Code::timeout: return 504;
    case Code::cancelled: return 503;
    case Code::unsupported: return 415;
    case Code::not_acceptable: return 406;
    case Code::corrupt: return 500;
    case Code::internal: return 500;
  }
  return 500;
}

}  // namespace tt::http
