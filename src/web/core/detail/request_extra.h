#pragma once

// What the framework keeps with one request besides what views see.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "web/core/request.h"
#include "web/core/urls.h"

namespace tt::web {

struct HttpRequest::Extra {
  std::optional<std::vector<std::pair<std::string, std::string>>> cookies;
  std::string csp_nonce;
  std::optional<UrlResolver::Found> found;  // until the view is called

  std::string csrf_cookie;  // the masked secret as the browser holds it; empty: it needs a new one

  std::vector<Message> messages;  // of earlier requests, then of this one
  bool messages_loaded = false;
  bool messages_in_cookie = false;  // where those of earlier requests were
  bool messages_in_session = false;
  bool messages_added = false;
  bool messages_taken = false;
};

}  // namespace tt::web
