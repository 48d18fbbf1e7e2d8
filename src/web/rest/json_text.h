#pragma once

// JSON as the API writes it: UTF-8 unescaped, compact, or indented for people.

#include <string>
#include <string_view>

namespace tt::web::rest {

// The text in quotes; also U+2028 and U+2029 are escaped, which JavaScript takes for line ends.
void append_json_text(std::string& out, std::string_view text);

// Appends JSON without the white space between its parts, as databases may put it there.
void append_compact(std::string& out, std::string_view json);

// `compact` is JSON without white space; every level is moved in by `indent` spaces.  Empty arrays
// and objects stay on one line.
std::string indent_json(std::string_view compact, int indent);

}  // namespace tt::web::rest
