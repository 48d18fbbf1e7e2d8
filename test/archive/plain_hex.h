#pragma once

// plain: the hexadecimal digits of a byte table, which has spaces between its fields.

#include <string>
#include <string_view>

namespace tt::archive {

inline std::string plain(std::string_view table) {
  std::string digits;
  for (char c : table) {
    if (c != ' ') digits.push_back(c);
  }
  return digits;
}

}  // namespace tt::archive
