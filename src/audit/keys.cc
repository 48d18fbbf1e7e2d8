#include "audit/keys.h"

#include <charconv>

namespace tt::audit {
namespace {

constexpr std::string_view entry_prefix = "audit/e/";

// "feeds/504/a" → "feeds/504"
std::string_view first_two_levels(std::string_view object) {
  auto slash = object.find('/');
  if (slash == object.npos) return object;
  return object.substr(0, object.find('/', slash + 1));
}

// "key.create" → "key"
std::string_view first_word(std::string_view action) { return action.substr(0, action.find('.')); }

std::string object_prefix(std::string_view object) {
  std::string prefix = fmt::format("audit/o/{}", first_two_levels(object));
  prefix += '\0';
  return prefix;
}
std::string account_prefix(identity::AccountId account) {
  return fmt::format("audit/a/{:016x}/", account);
}
std::string word_prefix(std::string_view action) {
  return fmt::format("audit/w/{}/", first_word(action));
}

// "feeds/504" holds "feeds/504/a", but not "feeds/5041".
bool is_at_or_below(std::string_view path, std::string_view top, char separator) {
  if (!path.starts_with(top)) return false;
  return path.size() == top.size() || path[top.size()] == separator;
}

}  // namespace

std::string id_of(std::int64_t number) { return fmt::format("{:016x}", number); }

std::optional<std::int64_t> number_of(std::string_view id) {
  std::int64_t number = 0;
  const char* end = id.data() + id.size();
  auto [stop, error] = std::from_chars(id.data(), end, number, 16);
  bool good = id.size() == id_bytes && error == std::errc() && stop == end && number >= 0;
  return good ? std::optional(number) : std::nullopt;
}

std::string entry_key(std::string_view id) { return fmt::format("{}{}", entry_prefix, id); }

std::vector<std::string> keys_of(const Entry& entry) {
  const auto& event = entry.event;
  std::vector<std::string> keys = {entry_key(entry.id)};
  if (!event.object.empty()) keys.push_back(object_prefix(event.object) + entry.id);
  keys.push_back(word_prefix(event.action) + entry.id);
  if (entry.account != 0) keys.push_back(account_prefix(entry.account) + entry.id);
  bool has_owner = event.owner != 0 && event.owner != entry.account;
  if (has_owner) keys.push_back(account_prefix(event.owner) + entry.id);
  return keys;
}

Lookup lookup_of(const Filter& filter) {
  // An index of objects knows two levels: "feeds" alone is looked for elsewhere.
  if (filter.object.contains('/')) return {object_prefix(filter.object)};
  if (filter.visible_to) return {account_prefix(*filter.visible_to)};
  if (!filter.action.empty()) return {word_prefix(filter.action)};
  return {std::string(entry_prefix)};
}

bool matches(const Filter& filter, const Entry& entry) {
  const auto& event = entry.event;
  if (filter.visible_to) {
    auto account = *filter.visible_to;
    if (entry.account != account && event.owner != account) return false;
  }
  if (!filter.object.empty() && !is_at_or_below(event.object, filter.object, '/')) return false;
  return filter.action.empty() || is_at_or_below(event.action, filter.action, '.');
}

}  // namespace tt::audit
