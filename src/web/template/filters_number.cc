// Filters about numbers: add, floatformat, filesizeformat, stringformat, pluralize and the like.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>

#include "web/template/filter.h"
#include "web/template/text.h"

namespace tt::web {
namespace {

constexpr int places_max = 200;

// A decimal number: 0.digits times ten to the power of `point`.
struct Digits {
  bool negative = false;
  std::string digits;
  int point = 0;
};

// Of "-12.5", "1e-05"; nullopt for other texts.
std::optional<Digits> digits_of(std::string_view text) {
  text = trim(text);
  Digits out;
  if (text.starts_with('-') || text.starts_with('+')) {
    out.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  auto mantissa = text.substr(0, text.find_first_of("eE"));
  long long exponent = 0;
  if (mantissa.size() < text.size()) {
    auto parsed = parse_integer(text.substr(mantissa.size() + 1));
    if (!parsed || std::abs(*parsed) > 400) return std::nullopt;
    exponent = *parsed;
  }
  auto dot = std::min(mantissa.find('.'), mantissa.size());
  for (std::size_t i = 0; i < mantissa.size(); ++i) {
    if (i == dot) continue;
    if (mantissa[i] < '0' || mantissa[i] > '9') return std::nullopt;
    out.digits += mantissa[i];
  }
  if (out.digits.empty() || dot > 1000) return std::nullopt;
  out.point = static_cast<int>(dot) + static_cast<int>(exponent);
  return out;
}

// Adds one to the last digit; true if that made a digit more.
bool increment(std::string& digits) {
  for (auto i = digits.size(); i > 0; --i) {
    if (digits[i - 1] != '9') {
      ++digits[i - 1];
      return false;
    }
    digits[i - 1] = '0';
  }
  digits.insert(digits.begin(), '1');
  return true;
}

// With `places` digits behind the point, halves away from zero.
std::string rounded(Digits number, int places) {
  if (number.point < 0) {
    number.digits.insert(0, static_cast<std::size_t>(-number.point), '0');
    number.point = 0;
  }
  auto keep = static_cast<std::size_t>(number.point + places);
  bool up = keep < number.digits.size() && number.digits[keep] >= '5';
  number.digits.resize(keep, '0');
  if (up && increment(number.digits)) ++number.point;
  bool zero = number.digits.find_first_not_of('0') == std::string::npos;
  auto whole = number.digits.substr(0, static_cast<std::size_t>(number.point));
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  auto fraction = number.digits.substr(static_cast<std::size_t>(number.point));
  return (number.negative && !zero ? "-" : "") + (whole.empty() ? "0" : whole) +
         (places > 0 ? "." + fraction : "");
}

bool is_whole(const Digits& number) {
  for (std::size_t i = 0; i < number.digits.size(); ++i) {
    if (static_cast<int>(i) >= number.point && number.digits[i] != '0') return false;
  }
  return true;
}

Value floatformat(const Value& value, const FilterCall& call) {
  auto text = value.is(ValueKind::boolean) ? (value.truth() ? "1" : "0") : value.text();
  auto number = digits_of(text);
  if (!number) {
    auto real = parse_real(text);
    return real && !std::isfinite(*real) ? Value(value.repr()) : Value("");
  }
  auto argument = call.argument ? call.argument->text() : "-1";
  bool group = argument.ends_with('g') || argument.ends_with('G');
  if (group) argument.pop_back();
  if (group && argument.empty()) argument = "-1";
  auto places = parse_integer(argument);
  if (!places || std::abs(*places) > places_max) return value.repr();
  auto shown = *places < 0 && is_whole(*number) ? 0 : static_cast<int>(std::abs(*places));
  auto out = rounded(*std::move(number), shown);
  const auto& format = call.settings.numbers;
  return Value::safe(group ? localized_in_groups(std::move(out), format)
                           : localized(std::move(out), format));
}

Value filesizeformat(const Value& value, const FilterCall& call) {
  const auto& format = call.settings.numbers;
  constexpr std::array<std::string_view, 5> units = {"KB", "MB", "GB", "TB", "PB"};
  auto bytes = value.as_text() ? parse_integer(value.as_text()->text) : integer_of(value);
  if (!bytes) return fmt::format("0\u00A0{}", format.bytes);
  double size = std::abs(static_cast<double>(*bytes));
  auto sign = *bytes < 0 ? "-" : "";
  if (size < 1024) {
    return fmt::format("{}{:.0f}\u00A0{}", sign, size, size == 1 ? format.byte : format.bytes);
  }
  std::size_t unit = 0;
  double scale = 1024;
  for (; unit + 1 < units.size() && size >= scale * 1024; ++unit) scale *= 1024;
  auto number = localized(fmt::format("{:.1f}", size / scale), format);
  return fmt::format("{}{}\u00A0{}", sign, number, units[unit]);
}

Value add(const Value& value, const FilterCall& call) {
  const auto& other = *call.argument;
  auto left = integer_of(value);
  auto right = integer_of(other);
  std::int64_t sum = 0;
  if (left && right && !__builtin_add_overflow(*left, *right, &sum)) return sum;
  if (value.as_text() && other.as_text()) {
    auto text = value.text() + other.text();
    return value.is_safe() && other.is_safe() ? Value::safe(std::move(text))
                                              : Value(std::move(text));
  }
  if (!value.as_list() || !other.as_list()) return "";
  List joined = *value.as_list();
  joined.insert(joined.end(), other.as_list()->begin(), other.as_list()->end());
  return joined;
}

Value get_digit(const Value& value, const FilterCall& call) {
  auto number = integer_of(value);
  auto place = integer_of(*call.argument);
  if (!number || !place) return value;
  if (*place < 1) return *number;
  auto text = number ? fmt::format("{}", *number) : value.text();
  if (static_cast<std::size_t>(*place) > text.size()) return 0;
  char digit = text[text.size() - static_cast<std::size_t>(*place)];
  return digit == '-' ? 0 : digit - '0';
}

Value divisibleby(const Value& value, const FilterCall& call) {
  auto number = integer_of(value);
  auto divisor = integer_of(*call.argument);
  if (!number || !divisor || *divisor == 0) {
    throw Error(Code::internal, "divisibleby needs two numbers, the second not zero");
  }
  return *divisor == -1 || *number % *divisor == 0;
}

Value pluralize(const Value& value, const FilterCall& call) {
  auto forms = call.argument ? call.argument->text() : "s";
  if (forms.find(',') == forms.npos) forms = "," + forms;
  auto parts = split(forms, ',');
  if (parts.size() > 2) return "";
  if (auto number = real_of(value)) return parts[*number == 1 ? 0 : 1];
  if (value.as_text() || !value.size()) return "";
  return parts[*value.size() == 1 ? 0 : 1];
}

// "%5.2f" of C, but for the letters of the original and with bounds.
struct Conversion {
  std::string flags;  // with width and precision
  char letter = 's';
};

std::optional<Conversion> conversion_of(std::string_view text) {
  if (text.empty()) return std::nullopt;
  Conversion out{std::string(text.substr(0, text.size() - 1)), text.back()};
  auto digits = std::ranges::count_if(out.flags, [](char c) { return c >= '0' && c <= '9'; });
  if (out.flags.find_first_not_of("-+ #0123456789.") != out.flags.npos || digits > 4 ||
      std::ranges::count(out.flags, '.') > 1) {
    return std::nullopt;
  }
  return out;
}

template <class T>
std::string printed(const std::string& format, T value) {
  auto size = std::snprintf(nullptr, 0, format.c_str(), value);
  std::string out(static_cast<std::size_t>(std::max(size, 0)) + 1, '\0');
  std::snprintf(out.data(), out.size(), format.c_str(), value);
  out.pop_back();
  return out;
}

// "%c": the character of a code point.
Value character_of(const Value& value) {
  auto code = value.as_integer();
  if (!code || *code < 1 || *code > 0x10FFFF || (*code >= 0xD800 && *code < 0xE000)) return "";
  std::string out;
  append_character(out, static_cast<char32_t>(*code));
  return out;
}

Value stringformat(const Value& value, const FilterCall& call) {
  auto conversion = conversion_of(call.argument->text());
  if (!conversion) return "";
  auto format = "%" + conversion->flags;
  constexpr std::string_view reals = "eEfFgG";
  constexpr std::string_view integers = "diouxX";
  if (conversion->letter == 's') return printed(format + "s", value.text().c_str());
  if (conversion->letter == 'r') return printed(format + "s", value.repr().c_str());
  if (!value.number()) return "";
  if (conversion->letter == 'c') return character_of(value);
  if (reals.find(conversion->letter) != reals.npos) {
    return printed(format + conversion->letter, *value.number());
  }
  auto integer = integer_of(value);
  if (integers.find(conversion->letter) == integers.npos || !integer) return "";
  char letter = conversion->letter == 'u' || conversion->letter == 'i' ? 'd' : conversion->letter;
  return printed(format + "ll" + letter, static_cast<long long>(*integer));
}

Value default_if_false(const Value& value, const FilterCall& call) {
  return value.truth() ? value : *call.argument;
}

Value default_if_none(const Value& value, const FilterCall& call) {
  return value.is_null() ? *call.argument : value;
}

Value yesno(const Value& value, const FilterCall& call) {
  auto text = call.argument ? call.argument->text() : "yes,no,maybe";
  auto words = split(text, ',');
  if (words.size() < 2 || words.empty()) return value;
  if (value.is_null()) return words[words.size() == 3 ? 2 : 1];
  return words[value.truth() ? 0 : 1];
}

}  // namespace

std::vector<Filter> number_filters() {
  constexpr auto safe = SafeInput::stays_safe;
  constexpr auto unsafe = SafeInput::becomes_unsafe;
  return {{"floatformat", floatformat, Takes::maybe_argument, safe},
          {"filesizeformat", filesizeformat, Takes::nothing, safe},
          {"add", add, Takes::argument, unsafe},
          {"get_digit", get_digit, Takes::argument, unsafe},
          {"divisibleby", divisibleby, Takes::argument, unsafe},
          {"pluralize", pluralize, Takes::maybe_argument, unsafe},
          {"stringformat", stringformat, Takes::argument, safe},
          {"default", default_if_false, Takes::argument, unsafe},
          {"default_if_none", default_if_none, Takes::argument, unsafe},
          {"yesno", yesno, Takes::maybe_argument, unsafe}};
}

}  // namespace tt::web
