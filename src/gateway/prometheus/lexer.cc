#include "gateway/prometheus/lexer.h"

#include <fmt/format.h>

namespace tt::gateway::prometheus {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
}
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> split() {
    std::vector<Token> tokens;
    while (true) {
      skip_space();
      auto token = next();
      if (!token) return std::unexpected(token.error());
      tokens.push_back(std::move(*token));
      if (tokens.back().kind == TokenKind::end) return tokens;
    }
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void skip_space() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (is_space(text_[at_])) {
        ++at_;
      } else {
        return;
      }
    }
  }

  Token token(TokenKind kind, std::size_t start) {
    return {kind, std::string(text_.substr(start, at_ - start)), start};
  }

  Result<Token> next() {
    auto start = at_;
    if (at_ == text_.size()) return Token{TokenKind::end, "", start};
    char c = peek();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (is_letter(c)) {
      while (is_letter(peek()) || is_digit(peek())) ++at_;
      return token(TokenKind::name, start);
    }
    if (c == '"' || c == '\'') return string(c);
    if (c == '`') return raw_string();
    return sign();
  }

  // "12", "1.5e3", "0x1f"; digits with a unit are a duration: "5m", "1h30m".
  Result<Token> number() {
    auto start = at_;
    while (is_digit(peek())) ++at_;
    if (peek() == 'x' || peek() == 'X') {
      ++at_;
      while (std::isxdigit(static_cast<unsigned char>(peek()))) ++at_;
      return token(TokenKind::number, start);
    }
    bool is_exponent =
        (peek() == 'e' || peek() == 'E') &&
        (is_digit(peek(1)) || ((peek(1) == '+' || peek(1) == '-') && is_digit(peek(2))));
    if (is_letter(peek()) && !is_exponent && peek() != ':') {
      while (is_digit(peek()) || (is_letter(peek()) && peek() != ':')) ++at_;
      return token(TokenKind::duration, start);
    }
    if (peek() == '.') ++at_;
    while (is_digit(peek())) ++at_;
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      while (is_digit(peek())) ++at_;
    }
    return token(TokenKind::number, start);
  }

  Result<Token> string(char quote) {
    Token made{TokenKind::string, "", at_++};
    while (at_ < text_.size() && text_[at_] != quote) {
      char c = text_[at_++];
      if (c == '\n') break;
      if (c == '\\') {
        auto meant = escaped();
        if (!meant) return problem("unknown escape in a string; write \\\\ for a backslash", at_);
        c = *meant;
      }
      made.text += c;
    }
    if (peek() != quote) return problem("a string has no closing quote", made.offset);
    ++at_;
    return made;
  }

  std::optional<char> escaped() {
    if (at_ == text_.size()) return std::nullopt;
    char c = text_[at_++];
    switch (c) {
      case 'n': return '\n';
      case 't': return '\t';
      case 'r': return '\r';
      case '\\':
      case '"':
      case '\'': return c;
      default: return std::nullopt;
    }
  }

  Result<Token> raw_string() {
    auto start = at_++;
    auto end = text_.find('`', at_);
    if (end == text_.npos) return problem("a string has no closing quote", start);
    Token made{TokenKind::string, std::string(text_.substr(at_, end - at_)), start};
    at_ = end + 1;
    return made;
  }

  Result<Token> sign() {
    auto start = at_;
    for (std::string_view two : {"==", "!=", "<=", ">=", "=~", "!~"}) {
      if (!text_.substr(at_).starts_with(two)) continue;
      at_ += 2;
      return token(TokenKind::sign, start);
    }
    constexpr std::string_view single = "(){}[],=+-*/%^<>@:";
    if (single.find(peek()) == single.npos || peek() == '\0') {
      return problem("unexpected character in the query", start);
    }
    ++at_;
    return token(TokenKind::sign, start);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::vector<Token>> split_into_tokens(std::string_view text) { return Lexer(text).split(); }

}  // namespace tt::gateway::prometheus
