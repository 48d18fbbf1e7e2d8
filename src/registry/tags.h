#pragma once

// Tags: short words that people attach to feeds and channels, in Xively's comma notation.
//
//   tags  = tag *("," tag)
//   tag   = plain / DQUOTE quoted DQUOTE      ; spaces around either are dropped
//   plain = *(any character but "," and DQUOTE)
//   quoted = *(any character but DQUOTE / "\" DQUOTE)

#include <string>
#include <string_view>
#include <vector>

namespace tt::registry {

// The tags of a comma string, clean.  Never fails: an open quote ends with the text.
std::vector<std::string> parse_tags(std::string_view text);

// Trims, strips enclosing quotes of either kind, turns control characters into spaces, drops empty
// and repeated tags, sorts without regard to (ASCII) case.  Clean tags stay as they are.
std::vector<std::string> clean_tags(std::vector<std::string> tags);

// Characters (not bytes) of the tags joined by commas, which is what Xively limits to 255.
std::size_t tags_length(const std::vector<std::string>& tags);

}  // namespace tt::registry
