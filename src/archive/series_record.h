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

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "archive/partitions.h"
#include "archive/points.h"
#include "base/error.h"

namespace tt::archive {

struct SeriesRecord {
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::min();

  // What clients see.  The log repeats these, so that a record may be older than the log.
  bool has_last = false;
  Cell last_value;             // if it is a text, last_text has it
  std::string last_text;
  std::int64_t last_at = never;
  std::int64_t received = never;
  std::optional<double> min;
  std::optional<double> max;

  // Where the blocks are; written in the same commit as these.
  Partitions partitions;               // no block is elsewhere
  std::int64_t blocks_last = never;    // no block holds a later sample
  std::uint32_t tail_points = 0;       // about so many samples are in the newest block

  void set_last(const Points& points, std::size_t index, std::int64_t received_at);
  std::string last_as_text() const;
  // True if nothing is known of the series.
  bool is_blank() const { return !has_last && !min && !max && partitions.empty(); }
};

std::string encode_series_record(const SeriesRecord& record);
Result<SeriesRecord> decode_series_record(std::string_view bytes);

}  // namespace tt::archive
