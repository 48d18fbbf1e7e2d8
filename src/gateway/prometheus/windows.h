#pragma once

// From readings to one value for each step: the newest reading, or a function of those in a window.
//
// The rules are those of Prometheus 2: a window of length w at time t holds the readings from t - w
// to t, both included; where there is none, there is no value.

#include <cstdint>
#include <span>
#include <vector>

#include "gateway/prometheus/expression.h"
#include "gateway/prometheus/steps.h"

namespace tt::gateway::prometheus {

// "lookback": a reading is a series' current value for so long.
inline constexpr Microseconds lookback = std::chrono::minutes(5);

// Readings that lie together: one, or all of an interval.
struct Piece {
  Time start;  // of the interval; of one reading its own time
  Time first_at, last_at;
  double first = 0, last = 0;
  double min = 0, max = 0, sum = 0;
  double lost = 0;  // by a counter that began anew
  std::uint64_t count = 0;
};

Piece piece_of(Time at, double value);

// Adds readings that are later than those in `total`.
void append(Piece& total, const Piece& later);

// How long a selection's window is.
Microseconds window_of(const Selection& selection);

// One value for each step.  `pieces` ascend; none of them reaches over the start of a window or
// over its end, but that the readings of an interval may begin exactly at the end.
std::vector<double> over_windows(std::span<const Piece> pieces, const Selection& selection,
                                 const Steps& steps);

// How many pieces over_windows looks at, about.
std::size_t work_of(std::size_t pieces, const Selection& selection, const Steps& steps);

}  // namespace tt::gateway::prometheus
