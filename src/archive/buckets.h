#pragma once

// Buckets: samples in ascending order of time become intervals with their totals.
//
// Blocks that lie within one interval, and hours of blocks if the interval is a multiple of one,
// are taken from their totals alone.

#include <cstdint>
#include <string_view>
#include <vector>

#include "archive/archive.h"
#include "archive/points.h"
#include "archive/summary.h"

namespace tt::archive {

class Buckets {
 public:
  struct Query {
    std::int64_t start = 0;     // inclusive
    std::int64_t end = 0;       // inclusive
    std::int64_t interval = 1;  // microseconds, > 0
    std::size_t limit = 0;
  };

  // `memory`: samples within start … end that replace those of blocks with equal times.
  Buckets(Query query, Points memory) : query_(query), memory_(std::move(memory)) {}

  // Blocks must come in ascending order; samples up to the end of one that came are ignored in
  // the next.  Throws corrupt if the bytes are no block.
  void add_block(std::string_view block);
  // True if the totals of hours are enough: a block then costs a fraction of its samples.
  bool takes_hours() const;
  // True when further blocks change nothing.
  bool is_done() const { return is_done_; }
  // Ends it.
  std::vector<Bucket> finish();

 private:
  struct Interval {
    std::int64_t start = 0;
    std::int64_t last = 0;
  };

  // False if the block has to be unpacked.
  bool add_totals_of(std::string_view block);
  // The samples of `summary` are in one interval.
  void add_summary(const Summary& summary);
  void add_points(const Points& points, std::size_t begin, std::size_t end);
  void add_memory_before(std::int64_t at);
  void pass(std::int64_t last);
  Interval interval_of(std::int64_t at) const;
  // The bucket of a sample at `at`, a new one if need be; nullptr beyond the limit.
  Bucket* bucket_at(std::int64_t at);

  Query query_;
  Points memory_;
  std::size_t memory_used_ = 0;
  std::vector<Bucket> buckets_;
  std::int64_t bucket_last_ = 0;  // the last microsecond of the newest bucket
  bool is_done_ = false;
};

}  // namespace tt::archive
