#include "gateway/prometheus/windows.h"

#include <algorithm>

namespace tt::gateway::prometheus {
namespace {

double seconds_of(Microseconds length) { return static_cast<double>(length.count()) / 1e6; }

struct Window {
  Time start, end;
};

// What a counter or gauge changed by within a window, drawn out to the window's ends:
// "the calculation extrapolates to the ends of the time range, allowing for missed scrapes or
//  imperfect alignment of scrape cycles with the range's time period."
double change_of(const Piece& total, const Window& window, WindowFunction function) {
  if (total.count < 2) return absent;
  bool is_counter = function != WindowFunction::delta;
  double change = total.last - total.first + (is_counter ? total.lost : 0);
  double sampled = seconds_of(total.last_at - total.first_at);
  double usual = sampled / static_cast<double>(total.count - 1);
  double to_start = seconds_of(total.first_at - window.start);
  double to_end = seconds_of(window.end - total.last_at);
  if (is_counter && change > 0 && total.first >= 0) {
    // A counter cannot have been below zero.
    to_start = std::min(to_start, sampled * (total.first / change));
  }
  double near = usual * 1.1;  // farther away, the series is taken to begin or end half a step out
  double covered = sampled;
  covered += to_start < near ? to_start : usual / 2;
  covered += to_end < near ? to_end : usual / 2;
  change *= covered / sampled;
  return function == WindowFunction::rate ? change / seconds_of(window.end - window.start) : change;
}

double value_of(const Piece& total, const Window& window, WindowFunction function) {
  if (total.count == 0) return absent;
  switch (function) {
    case WindowFunction::last: return total.last;
    case WindowFunction::average: return total.sum / static_cast<double>(total.count);
    case WindowFunction::minimum: return total.min;
    case WindowFunction::maximum: return total.max;
    case WindowFunction::sum: return total.sum;
    case WindowFunction::count: return static_cast<double>(total.count);
    case WindowFunction::rate:
    case WindowFunction::increase:
    case WindowFunction::delta: return change_of(total, window, function);
  }
  return absent;
}

Piece total_of(std::span<const Piece> pieces, WindowFunction function) {
  Piece total;
  if (function == WindowFunction::last && !pieces.empty()) pieces = pieces.last(1);
  for (const auto& piece : pieces) append(total, piece);
  return total;
}

}  // namespace

Piece piece_of(Time at, double value) {
  return {at, at, at, value, value, value, value, value, 0, 1};
}

void append(Piece& total, const Piece& later) {
  if (total.count == 0) {
    total = later;
    return;
  }
  total.lost += later.lost + (later.first < total.last ? total.last : 0);
  total.last_at = later.last_at;
  total.last = later.last;
  total.min = std::min(total.min, later.min);
  total.max = std::max(total.max, later.max);
  total.sum += later.sum;
  total.count += later.count;
}

Microseconds window_of(const Selection& selection) {
  return selection.is_instant ? lookback : selection.window;
}

std::vector<double> over_windows(std::span<const Piece> pieces, const Selection& selection,
                                 const Steps& steps) {
  std::vector<double> values;
  values.reserve(steps.count);
  auto length = window_of(selection);
  std::size_t begin = 0, end = 0;
  for (std::size_t i = 0; i < steps.count; ++i) {
    auto at = steps.at(i) - selection.offset;
    Window window{at - length, at};
    while (begin < pieces.size() && pieces[begin].start < window.start) ++begin;
    end = std::max(end, begin);
    while (end < pieces.size() && pieces[end].start < window.end) ++end;
    auto total = total_of(pieces.subspan(begin, end - begin), selection.function);
    if (end < pieces.size() && pieces[end].first_at == window.end) {
      append(total, piece_of(window.end, pieces[end].first));
    }
    values.push_back(value_of(total, window, selection.function));
  }
  return values;
}

std::size_t work_of(std::size_t pieces, const Selection& selection, const Steps& steps) {
  if (selection.function == WindowFunction::last) return pieces + steps.count;
  auto overlap = static_cast<std::size_t>(window_of(selection) / steps.length) + 1;
  return pieces * std::min(overlap, steps.count) + steps.count;
}

}  // namespace tt::gateway::prometheus
