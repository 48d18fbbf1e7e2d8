#include "web/rest/json_markup.h"

#include <algorithm>

#include "web/template/text.h"

namespace tt::web::rest {
namespace {

// Only what cannot mean anything else: no white space, quotes, escapes or angle brackets.
bool is_link(std::string_view text) {
  if (!text.starts_with("http://") && !text.starts_with("https://")) return false;
  return text.find_first_of(" \\\"'<>`") == std::string_view::npos;
}

class Markup {
 public:
  explicit Markup(std::string_view json) : json_(json) { out_.reserve(json.size() * 2); }

  std::string run() {
    while (at_ < json_.size()) {
      char sign = json_[at_];
      if (sign == '"') {
        write_string();
      } else if (sign == '-' || (sign >= '0' && sign <= '9') || (sign >= 'a' && sign <= 'z')) {
        write_word();
      } else {
        out_ += sign;
        ++at_;
      }
    }
    return std::move(out_);
  }

 private:
  void write_string() {
    std::size_t end = at_ + 1;
    while (end < json_.size() && json_[end] != '"') end += json_[end] == '\\' ? 2 : 1;
    end = std::min(end, json_.size());
    std::string_view text = json_.substr(at_ + 1, end - at_ - 1);
    at_ = std::min(end + 1, json_.size());
    bool is_key = at_ < json_.size() && json_[at_] == ':';
    std::string escaped = escape_html(text);
    if (is_key) {
      out_ += "<span class=\"k\">&quot;" + escaped + "&quot;</span>";
    } else if (is_link(text)) {
      out_ += "<span class=\"s\">&quot;<a href=\"" + escaped + "\" rel=\"nofollow\">" + escaped +
              "</a>&quot;</span>";
    } else {
      out_ += "<span class=\"s\">&quot;" + escaped + "&quot;</span>";
    }
  }

  void write_word() {
    std::size_t end = at_;
    while (end < json_.size() && !std::string_view(",]} \n").contains(json_[end])) ++end;
    out_ += "<span class=\"n\">" + escape_html(json_.substr(at_, end - at_)) + "</span>";
    at_ = end;
  }

  std::string_view json_;
  std::string out_;
  std::size_t at_ = 0;
};

}  // namespace

std::string json_markup(std::string_view json) { return Markup(json).run(); }

}  // namespace tt::web::rest
