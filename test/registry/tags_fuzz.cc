// Whatever people write as tags becomes clean tags, and whatever they search for becomes a harmless
// expression.
#include <cstddef>
#include <cstdint>

#include "base/error.h"
#include "registry/rows.h"
#include "registry/search.h"
#include "registry/tags.h"
#include "registry/text.h"

using namespace tt::registry;

namespace {

// Only "…"* groups with doubled quotes inside, one space between them.
bool is_harmless(std::string_view match) {
  while (!match.empty()) {
    if (!match.starts_with('"')) return false;
    match.remove_prefix(1);
    while (match.starts_with("\"\"") || !match.starts_with('"')) {
      if (match.empty()) return false;
      match.remove_prefix(match.starts_with("\"\"") ? 2 : 1);
    }
    if (!match.starts_with("\"*")) return false;
    match.remove_prefix(2);
    if (match.starts_with(" \"")) match.remove_prefix(1);
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto tags = parse_tags(text);
  for (const auto& tag : tags) TT_ASSERT(!tag.empty() && trim(tag) == tag);
  TT_ASSERT(clean_tags(tags) == tags);
  TT_ASSERT(from_column(to_column(tags)) == tags);
  TT_ASSERT(tags_length(tags) <= size + tags.size());
  TT_ASSERT(is_harmless(to_match(text)));
  return 0;
}
