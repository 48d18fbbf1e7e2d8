#include "orm/decimal.h"

#include <cmath>

#include "base/error.h"

namespace tt::orm {
namespace {

constexpr std::int64_t power_of_ten(int exponent) {
  std::int64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Of the number without sign and leading zeros.
int count_digits(std::int64_t unscaled) {
  int count = 0;
  for (; unscaled != 0; unscaled /= 10) ++count;
  return count;
}

// "e3", "E-02"; nullopt if it is none, or beyond what any Decimal can have.
std::optional<int> parse_exponent(std::string_view text) {
  bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.size() > 4) return std::nullopt;
  int value = 0;
  for (char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return is_negative ? -value : value;
}

struct Digits {
  std::int64_t unscaled = 0;
  int places = 0;
};

// "021.50" without sign and exponent.
std::optional<Digits> parse_digits(std::string_view text) {
  Digits out;
  bool has_point = false;
  bool has_digit = false;
  for (char c : text) {
    if (c == '.' && !has_point) {
      has_point = true;
      continue;
    }
    if (!is_digit(c) || count_digits(out.unscaled) >= decimal_digits_max) return std::nullopt;
    has_digit = true;
    out.unscaled = out.unscaled * 10 + (c - '0');
    if (has_point && ++out.places > decimal_digits_max) return std::nullopt;
  }
  if (!has_digit) return std::nullopt;
  return out;
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  int exponent = 0;
  if (std::size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
    auto parsed = parse_exponent(text.substr(e + 1));
    if (!parsed) return std::nullopt;
    exponent = *parsed;
    text = text.substr(0, e);
  }
  auto digits = parse_digits(text);
  if (!digits) return std::nullopt;
  Decimal out{is_negative ? -digits->unscaled : digits->unscaled, digits->places - exponent};
  if (out.unscaled == 0 && out.places < 0) out.places = 0;
  if (out.places > decimal_digits_max) return std::nullopt;
  if (out.places >= 0) return out;
  if (count_digits(out.unscaled) - out.places > decimal_digits_max) return std::nullopt;
  return Decimal{out.unscaled * power_of_ten(-out.places), 0};
}

std::string Decimal::text() const {
  bool is_negative = unscaled < 0;
  auto magnitude =
      is_negative ? 0 - static_cast<std::uint64_t>(unscaled) : static_cast<std::uint64_t>(unscaled);
  std::string digits = std::to_string(magnitude);
  auto after_point = static_cast<std::size_t>(places);
  if (places > 0) {
    if (digits.size() <= after_point) digits.insert(0, after_point + 1 - digits.size(), '0');
    digits.insert(digits.size() - after_point, ".");
  }
  return is_negative ? "-" + digits : digits;
}

std::optional<Decimal> Decimal::with_places(int wanted) const {
  TT_ASSERT(wanted >= 0 && wanted <= decimal_digits_max);
  if (wanted < places) {
    std::int64_t power = power_of_ten(places - wanted);
    if (unscaled % power != 0) return std::nullopt;
    return Decimal{unscaled / power, wanted};
  }
  if (unscaled != 0 && count_digits(unscaled) + wanted - places > decimal_digits_max) {
    return std::nullopt;
  }
  if (unscaled == 0) return Decimal{0, wanted};
  return Decimal{unscaled * power_of_ten(wanted - places), wanted};
}

double Decimal::real() const {
  return static_cast<double>(unscaled) / static_cast<double>(power_of_ten(places));
}

bool operator==(Decimal a, Decimal b) { return (a <=> b) == std::strong_ordering::equal; }

std::strong_ordering operator<=>(Decimal a, Decimal b) {
  int places = std::max(a.places, b.places);
  __extension__ using Wide = __int128;
  Wide left = Wide{a.unscaled} * power_of_ten(places - a.places);
  Wide right = Wide{b.unscaled} * power_of_ten(places - b.places);
  return left <=> right;
}

}  // namespace tt::orm
