#pragma once

// Which feeds a query means.  Blocks: run it through rt::offload.

#include <string>

#include "orm/orm.h"
#include "registry/registry.h"

namespace tt::registry {

struct FeedIds {
  std::size_t total = 0;
  std::vector<FeedId> ids;  // of the page, newest first
};

FeedIds search(orm::Session& session, const FeedQuery& query);

// The words of a person's query as an FTS5 expression that finds feeds with all of them, each the
// beginning of a word there: `a "b` is `"a"* """b"*`.  Nothing in `text` can act as an operator; of
// very many words the first ones count.  "" if it has no word.
std::string to_match(std::string_view text);

}  // namespace tt::registry
