#include "http/response.h"

#include "base/error.h"
#include "wire/header_value.h"

namespace tt::http {

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
  switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Entity";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "Unknown";
  }
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
    case Code::corrupt: return 500;
    case Code::internal: return 500;
  }
  return 500;
}

}  // namespace tt::http
