#pragma once

// What PostgreSQL reports, as an Error: its SQLSTATE decides the code.  The message names table and
// columns, never a value.

#include <string>

struct pg_result;

namespace tt::orm::engine::postgres {

// The five characters of PostgreSQL's appendix A; empty if the result has none.
std::string sql_state(const pg_result* result);

// Throws the Error for a result that is a failure.
[[noreturn]] void throw_failure(const pg_result* result);

}  // namespace tt::orm::engine::postgres
