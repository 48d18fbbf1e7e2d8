#pragma once

// The JSON that clients send, read as Python's json module reads it, with the messages that API
// clients know: "Expecting ',' delimiter: line 1 column 5 (char 4)".
//
// Stricter than Python in two places: NaN and Infinity are refused, and so is nesting that is
// deeper than a limit.

#include <expected>
#include <string>
#include <string_view>

#include "web/rest/input.h"

namespace tt::web::rest {

enum class Charset : unsigned char { utf8, latin1 };

struct JsonLimits {
  std::size_t depth_max = 64;
};

// The tree, or the message.  Lines, columns and positions count characters.  Of members with equal
// names the last counts.
std::expected<Input, std::string> decode_json(std::string_view bytes, Charset charset,
                                              const JsonLimits& limits);

}  // namespace tt::web::rest
