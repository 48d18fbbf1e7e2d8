#pragma once

// REGEXP of SQLite: "The REGEXP operator is a special syntax for the regexp() user function"
// [sqlite.org/lang_expr.html]; here it is RE2's, found anywhere in the text.

#include <string>

struct sqlite3;

namespace tt::orm::engine {

void add_regexp(sqlite3* handle);

// Throws invalid if it is no regular expression.
void check_pattern(const std::string& pattern);

}  // namespace tt::orm::engine
