#pragma once

// Client: asks an Application without a network, for tests.  Keeps cookies like a browser.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "web/core/application.h"

namespace tt::web {

class Client {
 public:
  explicit Client(Application& application) : application_(application) {}

  using Headers = std::vector<std::pair<std::string, std::string>>;
  HttpResponse get(std::string_view target, Headers headers = {});
  // As a form, with the CSRF token that the cookie holds.
  HttpResponse post(std::string_view target, const Parameters& form, Headers headers = {});
  // `method` with any body; no CSRF token is added.  A Host header is, and the cookies, unless the
  // request has its own.  The answer is as it goes over the wire: Content-Length, no body of HEAD.
  HttpResponse send(RawRequest request);

  // Empty if there is none.
  std::string cookie(std::string_view name) const;
  void set_cookie(std::string name, std::string value);
  void clear_cookies() { cookies_.clear(); }

 private:
  Application& application_;
  std::map<std::string, std::string, std::less<>> cookies_;
};

}  // namespace tt::web
