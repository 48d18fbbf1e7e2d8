#pragma once

// Block: a run of samples of one series, compressed; what the archive keeps on disk.
//
//   block    = version:u8 crc:u32le body              crc = CRC-32C of the body
//   body     = summary times values                   version 1
//            | summary size:varint hours times values version 2; hours has `size` bytes, and its
//                                                     grammar is in block_hours.h
//   summary  = count:varint                           1 … block_points_max
//              first:zigzag                           microseconds since 1970
//              [unit:varint steps:varint]             if count > 1; last = first + unit * steps
//              numeric:varint [min:number max:number sum:number]   if numeric > 0
//              cell cell                              the first and the last value
//   cell     = 0xFF                                   a text: see values
//            | decimals:u8 mantissa:zigzag            a decimal number
//   number   = cell (not a text) | 0xFE f64
//   times    = integers{count-1}                      if count > 1
//              every integer >= 1, times unit: the distance from the time before
//   values   = other:varint [numbers] [positions texts]
//              numbers if other < count; positions and texts if other > 0
//   numbers  = scale:u8 decimals_min:u8 order:u8 start:zigzag{order} integers{count-order}
//              scale <= 17, decimals_min <= scale, order <= 2, order <= count
//   positions= gap:varint{other}                      if other < count; index of the first, then
//                                                     the distances from one to the next
//   texts    = 0x00 size:varint list{size bytes}
//            | 0x01 size:varint packed:text           one Zstandard frame (RFC 8878) of the list,
//                                                     which has `size` bytes unpacked
//   list     = 0x00 text{other}
//            | 0x01 distinct:varint text{distinct} integers{other}        indices from 0
//
// Integers, varint, zigzag, f64 and text: see integers.h and coding.h.
//
// A number of the block is v / 10^scale, written with `scale` decimals, of which zeros at the end
// are dropped as long as more than decimals_min remain.  So decimals_min = scale is "21.30" of
// printf, 0 is "21.3" and "21" of JavaScript, 1 is "21.0" of Python.  A value that this rule does
// not give back byte for byte ("0000017", "1e5", "on") is one of the others, and repeats the
// number before it among the numbers.  order 0: starts and integers are the v; 1: the first v,
// then the differences; 2: these, differenced once more.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "archive/points.h"
#include "archive/summary.h"
#include "base/error.h"

namespace tt::archive {

inline constexpr std::size_t block_points_max = 65'536;
inline constexpr std::size_t block_text_bytes_max = 16 << 20;

// What is known of a block without unpacking it.
struct Outline {
  Summary block;
  std::vector<Summary> hours;  // of every UTC hour with samples, ascending; or none at all
};

// `points` are ascending and from 1 to block_points_max, their texts block_text_bytes_max at most.
std::string encode_block(const Points& points);

Result<Points> decode_block(std::string_view block);
Result<Outline> decode_outline(std::string_view block);

}  // namespace tt::archive
