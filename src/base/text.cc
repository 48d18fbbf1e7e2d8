#include "base/text.h"

#include <algorithm>

namespace tt {

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::size_t count_characters(std::string_view utf8) {
  // Every character has exactly one byte that is not of the form 10xxxxxx.
  auto begins_character = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  return static_cast<std::size_t>(std::ranges::count_if(utf8, begins_character));
}

}  // namespace tt
