#include "web/core/csrf.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "web/core/application.h"
#include "web/core/detail/request_extra.h"
#include "web/core/security.h"
#include "wire/header_value.h"
#include "wire/url.h"

namespace tt::web {
namespace {

bool is_same_domain(std::string_view host, std::string_view pattern) {
  if (pattern.empty()) return false;
  auto lower = to_lower(pattern);
  if (lower.starts_with('.')) {
    return host.ends_with(lower) || host == std::string_view(lower).substr(1);
  }
  return host == lower;
}

// CSRF_TRUSTED_ORIGINS may say "example.com" or "https://example.com".
std::string_view host_of_origin(std::string_view origin) {
  auto scheme = origin.find("://");
  return scheme == origin.npos ? origin : origin.substr(scheme + 3);
}

bool is_trusted(const HttpRequest& request, std::string_view authority) {
  auto host = to_lower(authority);
  const auto& trusted = request.settings().csrf_trusted_origins;
  return is_same_domain(host, request.host()) ||
         std::ranges::any_of(trusted, [&](const std::string& origin) {
           return is_same_domain(host, host_of_origin(origin));
         });
}

// Over HTTPS: a page of another site, or of this one that somebody on the way has made over HTTP,
// may know a token (cookies cross schemes), but cannot forge where the browser says it comes from.
std::optional<std::string> source_problem(const HttpRequest& request) {
  if (request.has_header("Origin") && request.header("Origin") != "null") {
    auto origin = request.header("Origin");
    bool is_good = origin.starts_with("https://") && is_trusted(request, host_of_origin(origin));
    if (is_good) return std::nullopt;
    return fmt::format("Origin checking failed - {} does not match any trusted origins.", origin);
  }
  if (!request.has_header("Referer")) return "Referer checking failed - no Referer.";
  auto referer = request.header("Referer");
  auto slashes = referer.find("://");
  auto authority =
      slashes == referer.npos
          ? std::string_view()
          : referer.substr(slashes + 3).substr(0, referer.substr(slashes + 3).find_first_of("/?#"));
  if (slashes == 0 || authority.empty()) {
    return "Referer checking failed - Referer is malformed.";
  }
  if (!wire::equal_ignoring_case(referer.substr(0, slashes), "https")) {
    return "Referer checking failed - Referer is insecure while host is secure.";
  }
  if (is_trusted(request, authority)) return std::nullopt;
  return fmt::format("Referer checking failed - {} does not match any trusted origins.", referer);
}

std::string sent_token(const HttpRequest& request) {
  std::string token;
  if (request.is_post()) token = request.form().get("csrfmiddlewaretoken");
  if (token.empty()) token = request.header("X-CSRFToken");
  return token;
}

bool is_unchanging(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

}  // namespace

std::optional<std::string> csrf_problem(const HttpRequest& request) {
  if (is_unchanging(request.method())) return std::nullopt;
  if (request.is_secure()) {
    if (auto problem = source_problem(request)) return problem;
  }
  if (request.csrf_secret().empty()) return "CSRF cookie not set.";
  if (!csrf_token_matches(sent_token(request), request.csrf_secret())) {
    return "CSRF token missing or incorrect.";
  }
  return std::nullopt;
}

void read_csrf_cookie(const HttpRequest& request) {
  auto cookie = request.cookie(request.settings().csrf_cookie_name);
  if (cookie.empty()) return;
  // What is no token becomes a new secret, which nothing that was sent can match.
  auto secret = unmask_csrf_token(cookie);
  bool stays = secret && cookie.size() == 64;
  request.set_csrf_secret(secret ? *std::move(secret) : make_csrf_secret());
  if (stays) request.extra().csrf_cookie = cookie;
}

void write_csrf_cookie(const HttpRequest& request, HttpResponse& response) {
  auto& extra = request.extra();
  if (!request.csrf_token_was_used()) return;
  const auto& settings = request.settings();
  Cookie cookie;
  cookie.name = settings.csrf_cookie_name;
  cookie.value =
      extra.csrf_cookie.empty() ? mask_csrf_secret(request.csrf_secret()) : extra.csrf_cookie;
  cookie.max_age = settings.csrf_cookie_age;
  cookie.secure = settings.csrf_cookie_secure;
  response.set_cookie(std::move(cookie));
  response.vary_on("Cookie");
}

}  // namespace tt::web
