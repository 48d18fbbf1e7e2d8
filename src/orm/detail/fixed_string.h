#pragma once

// FixedString: a string literal as a template argument.

#include <cstddef>
#include <string_view>

namespace tt::orm::detail {

template <std::size_t size>
struct FixedString {
  char text[size]{};
  constexpr FixedString(const char (&literal)[size]) {
    for (std::size_t i = 0; i < size; ++i) text[i] = literal[i];
  }
  constexpr std::string_view view() const { return {text, size - 1}; }
};

}  // namespace tt::orm::detail
