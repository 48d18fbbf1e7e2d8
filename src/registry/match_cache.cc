#include "registry/match_cache.h"

#include "base/error.h"

namespace tt::registry {
namespace {

constexpr std::size_t changes_kept_max = 1'000;

std::string_view name_of(WordTable table) {
  return table == WordTable::words ? "registry_feed_words" : "registry_feed_labels";
}

// Adds the feeds with id > `after` of which `match` is true.
void read_after(orm::Session& session, const Match& match, FeedId after, IdSet& ids) {
  auto name = name_of(match.table);
  auto sql = fmt::format("SELECT rowid FROM {0} WHERE {0} MATCH ? AND rowid > ?", name);
  auto take = [&](std::span<orm::Value> cells) { ids.add(orm::as_integer(cells[0])); };
  session.query_each(sql, {match.expression, after}, take);
}

bool is_true_of(orm::Session& session, const Match& match, FeedId id) {
  auto name = name_of(match.table);
  auto sql = fmt::format("SELECT rowid FROM {0} WHERE {0} MATCH ? AND rowid = ?", name);
  return !session.query(sql, {match.expression, id}).empty();
}

FeedId newest_feed(orm::Session& session) {
  auto rows = session.query("SELECT ifnull(max(id), 0) FROM registry_feed");
  return orm::as_integer(rows.at(0).at(0));
}

}  // namespace

void MatchCache::feeds_created() {
  std::lock_guard lock(mutex_);
  ++now_.creations;
}

void MatchCache::feed_changed(FeedId id) {
  std::lock_guard lock(mutex_);
  ++now_.changes;
  changed_.push_back(id);
  if (changed_.size() > changes_kept_max) changed_.pop_front();
}

std::size_t MatchCache::size_bytes() const {
  std::lock_guard lock(mutex_);
  return size_bytes_;
}

MatchCache::Known* MatchCache::find_known(const Match& match) {
  auto found = places_.find(match);
  if (found == places_.end()) return nullptr;
  recent_.splice(recent_.begin(), recent_, found->second);
  return &recent_.front().known;
}

std::optional<std::vector<FeedId>> MatchCache::changed_since(std::uint64_t changes) const {
  auto count = now_.changes - changes;
  if (count > changed_.size()) return std::nullopt;
  return std::vector<FeedId>(changed_.end() - static_cast<std::ptrdiff_t>(count), changed_.end());
}

void MatchCache::keep(const Match& match, Known known) {
  auto size_bytes = known.ids->size_bytes();
  if (auto found = places_.find(match); found != places_.end()) {
    size_bytes_ -= found->second->known.ids->size_bytes();
    recent_.erase(found->second);
    places_.erase(found);
  }
  size_bytes_ += size_bytes;
  recent_.push_front({match, std::move(known)});
  places_[match] = recent_.begin();
  while (size_bytes_ > size_bytes_max_ && recent_.size() > 1) {
    auto& oldest = recent_.back();
    size_bytes_ -= oldest.known.ids->size_bytes();
    places_.erase(oldest.match);
    recent_.pop_back();
  }
}

std::shared_ptr<const IdSet> MatchCache::find(orm::Session& session, const Match& match) {
  Known before;
  Position now;
  std::optional<std::vector<FeedId>> changed;
  {
    // Taken before anything is read: what happens from here on is looked at again next time.
    std::lock_guard lock(mutex_);
    now = now_;
    if (const auto* known = find_known(match)) {
      if (known->position == now) return known->ids;
      changed = changed_since(known->position.changes);
      if (changed) before = *known;
    }
  }
  IdSet ids = before.ids ? *before.ids : IdSet();
  Known known{.ids = nullptr, .position = now, .id_max = before.id_max};
  if (!before.ids || before.position.creations != now.creations) {
    known.id_max = newest_feed(session);
    read_after(session, match, before.id_max, ids);
  }
  if (changed) {
    for (auto id : *changed) is_true_of(session, match, id) ? ids.add(id) : ids.remove(id);
  }
  known.ids = std::make_shared<const IdSet>(std::move(ids));
  auto found = known.ids;
  std::lock_guard lock(mutex_);
  keep(match, std::move(known));
  return found;
}

}  // namespace tt::registry
