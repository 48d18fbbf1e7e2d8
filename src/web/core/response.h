#pragma once

// HttpResponse: what a view answers.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "web/core/settings.h"
#include "web/template/value.h"

namespace tt::web {

class HttpRequest;
struct User;

struct Cookie {
  std::string name;
  std::string value;
  std::optional<std::chrono::seconds> max_age;  // absent: until the browser closes; 0: delete it
  std::string path = "/";
  std::string domain;
  bool secure = false;
  bool http_only = false;
  std::optional<SameSite> same_site = SameSite::lax;
};

class HttpResponse {
 public:
  HttpResponse() = default;
  explicit HttpResponse(std::string body, int status = 200,
                        std::string content_type = "text/html; charset=utf-8");

  int status = 200;
  std::string body;
  std::string_view static_body;  // instead of `body`: bytes that live as long as the program
  bool accept_ranges = false;    // a client may ask for a part of the body

  // Empty if absent.  Names are compared without case.
  std::string_view header(std::string_view name) const;
  bool has_header(std::string_view name) const;
  // Replaces the header.  Throws invalid for a name or value with CR, LF or NUL.
  HttpResponse& set(std::string_view name, std::string value);
  HttpResponse& remove(std::string_view name);
  // Adds to Vary unless it is there.
  void vary_on(std::string_view name);
  // "Cache-Control: max-age=0, no-cache, no-store, must-revalidate, private" and Expires.
  void never_cache(Time now);

  // Throws invalid for a name or value that no cookie can have.  Replaces one of the same name.
  void set_cookie(Cookie cookie);
  void delete_cookie(std::string name, std::string path = "/");

  const std::vector<std::pair<std::string, std::string>>& headers() const { return headers_; }
  std::vector<std::pair<std::string, std::string>> take_headers() && { return std::move(headers_); }
  const std::vector<Cookie>& cookies() const { return cookies_; }

 private:
  std::vector<std::pair<std::string, std::string>> headers_;
  std::vector<Cookie> cookies_;
};

// --- shortcuts ---------------------------------------------------------------------------------

// The template with `context`, `request`, `user`, `perms`, `messages`, `csrf_token` and what the
// application's context processors add.
HttpResponse render(const HttpRequest& request, std::string_view template_name,
                    Context context = {}, int status = 200);
// What render() adds; a variable that the context has already stays.
void add_request_variables(const HttpRequest& request, Context& context);
// `user` as templates see it.
Value value_of(const std::shared_ptr<const User>& user);
// 302.  `to` is a URL; throws invalid if it holds control characters.
HttpResponse redirect(std::string_view to);
HttpResponse redirect_permanently(std::string_view to);
// `json` is a JSON text.
HttpResponse json_response(std::string json, int status = 200);

// A view throws this for 404; Error(not_found) means the same.  PermissionDenied is
// Error(denied), a bad request Error(invalid).
[[noreturn]] void raise_404(std::string message);

}  // namespace tt::web
