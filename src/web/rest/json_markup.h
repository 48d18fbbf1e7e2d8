#pragma once

// JSON as HTML: escaped, coloured by classes (k key, s text, n number, truth value or null), with
// links where a text is an http or https URL.

#include <string>
#include <string_view>

namespace tt::web::rest {

// `json` is well-formed and indented already.
std::string json_markup(std::string_view json);

}  // namespace tt::web::rest
