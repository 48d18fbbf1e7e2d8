#pragma once

// The pages behind "Log in" and "Log out" of the browsable API.
//
//   url("^api-auth/", include(rest::auth_urls(), "rest_framework"))

#include "web/core/urls.h"

namespace tt::web::rest {

// login/ and logout/, names "login" and "logout"; their pages are those of web/auth.
UrlPatterns auth_urls();

}  // namespace tt::web::rest
