#include "web/core/client.h"

#include "web/core/cookies.h"
#include "web/core/security.h"
#include "wire/header_value.h"

namespace tt::web {
namespace {

bool has_header(const RawRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (wire::equal_ignoring_case(key, name)) return true;
  }
  return false;
}

// The first of ALLOWED_HOSTS that is a whole name.
std::string host_of(const Settings& settings) {
  for (const auto& host : settings.allowed_hosts) {
    if (host != "*" && !host.starts_with('.')) return host;
  }
  return "localhost";
}

}  // namespace

std::string Client::cookie(std::string_view name) const {
  auto found = cookies_.find(name);
  return found == cookies_.end() ? std::string() : found->second;
}

void Client::set_cookie(std::string name, std::string value) {
  cookies_.insert_or_assign(std::move(name), std::move(value));
}

HttpResponse Client::get(std::string_view target, Headers headers) {
  RawRequest request;
  request.target = target;
  request.headers = std::move(headers);
  return send(std::move(request));
}

HttpResponse Client::post(std::string_view target, const Parameters& form, Headers headers) {
  const auto& settings = application_.settings();
  Parameters all = form;
  if (cookie(settings.csrf_cookie_name).empty()) {
    cookies_[settings.csrf_cookie_name] = mask_csrf_secret(make_csrf_secret());
  }
  if (!all.contains("csrfmiddlewaretoken")) {
    all.add("csrfmiddlewaretoken", cookie(settings.csrf_cookie_name));
  }
  RawRequest request;
  request.method = "POST";
  request.target = target;
  request.headers = std::move(headers);
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  request.body = all.urlencode();
  return send(std::move(request));
}

HttpResponse Client::send(RawRequest request) {
  if (!has_header(request, "Host")) {
    request.headers.emplace_back("Host", host_of(application_.settings()));
  }
  if (!has_header(request, "Cookie") && !cookies_.empty()) {
    std::string header;
    for (const auto& [name, value] : cookies_) {
      Cookie cookie;
      cookie.name = name;
      cookie.value = value;
      auto text = set_cookie_text(cookie, Time());
      header += (header.empty() ? "" : "; ") + text.substr(0, text.find(';'));
    }
    request.headers.emplace_back("Cookie", std::move(header));
  }
  bool is_head = request.method == "HEAD";
  auto response = application_.respond(std::move(request));
  for (const auto& cookie : response.cookies()) {
    if (cookie.max_age && cookie.max_age->count() <= 0) {
      cookies_.erase(cookie.name);
    } else {
      cookies_[cookie.name] = cookie.value;
    }
  }
  auto size = response.static_body.empty() ? response.body.size() : response.static_body.size();
  if (response.status != 204 && response.status != 304) {
    response.set("Content-Length", std::to_string(size));
  }
  if (is_head) {
    response.body.clear();
    response.static_body = {};
  }
  return response;
}

}  // namespace tt::web
