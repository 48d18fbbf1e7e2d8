#pragma once

// What OPTIONS says about a view: its name, what it reads and writes, and the fields of what may be
// sent to it.

#include <string>

#include "web/rest/request.h"

namespace tt::web::rest {

// Only what this user may do is described.
std::string metadata_json(const ApiRequest& request);

}  // namespace tt::web::rest
