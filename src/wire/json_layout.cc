#include "wire/json_layout.h"

#include <vector>

namespace tt::wire {
namespace {

class LayoutWriter {
 public:
  LayoutWriter(std::string_view json, const JsonLayout& layout)
      : json_(json), layout_(layout), level_(layout.level) {
    line_begin_ = 0;
    if (layout_.indent) first_column_ = layout_.level * *layout_.indent;
  }

  std::string write() {
    for (at_ = 0; at_ < json_.size(); ++at_) write_token(json_[at_]);
    return std::move(out_);
  }

 private:
  void write_token(char c) {
    switch (c) {
      case '"': return write_string();
      case '{':
      case '[': return open(c);
      case '}':
      case ']': return close(c);
      case ',': return separate();
      case ':': out_ += ": "; return;
      default: out_ += c;
    }
  }

  void write_string() {
    std::size_t end = end_of_string(at_);
    out_ += json_.substr(at_, end - at_);
    at_ = end - 1;
  }

  // Behind the closing quote.
  std::size_t end_of_string(std::size_t at) const {
    for (++at; json_[at] != '"'; ++at) {
      if (json_[at] == '\\') ++at;
    }
    return at + 1;
  }

  void open(char c) {
    out_ += c;
    broken_.push_back(layout_.indent && !fits_line());
    if (!broken_.back()) return;
    ++level_;
    break_line();
  }

  void close(char c) {
    bool is_broken = broken_.back();
    broken_.pop_back();
    if (is_broken) {
      --level_;
      break_line();
    }
    out_ += c;
  }

  void separate() {
    out_ += ',';
    if (!broken_.empty() && broken_.back()) {
      break_line();
    } else {
      out_ += ' ';
    }
  }

  void break_line() {
    out_ += '\n';
    line_begin_ = out_.size();
    first_column_ = 0;
    out_.append(std::size_t{level_} * *layout_.indent, ' ');
  }

  // Whether the container that begins at at_ may stay in the line.
  bool fits_line() const {
    if (json_[at_ + 1] == ']' || json_[at_ + 1] == '}') return true;
    std::size_t column = first_column_ + out_.size() - line_begin_;
    int depth = 0;
    for (std::size_t at = at_; column <= layout_.columns_max; ++at, ++column) {
      char c = json_[at];
      if (c == '"') {
        std::size_t end = end_of_string(at);
        column += end - at - 1;
        at = end - 1;
      }
      if (c == ',' || c == ':') ++column;  // the space behind it
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return column <= layout_.columns_max;
    }
    return false;
  }

  std::string_view json_;
  const JsonLayout& layout_;
  unsigned level_;
  std::size_t at_ = 0;
  std::size_t line_begin_ = 0;    // in out_
  std::size_t first_column_ = 0;  // of that line
  std::vector<bool> broken_;
  std::string out_;
};

}  // namespace

std::string lay_out(std::string_view json, const JsonLayout& layout) {
  return LayoutWriter(json, layout).write();
}

}  // namespace tt::wire
