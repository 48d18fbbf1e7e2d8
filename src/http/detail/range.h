#pragma once

// Range requests (RFC 9110 section 14) on a body that is in memory.

#include "http/request.h"
#include "http/response.h"

namespace tt::http {

// Turns a 200 with `accept_ranges` into 206 or 416 where the request asks for one range of it.
void apply_range(Response& response, const Request& request);

}  // namespace tt::http
