#pragma once

// Small questions about UTF-8 text that validation asks.

#include <string_view>

namespace tt::registry {

// True for the empty text and for one of white space only.
bool is_blank(std::string_view text);

// Without the white space at both ends.
std::string_view trim(std::string_view text);

}  // namespace tt::registry
