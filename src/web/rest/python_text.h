#pragma once

// Texts as Python's str, int and float read them: which blanks count, what a number looks like.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tt::web::rest {

// Without white space at both ends, all of Unicode's.
std::string_view stripped(std::string_view text);
// The code of the first half surrogate pair (U+D800 … U+DFFF); nullopt if there is none.
std::optional<std::uint32_t> find_surrogate(std::string_view text);

// The digits of " +1_000 " as "1000", with '-' if negative; nullopt if int() would refuse it.
std::optional<std::string> integer_digits(std::string_view text);
// nullopt if float() would refuse it; also for inf and nan, which no answer could hold.
std::optional<double> real_from(std::string_view text);

// A decimal number taken apart: 21.50 is 2150 with exponent -2.
struct DecimalParts {
  bool negative = false;
  std::string digits;  // without leading zeros, at least one
  int exponent = 0;
};
std::optional<DecimalParts> decimal_parts(std::string_view text);

}  // namespace tt::web::rest
