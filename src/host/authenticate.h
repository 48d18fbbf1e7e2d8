#pragma once

// Who sends an HTTP request, in every way in which clients send their key.

#include "host/host.h"

namespace tt {

// By X-ApiKey, ?key=, Authorization: Bearer, ?oauth_token=, X-PachubeApiKey, ?x-apikey=, account
// and password (Basic), or the console's session cookie (for reading only).  nullptr if there is
// none or it is not known.  Throws exhausted after too many wrong passwords.
Task<identity::CallerPtr> authenticate(Services& services, const http::Request& request);

// The address of the peer and the host of the page that the request came from.
identity::Origin origin_of(const http::Request& request);

}  // namespace tt
