#pragma once

// SeriesRecord: what is known of a series as a whole, in memory and in the Kv.
//
//   record = version:0x01 flags:u8 [last] [min:f64] [max:f64] run-count:varint run* [blocks]
//            flags: 1 last, 2 min, 4 max
//   last   = at:zigzag received:zigzag value          received: the difference from `at`
//   run    = first:zigzag more:varint                 partitions first … first + more
//   blocks = last:zigzag tail:varint                  if run-count > 0
//
// zigzag, varint and f64: see coding.h; value: see change.h.

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "archive/partitions.h"
#include "archive/points.h"
#include "base/error.h"

namespace tt::archive {

struct SeriesRecord {
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::min();
  static constexpr double none = std::numeric_limits<double>::quiet_NaN();

  // What clients see.  The log repeats these, so that a record may be older than the log.
  std::int64_t last_at = never;
  std::int64_t received = never;
  Cell last_value;  // if it is a text, last_text has it
  std::string last_text;
  double min = none;  // of the numeric values; none: there was no number
  double max = none;
  bool has_last = false;

  // Where the blocks are; written in the same commit as these.
  std::uint32_t tail_points = 0;     // about so many samples are in the newest block
  std::int64_t blocks_last = never;  // no block holds a later sample
  Partitions partitions;             // no block is elsewhere

  void set_last(const Points& points, std::size_t index, std::int64_t received_at);
  std::string last_as_text() const;
  // True if nothing is known of the series.
  bool is_blank() const { return !has_last && !has_min() && !has_max() && partitions.empty(); }
  bool has_min() const { return !std::isnan(min); }
  bool has_max() const { return !std::isnan(max); }
  // Takes `number` into min and max.
  void widen(double number) {
    if (!(min <= number)) min = number;
    if (!(max >= number)) max = number;
  }
};

std::string encode_series_record(const SeriesRecord& record);
Result<SeriesRecord> decode_series_record(std::string_view bytes);

}  // namespace tt::archive
