#pragma once

// Cookies on the wire (RFC 6265), with the quoting that Python's http.cookies uses.
//
//   Cookie: name=value; other="with \"quotes\" and \054 octals"
//   Set-Cookie: name=value; expires=…; HttpOnly; Max-Age=60; Path=/; SameSite=Lax; Secure

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "web/core/response.h"

namespace tt::web {

// In their order; a later one of the same name wins.  Anything is accepted.
std::vector<std::pair<std::string, std::string>> parse_cookies(std::string_view header);

// The value of a Set-Cookie header.
std::string set_cookie_text(const Cookie& cookie, Time now);

}  // namespace tt::web
