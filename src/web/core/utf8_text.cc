#include "web/core/utf8_text.h"

#include "base/bytes.h"
#include "wire/utf8.h"

namespace tt::web {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The bytes of the character at the front; 0 if it is none, then `bad` are to be replaced by one
// U+FFFD (the longest part that could have begun a character).
std::size_t character_at(std::string_view text, std::size_t& bad) {
  wire::Utf8Checker checker;
  for (std::size_t i = 0; i < text.size() && i < 4; ++i) {
    if (!checker.feed(text.substr(i, 1))) {
      bad = std::max<std::size_t>(i, 1);
      return 0;
    }
    if (checker.complete()) return i + 1;
  }
  bad = std::min<std::size_t>(text.size(), 4);
  return 0;
}

}  // namespace

std::string valid_utf8(std::string text) {
  if (is_utf8(text)) return text;
  std::string out;
  out.reserve(text.size() + 16);
  std::string_view rest = text;
  while (!rest.empty()) {
    std::size_t bad = 0;
    auto size = character_at(rest, bad);
    if (size > 0) {
      out += rest.substr(0, size);
    } else {
      out += "\xEF\xBF\xBD";
      size = bad;
    }
    rest.remove_prefix(size);
  }
  return out;
}

std::string percent_decode_leniently(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low < 0) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace tt::web
