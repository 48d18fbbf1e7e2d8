#pragma once

// Archive: the readings of every series, in order of time, for ever or as long as they are kept.
//
// A value is text and comes back byte for byte; text that is a decimal number is stored as a
// scaled integer (block.h has the format, docs/adr/0014-archive-format.md the reasons).  At most
// one sample exists for a series and a time: a later append with the same time replaces it, in
// whatever order times arrive.
//
// New samples go to a log in the Kv and to memory, and are durable when append() returns; full or
// old runs of them become compressed blocks, kept by partition of time (a week), so that old data
// is dropped without being read.  A change is visible to readers once it is durable, never before,
// and all changes take effect in one order, which a restart repeats.  A reader may see a part of
// an append of several series.
//
// Blocks are made by the appends themselves: now and then one takes some milliseconds longer.  If
// the log is twice as long as it may be, appends wait until there is room; if blocks cannot be
// written by then, they throw unavailable.  A change that has begun runs to its end even if its
// caller is cancelled.  All functions may be called from any loop.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "rt/offload.h"
#include "store/kv.h"

namespace tt::archive {

using SeriesId = std::int64_t;  // > 0

struct Sample {
  Time at;
  std::string value;
};

struct SampleView {
  Time at;
  std::string_view value;
};

// Samples of one series for append(); the views must live until the Task returns.
struct Run {
  SeriesId series = 0;
  std::span<const SampleView> samples;
};

// The newest sample and the extremes of a series.
struct Current {
  Sample last;
  Time received;              // when the newest sample was written; its own time if it became
                              // the newest because those after it were erased
  std::optional<double> min;  // of the numeric values since the series began or was reset
  std::optional<double> max;
};

struct Query {
  Time start;                  // inclusive
  Time end;                    // inclusive
  std::size_t limit = 1000;    // the first so many, ascending
  bool find_previous = false;  // add the last sample before `start`, in front
};

// Which intervals of a range to summarize.
struct Intervals {
  Time start;                // inclusive
  Time end;                  // inclusive
  Microseconds length{0};    // > 0
  std::size_t limit = 1000;  // the first so many that hold samples
};

// One interval of a down-sampled range.  `min` … `mean` count numeric samples only.
struct Bucket {
  Time start;               // a multiple of the interval since 1970-01-01T00:00:00Z
  std::uint64_t count = 0;  // all samples
  std::uint64_t numeric = 0;
  double min = 0, max = 0, sum = 0;
  Sample first, last;  // as written
};

struct Options {
  Microseconds retention{0};             // 0: for ever
  std::size_t log_bytes_max = 64 << 20;  // beyond it, the oldest samples in memory become blocks
  std::size_t block_samples_max = 2048;
  // Series whose samples all are in blocks and whose records stay in memory, 250 bytes each.
  std::size_t idle_series_max = 100'000;
};

class Archive {
 public:
  virtual ~Archive() = default;

  // All or nothing; durable on return.  A value may be of any bytes, 1 MiB at most, all of them
  // together about 64 MiB; more throws too_large.  Throws what Kv::commit throws.
  virtual Task<> append(std::span<const Run> runs) = 0;

  // nullopt before the first sample and after the last one was erased.
  virtual Task<std::optional<Current>> current(SeriesId series) = 0;

  // Ascending by time.
  virtual Task<std::vector<Sample>> range(SeriesId series, Query query) = 0;

  // The intervals that hold samples, ascending.
  virtual Task<std::vector<Bucket>> summarize(SeriesId series, Intervals intervals) = 0;

  // nullopt if there is no sample at exactly `at`.
  virtual Task<std::optional<Sample>> find(SeriesId series, Time at) = 0;
  // False if there was none.
  virtual Task<bool> erase(SeriesId series, Time at) = 0;
  // Samples with start <= at <= end.
  virtual Task<> erase(SeriesId series, Time start, Time end) = 0;
  // Everything of the series, its extremes included.
  virtual Task<> erase(SeriesId series) = 0;

  // Sets the extremes of a series (Xively lets clients reset them).
  virtual Task<> set_extremes(SeriesId series, std::optional<double> min,
                              std::optional<double> max) = 0;

  // Gives back the space of the partitions that ended before now - retention, which no query
  // shows any more; current() keeps the newest sample.  Cheap, call now and then.
  virtual Task<> expire() = 0;

  // Turns what is in memory into blocks and empties the log: for an orderly stop.
  virtual Task<> flush() = 0;
};

// Reads the log; ready when the Task returns.  References must outlive the result, which must be
// flushed or simply destroyed when no call is pending.
Task<std::unique_ptr<Archive>> open(store::Kv& kv, rt::OffloadPool& pool, const Clock& clock,
                                    Metrics& metrics, Options options);

}  // namespace tt::archive
