#include "registry/text.h"

#include <algorithm>

namespace tt::registry {
namespace {

constexpr std::string_view white_space = " \t\r\n\f\v";

}  // namespace

bool is_blank(std::string_view text) {
  return text.find_first_not_of(white_space) == std::string_view::npos;
}

std::string_view trim(std::string_view text) {
  auto first = text.find_first_not_of(white_space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

}  // namespace tt::registry
