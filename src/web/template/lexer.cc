#include "web/template/lexer.h"

#include <algorithm>
#include <string>

#include "web/template/text.h"

namespace tt::web {
namespace {

class Splitter {
 public:
  explicit Splitter(std::string_view source) : source_(source) {}

  std::vector<Token> run() {
    std::size_t from = 0;
    while (true) {
      auto begin = source_.find('{', from);
      if (begin == source_.npos || begin + 1 >= source_.size()) break;
      auto end = bracket_end(begin);
      if (end == 0) {
        from = begin + 1;
        continue;
      }
      text_until(begin);
      bracket(source_.substr(begin, end - begin));
      at_ = from = end;
    }
    text_until(source_.size());
    return std::move(tokens_);
  }

 private:
  // Behind the closing bracket of the one that opens at `begin`; 0 if none does.
  std::size_t bracket_end(std::size_t begin) {
    std::string_view close;
    switch (source_[begin + 1]) {
      case '{': close = "}}"; break;
      case '%': close = "%}"; break;
      case '#': close = "#}"; break;
      default: return 0;
    }
    if (line_end_ <= begin) line_end_ = std::min(source_.find('\n', begin), source_.size());
    auto end = source_.substr(0, line_end_).find(close, begin + 2);
    return end == source_.npos ? 0 : end + 2;
  }

  void text_until(std::size_t end) {
    add(TokenKind::text, source_.substr(at_, end - at_));
    line_ += static_cast<std::uint32_t>(std::ranges::count(source_.substr(at_, end - at_), '\n'));
    at_ = end;
  }

  void bracket(std::string_view whole) {
    auto content = trim(whole.substr(2, whole.size() - 4));
    if (!verbatim_end_.empty()) {
      if (whole[1] != '%' || content != verbatim_end_) return add(TokenKind::text, whole);
      verbatim_end_.clear();
    } else if (whole[1] == '%' && (content == "verbatim" || content.starts_with("verbatim "))) {
      verbatim_end_ = "end" + std::string(content);
    }
    if (whole[1] == '{') add(TokenKind::variable, content);
    if (whole[1] == '%') tokens_.push_back({TokenKind::tag, content, line_});
  }

  void add(TokenKind kind, std::string_view content) {
    if (kind == TokenKind::text && content.empty()) return;
    tokens_.push_back({kind, content, line_});
  }

  std::string_view source_;
  std::size_t at_ = 0;        // everything before is in tokens_
  std::size_t line_end_ = 0;  // of the line that was looked at last
  std::uint32_t line_ = 1;
  std::string verbatim_end_;  // the tag that ends the verbatim part we are in
  std::vector<Token> tokens_;
};

// Behind the quoted text that begins at `at`; 0 if it does not end.
std::size_t quoted_end(std::string_view text, std::size_t at) {
  for (auto i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == text[at]) {
      return i + 1;
    }
  }
  return 0;
}

std::size_t word_end(std::string_view text, std::size_t begin) {
  auto at = begin;
  bool quoted = false;
  while (at < text.size() && !is_space(text[at])) {
    if (text[at] != '"' && text[at] != '\'') {
      ++at;
      continue;
    }
    auto end = quoted_end(text, at);
    if (end == 0 && quoted) return at;
    if (end == 0) break;
    quoted = true;
    at = end;
  }
  while (!quoted && at < text.size() && !is_space(text[at])) ++at;
  return at;
}

}  // namespace

std::vector<Token> split_template(std::string_view source) { return Splitter(source).run(); }

std::vector<std::string_view> split_words(std::string_view content) {
  std::vector<std::string_view> all;
  std::size_t at = 0;
  while (true) {
    while (at < content.size() && is_space(content[at])) ++at;
    if (at >= content.size()) return all;
    auto end = word_end(content, at);
    all.push_back(content.substr(at, end - at));
    at = end;
  }
}

}  // namespace tt::web
