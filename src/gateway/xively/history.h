#pragma once

// The history parameters of the API: start, end, duration, interval, limit, …
//
// Raw points, or one value for each slot of a grid that starts at 00:00 UTC: the last datapoint
// stored before the slot's instant, or a function (average, min, max, sum) of the slot's points.
// How long a range may be depends on the interval.  `time` asks for one moment instead: the values
// that held then.

#include "gateway/xively/api.h"
#include "gateway/xively/output.h"

namespace tt::gateway::xively {

inline constexpr std::size_t history_points_max = 1000;  // of one response

enum class Function { last, average, sum, min, max };

struct HistoryQuery {
  Time start, end;
  Microseconds interval{0};  // 0: raw
  std::size_t limit = 100;
  std::size_t skip = 0;   // of earlier pages
  bool discrete = false;  // a value for every slot, also where there is no data
  bool find_previous = false;
  Function function = Function::last;
};

struct TimeSpan {
  Time start, end;
};

// "average", "sum", "min", "max"; empty for the last value.
std::string_view name_of(Function function);

// "5minutes", "1day", "3600": number and unit, seconds if there is none.
std::optional<Microseconds> parse_duration(std::string_view text);

// From whichever two of start, end and duration the request names; what is missing of them is now
// and `fallback`.  Throws invalid for all three, and for a start behind the end.
TimeSpan parse_range(const ApiRequest& request, Time now, Microseconds fallback);

// The moment of `time`; nullopt if there is none.  Throws invalid beside other history parameters.
std::optional<Time> parse_snapshot(const ApiRequest& request);

// nullopt if the request asks for no history.  Throws invalid for what makes no sense.
std::optional<HistoryQuery> parse_history(const ApiRequest& request, Time now);

// The newest sample at or before `at`; nullopt if there is none.
Task<std::optional<archive::Sample>> value_at(archive::Archive& archive, archive::SeriesId series,
                                              Time at);

// At most query.limit points, ascending, and the one before them if it is asked for.
Task<Datapoints> read_history(archive::Archive& archive, archive::SeriesId series,
                              HistoryQuery query);

}  // namespace tt::gateway::xively
