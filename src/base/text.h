#pragma once

// Small questions about text.

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace tt {

// The whole of `text` as a number, written as std::from_chars reads it: "12", "-3", for a floating
// point type also "1e3", "inf" and "nan".  nullopt for anything else, an empty text, white space, a
// '+' and what T cannot hold among it.
template <class T>
std::optional<T> parse_number(std::string_view text) {
  T number{};
  const char* last = text.data() + text.size();
  auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc() || end != last) return std::nullopt;
  return number;
}

// The letters A to Z become a to z, nothing else changes.
std::string to_lower(std::string_view text);

// Characters of well-formed UTF-8.
std::size_t count_characters(std::string_view utf8);

}  // namespace tt
