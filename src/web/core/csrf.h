#pragma once

// CSRF: a request that changes something must come from a page of this site: it carries the token
// that only those pages know, as form field csrfmiddlewaretoken or header X-CSRFToken.

#include <optional>
#include <string>

#include "web/core/request.h"
#include "web/core/response.h"

namespace tt::web {

// nullopt if the request may go on; else why not, as clients read it: "CSRF token missing or
// incorrect."  GET, HEAD, OPTIONS and TRACE always may.  For views with csrf_exempt that check for
// themselves; the others have been checked before they are called.
std::optional<std::string> csrf_problem(const HttpRequest& request);

// Reads the cookie, before the view.
void read_csrf_cookie(const HttpRequest& request);
// Sends the cookie if the view has used the token.
void write_csrf_cookie(const HttpRequest& request, HttpResponse& response);

}  // namespace tt::web
