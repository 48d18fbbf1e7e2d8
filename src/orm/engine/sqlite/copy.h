#pragma once

// A copy of a database file while others write to it.

#include <string>

namespace tt::orm::engine {

// Blocks.  One read transaction copies all pages, so that the copy is the state of one moment and
// no writer waits.  `to` must not exist, and is made with mode 0600.  Throws unavailable.
void copy_sqlite(const std::string& from, const std::string& to);

}  // namespace tt::orm::engine
