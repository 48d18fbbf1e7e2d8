#include "gateway/xively/scalar.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tt::gateway::xively {

Error wrong(std::string_view what, std::string_view how) {
  return Error(Code::unprocessable, fmt::format("{} {}", what, how));
}

std::optional<double> to_number(std::string_view text, std::string_view what) {
  if (text.empty()) return std::nullopt;
  auto number = parse_number<double>(text);
  if (!number) throw wrong(what, "is not a number");
  return number;
}

std::optional<Time> to_time(std::string_view text, std::string_view what) {
  if (text.empty()) return std::nullopt;
  auto parsed = parse_time(text);
  if (!parsed) throw wrong(what, "is invalid");
  return parsed;
}

bool to_boolean(std::string_view text, std::string_view what) {
  if (text == "true") return true;
  if (text == "false" || text.empty()) return false;
  throw wrong(what, "must be true or false");
}

}  // namespace tt::gateway::xively
