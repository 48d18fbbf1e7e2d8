#include "gateway/xively/graph_axes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tt::gateway::xively {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::months;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

// Wider ones would overflow when they are subtracted.
constexpr double magnitude_max = 1e307;
// Smaller ones are zero to anybody, and their steps would be.
constexpr double magnitude_min = 1e-290;
// What a double can tell apart, with room for some lines between.
constexpr double precision = 1e-12;

constexpr std::string_view month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// The smallest 1, 2 or 5 times a power of ten that is not less than `size`.
double round_step(double size) {
  double power = std::pow(10.0, std::floor(std::log10(size)));
  for (double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= size * (1 - precision)) return factor * power;
  }
  return 10 * power;
}

std::string value_label(double value, double step, double largest) {
  if (std::abs(value) < step * 1e-9) value = 0;  // not "-0" nor "1.2e-17"
  if (largest >= 1e7 || step < 1e-5) return fmt::format("{:.6g}", value);
  int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  return fmt::format("{:.{}f}", value, decimals);
}

// Room around a range that is too narrow to be drawn.
void widen(double& min, double& max) {
  double largest = std::max(std::abs(min), std::abs(max));
  if (largest >= magnitude_min && max - min > largest * precision) return;
  double room = largest < magnitude_min ? 1 : largest * 0.1;
  min -= room;
  max += room;
}

// A distance between time ticks: months, or else a length.
struct TimeStep {
  seconds length{0};
  int months = 0;
};

TimeStep time_step(Microseconds wanted) {
  constexpr seconds lengths[] = {
      seconds(1), seconds(2), seconds(5),  seconds(10), seconds(15), seconds(30), minutes(1),
      minutes(2), minutes(5), minutes(10), minutes(15), minutes(30), hours(1),    hours(2),
      hours(3),   hours(6),   hours(12),   days(1),     days(2),     days(5),     days(10)};
  for (auto length : lengths) {
    if (length >= wanted) return {length, 0};
  }
  for (int count : {1, 2, 3, 6, 12, 24, 60, 120}) {
    if (days(30) * count >= wanted) return {seconds(0), count};
  }
  return {seconds(0), 12 * 1000};
}

std::string tick_label(Time local, const TimeStep& step) {
  auto day = floor<days>(local);
  year_month_day date(day);
  auto month = month_names[static_cast<unsigned>(date.month()) - 1];
  if (step.months > 0) {
    if (date.month() == std::chrono::January) return fmt::format("{}", int(date.year()));
    return std::string(month);
  }
  auto of_day = floor<seconds>(local - day);
  if (of_day == seconds(0)) return fmt::format("{} {}", unsigned(date.day()), month);
  auto clock = fmt::format("{:02}:{:02}", of_day / hours(1), of_day % hours(1) / minutes(1));
  if (step.length >= minutes(1)) return clock;
  return fmt::format("{}:{:02}", clock, (of_day % minutes(1)).count());
}

Time first_tick(Time local, const TimeStep& step) {
  year_month_day date(floor<days>(local));
  if (step.months == 0) {
    // Days are counted from the month's first, so that steps of two or five stay in place.
    Time month_start = sys_days(date.year() / date.month() / 1);
    return month_start + (local - month_start) / step.length * step.length;
  }
  int month = int(date.year()) * 12 + int(unsigned(date.month())) - 1;
  month = month / step.months * step.months;
  return sys_days(std::chrono::year(month / 12) / std::chrono::month(unsigned(month % 12 + 1)) / 1);
}

Time next_tick(Time local, const TimeStep& step) {
  year_month_day date(floor<days>(local));
  if (step.months > 0) return sys_days(date.year() / date.month() / 1 + months(step.months));
  Time next = local + step.length;
  Time next_month = sys_days(date.year() / date.month() / 1 + months(1));
  // The last step of a month may not leave a sliver in front of the next month's first.
  bool is_sliver = step.length > days(1) && next_month - next <= step.length / 2;
  return next >= next_month || is_sliver ? next_month : next;
}

}  // namespace

ValueAxis value_axis(double min, double max, Ends ends, int lines) {
  min = std::clamp(min, -magnitude_max, magnitude_max);
  max = std::clamp(max, -magnitude_max, magnitude_max);
  widen(min, max);
  double step = round_step((max - min) / lines);
  double first = std::floor(min / step + 1e-9);
  double last = std::ceil(max / step - 1e-9);
  ValueAxis axis{min, max, {}};
  if (ends == Ends::round) {
    axis.min = first * step;
    axis.max = last * step;
  }
  double largest = std::max(std::abs(axis.min), std::abs(axis.max));
  double slack = step * 1e-9;
  for (int i = 0; i <= lines + 2 && first + i <= last; ++i) {
    double value = (first + i) * step;
    if (value < axis.min - slack || value > axis.max + slack) continue;
    axis.ticks.push_back({value, value_label(value, step, largest)});
  }
  return axis;
}

std::vector<TimeTick> round_times(TimeRange range, int lines, const TimeZone& zone) {
  auto step = time_step((range.end - range.start) / lines);
  std::vector<TimeTick> ticks;
  auto local = first_tick(range.start + zone.offset_at(range.start), step);
  for (; ticks.size() <= static_cast<std::size_t>(lines); local = next_tick(local, step)) {
    auto about = local - zone.offset_at(range.start);
    auto at = local - zone.offset_at(about);  // exact on both sides of a change of the clocks
    if (at > range.end) break;
    if (at >= range.start) ticks.push_back({at, tick_label(local, step)});
  }
  return ticks;
}

std::string time_label(Time at, Microseconds range, const TimeZone& zone) {
  auto local = at + zone.offset_at(at);
  auto day = floor<days>(local);
  year_month_day date(day);
  auto of_day = floor<seconds>(local - day);
  auto clock = fmt::format("{:02}:{:02}", of_day / hours(1), of_day % hours(1) / minutes(1));
  if (range < minutes(10)) return fmt::format("{}:{:02}", clock, (of_day % minutes(1)).count());
  if (range <= hours(25)) return clock;
  auto text = fmt::format("{} {}", unsigned(date.day()),
                          month_names[static_cast<unsigned>(date.month()) - 1]);
  return range <= days(8) ? text + " " + clock : fmt::format("{} {}", text, int(date.year()));
}

}  // namespace tt::gateway::xively
