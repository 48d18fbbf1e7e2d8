#pragma once

// Texts of a parsed document that must outlive its reader.

#include <deque>
#include <string>
#include <string_view>

namespace tt::wire {

// `text` itself if it stands in `body` as it is, else a copy in `kept` (it was quoted or escaped,
// and its reader owns the plain form).
inline std::string_view kept_text(std::string_view text, std::string_view body,
                                  std::deque<std::string>& kept) {
  bool in_body =
      text.data() >= body.data() && text.data() + text.size() <= body.data() + body.size();
  return in_body ? text : std::string_view(kept.emplace_back(text));
}

}  // namespace tt::wire
