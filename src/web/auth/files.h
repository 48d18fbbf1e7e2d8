#pragma once

// The pages and the style sheet of web/auth, to be given to the Application behind those of the
// project, which may replace each by one of the same path.

#include <vector>

#include "web/core/application.h"

namespace tt::web::auth {

std::vector<EmbeddedFile> template_files();  // "registration/login.html", …
std::vector<EmbeddedFile> static_files();    // "auth/account.css"

}  // namespace tt::web::auth
