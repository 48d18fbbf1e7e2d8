#include "wire/utf8.h"

#include <cstring>

namespace tt::wire {

std::size_t ascii_prefix(std::string_view bytes) {
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + i, 8);
    if (word & 0x8080808080808080) break;
  }
  while (i < bytes.size() && static_cast<signed char>(bytes[i]) >= 0) ++i;
  return i;
}

bool Utf8Checker::feed(std::string_view bytes) {
  for (std::size_t i = 0; valid_ && i < bytes.size(); ++i) {
    auto byte = static_cast<unsigned char>(bytes[i]);
    if (needed_ > 0) {
      valid_ = byte >= low_ && byte <= high_;
      low_ = 0x80;
      high_ = 0xBF;
      --needed_;
      continue;
    }
    i += ascii_prefix(bytes.substr(i));
    if (i < bytes.size()) valid_ = begin_character(static_cast<unsigned char>(bytes[i]));
  }
  return valid_;
}

// "Well-Formed UTF-8 Byte Sequences", The Unicode Standard, table 3-7.
bool Utf8Checker::begin_character(unsigned char byte) {
  if (byte < 0xC2 || byte > 0xF4) return false;
  needed_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
  if (byte == 0xE0) low_ = 0xA0;
  if (byte == 0xED) high_ = 0x9F;
  if (byte == 0xF0) low_ = 0x90;
  if (byte == 0xF4) high_ = 0x8F;
  return true;
}

}  // namespace tt::wire
