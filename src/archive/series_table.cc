#include "archive/series_table.h"

#include <algorithm>

#include "base/error.h"

namespace tt::archive {
namespace {

void widen(SeriesRecord& record, const Points& points, std::size_t begin, std::size_t end) {
  for (auto i = begin; i < end; ++i) {
    if (auto number = points.number(i)) record.widen(*number);
  }
}

// The samples of `points` in `span`, written over `out`.
void copy_between(const Points& points, SeriesTable::Span span, Points& out) {
  auto first = points.lower_bound(span.start);
  auto last = std::max(first, points.upper_bound(span.end));
  out.merge(points, first, std::min(last, first + std::min(span.limit, points.size())));
}

// The newest of the first `end` samples of `points`, unless that in `newest` is newer.
void copy_newest(const Points& points, std::size_t end, Points& newest) {
  if (end == 0 || (!newest.empty() && newest.last() > points.at(end - 1))) return;
  Points found;
  found.add(points, end - 1, end);
  newest = std::move(found);
}

// What the Kv has of a series and what changed since.
SeriesRecord merged(SeriesRecord stored, const SeriesRecord& since) {
  if (since.has_last && since.last_at >= stored.last_at) {
    stored.has_last = true;
    stored.last_at = since.last_at;
    stored.received = since.received;
    stored.last_value = since.last_value;
    stored.last_text = since.last_text;
  }
  if (since.has_min()) stored.widen(since.min);
  if (since.has_max()) stored.widen(since.max);
  return stored;
}

}  // namespace

SeriesTable::Series& SeriesTable::change(Stripe& stripe, std::int64_t id) {
  auto& series = stripe.series[id];
  if (!series.is_changed) {
    series.is_changed = true;
    stripe.changed.push_back(id);
  }
  return series;
}

void SeriesTable::append(Series& series, const Append& append, const Append::Slice& slice) {
  if (!series.memory) series.memory = std::make_unique<Memory>();
  series.memory->fresh.merge(append.points, slice.begin, slice.end);
  if (append.points.at(slice.end - 1) >= series.record.last_at) {
    series.record.set_last(append.points, slice.end - 1, append.received);
  }
  widen(series.record, append.points, slice.begin, slice.end);
}

void SeriesTable::apply(const Append& append) {
  for (const auto& slice : append.slices) {
    auto& stripe = stripe_of(slice.series);
    std::lock_guard lock(stripe.mutex);
    auto& series = change(stripe, slice.series);
    this->append(series, append, slice);
    const auto& fresh = series.memory->fresh;
    bool is_full =
        fresh.size() >= limits_.points_max || fresh.text_bytes() >= limits_.text_bytes_max;
    if (!is_full || series.is_full) continue;
    series.is_full = true;
    stripe.full.push_back(slice.series);
    full_count_.fetch_add(1, std::memory_order_relaxed);
  }
}

void SeriesTable::apply(const Erase& erase) {
  auto& stripe = stripe_of(erase.series);
  std::lock_guard lock(stripe.mutex);
  auto found = stripe.series.find(erase.series);
  if (found == stripe.series.end()) return;
  auto& series = change(stripe, erase.series);
  Points newest = erase.remaining;
  if (series.memory) {
    auto& memory = *series.memory;
    if (memory.flushing) {
      // A flush that failed left it; no flush runs now.
      auto all = *memory.flushing;
      all.merge(memory.fresh);
      memory.fresh = std::move(all);
      memory.flushing.reset();
    }
    memory.fresh.erase(erase.start, erase.end);
    copy_newest(memory.fresh, memory.fresh.size(), newest);
  }
  auto& record = series.record;
  if (!record.has_last || record.last_at < erase.start || record.last_at > erase.end) return;
  if (newest.empty()) {
    record.has_last = false;
    record.last_at = record.received = SeriesRecord::never;
    record.last_text.clear();
  } else {
    record.set_last(newest, newest.size() - 1, newest.last());
  }
}

void SeriesTable::apply(const Forget& forget) {
  auto& stripe = stripe_of(forget.series);
  std::lock_guard lock(stripe.mutex);
  auto found = stripe.series.find(forget.series);
  if (found == stripe.series.end()) return;
  auto& series = change(stripe, forget.series);
  SeriesRecord blank;
  blank.partitions = std::move(series.record.partitions);
  blank.blocks_last = series.record.blocks_last;
  blank.tail_points = series.record.tail_points;
  series.record = std::move(blank);
  series.memory.reset();
}

void SeriesTable::apply(const SetExtremes& extremes) {
  auto& stripe = stripe_of(extremes.series);
  std::lock_guard lock(stripe.mutex);
  auto& record = change(stripe, extremes.series).record;
  record.min = extremes.min.value_or(SeriesRecord::none);
  record.max = extremes.max.value_or(SeriesRecord::none);
}

const SeriesTable::Series* SeriesTable::find(const Stripe& stripe, std::int64_t id) {
  auto found = stripe.series.find(id);
  return found == stripe.series.end() ? nullptr : &found->second;
}

bool SeriesTable::is_enough(const Stripe& stripe, const Series* series, const Stored* stored) {
  if (series && series->is_loaded) return true;
  // While nothing was forgotten since that age, all that changed since is here.
  return stored && stored->age == stripe.age;
}

std::optional<SeriesRecord> SeriesTable::record(std::int64_t id, const Stored* stored) const {
  auto& stripe = stripe_of(id);
  std::lock_guard lock(stripe.mutex);
  const auto* series = find(stripe, id);
  if (!is_enough(stripe, series, stored)) return std::nullopt;
  if (!series) return stored->record;
  return series->is_loaded ? series->record : merged(stored->record, series->record);
}

std::optional<SeriesTable::View> SeriesTable::view(std::int64_t id, Span span,
                                                   const Stored* stored) const {
  auto& stripe = stripe_of(id);
  std::lock_guard lock(stripe.mutex);
  const auto* series = find(stripe, id);
  if (!is_enough(stripe, series, stored)) return std::nullopt;
  View view;
  bool is_loaded = series && series->is_loaded;
  view.partitions = is_loaded ? series->record.partitions : stored->record.partitions;
  if (!series || !series->memory) return view;
  const auto& memory = *series->memory;
  if (memory.flushing) copy_between(*memory.flushing, span, view.points);
  copy_between(memory.fresh, span, view.points);
  return view;
}

Points SeriesTable::newest_before(std::int64_t id, std::int64_t at) const {
  Points newest;
  auto& stripe = stripe_of(id);
  std::lock_guard lock(stripe.mutex);
  auto found = stripe.series.find(id);
  if (found == stripe.series.end() || !found->second.memory) return newest;
  const auto& memory = *found->second.memory;
  if (memory.flushing) copy_newest(*memory.flushing, memory.flushing->lower_bound(at), newest);
  copy_newest(memory.fresh, memory.fresh.lower_bound(at), newest);
  return newest;
}

std::uint64_t SeriesTable::age(std::int64_t id) const {
  auto& stripe = stripe_of(id);
  std::lock_guard lock(stripe.mutex);
  return stripe.age;
}

bool SeriesTable::is_loaded(std::int64_t id) const {
  auto& stripe = stripe_of(id);
  std::lock_guard lock(stripe.mutex);
  const auto* series = find(stripe, id);
  return series && series->is_loaded;
}

void SeriesTable::load(std::int64_t id, SeriesRecord stored) {
  auto& stripe = stripe_of(id);
  std::lock_guard lock(stripe.mutex);
  auto& series = stripe.series[id];
  if (series.is_loaded) return;
  series.record = merged(std::move(stored), series.record);
  series.is_loaded = true;
  // If the change that this is for fails, nothing else would ever forget it.
  if (!series.is_changed && !series.is_listed) {
    series.is_listed = true;
    stripe.idle.push_back(id);
  }
}

std::vector<std::int64_t> SeriesTable::take_full(std::size_t limit) {
  std::vector<std::int64_t> taken;
  for (auto& stripe : stripes_) {
    std::lock_guard lock(stripe.mutex);
    while (!stripe.full.empty() && taken.size() < limit) {
      taken.push_back(stripe.full.back());
      stripe.full.pop_back();
    }
  }
  full_count_.fetch_sub(taken.size(), std::memory_order_relaxed);
  return taken;
}

std::vector<std::int64_t> SeriesTable::take_changed() {
  std::vector<std::int64_t> taken;
  for (auto& stripe : stripes_) {
    std::lock_guard lock(stripe.mutex);
    taken.insert(taken.end(), stripe.changed.begin(), stripe.changed.end());
    stripe.changed = {};
  }
  return taken;
}

std::optional<SeriesTable::Job> SeriesTable::take(std::int64_t id) {
  auto& stripe = stripe_of(id);
  std::lock_guard lock(stripe.mutex);
  auto found = stripe.series.find(id);
  if (found == stripe.series.end() || !found->second.is_changed) return std::nullopt;
  auto& series = found->second;
  TT_ASSERT(series.is_loaded);
  series.is_changed = series.is_full = false;
  Job job{id, series.record, nullptr};
  if (!series.memory) return job;
  auto& memory = *series.memory;
  if (memory.flushing) {
    auto all = *memory.flushing;
    all.merge(memory.fresh);
    memory.flushing = std::make_shared<const Points>(std::move(all));
  } else {
    memory.flushing = std::make_shared<const Points>(std::move(memory.fresh));
  }
  memory.fresh = Points();
  job.points = memory.flushing;
  return job;
}

void SeriesTable::written(std::int64_t id, const SeriesRecord& record) {
  auto& stripe = stripe_of(id);
  std::lock_guard lock(stripe.mutex);
  auto& series = stripe.series[id];
  series.record.partitions = record.partitions;
  series.record.blocks_last = record.blocks_last;
  series.record.tail_points = record.tail_points;
  if (series.memory) {
    series.memory->flushing.reset();
    if (series.memory->fresh.empty()) series.memory.reset();
  }
  rest(stripe, id);
}

void SeriesTable::untake(std::int64_t id) {
  auto& stripe = stripe_of(id);
  std::lock_guard lock(stripe.mutex);
  change(stripe, id).is_full = false;
}

void SeriesTable::forget_blocks(std::int64_t id) {
  auto& stripe = stripe_of(id);
  std::lock_guard lock(stripe.mutex);
  auto found = stripe.series.find(id);
  if (found == stripe.series.end()) return;
  auto& record = found->second.record;
  record.partitions = Partitions();
  record.blocks_last = SeriesRecord::never;
  record.tail_points = 0;
}

void SeriesTable::rest(Stripe& stripe, std::int64_t id) {
  auto& series = stripe.series.at(id);
  if (series.is_idle() && !series.is_listed) {
    series.is_listed = true;
    stripe.idle.push_back(id);
  }
  while (stripe.idle.size() > limits_.idle_max / stripes_.size()) {
    auto oldest = stripe.series.find(stripe.idle.front());
    stripe.idle.pop_front();
    if (oldest == stripe.series.end()) continue;
    oldest->second.is_listed = false;
    if (!oldest->second.is_idle()) continue;
    stripe.series.erase(oldest);
    ++stripe.age;
  }
}

}  // namespace tt::archive
