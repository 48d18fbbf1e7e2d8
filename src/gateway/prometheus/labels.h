#pragma once

// What tells series apart: labels, and the matchers that select by them.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace re2 {
class RE2;
}

namespace tt::gateway::prometheus {

inline constexpr std::string_view name_label = "__name__";

// Ascending by name, each name once, no empty values: a label that is empty is not there.
class Labels {
 public:
  Labels() = default;
  explicit Labels(std::vector<std::pair<std::string, std::string>> pairs);

  // Empty if there is no such label.
  std::string_view value_of(std::string_view name) const;
  // Those whose names are in `names`, or all the others.
  Labels only(const std::vector<std::string>& names) const;
  Labels without(const std::vector<std::string>& names) const;
  Labels without_name() const;

  auto begin() const { return pairs_.begin(); }
  auto end() const { return pairs_.end(); }
  auto operator<=>(const Labels&) const = default;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

enum class MatchKind { equal, not_equal, matches, not_matches };

// label="text", label!="text", label=~"pattern", label!~"pattern".  A label that a series does not
// have counts as empty; a pattern must match the whole value.
struct Matcher {
  std::string label;
  MatchKind kind = MatchKind::equal;
  std::string text;
  std::shared_ptr<const re2::RE2> pattern;  // of the last two kinds

  bool accepts(std::string_view value) const;
};

using Matchers = std::vector<Matcher>;

// Sets the pattern of a matcher of the last two kinds.  What is wrong with it; empty: nothing.
std::string compile(Matcher& matcher);

// True if every matcher accepts.
bool accept(const Matchers& matchers, const Labels& labels);

// A channel's name as the name of a metric, [a-zA-Z_:][a-zA-Z0-9_:]*: every other character becomes
// '_', a digit at the front gets one before it.  "wind-speed" → "wind_speed", "0" → "_0".
std::string metric_name_of(std::string_view channel);

}  // namespace tt::gateway::prometheus
