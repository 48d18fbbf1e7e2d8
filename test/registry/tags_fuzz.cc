// Whatever people write as tags becomes clean tags, and whatever they search for becomes a harmless
// expression.
#include <cstddef>
#include <cstdint>

#include "base/error.h"
#include "registry/rows.h"
#include "registry/tags.h"
#include "registry/text.h"
#include "registry/words.h"

using namespace tt::registry;

namespace {

// One "…"* with doubled quotes inside.
bool is_harmless(std::string_view expression) {
  if (!expression.starts_with('"') || !expression.ends_with("\"*")) return false;
  expression.remove_prefix(1);
  expression.remove_suffix(2);
  while (!expression.empty()) {
    bool is_quote = expression.starts_with('"');
    if (is_quote && !expression.starts_with("\"\"")) return false;
    expression.remove_prefix(is_quote ? 2 : 1);
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
  for (const auto& word : words_of(text)) TT_ASSERT(is_harmless(word.expression));
  return 0;
}
