#pragma once

// Errors of the console as responses.

#include "base/error.h"
#include "http/response.h"

namespace tt::console {

// {"title","errors"}, as in the public API.
http::Response error_response(Code code, std::string_view message);

}  // namespace tt::console
