#include "http/request.h"

#include "base/error.h"
#include "base/text.h"
#include "wire/gzip.h"
#include "wire/header_value.h"
#include "wire/url.h"

namespace tt::http {
namespace {

constexpr std::pair<Method, std::string_view> names[] = {
    {Method::get, "GET"},        {Method::head, "HEAD"},   {Method::post, "POST"},
    {Method::put, "PUT"},        {Method::patch, "PATCH"}, {Method::del, "DELETE"},
    {Method::options, "OPTIONS"}};

}  // namespace

Method method_from(std::string_view name) {
  for (auto [method, text] : names) {
    if (text == name) return method;
  }
  return Method::other;
}

std::string_view name_of(Method method) {
  for (auto [known, text] : names) {
    if (known == method) return text;
  }
  return "other";
}

Request::Request(const wire::HttpHead& head, const rt::Peer& peer, BodyReader& body,
                 const Limits& limits)
    : head_(head),
      peer_(peer),
      body_reader_(body),
      limits_(limits),
      method_(method_from(head.method)) {
  auto parts = wire::split_target(head.target);
  if (!parts)
    throw Error(Code::invalid, fmt::format("malformed request target: {}", parts.error().message));
  path_ = parts->path;
  query_ = parts->query;
  // "A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1 request message
  //  that lacks a Host header field and to any request message that contains more than one Host
  //  header field line"                                                  [RFC 9112 section 3.2]
  auto hosts = std::count_if(head.headers.begin(), head.headers.end(), [](const auto& header) {
    return wire::equal_ignoring_case(header.name, "Host");
  });
  if (hosts > 1 || (hosts == 0 && head.minor_version == 1)) {
    throw Error(Code::invalid, "malformed request: it needs one Host header");
  }
  // "When a proxy receives a request with an absolute-form of request-target, the proxy MUST
  //  ignore the received Host header field"                              [RFC 9112 section 3.2.2]
  host_ = parts->authority.empty() ? head.header("Host") : parts->authority;
}

bool Request::has_header(std::string_view name) const {
  return std::any_of(head_.headers.begin(), head_.headers.end(), [&](const auto& header) {
    return wire::equal_ignoring_case(header.name, name);
  });
}

const std::vector<std::pair<std::string, std::string>>& Request::query_values() const {
  if (!query_values_) {
    auto parsed = wire::parse_query(query_);
    if (!parsed)
      throw Error(Code::invalid, fmt::format("malformed query: {}", parsed.error().message));
    query_values_ = parsed->parameters();
  }
  return *query_values_;
}

std::optional<std::string> Request::query_value(std::string_view name) const {
  if (query_.empty()) return std::nullopt;
  for (const auto& [key, value] : query_values()) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::string_view Request::cookie(std::string_view name) const {
  auto rest = header("Cookie");
  while (!rest.empty()) {
    auto semicolon = rest.find(';');
    auto pair = wire::trim(rest.substr(0, semicolon));
    rest = semicolon == rest.npos ? std::string_view{} : rest.substr(semicolon + 1);
    auto equals = pair.find('=');
    if (equals != pair.npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
  }
  return {};
}

std::string_view Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name) return value;
  }
  return {};
}

std::int64_t Request::int_parameter(std::string_view name) const {
  auto value = parse_number<std::int64_t>(parameter(name));
  TT_ASSERT(value);
  return *value;
}

Task<std::string_view> Request::body() {
  if (body_) co_return *body_;
  std::string whole = co_await body_reader_.read_some();
  while (true) {
    auto piece = co_await body_reader_.read_some();
    if (piece.empty()) break;
    whole += piece;
  }
  auto encoding = header("Content-Encoding");
  if (encoding.empty() || wire::equal_ignoring_case(encoding, "identity")) {
    body_ = std::move(whole);
    co_return *body_;
  }
  if (!wire::equal_ignoring_case(encoding, "gzip") &&
      !wire::equal_ignoring_case(encoding, "x-gzip") &&
      !wire::equal_ignoring_case(encoding, "deflate")) {
    throw Error(
        Code::unsupported,
        fmt::format("Content-Encoding '{}' is not supported; use gzip, deflate or none", encoding));
  }
  auto format = wire::equal_ignoring_case(encoding, "deflate") ? wire::GzipFormat::zlib
                                                               : wire::GzipFormat::gzip;
  wire::Inflater inflater(format, {.bytes_max = limits_.http_body_bytes_max});
  std::string plain;
  auto read = inflater.append(whole, plain);
  if (read) read = inflater.finish();
  if (!read) {
    auto code = inflater.over_limit() ? Code::too_large : Code::invalid;
    throw Error(code, fmt::format("the compressed body cannot be read: {}", read.error().message));
  }
  body_ = std::move(plain);
  co_return *body_;
}

}  // namespace tt::http
