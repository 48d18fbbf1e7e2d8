#pragma once

// SeriesTable: what memory holds of every series: its record, and the samples not yet in blocks.
//
// Safe to use from any thread.  Series are spread over stripes with a mutex each, held for one
// series at a time and never across a wait.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "archive/change.h"
#include "archive/points.h"
#include "archive/series_record.h"

namespace tt::archive {

class SeriesTable {
 public:
  // A series whose samples in memory reach either limit is full: see take_full().
  struct Limits {
    std::size_t points_max = 0;
    std::size_t text_bytes_max = 0;
  };
  // What a query needs of a series; a copy.
  struct View {
    Points points;  // those within start … end, ascending
    Partitions partitions;
  };
  // A series that is being written to blocks: its record and all of its samples in memory, which
  // stay readable until written() or, if that fails, untake().
  struct Job {
    std::int64_t series = 0;
    SeriesRecord record;
    std::shared_ptr<const Points> points;
  };

  explicit SeriesTable(Limits limits) : limits_(limits) {}

  // Changes are applied in the order of the log, by one thread at a time.
  void apply(const Append& append);
  void apply(const Erase& erase);
  void apply(const Forget& forget);
  void apply(const SetExtremes& extremes);

  // nullopt for a series that nothing is known of.
  std::optional<SeriesRecord> record(std::int64_t series) const;
  // Of the samples with start <= at <= end in memory the first `limit`.
  View view(std::int64_t series, std::int64_t start, std::int64_t end, std::size_t limit) const;
  // The newest sample in memory before `at`; one or none.
  Points newest_before(std::int64_t series, std::int64_t at) const;

  // For opening: sets a record as it was read.
  void load(std::int64_t series, SeriesRecord record);

  bool has_full() const { return full_count_.load(std::memory_order_relaxed) > 0; }
  // Up to `limit` of the series that are full.
  std::vector<std::int64_t> take_full(std::size_t limit);
  // All series that changed since they were taken for the last time.
  std::vector<std::int64_t> take_changed();

  // nullopt if nothing of the series is to be written.
  std::optional<Job> take(std::int64_t series);
  // The blocks of a job are durable; `record` says where they are.
  void written(std::int64_t series, const SeriesRecord& record);
  // They are not: the series counts as changed again.
  void untake(std::int64_t series);
  // All blocks of the series are gone.
  void forget_blocks(std::int64_t series);

 private:
  // 16 bytes for each sample and little else, made only for series that have samples in memory.
  struct Memory {
    Points fresh;
    std::shared_ptr<const Points> flushing;  // older than `fresh`
  };
  struct Series {
    SeriesRecord record;
    bool is_changed = false;
    bool is_full = false;
    std::unique_ptr<Memory> memory;
  };
  struct Stripe {
    mutable std::mutex mutex;
    std::unordered_map<std::int64_t, Series> series;
    std::vector<std::int64_t> changed;
    std::vector<std::int64_t> full;
  };

  Stripe& stripe_of(std::int64_t series) { return stripes_[series % stripes_.size()]; }
  const Stripe& stripe_of(std::int64_t series) const { return stripes_[series % stripes_.size()]; }
  // With the stripe locked:
  Series& change(Stripe& stripe, std::int64_t series);
  void append(Series& series, const Append& append, const Append::Slice& slice);
  void drop_if_blank(Stripe& stripe, std::int64_t series);

  Limits limits_;
  std::array<Stripe, 64> stripes_;
  std::atomic<std::size_t> full_count_{0};
};

}  // namespace tt::archive
