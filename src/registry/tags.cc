#include "registry/tags.h"

#include <algorithm>

#include "base/text.h"
#include "registry/text.h"

namespace tt::registry {
namespace {

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool less_without_case(const std::string& a, const std::string& b) {
  auto lower = std::ranges::lexicographical_compare(a, b, {}, to_lower, to_lower);
  auto greater = std::ranges::lexicographical_compare(b, a, {}, to_lower, to_lower);
  return lower || (!greater && a < b);
}

bool is_enclosed(std::string_view tag, char quote) {
  return tag.size() >= 2 && tag.front() == quote && tag.back() == quote;
}

std::string clean_tag(std::string tag) {
  auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; };
  std::ranges::replace_if(tag, is_control, ' ');
  std::string_view text = trim(tag);
  while (is_enclosed(text, '"') || is_enclosed(text, '\'')) {
    text = trim(text.substr(1, text.size() - 2));
  }
  return std::string(text);
}

}  // namespace

std::vector<std::string> parse_tags(std::string_view text) {
  std::vector<std::string> tags(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string& tag = tags.back();
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '"') {
      tag += text[++i];
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == ',' && !quoted) {
      tags.emplace_back();
    } else {
      tag += text[i];
    }
  }
  return clean_tags(std::move(tags));
}

std::vector<std::string> clean_tags(std::vector<std::string> tags) {
  for (auto& tag : tags) tag = clean_tag(std::move(tag));
  std::erase(tags, "");
  std::ranges::sort(tags, less_without_case);
  auto repeated = std::ranges::unique(tags);
  tags.erase(repeated.begin(), repeated.end());
  return tags;
}

std::size_t tags_length(const std::vector<std::string>& tags) {
  std::size_t length = tags.empty() ? 0 : tags.size() - 1;
  for (const auto& tag : tags) length += count_characters(tag);
  return length;
}

}  // namespace tt::registry
