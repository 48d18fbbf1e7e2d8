#include "web/rest/media_types.h"

#include <algorithm>

#include "base/text.h"
#include "web/rest/python_text.h"
#include "wire/header_value.h"

namespace tt::web::rest {
namespace {

constexpr int indent_max = 8;
constexpr std::size_t types_max = 64;  // of an Accept header; later ones are not looked at

std::string_view trimmed(std::string_view text) { return wire::trim(text); }

// The parts between the semicolons that are not in quotes.
std::vector<std::string_view> split_parameters(std::string_view text) {
  std::vector<std::string_view> parts;
  bool quoted = false;
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (text[at] != ';' || quoted) continue;
    parts.push_back(trimmed(text.substr(start, at - start)));
    start = at + 1;
  }
  parts.push_back(trimmed(text.substr(start)));
  return parts;
}

std::string unquoted(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  return std::string(value);
}

void add_parameter(MediaType& type, std::string_view text) {
  std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return;
  std::string name = to_lower(trimmed(text.substr(0, equals)));
  std::string value = unquoted(trimmed(text.substr(equals + 1)));
  auto same = [&](const auto& parameter) { return parameter.first == name; };
  auto found = std::ranges::find_if(type.parameters, same);
  if (found == type.parameters.end()) {
    type.parameters.emplace_back(std::move(name), std::move(value));
  } else {
    found->second = std::move(value);
  }
}

std::vector<MediaType> accepted_types(std::string_view header) {
  std::vector<MediaType> types;
  for (std::size_t start = 0; start <= header.size() && types.size() < types_max;) {
    std::size_t comma = std::min(header.find(',', start), header.size());
    types.push_back(MediaType::parse(trimmed(header.substr(start, comma - start))));
    start = comma + 1;
  }
  return types;
}

}  // namespace

MediaType MediaType::parse(std::string_view text) {
  MediaType type;
  auto parts = split_parameters(text);
  std::string essence = to_lower(parts.front());
  std::size_t slash = essence.find('/');
  type.type = essence.substr(0, slash);
  if (slash != std::string::npos) type.subtype = essence.substr(slash + 1);
  for (std::size_t i = 1; i < parts.size(); ++i) add_parameter(type, parts[i]);
  return type;
}

const std::string* MediaType::find(std::string_view parameter) const {
  for (const auto& [name, value] : parameters) {
    if (name == parameter) return &value;
  }
  return nullptr;
}

bool MediaType::matches(const MediaType& other) const {
  for (const auto& [name, value] : parameters) {
    if (name == "q") continue;
    const std::string* given = other.find(name);
    if (given == nullptr || *given != value) return false;
  }
  auto open_or_equal = [](const std::string& a, const std::string& b) {
    return a == "*" || b == "*" || a == b;
  };
  return open_or_equal(subtype, other.subtype) && open_or_equal(type, other.type);
}

int MediaType::precedence() const {
  if (type == "*") return 0;
  if (subtype == "*") return 1;
  bool is_plain = parameters.empty() || (parameters.size() == 1 && parameters[0].first == "q");
  return is_plain ? 2 : 3;
}

std::optional<Accepted> choose_renderer(std::span<const MediaType> renderers,
                                        std::optional<std::string_view> accept) {
  std::vector<MediaType> types = accepted_types(accept.value_or("*/*"));
  for (int precedence = 3; precedence >= 0; --precedence) {
    for (std::size_t i = 0; i < renderers.size(); ++i) {
      for (MediaType& type : types) {
        if (type.precedence() != precedence || !renderers[i].matches(type)) continue;
        return Accepted{i, std::move(type)};
      }
    }
  }
  return std::nullopt;
}

int indent_of(const MediaType& accepted) {
  const std::string* text = accepted.find("indent");
  if (text == nullptr) return 0;
  auto digits = integer_digits(*text);
  if (!digits) return 0;
  auto indent = parse_number<int>(*digits);
  if (!indent) return digits->starts_with('-') ? 0 : indent_max;
  return std::clamp(*indent, 0, indent_max);
}

}  // namespace tt::web::rest
