#pragma once

// The words of a query.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tt::gateway::prometheus {

enum class TokenKind { end, name, number, duration, string, sign };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;  // of a string: its content; of a sign: one or two characters
  std::size_t offset = 0;
};

// All of them, the last one of kind `end`.  # begins a comment.  A Problem has the offset.
Result<std::vector<Token>> split_into_tokens(std::string_view text);

}  // namespace tt::gateway::prometheus
