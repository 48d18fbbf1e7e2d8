#pragma once

// The console's templates, which are part of the program.

#include <vector>

#include "web/core/application.h"

namespace tt::console {

std::vector<web::EmbeddedFile> template_files();  // "registration/login.html", …

}  // namespace tt::console
