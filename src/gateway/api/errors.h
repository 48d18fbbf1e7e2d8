#pragma once

// What an error looks like: {"title":"Not Found","errors":"there is no feed 7"}

#include "http/response.h"

namespace tt::gateway::api {

http::Response error_response(int status, std::string_view text);

}  // namespace tt::gateway::api
