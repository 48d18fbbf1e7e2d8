#pragma once

// Small questions about UTF-8 text that validation asks.

#include <string_view>

namespace tt::registry {

// Characters of well-formed UTF-8.
std::size_t count_characters(std::string_view text);

// True for the empty text and for one of white space only.
bool is_blank(std::string_view text);

// Without the white space at both ends.
std::string_view trim(std::string_view text);

}  // namespace tt::registry
