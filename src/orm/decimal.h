#pragma once

// Decimal: an exact number with a fixed number of digits after the point, as prices and readings
// need it.  Held as an integer of the last digit: 21.50 is {2150, 2}.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tt::orm {

// So that every Decimal fits 64 bits.
inline constexpr int decimal_digits_max = 18;

struct Decimal {
  std::int64_t unscaled = 0;
  int places = 0;

  // "-21.50", "2e3"; nullopt for anything else, also for more than decimal_digits_max digits.
  static std::optional<Decimal> parse(std::string_view text);
  // With all `places` digits: "21.50".
  std::string text() const;
  // The same number with `places` digits after the point; nullopt if digits would be lost or do
  // not fit.
  std::optional<Decimal> with_places(int places) const;
  double real() const;
};

// By the number meant: 1.5 equals 1.50.
bool operator==(Decimal a, Decimal b);
std::strong_ordering operator<=>(Decimal a, Decimal b);

}  // namespace tt::orm
