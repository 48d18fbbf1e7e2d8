#include "web/rest/python_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace tt::web::rest {
namespace {

constexpr int exponent_max = 1000;

bool is_digit(char sign) { return sign >= '0' && sign <= '9'; }

// The bytes of the white space at the front; 0 if there is none.
std::size_t space_length(std::string_view text) {
  if (text.empty()) return 0;
  auto first = static_cast<unsigned char>(text[0]);
  if (first == ' ' || (first >= 0x09 && first <= 0x0D) || (first >= 0x1C && first <= 0x1F))
    return 1;
  constexpr std::string_view two[] = {"\xC2\x85", "\xC2\xA0"};
  for (std::string_view space : two) {
    if (text.starts_with(space)) return 2;
  }
  if (text.size() < 3) return 0;
  constexpr std::string_view three[] = {"\xE1\x9A\x80", "\xE2\x80\xA8", "\xE2\x80\xA9",
                                        "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};
  for (std::string_view space : three) {
    if (text.starts_with(space)) return 3;
  }
  auto third = static_cast<unsigned char>(text[2]);  // U+2000 … U+200A
  return text.starts_with("\xE2\x80") && third >= 0x80 && third <= 0x8A ? 3 : 0;
}

std::size_t space_length_at_end(std::string_view text) {
  for (std::size_t length = 1; length <= 3 && length <= text.size(); ++length) {
    if (space_length(text.substr(text.size() - length)) == length) return length;
  }
  return 0;
}

// Digits with single underscores between them; nullopt for anything else.
std::optional<std::string> plain_digits(std::string_view text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_digit(text[i])) {
      digits += text[i];
      continue;
    }
    bool is_between = text[i] == '_' && i > 0 && is_digit(text[i - 1]) && i + 1 < text.size() &&
                      is_digit(text[i + 1]);
    if (!is_between) return std::nullopt;
  }
  return digits;
}

bool take_sign(std::string_view& text) {
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  return negative;
}

void remove_leading_zeros(std::string& digits) {
  std::size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) first = digits.size() - 1;
  digits.erase(0, first);
}

std::optional<int> exponent_from(std::string_view text) {
  bool negative = take_sign(text);
  auto digits = plain_digits(text);
  if (!digits || digits->empty()) return std::nullopt;
  int value = std::min(parse_number<int>(*digits).value_or(exponent_max), exponent_max);
  return negative ? -value : value;
}

}  // namespace

std::string_view stripped(std::string_view text) {
  while (std::size_t length = space_length(text)) text.remove_prefix(length);
  while (std::size_t length = space_length_at_end(text)) text.remove_suffix(length);
  return text;
}

std::optional<std::uint32_t> find_surrogate(std::string_view text) {
  for (std::size_t at = text.find('\xED'); at != std::string_view::npos;
       at = text.find('\xED', at + 1)) {
    if (at + 2 >= text.size()) return std::nullopt;
    auto second = static_cast<unsigned char>(text[at + 1]);
    auto third = static_cast<unsigned char>(text[at + 2]);
    if (second >= 0xA0) return 0xD000U | ((second & 0x3FU) << 6) | (third & 0x3FU);
  }
  return std::nullopt;
}

std::optional<std::string> integer_digits(std::string_view text) {
  text = stripped(text);
  bool negative = take_sign(text);
  auto digits = plain_digits(text);
  if (!digits || digits->empty()) return std::nullopt;
  remove_leading_zeros(*digits);
  if (negative && *digits != "0") digits->insert(0, "-");
  return digits;
}

std::optional<double> real_from(std::string_view text) {
  text = stripped(text);
  bool negative = take_sign(text);
  if (text.empty() || !(is_digit(text[0]) || text[0] == '.')) return std::nullopt;
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool is_between = text[i] == '_' && i > 0 && is_digit(text[i - 1]) && i + 1 < text.size() &&
                      is_digit(text[i + 1]);
    if (!is_between) plain += text[i];
  }
  double value = 0;
  auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  if (error != std::errc() || end != plain.data() + plain.size()) return std::nullopt;
  if (!std::isfinite(value)) return std::nullopt;
  return negative ? -value : value;
}

std::optional<DecimalParts> decimal_parts(std::string_view text) {
  text = stripped(text);
  DecimalParts parts;
  parts.negative = take_sign(text);
  std::size_t e = text.find_first_of("eE");
  if (e != std::string_view::npos) {
    auto exponent = exponent_from(text.substr(e + 1));
    if (!exponent) return std::nullopt;
    parts.exponent = *exponent;
    text = text.substr(0, e);
  }
  std::size_t point = text.find('.');
  auto whole = plain_digits(text.substr(0, point));
  auto fraction = plain_digits(point == std::string_view::npos ? "" : text.substr(point + 1));
  if (!whole || !fraction || (whole->empty() && fraction->empty())) return std::nullopt;
  parts.exponent -= static_cast<int>(fraction->size());
  parts.digits = *whole + *fraction;
  remove_leading_zeros(parts.digits);
  return parts;
}

}  // namespace tt::web::rest
