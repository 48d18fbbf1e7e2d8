#include "archive/block_hours.h"

#include <algorithm>
#include <limits>

#include "archive/coding.h"

namespace tt::archive {
namespace {

// An hour takes 8 to 14 bytes, so that these cost a tenth of what they sum up at most.
constexpr std::size_t hour_points_min = 120;
// A block has 65,536 values at most, whose sum must be a decimal too.
constexpr std::int64_t number_max = mantissa_end / 65'536;

// The last microsecond of the hour of `at`; the last hour of all is cut.
std::int64_t hour_last(std::int64_t at) {
  auto offset = at % hour_us;
  if (offset < 0) offset += hour_us;
  std::int64_t last = 0;
  bool beyond = __builtin_add_overflow(at, hour_us - 1 - offset, &last);
  return beyond ? std::numeric_limits<std::int64_t>::max() : last;
}

std::uint64_t distance(std::int64_t from, std::int64_t to) {
  return static_cast<std::uint64_t>(wrapping_subtract(to, from));
}

// The totals of an hour as scaled integers.
struct Totals {
  std::int64_t opening = 0, closing = 0, min = 0, max = 0, sum = 0;
};

Totals add_up(std::span<const std::int64_t> numbers) {
  Totals totals{numbers.front(), numbers.back(), numbers.front(), numbers.front(), 0};
  for (auto number : numbers) {
    totals.min = std::min(totals.min, number);
    totals.max = std::max(totals.max, number);
    totals.sum += number;
  }
  return totals;
}

void put_totals(const Totals& totals, std::size_t count, std::int64_t before, std::string& out) {
  put_zigzag(totals.opening - before, out);
  put_zigzag(totals.closing - totals.opening, out);
  auto [lower, higher] = std::minmax(totals.opening, totals.closing);
  put_varint(static_cast<std::uint64_t>(lower - totals.min), out);
  put_varint(static_cast<std::uint64_t>(totals.max - higher), out);
  auto floor = totals.min * static_cast<std::int64_t>(count);
  put_varint(static_cast<std::uint64_t>(totals.sum - floor), out);
}

bool is_plain(std::int64_t number) { return number < number_max && number > -number_max; }

// False if the bytes are none, or no writer can have made them.
bool take_totals(Cursor& in, std::uint64_t count, std::int64_t before, Totals& totals) {
  totals.opening = wrapping_add(before, in.zigzag());
  totals.closing = wrapping_add(totals.opening, in.zigzag());
  auto [lower, higher] = std::minmax(totals.opening, totals.closing);
  totals.min = wrapping_subtract(lower, static_cast<std::int64_t>(in.varint()));
  totals.max = wrapping_add(higher, static_cast<std::int64_t>(in.varint()));
  if (!in.is_good() || !is_plain(totals.opening) || !is_plain(totals.closing)) return false;
  if (!is_plain(totals.min) || !is_plain(totals.max)) return false;
  auto floor = totals.min * static_cast<std::int64_t>(count);
  totals.sum = wrapping_add(floor, static_cast<std::int64_t>(in.varint()));
  return in.is_good() && is_cell({totals.sum, 0});
}

bool is_useful(const Points& points, std::span<const std::int64_t> numbers) {
  if (points.last() <= hour_last(points.first())) return false;
  auto hours = distance(points.first(), points.last()) / static_cast<std::uint64_t>(hour_us) + 1;
  return hours * hour_points_min <= points.size() && std::ranges::all_of(numbers, is_plain);
}

bool is_regular(std::uint64_t count, std::uint64_t span, std::uint64_t unit) {
  return span / unit == count - 1;
}

// Reads one hour after the other; what is behind the last one that was read.
class HourReader {
 public:
  HourReader(Cursor& in, const Summary& block, std::uint64_t unit)
      : in_(in), block_(block), unit_(unit), at_(block.first), left_(block.count) {
    rule_.scale = in.u8();
    rule_.decimals_min = in.u8();
    is_regular_ = is_regular(block.count, distance(block.first, block.last), unit);
  }

  bool has_rule() const {
    return in_.is_good() && rule_.scale <= decimals_max && rule_.decimals_min <= rule_.scale;
  }
  bool is_at_end() const { return left_ == 0; }
  bool take(Summary& hour) {
    if (!(is_regular_ ? step(hour) : take_times(hour)) || hour.count > left_) return false;
    Totals totals;
    if (!take_totals(in_, hour.count, before_, totals)) return false;
    before_ = totals.closing;
    left_ -= hour.count;
    hour.numeric = hour.count;
    hour.min = to_double({totals.min, rule_.scale});
    hour.max = to_double({totals.max, rule_.scale});
    hour.sum = to_double({totals.sum, rule_.scale});
    hour.first_value = drop_zeros(totals.opening, rule_);
    hour.last_value = drop_zeros(totals.closing, rule_);
    return true;
  }

 private:
  bool step(Summary& hour) {
    hour.first = at_;
    auto last = std::min(hour_last(at_), block_.last);
    auto steps = distance(at_, last) / unit_;
    hour.count = steps + 1;
    hour.last = at_ + static_cast<std::int64_t>(steps * unit_);
    at_ = wrapping_add(hour.last, static_cast<std::int64_t>(unit_));
    return true;
  }

  bool take_times(Summary& hour) {
    hour.count = in_.varint();
    auto from = in_.varint();
    auto to = in_.varint();
    if (!in_.is_good() || hour.count == 0) return false;
    return move(from, hour.first) && move(to, hour.last) && hour.last <= hour_last(hour.first);
  }

  // Goes on by so many units; false beyond the end of the block.
  bool move(std::uint64_t units, std::int64_t& at) {
    std::uint64_t by = 0;
    if (__builtin_mul_overflow(units, unit_, &by) || by > distance(at_, block_.last)) return false;
    at = at_ = wrapping_add(at_, static_cast<std::int64_t>(by));
    return true;
  }

  Cursor& in_;
  const Summary& block_;
  std::uint64_t unit_;
  std::int64_t at_;  // irregular: of the newest sample seen; regular: of the next one
  std::uint64_t left_;
  std::int64_t before_ = 0;
  NumberRule rule_;
  bool is_regular_ = false;
};

}  // namespace

std::string encode_hours(const Points& points, std::uint64_t unit,
                         std::span<const std::int64_t> numbers, NumberRule rule) {
  std::string out;
  if (!is_useful(points, numbers)) return out;
  put_u8(static_cast<std::uint8_t>(rule.scale), out);
  put_u8(static_cast<std::uint8_t>(rule.decimals_min), out);
  bool regular = is_regular(points.size(), distance(points.first(), points.last()), unit);
  std::int64_t before = 0;
  auto at = points.first();
  for (std::size_t begin = 0; begin < points.size();) {
    auto end = points.upper_bound(hour_last(points.at(begin)));
    if (!regular) {
      put_varint(end - begin, out);
      put_varint(distance(at, points.at(begin)) / unit, out);
      put_varint(distance(points.at(begin), points.at(end - 1)) / unit, out);
    }
    auto totals = add_up(numbers.subspan(begin, end - begin));
    put_totals(totals, end - begin, before, out);
    before = totals.closing;
    at = points.at(end - 1);
    begin = end;
  }
  return out;
}

bool decode_hours(std::string_view bytes, const Summary& block, std::uint64_t unit,
                  std::vector<Summary>& hours) {
  Cursor in(bytes);
  HourReader reader(in, block, unit);
  if (!reader.has_rule()) return false;
  while (!reader.is_at_end()) {
    Summary hour;
    if (!reader.take(hour)) return false;
    hours.push_back(hour);
  }
  return in.is_at_end();
}

}  // namespace tt::archive
