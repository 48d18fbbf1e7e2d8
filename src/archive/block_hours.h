#pragma once

// The hours of a block: totals that answer a query by the hour, or by several, without unpacking
// what they are the totals of.
//
//   hours = scale:u8 decimals_min:u8 hour*            for every UTC hour that holds samples
//   hour  = [count:varint from:varint to:varint]      not if the samples of the block are regular
//           opening:zigzag closing:zigzag below:varint above:varint rest:varint
//           count: of the samples of the hour; from: how many units its first one is after the one
//           before it (0 for the first of all); to: how many units its last one is after its first
//           opening: the first value, less the last one of the hour before (0 at first)
//           closing: the last value, less the first one
//           below: the lower one of both, less the minimum; above: the maximum, less the higher
//           rest: the sum of all values, less count times the minimum
//
// Values are the scaled integers of block.h, and all of the block must be such.  The samples are
// regular if the distances between them all are one unit.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "archive/number_rule.h"
#include "archive/points.h"
#include "archive/summary.h"

namespace tt::archive {

inline constexpr std::int64_t hour_us = 3'600'000'000;

// The hours of `points`, whose values are `numbers` by `rule`; empty if they would be of little
// use: samples of one hour, or too few in each of them.
std::string encode_hours(const Points& points, std::uint64_t unit,
                         std::span<const std::int64_t> numbers, NumberRule rule);

// The totals of each hour of the block that `block` sums up, ascending; false if `bytes` are none.
bool decode_hours(std::string_view bytes, const Summary& block, std::uint64_t unit,
                  std::vector<Summary>& hours);

}  // namespace tt::archive
