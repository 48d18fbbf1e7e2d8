#include "archive/decimal.h"

#include <charconv>
#include <cmath>

namespace tt::archive {

const std::int64_t powers_of_ten[19] = {1,
                                        10,
                                        100,
                                        1'000,
                                        10'000,
                                        100'000,
                                        1'000'000,
                                        10'000'000,
                                        100'000'000,
                                        1'000'000'000,
                                        10'000'000'000,
                                        100'000'000'000,
                                        1'000'000'000'000,
                                        10'000'000'000'000,
                                        100'000'000'000'000,
                                        1'000'000'000'000'000,
                                        10'000'000'000'000'000,
                                        100'000'000'000'000'000,
                                        1'000'000'000'000'000'000};

namespace {

constexpr std::size_t text_bytes_max = 20;  // "-", 18 digits, "."

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads digits from `at` on, up to the end or another character.
struct Digits {
  std::uint64_t value;
  std::size_t count;
};

Digits read_digits(std::string_view text, std::uint64_t value) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) {
    value = value * 10 + static_cast<std::uint64_t>(text[count] - '0');
    ++count;
  }
  return {value, count};
}

}  // namespace

std::optional<Decimal> parse_decimal(std::string_view text) {
  if (text.empty() || text.size() > text_bytes_max) return std::nullopt;
  bool negative = text.front() == '-';
  if (negative) text.remove_prefix(1);
  auto whole = read_digits(text, 0);
  if (whole.count == 0 || whole.count > 18) return std::nullopt;
  if (text.front() == '0' && whole.count > 1) return std::nullopt;
  text.remove_prefix(whole.count);
  Digits fraction{whole.value, 0};
  if (!text.empty()) {
    if (text.front() != '.') return std::nullopt;
    text.remove_prefix(1);
    if (text.size() + whole.count > 18) return std::nullopt;
    fraction = read_digits(text, whole.value);
    if (fraction.count == 0 || fraction.count != text.size()) return std::nullopt;
  }
  if (fraction.value >= static_cast<std::uint64_t>(mantissa_end) || fraction.count > decimals_max)
    return std::nullopt;
  if (negative && fraction.value == 0) return std::nullopt;
  auto magnitude = static_cast<std::int64_t>(fraction.value);
  return Decimal{negative ? -magnitude : magnitude, static_cast<unsigned>(fraction.count)};
}

void append_decimal(Decimal decimal, std::string& out) {
  char digits[24];
  auto magnitude = static_cast<std::uint64_t>(decimal.mantissa);
  if (decimal.mantissa < 0) {
    out.push_back('-');
    magnitude = 0 - magnitude;
  }
  auto end = std::to_chars(digits, digits + sizeof digits, magnitude).ptr;
  auto count = static_cast<std::size_t>(end - digits);
  if (count <= decimal.decimals) {
    out.append("0.").append(decimal.decimals - count, '0').append(digits, count);
  } else {
    auto whole = count - decimal.decimals;
    out.append(digits, whole);
    if (decimal.decimals > 0) out.append(1, '.').append(digits + whole, decimal.decimals);
  }
}

double detail::to_double_through_text(Decimal decimal) {
  std::string text;
  append_decimal(decimal, text);
  return parse_number(text).value_or(0);
}

std::optional<double> parse_number(std::string_view text) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') return std::nullopt;
  }
  auto first = text.starts_with('-') ? 1u : 0u;
  if (text.size() <= first || (!is_digit(text[first]) && text[first] != '.')) return std::nullopt;
  double value = 0;
  auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace tt::archive
