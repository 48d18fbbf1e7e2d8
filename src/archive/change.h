#pragma once

// Change: one entry of the archive's log, from which memory is made again after a stop.
//
//   change   = append | erase | forget | extremes
//   append   = 0x01 received:zigzag run*              to the end of the entry
//   run      = series:zigzag count:varint form:u8 times values
//              series: the difference from the run before, the first one from 0; count >= 1
//              form: 0 … 17, the decimals of all values, or 31; plus 64 if the steps are equal
//   times    = first:zigzag step:zigzag               form & 64; step only if count > 1
//            | first:zigzag step:zigzag{count-1}      `first` is relative to received; step >= 1
//   values   = mantissa:zigzag{count}                 the first one, then differences
//            | value{count}                           form & 31 = 31
//   value    = decimals:u8 mantissa:zigzag | 0xFF text
//   erase    = 0x02 series:varint start:zigzag end:zigzag (0x00 | 0x01 at:zigzag value)
//              the second alternative: the newest sample in blocks afterwards
//   forget   = 0x03 series:varint
//   extremes = 0x04 series:varint flags:u8 [min:f64] [max:f64]       flags: 1 min, 2 max
//
// zigzag, varint, f64 and text: see coding.h.  Times are microseconds since 1970.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "archive/points.h"
#include "base/error.h"

namespace tt::archive {

// Samples of several series; each slice of `points` is ascending.
struct Append {
  struct Slice {
    std::int64_t series = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  std::int64_t received = 0;
  std::vector<Slice> slices;
  Points points;
};

struct Erase {
  std::int64_t series = 0;
  std::int64_t start = 0;
  std::int64_t end = 0;
  Points remaining;  // the newest sample in blocks afterwards; one or none
};

struct Forget {
  std::int64_t series = 0;
};

struct SetExtremes {
  std::int64_t series = 0;
  std::optional<double> min;
  std::optional<double> max;
};

using Change = std::variant<Append, Erase, Forget, SetExtremes>;

std::string encode_change(const Append& append);
std::string encode_change(const Erase& erase);
std::string encode_change(const Forget& forget);
std::string encode_change(const SetExtremes& extremes);

Result<Change> decode_change(std::string_view bytes);

// The form of one value that changes and series records share.
void put_value(const Points& points, std::size_t index, std::string& out);
class Cursor;
// Adds one sample at `at`; false if the bytes are no value.
bool take_value(Cursor& in, std::int64_t at, Points& points);

}  // namespace tt::archive
