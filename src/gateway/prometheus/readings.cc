#include "gateway/prometheus/readings.h"

#include <numeric>

#include "archive/decimal.h"
#include "base/error.h"

namespace tt::gateway::prometheus {
namespace {

using std::chrono::minutes;

// Below it summaries are no less work than readings.
constexpr Microseconds interval_min = minutes(1);
// A window at a single time is read in so many intervals and the readings at its two ends.
constexpr int intervals_of_window = 100;
constexpr std::size_t page_samples = 10'000;

struct Span {
  Time start, end;  // both included
};

Task<> add_readings(Source source, Span span, std::vector<Piece>& pieces) {
  archive::Query query;
  query.start = span.start;
  query.end = span.end;
  query.limit = page_samples;
  while (query.start <= query.end) {
    auto samples = co_await source.archive.range(source.series, query);
    source.budget.take(samples.size());
    for (const auto& sample : samples) {
      if (auto number = archive::parse_number(sample.value)) {
        pieces.push_back(piece_of(sample.at, *number));
      }
    }
    if (samples.size() < page_samples) co_return;
    query.start = samples.back().at + Microseconds(1);
  }
}

// nullopt if the bucket also holds texts, so that its first and last value may be none.
std::optional<Piece> piece_of(const archive::Bucket& bucket) {
  auto first = archive::parse_number(bucket.first.value);
  auto last = archive::parse_number(bucket.last.value);
  if (bucket.numeric != bucket.count || !first || !last) return std::nullopt;
  Piece piece;
  piece.start = bucket.start;
  piece.first_at = bucket.first.at;
  piece.last_at = bucket.last.at;
  piece.first = *first;
  piece.last = *last;
  piece.min = bucket.min;
  piece.max = bucket.max;
  piece.sum = bucket.sum;
  piece.count = bucket.count;
  return piece;
}

// False if there are texts among the numbers: then the readings must be read.
Task<bool> add_summaries(Source source, archive::Intervals intervals, std::vector<Piece>& pieces) {
  intervals.limit = page_samples;
  while (intervals.start <= intervals.end) {
    auto buckets = co_await source.archive.summarize(source.series, intervals);
    source.budget.take(buckets.size());
    for (const auto& bucket : buckets) {
      if (bucket.numeric == 0) continue;
      auto piece = piece_of(bucket);
      if (!piece) co_return false;
      pieces.push_back(*piece);
    }
    if (buckets.size() < page_samples) break;
    intervals.start = buckets.back().start + intervals.length;
  }
  co_return true;
}

bool needs_every_reading(WindowFunction function) {
  return function == WindowFunction::rate || function == WindowFunction::increase;
}

// The longest interval at whose borders all windows begin and end.
Microseconds interval_of(const Selection& selection, const Steps& steps) {
  auto common = std::gcd(window_of(selection).count(), to_us(steps.start - selection.offset));
  if (steps.count > 1) common = std::gcd(common, steps.length.count());
  return Microseconds(common);
}

// Summaries up to the end of the last window and of what lies exactly there.
Task<bool> read_aligned(Source source, Span span, Microseconds length, std::vector<Piece>& pieces) {
  archive::Intervals intervals{span.start, span.end - Microseconds(1), length, 0};
  bool whole = co_await add_summaries(source, intervals, pieces);
  if (!whole) co_return false;
  Span end{span.end, span.end};
  co_await add_readings(source, end, pieces);
  co_return true;
}

Task<bool> read_long_window(Source source, Span span, std::vector<Piece>& pieces) {
  auto length = (span.end - span.start) / intervals_of_window;
  auto begin = from_us((to_us(span.start) / length.count() + 1) * length.count());
  auto end = from_us(to_us(span.end) / length.count() * length.count());
  Span head{span.start, begin - Microseconds(1)};
  co_await add_readings(source, head, pieces);
  archive::Intervals inside{begin, end - Microseconds(1), length, 0};
  bool whole = co_await add_summaries(source, inside, pieces);
  if (!whole) co_return false;
  Span tail{end, span.end};
  co_await add_readings(source, tail, pieces);
  co_return true;
}

}  // namespace

void Budget::take(std::size_t samples) {
  if (samples > left_) {
    throw Error(Code::unprocessable,
                fmt::format("the query reads or computes more than {} values; select fewer series, "
                            "a shorter range or a longer step",
                            samples_));
  }
  left_ -= samples;
}

void Budget::work(std::size_t pieces) {
  if (pieces > work_) {
    throw Error(Code::unprocessable,
                "the query's windows overlap too much; use a longer step or a shorter window");
  }
  work_ -= pieces;
}

Task<std::vector<Piece>> read_pieces(Source source, const Selection& selection,
                                     const Steps& steps) {
  std::vector<Piece> pieces;
  auto window = window_of(selection);
  Span span{steps.start - selection.offset - window, steps.last() - selection.offset};
  if (!needs_every_reading(selection.function)) {
    auto interval = interval_of(selection, steps);
    bool whole = false;
    if (interval >= interval_min) {
      whole = co_await read_aligned(source, span, interval, pieces);
    } else if (steps.count == 1 && window >= interval_min * intervals_of_window) {
      whole = co_await read_long_window(source, span, pieces);
    }
    if (whole) co_return pieces;
    pieces.clear();
  }
  co_await add_readings(source, span, pieces);
  co_return pieces;
}

}  // namespace tt::gateway::prometheus
