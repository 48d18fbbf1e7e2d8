#include "web/rest/json_text.h"

#include "wire/json_writer.h"

namespace tt::web::rest {
namespace {

// "\xE2\x80\xA8" is U+2028, "\xE2\x80\xA9" U+2029.
void escape_line_separators(std::string& out, std::size_t from) {
  for (std::size_t at = out.find("\xE2\x80", from); at != std::string::npos;
       at = out.find("\xE2\x80", at + 1)) {
    if (at + 2 >= out.size()) return;
    if (out[at + 2] == '\xA8') out.replace(at, 3, "\\u2028");
    if (out[at + 2] == '\xA9') out.replace(at, 3, "\\u2029");
  }
}

class Indenter {
 public:
  Indenter(std::string_view json, int indent) : json_(json), indent_(indent) {
    out_.reserve(json.size() * 2);
  }

  std::string run() {
    for (at_ = 0; at_ < json_.size(); ++at_) write(json_[at_]);
    return std::move(out_);
  }

 private:
  void write(char sign) {
    switch (sign) {
      case '"': return write_string();
      case '{':
      case '[': return open(sign);
      case '}':
      case ']':
        --level_;
        new_line();
        out_ += sign;
        return;
      case ',':
        out_ += ',';
        new_line();
        return;
      case ':': out_ += ": "; return;
      default: out_ += sign;
    }
  }

  void open(char sign) {
    out_ += sign;
    if (at_ + 1 < json_.size() && (json_[at_ + 1] == '}' || json_[at_ + 1] == ']')) {
      out_ += json_[++at_];
      return;
    }
    ++level_;
    new_line();
  }

  void write_string() {
    std::size_t end = at_ + 1;
    while (end < json_.size() && json_[end] != '"') end += json_[end] == '\\' ? 2 : 1;
    out_ += json_.substr(at_, end + 1 - at_);
    at_ = end;
  }

  void new_line() {
    out_ += '\n';
    out_.append(static_cast<std::size_t>(level_ * indent_), ' ');
  }

  std::string_view json_;
  int indent_;
  std::string out_;
  std::size_t at_ = 0;
  int level_ = 0;
};

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  std::size_t from = out.size();
  wire::append_json_string(out, text);
  escape_line_separators(out, from);
}

void append_compact(std::string& out, std::string_view json) {
  bool in_string = false;
  for (std::size_t at = 0; at < json.size(); ++at) {
    char sign = json[at];
    if (in_string && sign == '\\' && at + 1 < json.size()) {
      out += sign;
      out += json[++at];
      continue;
    }
    if (sign == '"') in_string = !in_string;
    bool is_space = sign == ' ' || sign == '\n' || sign == '\t' || sign == '\r';
    if (in_string || !is_space) out += sign;
  }
}

std::string indent_json(std::string_view compact, int indent) {
  return Indenter(compact, indent).run();
}

}  // namespace tt::web::rest
