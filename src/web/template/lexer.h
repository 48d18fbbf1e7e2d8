#pragma once

// The first step of compiling: a source is cut into text, variables and tags.
//
//   template = { text | "{{" variable "}}" | "{%" tag "%}" | "{#" comment "#}" }
//
// None of the brackets spans lines.  Between {% verbatim x %} and {% endverbatim x %} all is text.

#include <cstdint>
#include <string_view>
#include <vector>

namespace tt::web {

enum class TokenKind : std::uint8_t { text, variable, tag };

// `content` is a view into the source, without brackets and the white space inside them.
struct Token {
  TokenKind kind = TokenKind::text;
  std::string_view content;
  std::uint32_t line = 1;
};

std::vector<Token> split_template(std::string_view source);

// The words of a tag; a quoted text, with what touches it, is one word.
std::vector<std::string_view> split_words(std::string_view content);

}  // namespace tt::web
