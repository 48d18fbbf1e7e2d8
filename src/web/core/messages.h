#pragma once

// Messages for people ("The station was added.") between the request that makes them and the page
// that shows them: in the signed cookie `messages`; what does not fit there, in the session.

#include <vector>

#include "web/core/request.h"
#include "web/core/response.h"

namespace tt::web {

inline constexpr std::string_view messages_cookie = "messages";
inline constexpr std::size_t messages_cookie_bytes_max = 2048;

// Those of earlier requests.  A cookie that was tampered with holds none.
std::vector<Message> load_messages(const HttpRequest& request);
// Keeps what was added and not shown, forgets what was shown.
void store_messages(const HttpRequest& request, HttpResponse& response);

}  // namespace tt::web
