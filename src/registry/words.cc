#include "registry/words.h"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/ranges.h>

#include "base/bytes.h"
#include "base/text.h"
#include "registry/rows.h"

namespace tt::registry {
namespace {

constexpr std::size_t words_max = 16;
constexpr std::size_t word_bytes_max = 255;

// Made by the first versions; the table of words below takes its place.
constexpr const char* make_text = R"(
  CREATE VIRTUAL TABLE registry_feed_text USING fts5(
    title, description, tags, tokenize='unicode61 remove_diacritics 2'))";

// People see results while they type, so the beginnings of words have an index as well.
constexpr const char* make_words = R"(
  CREATE VIRTUAL TABLE registry_feed_words USING fts5(
    title, description, tags, tokenize='unicode61 remove_diacritics 2', prefix='1 2 3 4 5 6 7 8'))";

constexpr const char* make_labels = R"(
  CREATE VIRTUAL TABLE registry_feed_labels USING fts5(
    labels, tokenize='ascii', detail=none, columnsize=0))";

std::string token_of(char kind, std::string_view text) { return kind + to_hex(to_lower(text)); }

std::string labels_of(const Feed& feed) {
  std::set<std::string> tokens;
  if (!feed.is_private) tokens.insert("p");
  tokens.insert(fmt::format("o{}", feed.owner));
  for (const auto& tag : feed.tags) tokens.insert(token_of('t', tag));
  for (const auto& channel : feed.channels) {
    for (const auto& tag : channel.tags) tokens.insert(token_of('t', tag));
    if (!channel.unit.label.empty()) tokens.insert(token_of('u', channel.unit.label));
  }
  return fmt::format("{}", fmt::join(tokens, " "));
}

bool have_same_words(const Feed& a, const Feed& b) {
  return a.title == b.title && a.description == b.description && a.tags == b.tags;
}

void insert_words(orm::Session& session, const Feed& feed) {
  constexpr std::string_view sql =
      "INSERT INTO registry_feed_words (rowid, title, description, tags) VALUES (?, ?, ?, ?)";
  session.execute(sql, {feed.id, feed.title, feed.description, to_column(feed.tags)});
}

void insert_labels(orm::Session& session, const Feed& feed) {
  constexpr std::string_view sql = "INSERT INTO registry_feed_labels (rowid, labels) VALUES (?, ?)";
  session.execute(sql, {feed.id, labels_of(feed)});
}

// What the unicode61 tokenizer does not throw away for sure: ASCII letters, digits, and anything
// beyond ASCII.
bool has_token(std::string_view word) {
  return std::ranges::any_of(word, [](unsigned char c) { return std::isalnum(c) || c >= 0x80; });
}

bool is_separator(unsigned char c) { return c <= ' ' || c == 0x7F; }

std::string quoted_prefix(std::string_view word) {
  std::string expression = "\"";
  for (char c : word) expression.append(c == '"' ? 2 : 1, c);
  return expression + "\"*";
}

Match label(std::string token) { return {WordTable::labels, std::move(token)}; }

}  // namespace

std::vector<orm::ExtraStatement> word_tables() {
  return {{"registry_feed_text", make_text},
          {"registry_feed_words", make_words},
          {"registry_feed_labels", make_labels},
          {"registry_feed_text dropped", "DROP TABLE registry_feed_text"}};
}

void keep_words(orm::Session& session, const Feed& feed) {
  insert_words(session, feed);
  insert_labels(session, feed);
}

bool replace_words(orm::Session& session, const Feed& before, const Feed& after) {
  bool other_words = !have_same_words(before, after);
  bool other_labels = labels_of(before) != labels_of(after);
  if (other_words) {
    session.execute("DELETE FROM registry_feed_words WHERE rowid = ?", {after.id});
    insert_words(session, after);
  }
  if (other_labels) {
    session.execute("DELETE FROM registry_feed_labels WHERE rowid = ?", {after.id});
    insert_labels(session, after);
  }
  return other_words || other_labels;
}

void forget_words(orm::Session& session, FeedId id) {
  session.execute("DELETE FROM registry_feed_words WHERE rowid = ?", {id});
  session.execute("DELETE FROM registry_feed_labels WHERE rowid = ?", {id});
}

Match is_public() { return label("p"); }
Match is_owned_by(identity::AccountId account) { return label(fmt::format("o{}", account)); }
Match has_tag(std::string_view tag) { return label(token_of('t', tag)); }
Match has_unit(std::string_view text) { return label(token_of('u', text)); }

std::vector<Match> words_of(std::string_view text) {
  std::vector<Match> words;
  if (!is_utf8(text)) return words;
  while (words.size() < words_max && !text.empty()) {
    auto end = std::ranges::find_if(text, is_separator);
    std::string_view word(text.begin(), end);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (!has_token(word) || word.size() > word_bytes_max) continue;
    words.push_back({WordTable::words, quoted_prefix(word)});
  }
  return words;
}

Match in_title(const Match& word) { return {word.table, "title : " + word.expression}; }

}  // namespace tt::registry
