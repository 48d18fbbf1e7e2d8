#pragma once

// The browsable API: the answer to a request as a page for people, with forms for what the user may
// do next.  Its templates are rest/api.html, rest/field.html and rest/pager.html.

#include <string>

#include "web/rest/request.h"

namespace tt::web::rest {

std::string browsable_page(const ApiRequest& request, const Response& response);

}  // namespace tt::web::rest
