#include "web/core/response.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "web/core/http_date.h"
#include "web/template/text.h"
#include "wire/header_value.h"

namespace tt::web {
namespace {

bool has_control(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

void require_header(std::string_view name, std::string_view value) {
  bool is_broken = value.find_first_of(std::string_view("\r\n\0", 3)) != value.npos;
  if (!wire::is_token(name) || is_broken) {
    throw Error(Code::invalid, fmt::format("the header {} cannot be sent: its name or value holds "
                                           "characters that end a line",
                                           wire::is_token(name) ? name : "(malformed)"));
  }
}

void require_cookie(const Cookie& cookie) {
  auto is_attribute = [](std::string_view text) {
    return !has_control(text) && text.find(';') == text.npos;
  };
  if (!wire::is_token(cookie.name) || has_control(cookie.value) || !is_attribute(cookie.path) ||
      !is_attribute(cookie.domain)) {
    throw Error(Code::invalid,
                "a cookie's name, value, path or domain holds characters that no "
                "cookie can have");
  }
}

HttpResponse redirect_with(int status, std::string_view to) {
  if (has_control(to)) {
    throw Error(Code::invalid, "a redirect leads to a URL with control characters");
  }
  auto scheme = to.substr(0, to.find_first_of(":/?#"));
  if (scheme.size() < to.size() && to[scheme.size()] == ':') {
    auto lower = to_lower(scheme);
    if (lower != "http" && lower != "https" && lower != "ftp") {
      throw Error(Code::invalid,
                  fmt::format("a redirect leads to a URL of the scheme '{}'", lower));
    }
  }
  HttpResponse response(std::string(), status);
  response.set("Location", percent_quote(to, "/#%[]=:;$&()+,!?*@'~"));
  return response;
}

}  // namespace

HttpResponse::HttpResponse(std::string body, int status, std::string content_type)
    : status(status), body(std::move(body)) {
  headers_.reserve(8);
  set("Content-Type", std::move(content_type));
}

std::string_view HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers_) {
    if (wire::equal_ignoring_case(key, name)) return value;
  }
  return {};
}

bool HttpResponse::has_header(std::string_view name) const {
  return std::ranges::any_of(
      headers_, [&](const auto& entry) { return wire::equal_ignoring_case(entry.first, name); });
}

HttpResponse& HttpResponse::set(std::string_view name, std::string value) {
  require_header(name, value);
  for (auto& [key, old] : headers_) {
    if (wire::equal_ignoring_case(key, name)) {
      old = std::move(value);
      return *this;
    }
  }
  headers_.emplace_back(name, std::move(value));
  return *this;
}

HttpResponse& HttpResponse::remove(std::string_view name) {
  std::erase_if(headers_,
                [&](const auto& entry) { return wire::equal_ignoring_case(entry.first, name); });
  return *this;
}

void HttpResponse::vary_on(std::string_view name) {
  auto now = header("Vary");
  if (now.empty()) {
    set("Vary", std::string(name));
  } else if (now != "*" && !wire::list_has_token(now, name)) {
    set("Vary", fmt::format("{}, {}", now, name));
  }
}

void HttpResponse::never_cache(Time now) {
  set("Expires", http_date(now));
  set("Cache-Control", "max-age=0, no-cache, no-store, must-revalidate, private");
}

void HttpResponse::set_cookie(Cookie cookie) {
  require_cookie(cookie);
  auto same = std::ranges::find(cookies_, cookie.name, &Cookie::name);
  if (same != cookies_.end()) {
    *same = std::move(cookie);
  } else {
    cookies_.push_back(std::move(cookie));
  }
}

void HttpResponse::delete_cookie(std::string name, std::string path) {
  Cookie cookie;
  cookie.name = std::move(name);
  cookie.path = std::move(path);
  cookie.max_age = std::chrono::seconds(0);
  set_cookie(std::move(cookie));
}

HttpResponse redirect(std::string_view to) { return redirect_with(302, to); }

HttpResponse redirect_permanently(std::string_view to) { return redirect_with(301, to); }

HttpResponse json_response(std::string json, int status) {
  return HttpResponse(std::move(json), status, "application/json");
}

void raise_404(std::string message) { throw Error(Code::not_found, message); }

}  // namespace tt::web
