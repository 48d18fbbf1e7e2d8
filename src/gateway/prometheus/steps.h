#pragma once

// The times at which a query is answered, and series of values at those times.

#include <bit>
#include <cstdint>
#include <vector>

#include "base/time.h"
#include "gateway/prometheus/labels.h"

namespace tt::gateway::prometheus {

// start, start + length, …: `count` times.
struct Steps {
  Time start;
  Microseconds length{1};
  std::size_t count = 1;

  Time at(std::size_t i) const { return start + length * static_cast<std::int64_t>(i); }
  Time last() const { return at(count - 1); }
};

// "There is no value here": a NaN that no calculation gives.
inline constexpr double absent = std::bit_cast<double>(std::uint64_t{0x7ff0000000000002});
inline bool is_absent(double value) {
  return std::bit_cast<std::uint64_t>(value) == std::bit_cast<std::uint64_t>(absent);
}

// One value a step.
struct Series {
  Labels labels;
  std::vector<double> values;
};

}  // namespace tt::gateway::prometheus
