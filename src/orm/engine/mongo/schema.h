#pragma once

// Changes of the schema on collections and documents.

#include <string>

#include "orm/engine/mongo/link.h"

namespace tt::orm::engine {

// Applies the change, outside of any transaction; the commands that did it as JSON, ";\n" between
// them.  Throws conflict (rows that a unique index does not allow), invalid (a value that does not
// fit the new column, or is missing), unsupported (no such conversion).
std::string apply_change(Link& link, const SchemaChange& change);

}  // namespace tt::orm::engine
