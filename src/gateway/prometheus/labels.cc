#include "gateway/prometheus/labels.h"

#include <re2/re2.h>

#include <algorithm>

namespace tt::gateway::prometheus {
namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

Labels::Labels(std::vector<std::pair<std::string, std::string>> pairs) : pairs_(std::move(pairs)) {
  std::erase_if(pairs_, [](const auto& pair) { return pair.second.empty(); });
  std::ranges::sort(pairs_);
}

std::string_view Labels::value_of(std::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return value;
  }
  return {};
}

Labels Labels::only(const std::vector<std::string>& names) const {
  Labels kept;
  for (const auto& pair : pairs_) {
    if (contains(names, pair.first)) kept.pairs_.push_back(pair);
  }
  return kept;
}

Labels Labels::without(const std::vector<std::string>& names) const {
  Labels kept;
  for (const auto& pair : pairs_) {
    if (!contains(names, pair.first)) kept.pairs_.push_back(pair);
  }
  return kept;
}

Labels Labels::without_name() const { return without({std::string(name_label)}); }

bool Matcher::accepts(std::string_view value) const {
  switch (kind) {
    case MatchKind::equal: return value == text;
    case MatchKind::not_equal: return value != text;
    case MatchKind::matches: return re2::RE2::FullMatch(value, *pattern);
    case MatchKind::not_matches: return !re2::RE2::FullMatch(value, *pattern);
  }
  return false;
}

std::string compile(Matcher& matcher) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(true);
  options.set_max_mem(1 << 20);
  auto pattern = std::make_shared<const re2::RE2>(matcher.text, options);
  if (!pattern->ok()) return pattern->error();
  matcher.pattern = std::move(pattern);
  return {};
}

bool accept(const Matchers& matchers, const Labels& labels) {
  return std::ranges::all_of(matchers, [&](const Matcher& matcher) {
    return matcher.accepts(labels.value_of(matcher.label));
  });
}

std::string metric_name_of(std::string_view channel) {
  std::string name;
  if (!channel.empty() && is_digit(channel[0])) name += '_';
  for (char c : channel) {
    if (continues_character(c)) continue;  // one '_' for each character, however long
    name += is_letter(c) || is_digit(c) || c == ':' ? c : '_';
  }
  return name;
}

}  // namespace tt::gateway::prometheus
