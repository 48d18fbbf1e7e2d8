#include "wire/binary_tree.h"

#include "base/bytes.h"

namespace tt::wire {

std::string binary_to_text(std::string_view bytes) { return '\0' + to_base64(bytes); }

std::optional<std::string> text_to_binary(std::string_view text) {
  if (!text.starts_with('\0') || text.size() % 4 != 1) return std::nullopt;
  return from_base64(text.substr(1));
}

}  // namespace tt::wire
