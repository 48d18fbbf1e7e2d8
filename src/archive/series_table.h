#pragma once

// SeriesTable: what memory holds of series: their records, and the samples not yet in blocks.
//
// Of a series that begins to change memory knows only what changed: the record that the Kv has is
// added when it is needed (load).  Series without changes and samples rest, and if too many of
// them do, the table forgets the oldest.  A reader that finds too little here reads the Kv and
// asks again with what it found; see series_reader.h.
//
// Safe to use from any thread.  Series are spread over stripes with a mutex each, held for one
// series at a time and never across a wait.

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
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
    std::size_t idle_max = 0;  // series kept although they rest
  };
  // Of the samples with start <= at <= end the first `limit`.
  struct Span {
    std::int64_t start = 0;
    std::int64_t end = 0;
    std::size_t limit = 0;
  };
  // The record that the Kv had at some moment after `age`.
  struct Stored {
    std::uint64_t age = 0;
    SeriesRecord record;
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

  // Changes are applied in the order of the log, by one thread at a time.  For all but appends the
  // series must be loaded.
  void apply(const Append& append);
  void apply(const Erase& erase);
  void apply(const Forget& forget);
  void apply(const SetExtremes& extremes);

  // nullopt if memory knows too little without `stored`, or forgot something since its age.
  std::optional<SeriesRecord> record(std::int64_t series, const Stored* stored = nullptr) const;
  std::optional<View> view(std::int64_t series, Span span, const Stored* stored = nullptr) const;
  // The newest sample in memory before `at`; one or none.
  Points newest_before(std::int64_t series, std::int64_t at) const;

  // Grows when a series like this one is forgotten.
  std::uint64_t age(std::int64_t series) const;
  bool is_loaded(std::int64_t series) const;
  // Adds what the Kv has of a series to what changed since; nothing if it is loaded.  Whoever calls
  // it has the turn of the flusher, so that nothing is forgotten between the reading and this.
  void load(std::int64_t series, SeriesRecord stored);

  bool has_full() const { return full_count_.load(std::memory_order_relaxed) > 0; }
  // Up to `limit` of the series that are full.
  std::vector<std::int64_t> take_full(std::size_t limit);
  // All series that changed since they were taken for the last time.
  std::vector<std::int64_t> take_changed();

  // nullopt if nothing of the series is to be written; it must be loaded.
  std::optional<Job> take(std::int64_t series);
  // The blocks of a job are durable; `record` says where they are.  May forget series that rest.
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
    bool is_idle() const { return is_loaded && !is_changed && !memory; }

    SeriesRecord record;  // not loaded: only what the samples since then make of it
    bool is_loaded = false;
    bool is_changed = false;
    bool is_full = false;
    bool is_listed = false;  // in Stripe::idle
    std::unique_ptr<Memory> memory;
  };
  struct Stripe {
    mutable std::mutex mutex;
    std::unordered_map<std::int64_t, Series> series;
    std::vector<std::int64_t> changed;
    std::vector<std::int64_t> full;
    std::deque<std::int64_t> idle;  // the oldest first; some may have changed again
    std::uint64_t age = 0;
  };

  Stripe& stripe_of(std::int64_t series) { return stripes_[series % stripes_.size()]; }
  const Stripe& stripe_of(std::int64_t series) const { return stripes_[series % stripes_.size()]; }
  // With the stripe locked:
  Series& change(Stripe& stripe, std::int64_t series);
  void append(Series& series, const Append& append, const Append::Slice& slice);
  // Whether `stored` completes what the stripe knows; `series` is nullptr for nothing.
  static bool is_enough(const Stripe& stripe, const Series* series, const Stored* stored);
  static const Series* find(const Stripe& stripe, std::int64_t series);
  void rest(Stripe& stripe, std::int64_t series);

  Limits limits_;
  std::array<Stripe, 64> stripes_;
  std::atomic<std::size_t> full_count_{0};
};

}  // namespace tt::archive
