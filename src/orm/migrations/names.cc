#include "orm/migrations/names.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"

namespace tt::orm::migrations {

bool is_name(std::string_view text) {
  auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && text.size() <= name_size_max && std::ranges::all_of(text, is_part);
}

void require_name(std::string_view text, std::string_view what) {
  if (is_name(text)) return;
  throw Error(Code::invalid, fmt::format("{} cannot be {}: use letters, digits and '_', at most "
                                         "{} of them",
                                         shown(text), what, name_size_max));
}

std::string shown(std::string_view text) {
  std::string out = "\"";
  for (char c : text.substr(0, name_size_max)) out += c >= ' ' && c <= '~' ? c : '?';
  if (text.size() > name_size_max) out += "...";
  return out + "\"";
}

std::string database_name(std::string name) {
  if (name.size() <= database_name_size_max) return name;
  std::string digest = to_hex(sha256(name)).substr(0, 8);
  return name.substr(0, database_name_size_max - 9) + "_" + digest;
}

}  // namespace tt::orm::migrations
