#pragma once

// Who a session belongs to: written when a person signs in, read at every later request.

#include "web/core/request.h"

namespace tt::web {

// Entries of the session.
inline constexpr std::string_view session_user_id = "_auth_user_id";
inline constexpr std::string_view session_user_hash = "_auth_user_hash";

// From now on the session is this user's: it gets a new key (and is emptied if it was another
// user's), the CSRF secret is new, request.user() is the user.
void sign_in(const HttpRequest& request, UserPtr user);
// Ends the session; request.user() is nobody.
void sign_out(const HttpRequest& request);

// The user that the session names; anonymous() without one, if the account is gone or inactive, or
// if its password has changed since (the session then ends).
UserPtr session_user(const HttpRequest& request);

}  // namespace tt::web
