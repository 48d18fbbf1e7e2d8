#include "wire/header_value.h"

#include <algorithm>

#include "base/text.h"

namespace tt::wire {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~"
//         / DIGIT / ALPHA                                             [RFC 9110 section 5.6.2]
bool is_token_char(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

class ListParser {
 public:
  explicit ListParser(std::string_view text) : text_(text) {}

  Result<std::vector<HeaderElement>> parse() {
    std::vector<HeaderElement> elements;
    // "A recipient MUST parse and ignore a reasonable number of empty list elements"
    //                                                              [RFC 9110 section 5.6.1.2]
    while (skip_separators(','), position_ < text_.size()) {
      if (elements.size() == header_elements_max) return problem("too many elements", position_);
      auto element = parse_element();
      if (!element) return std::unexpected(element.error());
      elements.push_back(std::move(*element));
      if (position_ < text_.size() && text_[position_] != ',') {
        return problem("expected ','", position_);
      }
    }
    return elements;
  }

 private:
  Result<HeaderElement> parse_element() {
    HeaderElement element{.name = std::string(take_token("/")), .parameters = {}};
    if (element.name.empty()) return problem("expected a token", position_);
    skip_space();
    while (position_ < text_.size() && text_[position_] == ';') {
      skip_separators(';');
      if (position_ == text_.size() || text_[position_] == ',') break;
      if (element.parameters.size() == header_elements_max) {
        return problem("too many parameters", position_);
      }
      auto parameter = parse_parameter();
      if (!parameter) return std::unexpected(parameter.error());
      element.parameters.push_back(std::move(*parameter));
      skip_space();
    }
    return element;
  }

  Result<HeaderParameter> parse_parameter() {
    HeaderParameter parameter{.name = to_lower(take_token()), .value = std::nullopt};
    if (parameter.name.empty()) return problem("expected a parameter name", position_);
    if (position_ == text_.size() || text_[position_] != '=') return parameter;
    ++position_;
    if (position_ < text_.size() && text_[position_] == '"') {
      auto value = take_quoted();
      if (!value) return std::unexpected(value.error());
      parameter.value = std::move(*value);
      return parameter;
    }
    parameter.value = std::string(take_token("/"));
    if (parameter.value->empty()) return problem("expected a parameter value", position_);
    return parameter;
  }

  // quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE           [RFC 9110 section 5.6.4]
  Result<std::string> take_quoted() {
    std::string value;
    for (++position_; position_ < text_.size(); ++position_) {
      if (text_[position_] == '"') {
        ++position_;
        return value;
      }
      if (text_[position_] == '\\' && ++position_ == text_.size()) break;
      value += text_[position_];
    }
    return problem("unterminated quoted string", position_);
  }

  std::string_view take_token(std::string_view also = {}) {
    auto start = position_;
    while (position_ < text_.size() &&
           (is_token_char(text_[position_]) || also.contains(text_[position_]))) {
      ++position_;
    }
    return text_.substr(start, position_ - start);
  }

  void skip_space() { skip_separators(' '); }
  void skip_separators(char separator) {
    while (position_ < text_.size() &&
           (text_[position_] == separator || text_[position_] == ' ' || text_[position_] == '\t')) {
      ++position_;
    }
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

}  // namespace

const HeaderParameter* HeaderElement::find(std::string_view parameter) const {
  auto found = std::ranges::find(parameters, parameter, &HeaderParameter::name);
  return found == parameters.end() ? nullptr : &*found;
}

Result<std::vector<HeaderElement>> parse_header_list(std::string_view text) {
  return ListParser(text).parse();
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trim(std::string_view text) {
  auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_char);
}

bool list_has_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    auto comma = std::min(list.find(','), list.size());
    if (equal_ignoring_case(trim(list.substr(0, comma)), token)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace tt::wire
