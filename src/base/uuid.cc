#include "base/uuid.h"

#include "base/bytes.h"

namespace tt {

Uuid Uuid::random() {
  std::string bytes = random_bytes(16);
  Uuid made;
  for (std::size_t i = 0; i < 16; ++i) made.bytes[i] = static_cast<std::uint8_t>(bytes[i]);
  made.bytes[6] = static_cast<std::uint8_t>((made.bytes[6] & 0x0f) | 0x40);  // version 4
  made.bytes[8] = static_cast<std::uint8_t>((made.bytes[8] & 0x3f) | 0x80);  // variant 10
  return made;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  std::string digits;
  if (text.size() == 36) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      bool is_hyphen_place = i == 8 || i == 13 || i == 18 || i == 23;
      if ((text[i] == '-') != is_hyphen_place) return std::nullopt;
      if (!is_hyphen_place) digits += text[i];
    }
  } else {
    digits = text;
  }
  if (digits.size() != 32) return std::nullopt;
  auto bytes = from_hex(digits);
  if (!bytes) return std::nullopt;
  Uuid uuid;
  for (std::size_t i = 0; i < 16; ++i) uuid.bytes[i] = static_cast<std::uint8_t>((*bytes)[i]);
  return uuid;
}

std::string Uuid::text() const {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += digits[bytes[i] >> 4];
    out += digits[bytes[i] & 0x0f];
  }
  return out;
}

}  // namespace tt
