#pragma once

// What feeds are found by: two full-text tables beside their rows.
//
//   registry_feed_words    the words of title, description and tags
//   registry_feed_labels   one token for each property that is either there or not:
//                          "p"            it is public
//                          "o17"          the account 17 owns it
//                          "t" hex(tag)   it or one of its channels has the tag
//                          "u" hex(label) the unit of one of its channels has the label
//                          (UTF-8 in lower case, as far as ASCII goes, as hexadecimal digits)

#include "orm/migrate.h"
#include "registry/registry.h"

namespace tt::registry {

std::vector<orm::ExtraStatement> word_tables();

// For a new feed, a changed one, and one that is gone.  True if something was written.
void keep_words(orm::Session& session, const Feed& feed);
bool replace_words(orm::Session& session, const Feed& before, const Feed& after);
void forget_words(orm::Session& session, FeedId id);

// What a table is asked: an expression of FTS5.
enum class WordTable : unsigned char { words, labels };
struct Match {
  WordTable table = WordTable::words;
  std::string expression;
  auto operator<=>(const Match&) const = default;
};

Match is_public();
Match is_owned_by(identity::AccountId account);
Match has_tag(std::string_view tag);
Match has_unit(std::string_view label);

// The words of a person's query, each as an expression that finds feeds with a word that begins
// like it: `a "b` are `"a"*` and `"""b"*`.  Nothing in `text` can act as an operator; of very many
// words the first ones count.
std::vector<Match> words_of(std::string_view text);
// The same, in the title alone.
Match in_title(const Match& word);

}  // namespace tt::registry
