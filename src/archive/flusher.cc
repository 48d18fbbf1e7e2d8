#include "archive/flusher.h"

#include <algorithm>
#include <limits>

#include "archive/block.h"
#include "archive/keys.h"
#include "archive/stored_blocks.h"
#include "base/log.h"

namespace tt::archive {
namespace {

constexpr std::size_t piece_series_max = 256;
constexpr std::size_t piece_points_max = 64 * 1024;
constexpr std::size_t block_text_bytes_wanted = 1 << 20;
constexpr std::size_t absorbed_blocks_max = 8;
// A block is joined with newer samples if it has at most so many times as many.  Blocks that grow
// by a factor are written again about log(size) times, not size times.
constexpr std::size_t absorb_factor = 2;

std::size_t live_text_bytes(const Points& points, std::size_t index) {
  auto cell = points.cell(index);
  return cell.is_text() ? cell.text_size() : 0;
}

}  // namespace

Partition first_kept(const Clock& clock, const Options& options) {
  if (options.retention.count() == 0) return std::numeric_limits<Partition>::min();
  return partition_of(to_us(clock.now()) - options.retention.count());
}

Flusher::Flusher(Parts parts, Metrics& metrics, Options options)
    : parts_(parts),
      options_(options),
      blocks_written_(metrics.counter("thingtank_archive_blocks_written_total",
                                      "Blocks of samples written to the store.")),
      seconds_(metrics.histogram("thingtank_archive_flush_seconds",
                                 "Time to write one piece of memory to blocks.",
                                 {0.001, 0.005, 0.02, 0.1, 0.5, 2})) {}

bool Flusher::is_needed() const {
  return has_checkpoint_ || parts_.table.has_full() ||
         parts_.journal.bytes() > options_.log_bytes_max;
}

Task<> Flusher::assist() {
  auto turn = turns_.try_take();
  if (!turn) co_return;
  try {
    co_await piece();
  } catch (const Error& error) {
    // The samples of the caller are durable in the log; the next append tries again.
    log::error("the archive could not write blocks", {{"error", error.what()}});
  }
}

Task<> Flusher::relieve() {
  while (parts_.journal.bytes() > 2 * options_.log_bytes_max) {
    auto turn = co_await turns_.take();
    if (parts_.journal.bytes() > 2 * options_.log_bytes_max) co_await piece();
  }
}

Task<> Flusher::flush() {
  auto turn = co_await turns_.take();
  while (checkpoint_) co_await piece();
  begin_checkpoint();
  while (checkpoint_) co_await piece();
}

void Flusher::begin_checkpoint() {
  // The mark first: what is applied after it may be in `pending` too, which does no harm.
  auto mark = parts_.journal.mark();
  auto changed = parts_.table.take_changed();
  checkpoint_.emplace(mark, std::deque<std::int64_t>(changed.begin(), changed.end()));
  has_checkpoint_ = true;
}

Task<> Flusher::piece() {
  if (!checkpoint_ && parts_.journal.bytes() > options_.log_bytes_max) begin_checkpoint();
  auto began = parts_.clock.steady();
  std::vector<std::int64_t> series;
  try {
    auto jobs = co_await take_jobs(series);
    co_await write(std::move(jobs));
  } catch (...) {
    for (auto id : series) parts_.table.untake(id);
    if (checkpoint_) {
      checkpoint_->pending.insert(checkpoint_->pending.end(), series.begin(), series.end());
    }
    throw;
  }
  seconds_.Observe(static_cast<double>((parts_.clock.steady() - began).count()) / 1e6);
}

Task<std::vector<SeriesTable::Job>> Flusher::take_jobs(std::vector<std::int64_t>& series) {
  std::vector<SeriesTable::Job> jobs;
  std::size_t points = 0;
  while (series.size() < piece_series_max && points < piece_points_max) {
    auto next = next_series();
    if (!next) break;
    series.push_back(*next);
    co_await parts_.reader.load(*next);
    auto job = parts_.table.take(*next);
    if (!job) continue;
    if (job->points) points += job->points->size();
    jobs.push_back(std::move(*job));
  }
  co_return jobs;
}

std::optional<std::int64_t> Flusher::next_series() {
  if (checkpoint_ && !checkpoint_->pending.empty()) {
    auto series = checkpoint_->pending.front();
    checkpoint_->pending.pop_front();
    return series;
  }
  auto full = parts_.table.take_full(1);
  return full.empty() ? std::nullopt : std::optional(full.front());
}

Task<> Flusher::write(std::vector<SeriesTable::Job> jobs) {
  std::vector<Rewrite> rewrites;
  for (auto& job : jobs) {
    auto made = co_await rewrite(std::move(job));
    rewrites.push_back(std::move(made));
  }
  auto encode = [&] {
    for (auto& rewrite : rewrites) {
      for (auto& block : rewrite.blocks) block.bytes = encode_block(block.points);
    }
  };
  co_await rt::offload(parts_.pool, encode);
  auto batch = batch_of(rewrites);
  bool ends = checkpoint_ && checkpoint_->pending.empty();
  if (ends) batch.erase(log_before(checkpoint_->mark.number));
  if (!batch.empty()) co_await parts_.kv.commit(std::move(batch));
  for (const auto& rewrite : rewrites) {
    parts_.table.written(rewrite.series, rewrite.record);
    blocks_written_.Increment(static_cast<double>(rewrite.blocks.size()));
  }
  if (!ends) co_return;
  parts_.journal.truncated(checkpoint_->mark);
  checkpoint_.reset();
  has_checkpoint_ = false;
}

Task<Flusher::Rewrite> Flusher::rewrite(SeriesTable::Job job) {
  Rewrite rewrite{.series = job.series, .record = job.record, .removed = {}, .blocks = {}};
  if (!job.points) co_return rewrite;
  const auto& points = *job.points;
  auto kept = partition_start(first_kept(parts_.clock, options_));
  for (auto begin = points.lower_bound(kept); begin < points.size();) {
    auto partition = partition_of(points.at(begin));
    auto end = points.upper_bound(partition_last(partition));
    Points part;
    part.add(points, begin, end);
    co_await rewrite_partition(rewrite, partition, std::move(part));
    begin = end;
  }
  co_return rewrite;
}

Task<> Flusher::rewrite_partition(Rewrite& rewrite, Partition partition, Points points) {
  // Where the blocks were before this rewrite: it only reads what it has not touched yet.
  auto partitions = rewrite.record.partitions;
  auto blocks_last = rewrite.record.blocks_last;
  StoredBlocks stored(parts_.kv, rewrite.series, partitions);
  std::size_t used = 0;
  while (used < points.size() && points.at(used) <= blocks_last) {
    auto block = co_await stored.first_from(points.at(used));
    if (!block) break;
    auto end = points.upper_bound(block->points.last());
    block->points.merge(points, used, end);
    rewrite.removed.push_back(std::move(block->key));
    add_blocks(rewrite, partition, block->points);
    used = end;
  }
  Points tail;
  tail.add(points, used, points.size());
  if (used == 0) co_await absorb_tail(rewrite, partition, tail);
  add_blocks(rewrite, partition, tail);
}

Task<> Flusher::absorb_tail(Rewrite& rewrite, Partition partition, Points& points) {
  const auto& record = rewrite.record;
  if (record.partitions.empty() || partition_of(record.blocks_last) != partition) co_return;
  if (record.tail_points > absorb_factor * points.size()) co_return;
  if (record.tail_points + points.size() > options_.block_samples_max) co_return;
  auto range = blocks_before(partition, rewrite.series, points.first());
  auto entries =
      co_await parts_.kv.scan(std::move(range), absorbed_blocks_max, store::Order::descending);
  for (auto& entry : entries) {
    auto block = points_of(entry);
    if (block.size() > absorb_factor * points.size()) co_return;
    if (block.size() + points.size() > options_.block_samples_max) co_return;
    block.merge(points);
    points = std::move(block);
    rewrite.removed.push_back(std::move(entry.key));
  }
}

void Flusher::add_blocks(Rewrite& rewrite, Partition partition, const Points& points) const {
  if (points.empty()) return;
  auto pieces = (points.size() - 1) / options_.block_samples_max + 1;
  auto wanted = (points.size() - 1) / pieces + 1;
  for (std::size_t begin = 0; begin < points.size();) {
    std::size_t text_bytes = 0;
    auto end = begin;
    while (end < points.size() && end - begin < wanted && text_bytes < block_text_bytes_wanted) {
      text_bytes += live_text_bytes(points, end++);
    }
    Rewrite::Block block{.partition = partition, .points = {}, .bytes = {}};
    block.points.add(points, begin, end);
    rewrite.blocks.push_back(std::move(block));
    begin = end;
  }
  auto& record = rewrite.record;
  record.partitions.add(partition);
  if (points.last() < record.blocks_last) return;
  record.blocks_last = points.last();
  record.tail_points = static_cast<std::uint32_t>(rewrite.blocks.back().points.size());
}

store::Batch Flusher::batch_of(std::vector<Rewrite>& rewrites) const {
  store::Batch batch;
  for (auto& rewrite : rewrites) {
    for (auto& key : rewrite.removed) batch.erase(std::move(key));
    for (auto& block : rewrite.blocks) {
      auto key = block_key(block.partition, rewrite.series, block.points.last());
      batch.put(std::move(key), std::move(block.bytes));
    }
    auto key = series_key(rewrite.series);
    if (rewrite.record.is_blank()) {
      batch.erase(std::move(key));
    } else {
      batch.put(std::move(key), encode_series_record(rewrite.record));
    }
  }
  return batch;
}

}  // namespace tt::archive
