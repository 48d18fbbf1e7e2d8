#include "web/core/parameters.h"

#include <algorithm>

#include <fmt/format.h>

#include "web/core/utf8_text.h"
#include "web/template/text.h"

namespace tt::web {
namespace {

std::string decode(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  if (spaced.find('%') != spaced.npos) spaced = percent_decode_leniently(spaced);
  return valid_utf8(std::move(spaced));
}

void append_encoded(std::string& out, std::string_view text) {
  auto quoted = percent_quote(text, " ");
  std::ranges::replace(quoted, ' ', '+');
  out += quoted;
}

}  // namespace

const std::string* Parameters::find(std::string_view name) const {
  for (auto at = entries_.rbegin(); at != entries_.rend(); ++at) {
    if (at->first == name) return &at->second;
  }
  return nullptr;
}

std::string Parameters::get(std::string_view name, std::string_view otherwise) const {
  auto found = find(name);
  return found ? *found : std::string(otherwise);
}

std::vector<std::string> Parameters::get_all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : entries_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

void Parameters::add(std::string name, std::string value) {
  entries_.emplace_back(std::move(name), std::move(value));
}

void Parameters::set(std::string_view name, std::string value) {
  auto first = std::ranges::find(entries_, name,
                                 [](const auto& entry) -> std::string_view { return entry.first; });
  if (first == entries_.end()) return add(std::string(name), std::move(value));
  first->second = std::move(value);
  auto rest = std::remove_if(first + 1, entries_.end(),
                             [&](const auto& entry) { return entry.first == name; });
  entries_.erase(rest, entries_.end());
}

void Parameters::erase(std::string_view name) {
  std::erase_if(entries_, [&](const auto& entry) { return entry.first == name; });
}

std::string Parameters::urlencode() const {
  std::string out;
  for (const auto& [name, value] : entries_) {
    if (!out.empty()) out += '&';
    append_encoded(out, name);
    out += '=';
    append_encoded(out, value);
  }
  return out;
}

Parameters parse_urlencoded(std::string_view text, std::size_t fields_max) {
  Parameters parameters;
  if (text.empty()) return parameters;
  if (static_cast<std::size_t>(std::ranges::count(text, '&')) >= fields_max) {
    throw Error(Code::too_large, fmt::format("more than {} fields were sent", fields_max));
  }
  while (!text.empty()) {
    auto field = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(field.size() + 1, text.size()));
    if (field.empty()) continue;
    auto equals = field.find('=');
    auto value = equals == field.npos ? std::string_view() : field.substr(equals + 1);
    parameters.add(decode(field.substr(0, equals)), decode(value));
  }
  return parameters;
}

}  // namespace tt::web
