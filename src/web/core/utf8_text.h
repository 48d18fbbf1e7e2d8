#pragma once

// Texts from outside as the application may see them.

#include <string>
#include <string_view>

namespace tt::web {

// `text`, with U+FFFD in place of what is not UTF-8.
std::string valid_utf8(std::string text);

// Every "%XX" as its byte; a "%" without two digits stays.
std::string percent_decode_leniently(std::string_view text);

}  // namespace tt::web
