#include "web/core/urls.h"

#include <algorithm>
#include <mutex>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include "base/error.h"
#include "web/core/application.h"
#include "web/core/url_format.h"
#include "web/template/text.h"

namespace tt::web {
namespace {

constexpr std::size_t groups_max = 16;

// What an expression asks of the front of a path before anything else.
struct Literal {
  std::string text;
  enum class Rest : unsigned char { nothing, anything, expression } rest = Rest::expression;
};

bool has_alternatives(std::string_view regex) { return regex.find('|') != regex.npos; }

// Most expressions begin with plain text ("^stations/…"), many are nothing else; then RE2 need not
// be asked.
Literal literal_of(std::string_view regex) {
  Literal literal;
  if (!regex.starts_with('^') || has_alternatives(regex)) return literal;
  regex.remove_prefix(1);
  while (!regex.empty()) {
    if (regex == "$") {
      literal.rest = Literal::Rest::nothing;
      return literal;
    }
    bool is_escaped = regex.size() > 1 && regex[0] == '\\';
    char c = is_escaped ? regex[1] : regex[0];
    bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    bool is_special = std::string_view(".^$*+?{}[]\\|()").find(c) != std::string_view::npos;
    if (is_escaped ? is_word : is_special) return literal;
    auto rest = regex.substr(is_escaped ? 2 : 1);
    if (!rest.empty() && std::string_view("*+?{").find(rest[0]) != std::string_view::npos) {
      return literal;
    }
    literal.text += c;
    regex = rest;
  }
  literal.rest = Literal::Rest::anything;
  return literal;
}

std::unique_ptr<re2::RE2> compile(std::string_view regex) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_unique<re2::RE2>(regex, options);
  if (!compiled->ok()) {
    throw Error(Code::invalid,
                fmt::format("the URL pattern '{}' is malformed: {}", regex, compiled->error()));
  }
  if (compiled->NumberOfCapturingGroups() > static_cast<int>(groups_max)) {
    throw Error(Code::invalid,
                fmt::format("the URL pattern '{}' has more than {} groups", regex, groups_max));
  }
  return compiled;
}

std::string_view without_caret(std::string_view regex) {
  if (regex.starts_with('^')) regex.remove_prefix(1);
  return regex;
}

}  // namespace

namespace detail {

std::optional<double> real_from(std::string_view text) { return parse_real(text); }

void throw_no_match() { throw Error(Code::not_found, "the URL names nothing that exists"); }

void throw_wrong_arity(std::size_t expected, std::size_t given) {
  throw Error(Code::internal,
              fmt::format("a view takes {} arguments, its URL pattern gives {}", expected, given));
}

}  // namespace detail

struct UrlPattern::Compiled {
  std::string regex;
  Literal literal;
  std::unique_ptr<re2::RE2> expression;  // none if the literal says all
  std::vector<std::string> group_names;  // in order; empty for an unnamed group
  View view;
  std::string name;
  std::optional<Included> included;

  explicit Compiled(std::string_view text) : regex(text), literal(literal_of(text)) {
    if (literal.rest != Literal::Rest::expression) return;
    expression = compile(text);
    group_names.resize(static_cast<std::size_t>(expression->NumberOfCapturingGroups()));
    for (const auto& [group, number] : expression->NamedCapturingGroups()) {
      group_names[static_cast<std::size_t>(number) - 1] = group;
    }
  }
};

UrlPattern::UrlPattern(std::string_view regex, View view, std::string name) {
  auto compiled = std::make_shared<Compiled>(regex);
  compiled->view = std::move(view);
  compiled->name = std::move(name);
  compiled_ = std::move(compiled);
}

UrlPattern::UrlPattern(std::string_view regex, Included included) {
  auto compiled = std::make_shared<Compiled>(regex);
  compiled->included = std::move(included);
  compiled_ = std::move(compiled);
}

UrlPattern url(std::string_view regex, View view, std::string name) {
  return UrlPattern(regex, std::move(view), std::move(name));
}

UrlPattern url(std::string_view regex, Included included) {
  return UrlPattern(regex, std::move(included));
}

Included include(UrlPatterns patterns, std::string name_space) {
  return {std::move(patterns), std::move(name_space)};
}

struct UrlResolver::Node {
  std::shared_ptr<const UrlPattern::Compiled> pattern;
  std::string route;      // with those above
  std::string view_name;  // with its namespaces
  std::vector<Node> children;
};

// What the patterns above an included one have said.
struct UrlResolver::Above {
  std::string route;
  std::string regex;  // without the "^" of each
  std::string name_space;
};

// One pattern under its name, with all above it.
struct UrlResolver::Reversible {
  std::string regex;
  std::vector<UrlFormat> formats;
  mutable std::once_flag compiled_once;
  mutable std::unique_ptr<re2::RE2> compiled;

  const re2::RE2& expression() const {
    std::call_once(compiled_once, [&] { compiled = compile("^(?:" + regex + ")"); });
    return *compiled;
  }

  // The URL if `value_of(group, index)` knows the text of each group and the whole fits.
  template <class F>
  std::optional<std::string> fill(const UrlFormat& format, F value_of) const {
    std::string path;
    std::size_t index = 0;
    for (const auto& piece : format.pieces) {
      if (piece.group.empty()) {
        path += piece.literal;
      } else if (const std::string* value = value_of(piece.group, index++)) {
        path += *value;
      } else {
        return std::nullopt;
      }
    }
    if (!re2::RE2::PartialMatch(path, expression())) return std::nullopt;
    auto url = "/" + percent_quote(path, "/~:@!$&'()*+,;=");
    if (url.starts_with("//")) url.replace(0, 2, "/%2F");
    return url;
  }
};

// The way down the tree for one path.
struct UrlMatching {
  std::vector<std::string> unnamed;
  std::vector<std::pair<std::string, std::string>> named;

  // What is left of `path` behind the match; nullopt if it does not fit.
  std::optional<std::string_view> take(const UrlPattern::Compiled& pattern, std::string_view path) {
    const auto& literal = pattern.literal;
    if (!path.starts_with(literal.text)) return std::nullopt;
    if (literal.rest == Literal::Rest::anything) return path.substr(literal.text.size());
    if (literal.rest == Literal::Rest::nothing) {
      if (path.size() != literal.text.size()) return std::nullopt;
      return std::string_view();
    }
    re2::StringPiece groups[groups_max + 1];
    auto count = pattern.group_names.size();
    auto anchor = pattern.regex.starts_with('^') && !has_alternatives(pattern.regex)
                      ? re2::RE2::ANCHOR_START
                      : re2::RE2::UNANCHORED;
    if (!pattern.expression->Match(path, 0, path.size(), anchor, groups,
                                   static_cast<int>(count) + 1)) {
      return std::nullopt;
    }
    keep_groups(pattern, {groups + 1, count});
    return path.substr(static_cast<std::size_t>(groups[0].end() - path.data()));
  }

  void keep_groups(const UrlPattern::Compiled& pattern, std::span<const re2::StringPiece> groups) {
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (groups[i].data() == nullptr) continue;
      std::string text(groups[i].data(), groups[i].size());
      const auto& name = pattern.group_names[i];
      if (name.empty()) {
        unnamed.push_back(std::move(text));
        continue;
      }
      auto same = std::ranges::find(named, name, [](const auto& entry) { return entry.first; });
      if (same == named.end()) {
        named.emplace_back(name, std::move(text));
      } else {
        same->second = std::move(text);
      }
    }
  }

  template <class Node>
  const Node* find(const std::vector<Node>& nodes, std::string_view path) {
    for (const Node& node : nodes) {
      if (!node.pattern->included) {
        if (take(*node.pattern, path)) return &node;
        continue;
      }
      auto before = *this;
      if (auto rest = take(*node.pattern, path)) {
        if (auto found = find(node.children, *rest)) return found;
        *this = std::move(before);
      }
    }
    return nullptr;
  }
};

UrlResolver::UrlResolver(const UrlPatterns& patterns) { nodes_ = nodes_of(patterns, {}); }
UrlResolver::~UrlResolver() = default;
UrlResolver::UrlResolver(UrlResolver&&) noexcept = default;

std::vector<UrlResolver::Node> UrlResolver::nodes_of(const UrlPatterns& patterns,
                                                     const Above& above) {
  std::vector<Node> nodes;
  for (const UrlPattern& pattern : patterns) {
    const auto& compiled = pattern.compiled_;
    auto& node = nodes.emplace_back();
    node.pattern = compiled;
    node.route = above.route + compiled->regex;
    auto regex = above.regex + std::string(without_caret(compiled->regex));
    if (compiled->included) {
      const auto& included = *compiled->included;
      auto name_space = above.name_space;
      if (!included.name_space.empty()) name_space += included.name_space + ":";
      node.children = nodes_of(included.patterns, {node.route, regex, name_space});
      continue;
    }
    routes_.push_back(node.route);
    if (compiled->name.empty()) continue;
    node.view_name = above.name_space + compiled->name;
    auto reversible = std::make_unique<Reversible>();
    reversible->formats = url_formats(regex);
    reversible->regex = std::move(regex);
    auto& same_name = by_name_[node.view_name];
    same_name.insert(same_name.begin(), std::move(reversible));
  }
  return nodes;
}

std::optional<UrlResolver::Found> UrlResolver::resolve(std::string_view path) const {
  // Several slashes in front mean one, as Django's own server reads them.
  while (path.starts_with('/')) path.remove_prefix(1);
  UrlMatching matching;
  auto node = matching.find(nodes_, path);
  if (!node) return std::nullopt;
  Found found;
  found.view = &node->pattern->view;
  found.match.view_name = node->view_name;
  found.match.route = node->route;
  if (matching.named.empty()) {
    found.arguments = matching.unnamed;
    found.match.arguments = std::move(matching.unnamed);
  } else {
    for (const auto& [name, text] : matching.named) found.arguments.push_back(text);
    found.match.named = std::move(matching.named);
  }
  return found;
}

std::optional<std::string> UrlResolver::find_url(std::string_view name,
                                                 std::span<const std::string> arguments) const {
  auto same_name = by_name_.find(name);
  if (same_name == by_name_.end()) return std::nullopt;
  auto value_of = [&](const std::string&, std::size_t index) { return &arguments[index]; };
  for (const auto& reversible : same_name->second) {
    for (const auto& format : reversible->formats) {
      if (format.groups().size() != arguments.size()) continue;
      if (auto url = reversible->fill(format, value_of)) return url;
    }
  }
  return std::nullopt;
}

std::optional<std::string> UrlResolver::find_url(std::string_view name, const Named& named) const {
  auto same_name = by_name_.find(name);
  if (same_name == by_name_.end()) return std::nullopt;
  auto value_of = [&](const std::string& group, std::size_t) -> const std::string* {
    for (const auto& [key, value] : named) {
      if (key == group) return &value;
    }
    return nullptr;
  };
  for (const auto& reversible : same_name->second) {
    for (const auto& format : reversible->formats) {
      if (format.groups().size() != named.size()) continue;
      if (auto url = reversible->fill(format, value_of)) return url;
    }
  }
  return std::nullopt;
}

std::string UrlResolver::reverse(std::string_view name,
                                 std::span<const std::string> arguments) const {
  if (auto url = find_url(name, arguments)) return *std::move(url);
  fail(name, arguments.empty() ? "no arguments"
                               : fmt::format("arguments ('{}')", fmt::join(arguments, "', '")));
}

std::string UrlResolver::reverse(std::string_view name, const Named& named) const {
  if (auto url = find_url(name, named)) return *std::move(url);
  std::string with = "keyword arguments";
  for (const auto& [key, value] : named) with += fmt::format(" {}='{}'", key, value);
  fail(name, with);
}

void UrlResolver::fail(std::string_view name, std::string_view with) const {
  auto same_name = by_name_.find(name);
  if (same_name == by_name_.end()) {
    throw Error(Code::internal, fmt::format("Reverse for '{0}' not found. '{0}' is not a valid "
                                            "view function or pattern name.",
                                            name));
  }
  std::vector<std::string> tried;
  for (const auto& reversible : same_name->second) tried.push_back("'" + reversible->regex + "'");
  throw Error(Code::internal, fmt::format("Reverse for '{}' with {} not found. {} pattern(s) "
                                          "tried: [{}]",
                                          name, with, tried.size(), fmt::join(tried, ", ")));
}

std::string reverse(const HttpRequest& request, std::string_view name,
                    std::initializer_list<std::string> arguments) {
  return request.application().urls().reverse(name, {arguments.begin(), arguments.size()});
}

}  // namespace tt::web
