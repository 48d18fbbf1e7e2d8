#include "web/core/url_format.h"

#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace tt::web {
namespace {

using Formats = std::vector<UrlFormat>;

UrlFormat literal(std::string text) {
  UrlFormat format;
  if (!text.empty()) format.pieces.push_back({std::move(text), {}});
  return format;
}

void append(UrlFormat& format, const UrlFormat& more) {
  for (const auto& piece : more.pieces) {
    bool joins =
        !format.pieces.empty() && format.pieces.back().group.empty() && piece.group.empty();
    if (joins) {
      format.pieces.back().literal += piece.literal;
    } else {
      format.pieces.push_back(piece);
    }
  }
}

// Each of `first` followed by each of `second`.
std::optional<Formats> product(const Formats& first, const Formats& second) {
  if (first.size() * second.size() > url_formats_max) return std::nullopt;
  Formats all;
  for (const auto& head : first) {
    for (const auto& tail : second) {
      all.push_back(head);
      append(all.back(), tail);
    }
  }
  return all;
}

bool has_group(const Formats& formats) {
  for (const auto& format : formats) {
    for (const auto& piece : format.pieces) {
      if (!piece.group.empty()) return true;
    }
  }
  return false;
}

class Reader {
 public:
  explicit Reader(std::string_view regex) : rest_(regex) {}

  // Up to the end, or to the ")" of the group that is being read.
  std::optional<Formats> sequence() {
    Formats all{UrlFormat()};
    while (!rest_.empty() && rest_[0] != ')') {
      auto next = element();
      if (!next) return std::nullopt;
      next = repeated(*std::move(next));
      if (!next) return std::nullopt;
      auto joined = product(all, *next);
      if (!joined) return std::nullopt;
      all = *std::move(joined);
    }
    return all;
  }

 private:
  char take() {
    char c = rest_[0];
    rest_.remove_prefix(1);
    return c;
  }
  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  // nullopt for what cannot be read backwards.
  std::optional<Formats> element() {
    char c = take();
    switch (c) {
      case '^':
      case '$': return Formats{UrlFormat()};
      case '|': return std::nullopt;
      case '\\': return escape();
      case '[': return Formats{literal(character_class())};
      case '(': return group();
      default: return Formats{literal(std::string(1, c))};
    }
  }

  std::optional<Formats> escape() {
    if (rest_.empty()) return std::nullopt;
    char c = take();
    switch (c) {
      case 'A':
      case 'b':
      case 'B':
      case 'z':
      case 'Z': return Formats{UrlFormat()};
      case 'd': return Formats{literal("0")};
      case 's': return Formats{literal(" ")};
      case 'D':
      case 'w':
      case 'S': return Formats{literal("x")};
      case 'W': return Formats{literal("!")};
      case 'p':
      case 'P':
      case 'Q': return std::nullopt;
      default: return Formats{literal(std::string(1, c))};
    }
  }

  // One character that stands for the class: its first.
  std::string character_class() {
    take("^");
    std::string first;
    bool is_first = true;
    while (!rest_.empty() && (is_first || rest_[0] != ']')) {
      if (rest_[0] == '\\' && rest_.size() > 1) take();
      char c = take();
      if (std::exchange(is_first, false)) first = c;
    }
    if (!rest_.empty()) take();
    return first;
  }

  std::optional<Formats> group() {
    std::optional<Formats> inside;
    if (take("?P<") || take("?<")) {
      auto name = rest_.substr(0, rest_.find('>'));
      rest_.remove_prefix(std::min(name.size() + 1, rest_.size()));
      inside = gap(std::string(name));
    } else if (rest_.starts_with('?')) {
      auto colon = rest_.find_first_of(":)");
      if (colon == rest_.npos) return std::nullopt;
      rest_.remove_prefix(rest_[colon] == ':' ? colon + 1 : colon);
      inside = sequence();
    } else {
      inside = gap(fmt::format("_{}", unnamed_++));
    }
    if (!inside || !take(")")) return std::nullopt;
    return inside;
  }

  Formats gap(std::string name) {
    skip_group();
    UrlFormat format;
    format.pieces.push_back({{}, std::move(name)});
    return {format};
  }

  // To the ")" that closes the group.
  void skip_group() {
    int depth = 0;
    while (!rest_.empty()) {
      if (rest_[0] == ')' && depth == 0) return;
      char c = take();
      if (c == '\\' && !rest_.empty()) take();
      if (c == '[') character_class();
      if (c == '(') ++depth;
      if (c == ')') --depth;
    }
  }

  // How often at least: "?" 0, "*" 0, "+" 1, "{3,}" 3; nullopt without a quantifier.
  std::optional<std::size_t> quantifier() {
    std::size_t least = 0;
    if (take("?") || take("*")) {
      least = 0;
    } else if (take("+")) {
      least = 1;
    } else if (rest_.starts_with('{')) {
      auto end = rest_.find('}');
      if (end == rest_.npos) return std::nullopt;
      auto [stop, error] = std::from_chars(rest_.data() + 1, rest_.data() + end, least);
      if (error != std::errc()) return std::nullopt;
      rest_.remove_prefix(end + 1);
    } else {
      return std::nullopt;
    }
    take("?");  // reluctant
    return least;
  }

  std::optional<Formats> repeated(Formats once) {
    auto least = quantifier();
    if (!least || *least == 1) return once;
    if (*least == 0) {
      if (!has_group(once)) return Formats{UrlFormat()};
      once.insert(once.begin(), UrlFormat());
      return once;
    }
    if (has_group(once) || *least > 100) return std::nullopt;
    Formats all{UrlFormat()};
    for (std::size_t i = 0; i < *least; ++i) append(all[0], once[0]);
    return all;
  }

  std::string_view rest_;
  std::size_t unnamed_ = 0;
};

}  // namespace

std::vector<std::string> UrlFormat::groups() const {
  std::vector<std::string> names;
  for (const auto& piece : pieces) {
    if (!piece.group.empty()) names.push_back(piece.group);
  }
  return names;
}

std::vector<UrlFormat> url_formats(std::string_view regex) {
  return Reader(regex).sequence().value_or(Formats());
}

}  // namespace tt::web
