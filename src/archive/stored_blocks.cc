#include "archive/stored_blocks.h"

#include <limits>
#include <ranges>

#include "archive/block.h"
#include "archive/keys.h"

namespace tt::archive {
namespace {

constexpr auto time_min = std::numeric_limits<std::int64_t>::min();
constexpr auto time_max = std::numeric_limits<std::int64_t>::max();

Points slice(const Points& points, std::size_t begin, std::size_t end) {
  Points part;
  part.add(points, begin, end);
  return part;
}

}  // namespace

Points points_of(const store::Entry& entry) {
  auto points = decode_block(entry.value.bytes);
  if (!points) {
    throw Error(Code::corrupt, "a block of the archive is damaged: " + points.error().message);
  }
  return std::move(*points);
}

Task<std::optional<StoredBlock>> StoredBlocks::first_from(std::int64_t at) {
  auto partition = partition_of(at);
  if (!partitions_.contains(partition)) co_return std::nullopt;
  auto range = blocks_from(partition, series_, at);
  auto entries = co_await kv_.scan(std::move(range), 1);
  if (entries.empty()) co_return std::nullopt;
  auto points = points_of(entries.front());
  co_return StoredBlock{std::move(entries.front().key), std::move(points)};
}

Task<Points> StoredBlocks::newest_before(std::int64_t at) {
  auto partition = partition_of(at);
  if (partitions_.contains(partition)) {
    auto block = co_await first_from(at);
    auto before = block ? block->points.lower_bound(at) : 0;
    if (before > 0) co_return slice(block->points, before - 1, before);
    auto found = co_await newest_in(blocks_before(partition, series_, at));
    if (!found.empty()) co_return found;
  }
  if (partition == partition_of(time_min)) co_return Points();
  co_return co_await newest_until(partition - 1);
}

Task<Points> StoredBlocks::newest() { co_return co_await newest_until(partition_of(time_max)); }

Task<Points> StoredBlocks::newest_until(Partition last) {
  auto runs = partitions_.between(partition_of(time_min), last);
  for (const auto& run : std::views::reverse(runs)) {
    for (auto partition = run.last; partition >= run.first; --partition) {
      auto found = co_await newest_in(blocks_from(partition, series_, time_min));
      if (!found.empty()) co_return found;
    }
  }
  co_return Points();
}

Task<Points> StoredBlocks::newest_in(store::Range range) {
  auto entries = co_await kv_.scan(std::move(range), 1, store::Order::descending);
  if (entries.empty()) co_return Points();
  auto points = points_of(entries.front());
  co_return slice(points, points.size() - 1, points.size());
}

Task<> StoredBlocks::erase(std::int64_t start, std::int64_t end, store::Batch& batch) {
  for (const auto& run : partitions_.between(partition_of(start), partition_of(end))) {
    for (auto partition = run.first; partition <= run.last; ++partition) {
      batch.erase(blocks_between(partition, series_, start, end));
    }
  }
  // What lies outside of start … end in the blocks at either end is written again.
  auto first = co_await first_from(start);
  auto last = co_await first_from(end);
  if (first && first->points.first() < start) {
    auto before = slice(first->points, 0, first->points.lower_bound(start));
    auto key = block_key(partition_of(start), series_, before.last());
    batch.put(std::move(key), encode_block(before));
  }
  if (last && last->points.first() <= end && last->points.last() > end) {
    auto after = slice(last->points, last->points.upper_bound(end), last->points.size());
    batch.put(std::move(last->key), encode_block(after));
  }
}

void StoredBlocks::erase_all(store::Batch& batch) {
  for (const auto& run : partitions_.runs()) {
    for (auto partition = run.first; partition <= run.last; ++partition) {
      batch.erase(blocks_from(partition, series_, time_min));
    }
  }
}

}  // namespace tt::archive
