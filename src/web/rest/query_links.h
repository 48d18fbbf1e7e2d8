#pragma once

// The URL of a request with one query parameter changed, as links to other pages need it.

#include <string>
#include <string_view>

#include "web/core/request.h"

namespace tt::web::rest {

// The parameters come out sorted by name.
std::string url_with(const HttpRequest& request, std::string_view parameter,
                     std::string_view value);
std::string url_without(const HttpRequest& request, std::string_view parameter);

// The same for a URL that was made before.
std::string with_parameter(std::string_view url, std::string_view parameter,
                           std::string_view value);

}  // namespace tt::web::rest
