#include "registry/search.h"

#include <algorithm>
#include <cctype>

#include "base/bytes.h"
#include "registry/rows.h"
#include "registry/text.h"

namespace tt::registry {
namespace {

using orm::f;
using orm::Q;

constexpr std::size_t words_max = 16;
constexpr std::size_t word_bytes_max = 255;

// What the unicode61 tokenizer does not throw away for sure: ASCII letters, digits, and anything
// beyond ASCII.
bool has_token(std::string_view word) {
  return std::ranges::any_of(word, [](unsigned char c) { return std::isalnum(c) || c >= 0x80; });
}

bool is_separator(unsigned char c) { return c <= ' ' || c == 0x7F; }

Q<FeedRow> is_visible_to(std::optional<identity::AccountId> account) {
  auto is_public = f<&FeedRow::is_private> == false;
  return account ? is_public || f<&FeedRow::owner> == *account : is_public;
}

Q<FeedRow> has_words(const std::string& match) {
  return orm::sql<FeedRow>(
      "registry_feed.id IN (SELECT rowid FROM registry_feed_text WHERE registry_feed_text MATCH ?)",
      match);
}

// The tag of the feed itself or of one of its channels.
Q<FeedRow> has_tag(std::string_view tag) {
  auto line = fmt::format("\n{}\n", tag);
  auto of_channel = orm::sql<FeedRow>(
      "registry_feed.id IN (SELECT feed_id FROM registry_channel WHERE instr(lower(tags), "
      "lower(?)) > 0)",
      line);
  return f<&FeedRow::tags>.icontains(line) || of_channel;
}

}  // namespace

std::string to_match(std::string_view text) {
  std::string match;
  if (!is_utf8(text)) return match;
  std::size_t words = 0;
  while (words < words_max && !text.empty()) {
    auto end = std::ranges::find_if(text, is_separator);
    std::string_view word(text.begin(), end);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (!has_token(word) || word.size() > word_bytes_max) continue;
    if (words++ > 0) match += ' ';
    match += '"';
    for (char c : word) match.append(c == '"' ? 2 : 1, c);
    match += "\"*";
  }
  return match;
}

FeedIds search(orm::Session& session, const FeedQuery& query) {
  auto feeds = orm::objects<FeedRow>(session).filter(is_visible_to(query.visible_to));
  if (!is_blank(query.text)) {
    auto match = to_match(query.text);
    if (match.empty()) return {};
    feeds = feeds.filter(has_words(match));
  }
  if (!query.tag.empty()) feeds = feeds.filter(has_tag(query.tag));
  if (!query.owner_login.empty()) {
    feeds = feeds.filter(f<&FeedRow::owner, &identity::AccountRow::login> == query.owner_login);
  }
  FeedIds found;
  found.total = static_cast<std::size_t>(feeds.count());
  auto page = feeds.order_by("-id").offset(query.offset).limit(query.limit);
  found.ids = page.template values<&FeedRow::id>();
  return found;
}

}  // namespace tt::registry
