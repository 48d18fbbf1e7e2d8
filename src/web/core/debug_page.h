#pragma once

// The pages that DEBUG shows to developers: what failed, with what was sent.  Secrets are masked;
// never shown when DEBUG is false.

#include "web/core/error_pages.h"

namespace tt::web {

// HTML, or plain text for clients that do not accept it (400 and 500).
HttpResponse debug_page(const HttpRequest& request, const ErrorPage& page);

// "********************" if the name says that its value is secret: password, token, key, …
std::string masked(std::string_view name, std::string_view value);

}  // namespace tt::web
