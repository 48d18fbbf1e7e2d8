#include "triggers/index.h"

#include <algorithm>

#include "base/error.h"

namespace tt::triggers {
namespace {

void append_edge(Edge edge, Watch& watch, const State& before, const Moment& moment,
                 std::vector<Change>& changes) {
  if (edge == Edge::none) return;
  bool notifies = edge == Edge::rise && take_notification(watch, moment);
  changes.push_back({.trigger = watch.trigger(),
                     .before = before,
                     .after = watch.state,
                     .edge = edge,
                     .notifies = notifies});
}

void look_with(Watch& watch, const Reading& reading, const Moment& moment,
               std::vector<Change>& changes) {
  State before = watch.state;
  auto edge = look(watch, reading, moment);
  append_edge(edge, watch, before, moment, changes);
}

}  // namespace

std::size_t Index::Hash::operator()(const Place& place) const {
  return std::hash<std::string_view>()(place.channel) ^
         (std::hash<registry::FeedId>()(place.feed) * 0x9E3779B97F4A7C15U);
}

void Index::add(Watch watch) {
  std::lock_guard lock(mutex_);
  auto feed = watch.settings.feed;
  Key key{feed, watch.settings.channel};
  auto [entry, is_new] = watches_.emplace(watch.id, std::move(watch));
  TT_ASSERT(is_new);
  by_place_[std::move(key)].push_back(&entry->second);
  by_feed_[feed].push_back(entry->first);
  ++slots_[slot_of(feed)];
}

bool Index::replace(Watch watch) {
  std::lock_guard lock(mutex_);
  auto found = watches_.find(watch.id);
  if (found == watches_.end()) return false;
  watch.waiting = found->second.waiting;
  found->second = std::move(watch);
  return true;
}

bool Index::set_settings(TriggerId id, Draft settings) {
  std::lock_guard lock(mutex_);
  auto found = watches_.find(id);
  if (found == watches_.end()) return false;
  found->second.settings = std::move(settings);
  return true;
}

bool Index::remove(TriggerId id) {
  std::lock_guard lock(mutex_);
  auto found = watches_.find(id);
  if (found == watches_.end()) return false;
  auto feed = found->second.settings.feed;
  auto place = by_place_.find(Place{feed, found->second.settings.channel});
  std::erase(place->second, &found->second);
  if (place->second.empty()) by_place_.erase(place);
  auto of_feed = by_feed_.find(feed);
  std::erase(of_feed->second, id);
  if (of_feed->second.empty()) by_feed_.erase(of_feed);
  --slots_[slot_of(feed)];
  watches_.erase(found);
  return true;
}

std::optional<Watch> Index::find(TriggerId id) const {
  std::lock_guard lock(mutex_);
  auto found = watches_.find(id);
  if (found == watches_.end()) return std::nullopt;
  return found->second;
}

std::vector<TriggerId> Index::of_feed(registry::FeedId feed) const {
  std::lock_guard lock(mutex_);
  auto found = by_feed_.find(feed);
  if (found == by_feed_.end()) return {};
  auto ids = found->second;
  std::ranges::sort(ids);
  return ids;
}

std::vector<TriggerId> Index::all() const {
  std::lock_guard lock(mutex_);
  std::vector<TriggerId> ids;
  ids.reserve(watches_.size());
  for (const auto& [id, watch] : watches_) ids.push_back(id);
  std::ranges::sort(ids);
  return ids;
}

std::vector<std::pair<Microseconds, TriggerId>> Index::silences() const {
  std::lock_guard lock(mutex_);
  std::vector<std::pair<Microseconds, TriggerId>> silences;
  for (const auto& [id, watch] : watches_) {
    if (watch.needs_silence()) silences.emplace_back(watch.silent_at(), id);
  }
  return silences;
}

void Index::look(Place place, const Reading& reading, const Moment& moment,
                 std::vector<Change>& changes) {
  std::lock_guard lock(mutex_);
  auto found = by_place_.find(place);
  if (found == by_place_.end()) return;
  for (auto* watch : found->second) look_with(*watch, reading, moment, changes);
}

void Index::look_again(TriggerId id, const Reading& reading, const Moment& moment,
                       std::vector<Change>& changes) {
  std::lock_guard lock(mutex_);
  auto found = watches_.find(id);
  if (found == watches_.end()) return;
  auto& watch = found->second;
  bool is_known =
      watch.state.at && (*watch.state.at > reading.at ||
                         (*watch.state.at == reading.at && watch.state.value == reading.value));
  if (is_known) return;
  look_with(watch, reading, moment, changes);
}

std::optional<Microseconds> Index::look_at_silence(TriggerId id, const Moment& moment,
                                                   std::vector<Change>& changes) {
  std::lock_guard lock(mutex_);
  auto found = watches_.find(id);
  if (found == watches_.end() || !found->second.needs_silence()) return std::nullopt;
  auto& watch = found->second;
  State before = watch.state;
  auto edge = triggers::look_at_silence(watch, moment);
  append_edge(edge, watch, before, moment, changes);
  // A reading that comes at once is not followed by silence before that.
  return std::max(
      watch.silent_at(),
      moment.steady + (moment.steady < watch.silent_at() ? Microseconds(0) : silence_max));
}

void Index::revert(const Change& change) {
  std::lock_guard lock(mutex_);
  auto found = watches_.find(change.trigger.id);
  if (found == watches_.end() || found->second.state != change.after) return;
  found->second.state = change.before;
  found->second.notified.reset();
}

bool Index::reserve(TriggerId id, std::size_t waiting_max) {
  std::lock_guard lock(mutex_);
  auto found = watches_.find(id);
  if (found == watches_.end() || found->second.waiting >= waiting_max) return false;
  ++found->second.waiting;
  return true;
}

void Index::release(TriggerId id) {
  std::lock_guard lock(mutex_);
  auto found = watches_.find(id);
  if (found != watches_.end() && found->second.waiting > 0) --found->second.waiting;
}

}  // namespace tt::triggers
