#pragma once

// The errors of the Xively API, with the texts that its clients know.

#include <string>

#include "base/error.h"

namespace tt::gateway::xively {

// 404 "I'm sorry we are unable to find the resource you are looking for."
Error not_found();
// 404 "No route matches [POST] "/api/v2/feeds/121601.csv""
Error no_route(std::string_view method, std::string_view path);
// 401
Error unauthorized();
// 406
Error not_acceptable();

}  // namespace tt::gateway::xively
