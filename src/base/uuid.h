#pragma once

// Uuid: 128 bits that name a thing everywhere (RFC 9562).

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"

namespace tt {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};  // all zero: the nil UUID

  // Version 4.
  static Uuid random();
  // 32 hexadecimal digits of either case, with the four hyphens or without; nullopt for others.
  static std::optional<Uuid> parse(std::string_view text);
  // Lower case with hyphens: "f81d4fae-7dec-41d0-8765-00a0c91e6bf6".
  std::string text() const;

  auto operator<=>(const Uuid&) const = default;
};

}  // namespace tt
