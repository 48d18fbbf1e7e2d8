#pragma once

// Authentication: whom a request to the API is from.  The first way that finds credentials decides.
//
//   session   the browser's session; a request that changes something needs the CSRF token
//   basic     "Authorization: Basic …", checked by the UserStore (web/auth keeps
//             a cache, as a password costs 60 ms)
//   token     "Authorization: Token …", see web/auth
//
// If the first way of a view can ask for credentials, who is not signed in gets 401 with
// WWW-Authenticate, else 403.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "web/core/request.h"

namespace tt::web::rest {

enum class Authentication : unsigned char { session, basic, token };

// Of the WWW-Authenticate header; empty for the session, which has none.
std::string_view challenge_of(Authentication authentication);

struct Authenticated {
  UserPtr user = anonymous();
  std::optional<Authentication> by;  // absent: nobody
};
// Throws AuthenticationError for wrong credentials, denied for a missing CSRF token.  Sets the
// request's user.
Authenticated authenticate(const HttpRequest& request, std::span<const Authentication> ways);

}  // namespace tt::web::rest
