#include "archive/partitions.h"

#include <algorithm>
#include <limits>

namespace tt::archive {

std::int64_t partition_start(Partition partition) {
  constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
  std::int64_t start = 0;
  return __builtin_mul_overflow(std::int64_t{partition}, partition_us, &start) ? smallest : start;
}

std::int64_t partition_last(Partition partition) {
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  std::int64_t end = 0;
  bool beyond = __builtin_mul_overflow(std::int64_t{partition} + 1, partition_us, &end);
  return beyond ? largest : end - 1;
}

bool Partitions::contains(Partition partition) const {
  auto covers = [&](const Run& run) { return run.first <= partition && partition <= run.last; };
  return std::ranges::any_of(runs_, covers);
}

void Partitions::add(Partition partition) {
  if (contains(partition)) return;
  auto next = std::ranges::upper_bound(runs_, partition, {}, &Run::first);
  next = runs_.insert(next, {partition, partition});
  if (next != runs_.begin() && std::prev(next)->last == partition - 1) {
    std::prev(next)->last = partition;
    next = std::prev(runs_.erase(next));
  }
  if (std::next(next) != runs_.end() && std::next(next)->first == next->last + 1) {
    next->last = std::next(next)->last;
    runs_.erase(std::next(next));
  }
  if (runs_.size() > runs_max) join_closest();
}

bool Partitions::add_last(Run run) {
  constexpr auto first = std::numeric_limits<std::int64_t>::min();
  constexpr auto last = std::numeric_limits<std::int64_t>::max();
  if (run.first < partition_of(first) || run.last > partition_of(last)) return false;
  if (run.first > run.last || runs_.size() == runs_max) return false;
  if (!runs_.empty() && run.first <= std::int64_t{runs_.back().last} + 1) return false;
  runs_.push_back(run);
  return true;
}

std::vector<Partitions::Run> Partitions::between(Partition first, Partition last) const {
  std::vector<Run> found;
  for (const auto& run : runs_) {
    if (run.last < first || run.first > last) continue;
    found.push_back({std::max(run.first, first), std::min(run.last, last)});
  }
  return found;
}

void Partitions::join_closest() {
  auto closest = runs_.begin();
  for (auto run = runs_.begin(); std::next(run) != runs_.end(); ++run) {
    auto gap = std::int64_t{std::next(run)->first} - run->last;
    if (gap < std::int64_t{std::next(closest)->first} - closest->last) closest = run;
  }
  closest->last = std::next(closest)->last;
  runs_.erase(std::next(closest));
}

}  // namespace tt::archive
