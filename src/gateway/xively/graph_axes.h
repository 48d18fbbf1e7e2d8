#pragma once

// Where the lines of a graph's grid lie and what is written at them: round numbers, round times.

#include <string>
#include <vector>

#include "gateway/xively/time_zone.h"

namespace tt::gateway::xively {

struct ValueTick {
  double value;
  std::string label;
};

struct ValueAxis {
  double min, max;               // min < max, both finite
  std::vector<ValueTick> ticks;  // ascending, within min … max
};

// Does the axis end where it is told, or at the next round number?
enum class Ends { fixed, round };

// An axis that shows min … max with some `lines` (> 0) round numbers on it.  If both are the same,
// there is room around them.
ValueAxis value_axis(double min, double max, Ends ends, int lines);

struct TimeTick {
  Time at;
  std::string label;
};

struct TimeRange {
  Time start, end;  // start < end
};

// Round times of the zone in `range`, at most `lines` + 1 of them: "14:30", a midnight as "2 Jan",
// a New Year as "2026".
std::vector<TimeTick> round_times(TimeRange range, int lines, const TimeZone& zone);

// A time as precise as a range of that length needs it: "14:30:05", "14:30", "2 Jan 14:30", "2 Jan
// 2026".
std::string time_label(Time at, Microseconds range, const TimeZone& zone);

}  // namespace tt::gateway::xively
