#pragma once

// What the request log keeps of a request to the API.

#include "gateway/xively/api.h"

namespace tt::gateway::xively {

// Adds the answered request to the log of the feed that it is about, unless there is no such feed
// or it came from a page of the console, which is no device.  Without secrets: the values of keys,
// passwords and cookies are left out.
void log_exchange(Services& services, const ApiRequest& request, const ApiReply& reply,
                  Time started);

// "/v2/feeds/504.csv?key=…&limit=3"; on its own for its test.
std::string without_secrets(std::string_view target);

}  // namespace tt::gateway::xively
