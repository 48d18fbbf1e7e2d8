#pragma once

// What the server or the way to it says went wrong, as an Error.

#include <string>
#include <string_view>

struct _bson_t;
struct _bson_error_t;

namespace tt::orm::engine {

// `answer` may be empty.  Never returns.  The message has neither values nor passwords.
[[noreturn]] void throw_failure(const _bson_error_t& error, const _bson_t* answer);

}  // namespace tt::orm::engine
