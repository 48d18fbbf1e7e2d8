#pragma once

// The pages, the style sheet and the script of the browsable API, to be given to the Application
// behind those of the project, which may replace each by one of the same path.

#include <vector>

#include "web/core/application.h"

namespace tt::web::rest {

std::vector<EmbeddedFile> template_files();  // "rest/api.html", …
std::vector<EmbeddedFile> static_files();    // "rest/api.css", "rest/api.js"

}  // namespace tt::web::rest
