#pragma once

// From DATABASES in settings.json to an open database.

#include <memory>

#include "orm/database.h"
#include "web/core/settings.h"

namespace tt::web {

// `threads` is how many views run at once: as many connections may be needed.  Throws invalid for
// an engine that does not exist, else as the engine does when it opens.
std::unique_ptr<orm::Database> open_database(const DatabaseSettings& settings, unsigned threads);

}  // namespace tt::web
