#pragma once

// Decimal: a number exactly as somebody wrote it, and the rules for what counts as one.
//
//   canonical = ["-"] ("0" | nonzero-digit {digit}) ["." digit {digit}]     but not "-0", "-0.00"
//
// with a mantissa below 10^17 (every double prints in 17 digits) and at most 17 decimals.  A
// canonical text and its Decimal determine each other, so the text need not be kept.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tt::archive {

// mantissa / 10^decimals, written with exactly so many decimals.
struct Decimal {
  std::int64_t mantissa = 0;
  unsigned decimals = 0;
  bool operator==(const Decimal&) const = default;
};

inline constexpr std::int64_t mantissa_end = 100'000'000'000'000'000;  // |mantissa| is below
inline constexpr unsigned decimals_max = 17;

// 10^0 … 10^18
extern const std::int64_t powers_of_ten[19];

// nullopt if `text` is not canonical.
std::optional<Decimal> parse_decimal(std::string_view text);
// Appends the canonical text.
void append_decimal(Decimal decimal, std::string& out);
// The nearest double.
double to_double(Decimal decimal);

namespace detail {
// 10^0 … 10^17, exact.
inline constexpr double powers_of_ten_double[18] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,
                                                    1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17};
double to_double_through_text(Decimal decimal);
}  // namespace detail

inline double to_double(Decimal decimal) {
  constexpr std::int64_t exact_end = std::int64_t{1} << 53;
  if (decimal.mantissa < exact_end && decimal.mantissa > -exact_end) [[likely]] {
    // Both operands are exact, so the quotient is rounded once.
    return static_cast<double>(decimal.mantissa) / detail::powers_of_ten_double[decimal.decimals];
  }
  return detail::to_double_through_text(decimal);
}

// What a person would call a number: an optional sign, digits with an optional point, an optional
// exponent; "0000017" and "1e5" are numbers, "inf", "0x1" and "" are not.  nullopt for the rest
// and beyond the range of a double.
std::optional<double> parse_number(std::string_view text);

}  // namespace tt::archive
