#include "triggers/condition.h"

#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace tt::triggers {
std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  auto first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::optional<double> numeric(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  auto number = parse_number<double>(text);
  if (!number || !std::isfinite(*number)) return std::nullopt;
  return number;
}

std::optional<bool> holds(Condition condition, std::string_view threshold, std::string_view value) {
  auto limit = numeric(threshold);
  if (condition == Condition::eq && !limit) return trimmed(value) == trimmed(threshold);
  auto number = numeric(value);
  if (!limit || !number) return std::nullopt;
  switch (condition) {
    case Condition::gt: return *number > *limit;
    case Condition::gte: return *number >= *limit;
    case Condition::lt: return *number < *limit;
    case Condition::lte: return *number <= *limit;
    case Condition::eq: return *number == *limit;
    case Condition::change:
    case Condition::frozen:
    case Condition::live: break;
  }
  TT_ASSERT(needs_threshold(condition));
  return std::nullopt;
}

}  // namespace tt::triggers
