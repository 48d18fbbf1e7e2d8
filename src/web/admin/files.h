#pragma once

// The admin's templates and static files, which are part of the program.  An application gives them
// to ApplicationParts::templates and ::static_files; templates of its own folders come first, so
// that "admin/base.html" there replaces the one here.

#include <vector>

#include "web/core/application.h"

namespace tt::web::admin {

std::vector<EmbeddedFile> templates();
std::vector<EmbeddedFile> static_files();

}  // namespace tt::web::admin
