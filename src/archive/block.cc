#include "archive/block.h"

#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "archive/block_hours.h"
#include "archive/block_texts.h"
#include "archive/coding.h"
#include "archive/integers.h"
#include "archive/number_rule.h"
#include "base/digest.h"

namespace tt::archive {
namespace {

constexpr std::uint8_t version = 1;
constexpr std::uint8_t version_with_hours = 2;
constexpr std::size_t body_offset = 5;
constexpr std::uint8_t cell_is_text = 0xFF;
constexpr std::uint8_t number_is_double = 0xFE;
constexpr unsigned order_max = 2;

// ---- summary ----

// A number of the summary; the decimal, where there is one, is exact.
struct Number {
  double value = 0;
  std::optional<Decimal> decimal;
};

// Adds up decimals exactly as long as that is possible, and doubles in any case.
class Sum {
 public:
  void add(double value, Cell cell) {
    sum_ += value;
    if (cell.is_text()) is_exact_ = false;
    if (!is_exact_) return;
    auto [mantissa, decimals] = cell.decimal();
    if (decimals > decimals_) {
      is_exact_ &= !__builtin_mul_overflow(exact_, powers_of_ten[decimals - decimals_], &exact_);
      decimals_ = decimals;
    }
    is_exact_ &= !__builtin_mul_overflow(mantissa, powers_of_ten[decimals_ - decimals], &mantissa);
    is_exact_ &= !__builtin_add_overflow(exact_, mantissa, &exact_);
  }
  Number total() const {
    Decimal decimal{exact_, decimals_};
    if (!is_exact_ || !is_cell(decimal)) return {sum_, std::nullopt};
    return {to_double(decimal), decimal};
  }

 private:
  double sum_ = 0;
  std::int64_t exact_ = 0;
  unsigned decimals_ = 0;
  bool is_exact_ = true;
};

struct Totals {
  std::uint64_t numeric = 0;
  Number min, max, sum;
};

Totals add_up(const Points& points) {
  Totals totals;
  Sum sum;
  for (std::size_t i = 0; i < points.size(); ++i) {
    auto number = points.number(i);
    if (!number) continue;
    auto cell = points.cell(i);
    Number here{*number, cell.is_text() ? std::nullopt : std::optional(cell.decimal())};
    if (totals.numeric == 0 || here.value < totals.min.value) totals.min = here;
    if (totals.numeric == 0 || here.value > totals.max.value) totals.max = here;
    ++totals.numeric;
    sum.add(*number, cell);
  }
  totals.sum = sum.total();
  return totals;
}

void put_decimal(Decimal decimal, std::string& out) {
  put_u8(static_cast<std::uint8_t>(decimal.decimals), out);
  put_zigzag(decimal.mantissa, out);
}

void put_cell(Cell cell, std::string& out) {
  if (cell.is_text()) return put_u8(cell_is_text, out);
  put_decimal(cell.decimal(), out);
}

void put_number(const Number& number, std::string& out) {
  if (number.decimal) return put_decimal(*number.decimal, out);
  put_u8(number_is_double, out);
  put_fixed(number.value, out);
}

// The greatest common divisor of all distances of `points`, of which there are at least two.
std::uint64_t time_unit(const Points& points) {
  std::uint64_t unit = 0;
  std::uint64_t before = 0;
  for (std::size_t i = 1; i < points.size() && unit != 1; ++i) {
    auto step = static_cast<std::uint64_t>(wrapping_subtract(points.at(i), points.at(i - 1)));
    if (step != before) unit = std::gcd(unit, step);
    before = step;
  }
  return unit;
}

void put_summary(const Points& points, std::uint64_t unit, std::string& out) {
  put_varint(points.size(), out);
  put_zigzag(points.first(), out);
  if (points.size() > 1) {
    put_varint(unit, out);
    auto span = static_cast<std::uint64_t>(wrapping_subtract(points.last(), points.first()));
    put_varint(span / unit, out);
  }
  auto totals = add_up(points);
  put_varint(totals.numeric, out);
  if (totals.numeric > 0) {
    put_number(totals.min, out);
    put_number(totals.max, out);
    put_number(totals.sum, out);
  }
  put_cell(points.all().front().value, out);
  put_cell(points.all().back().value, out);
}

// False if there is neither a text nor a number.
bool take_cell(Cursor& in, std::optional<Decimal>& value) {
  auto decimals = in.u8();
  if (decimals == cell_is_text) return in.is_good();
  Decimal decimal{in.zigzag(), decimals};
  value = decimal;
  return in.is_good() && is_cell(decimal);
}

bool take_number(Cursor& in, double& value) {
  auto decimals = in.u8();
  if (decimals == number_is_double) {
    value = in.fixed<double>();
    return in.is_good() && !std::isnan(value);
  }
  Decimal decimal{in.zigzag(), decimals};
  if (!in.is_good() || !is_cell(decimal)) return false;
  value = to_double(decimal);
  return true;
}

// A summary and the unit of the times behind it.
struct Head {
  Summary summary;
  std::uint64_t unit = 1;
};

// False unless there are two times at least, the last one representable.
bool take_span(Cursor& in, Head& head) {
  head.unit = in.varint();
  auto steps = in.varint();
  std::uint64_t span = 0;
  if (!in.is_good() || __builtin_mul_overflow(head.unit, steps, &span) || span == 0) return false;
  head.summary.last = wrapping_add(head.summary.first, static_cast<std::int64_t>(span));
  return head.summary.last > head.summary.first;
}

Result<Head> take_head(Cursor& in) {
  Head head;
  auto& summary = head.summary;
  summary.count = in.varint();
  summary.first = summary.last = in.zigzag();
  if (!in.is_good() || summary.count == 0 || summary.count > block_points_max) {
    return problem("the count of the block is impossible", in.offset());
  }
  if (summary.count > 1 && !take_span(in, head)) {
    return problem("the times of the block are impossible", in.offset());
  }
  summary.numeric = in.varint();
  if (summary.numeric > summary.count) {
    return problem("the block has more numbers than values", in.offset());
  }
  if (summary.numeric > 0 && (!take_number(in, summary.min) || !take_number(in, summary.max) ||
                              !take_number(in, summary.sum))) {
    return problem("a total of the block is damaged", in.offset());
  }
  if (!take_cell(in, summary.first_value) || !take_cell(in, summary.last_value)) {
    return problem("the first or last value of the block is damaged", in.offset());
  }
  return head;
}

// ---- times ----

void put_times(const Points& points, std::uint64_t unit, std::string& out) {
  if (points.size() == 1) return;
  std::vector<std::int64_t> steps(points.size() - 1);
  std::uint64_t before = 0;
  std::int64_t units = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    auto step = static_cast<std::uint64_t>(wrapping_subtract(points.at(i + 1), points.at(i)));
    // Most steps are equal, and a division takes as long as all the rest.
    if (step != before) units = static_cast<std::int64_t>(step / unit);
    before = step;
    steps[i] = units;
  }
  encode_integers(steps, out);
}

// `times` has head.summary.count places.
bool take_times(Cursor& in, const Head& head, std::span<std::int64_t> times) {
  auto at = times[0] = head.summary.first;
  auto steps = times.subspan(1);
  if (!decode_integers(in, steps)) return false;
  bool ascending = true;
  for (auto& step : steps) {
    auto distance = static_cast<std::uint64_t>(step) * head.unit;
    auto next = wrapping_add(at, static_cast<std::int64_t>(distance));
    ascending &= next > at;
    step = at = next;
  }
  return ascending && at == head.summary.last;
}

// ---- numbers ----

// nullopt if the rule would not give `value` back.
std::optional<std::int64_t> apply(NumberRule rule, Decimal value) {
  if (value.decimals > rule.scale) return std::nullopt;
  if (value.decimals == rule.scale && rule.decimals_min == rule.scale) return value.mantissa;
  auto factor = powers_of_ten[rule.scale - value.decimals];
  auto end = powers_of_ten[18] / factor;
  if (value.mantissa >= end || value.mantissa <= -end) return std::nullopt;
  auto scaled = value.mantissa * factor;
  if (drop_zeros(scaled, rule) != value) return std::nullopt;
  return scaled;
}

// Of the decimal values, how many have so many decimals, and how many of these end with a zero.
struct Decimals {
  std::array<std::size_t, decimals_max + 1> all{};
  std::array<std::size_t, decimals_max + 1> with_zero{};
  std::size_t count = 0;
};

Decimals count_decimals(const Points& points) {
  Decimals counts;
  for (const auto& point : points.all()) {
    if (point.value.is_text()) continue;
    auto decimal = point.value.decimal();
    ++counts.count;
    ++counts.all[decimal.decimals];
    if (decimal.decimals > 0 && decimal.mantissa % 10 == 0) ++counts.with_zero[decimal.decimals];
  }
  return counts;
}

// The cheapest scale: one more decimal costs every number log2(10) bits, a value with more
// decimals than the scale costs about twelve bytes.
unsigned choose_scale(const Decimals& counts) {
  constexpr double digit_bits = 3.33;
  constexpr double other_bits = 96;
  unsigned best = 0;
  double best_cost = std::numeric_limits<double>::infinity();
  auto above = counts.count;
  for (unsigned scale = 0; scale <= decimals_max; ++scale) {
    above -= counts.all[scale];
    auto cost = digit_bits * scale * static_cast<double>(counts.count) +
                other_bits * static_cast<double>(above);
    if (counts.all[scale] > 0 && cost < best_cost) best = scale, best_cost = cost;
  }
  return best;
}

// The least number of misfits: with a zero at the end only exactly decimals_min fit, without one
// any decimals from there up.
unsigned choose_decimals_min(const Decimals& counts, unsigned scale) {
  unsigned best = 0;
  std::size_t best_fits = 0;
  for (unsigned decimals_min = 0; decimals_min <= scale; ++decimals_min) {
    auto fits = counts.with_zero[decimals_min];
    for (auto d = decimals_min; d <= scale; ++d) fits += counts.all[d] - counts.with_zero[d];
    if (fits >= best_fits) best = decimals_min, best_fits = fits;
  }
  return best;
}

void subtract_neighbours(std::vector<std::int64_t>& values) {
  for (auto i = values.size() - 1; i > 0; --i) {
    values[i] = wrapping_subtract(values[i], values[i - 1]);
  }
}

void add_neighbours(std::span<std::int64_t> values) {
  for (std::size_t i = 1; i < values.size(); ++i) {
    values[i] = wrapping_add(values[i], values[i - 1]);
  }
}

// The order of differences that leaves the shortest integers.
unsigned choose_order(std::span<const std::int64_t> values) {
  std::uint64_t bits[order_max + 1] = {};
  std::int64_t difference_before = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    auto difference = wrapping_subtract(values[i], values[i - 1]);
    bits[0] += static_cast<unsigned>(std::bit_width(to_zigzag(values[i])));
    bits[1] += static_cast<unsigned>(std::bit_width(to_zigzag(difference)));
    bits[2] += static_cast<unsigned>(
        std::bit_width(to_zigzag(wrapping_subtract(difference, difference_before))));
    difference_before = difference;
  }
  if (bits[1] <= bits[0] && bits[1] <= bits[2]) return 1;
  return bits[0] <= bits[2] ? 0 : 2;
}

void put_numbers(NumberRule rule, std::vector<std::int64_t> values, std::string& out) {
  auto order = choose_order(values);
  put_u8(static_cast<std::uint8_t>(rule.scale), out);
  put_u8(static_cast<std::uint8_t>(rule.decimals_min), out);
  put_u8(static_cast<std::uint8_t>(order), out);
  for (unsigned i = 0; i < order; ++i) subtract_neighbours(values);
  auto all = std::span<const std::int64_t>(values);
  for (auto start : all.first(order)) put_zigzag(start, out);
  encode_integers(all.subspan(order), out);
}

bool take_numbers(Cursor& in, NumberRule& rule, std::span<std::int64_t> values) {
  rule.scale = in.u8();
  rule.decimals_min = in.u8();
  auto order = in.u8();
  if (rule.scale > decimals_max || rule.decimals_min > rule.scale) return false;
  if (order > order_max || order > values.size()) return false;
  for (auto& start : values.first(order)) start = in.zigzag();
  if (!decode_integers(in, values.subspan(order)) || !in.is_good()) return false;
  for (unsigned i = 0; i < order; ++i) add_neighbours(values);
  return true;
}

// ---- values ----

// The values of a block apart: scaled numbers, and those that are none.
struct Columns {
  NumberRule rule;
  std::vector<std::int64_t> numbers;
  std::vector<std::size_t> others;  // indices, ascending
};

Columns divide(const Points& points) {
  auto counts = count_decimals(points);
  Columns columns;
  columns.rule.scale = choose_scale(counts);
  columns.rule.decimals_min = choose_decimals_min(counts, columns.rule.scale);
  columns.numbers.resize(points.size());
  std::size_t first_number = points.size();
  std::int64_t before = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    auto cell = points.cell(i);
    auto scaled = cell.is_text() ? std::nullopt : apply(columns.rule, cell.decimal());
    if (scaled) {
      before = *scaled;
      first_number = std::min(first_number, i);
    } else {
      columns.others.push_back(i);
    }
    columns.numbers[i] = before;
  }
  if (first_number == points.size()) return columns;
  for (std::size_t i = 0; i < first_number; ++i) columns.numbers[i] = columns.numbers[first_number];
  return columns;
}

void put_values(const Points& points, Columns columns, std::string& out) {
  auto& others = columns.others;
  put_varint(others.size(), out);
  bool mixed = others.size() < points.size();
  if (mixed) put_numbers(columns.rule, std::move(columns.numbers), out);
  if (others.empty()) return;
  std::vector<std::string> texts;
  std::size_t before = 0;
  for (auto index : others) {
    if (mixed) put_varint(index - before, out);
    before = index;
    texts.push_back(points.value(index));
  }
  put_texts(texts, out);
}

bool take_positions(Cursor& in, std::span<std::size_t> positions, std::size_t count) {
  std::uint64_t index = 0;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    auto gap = in.varint();
    if (!in.is_good() || gap >= count || (gap == 0 && i > 0)) return false;
    index += gap;
    if (index >= count) return false;
    positions[i] = index;
  }
  return true;
}

// The number at one place as a Decimal; nullopt if no rule-abiding writer can have made it.
std::optional<Decimal> number_at(std::int64_t scaled, NumberRule rule) {
  auto decimal = drop_zeros(scaled, rule);
  return is_cell(decimal) ? std::optional(decimal) : std::nullopt;
}

// The column of numbers alone: what most blocks are.
Result<Points> join_numbers(std::span<const std::int64_t> times,
                            std::span<const std::int64_t> numbers, NumberRule rule) {
  Points points;
  points.reserve(times.size());
  for (std::size_t i = 0; i < times.size(); ++i) {
    auto decimal = number_at(numbers[i], rule);
    if (!decimal) return problem("a number of the block is too long", i);
    points.add(times[i], *decimal);
  }
  return points;
}

Result<Points> join_mixed(std::span<const std::int64_t> times,
                          std::span<const std::int64_t> numbers, NumberRule rule,
                          std::span<const std::size_t> positions, const Texts& texts) {
  Points points;
  points.reserve(times.size());
  std::size_t other = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (other < positions.size() && positions[other] == i) {
      auto text = texts.at(other++);
      if (text.size() > value_bytes_max) return problem("a text of the block is too long", i);
      points.add(times[i], text);
      continue;
    }
    auto decimal = number_at(numbers[i], rule);
    if (!decimal) return problem("a number of the block is too long", i);
    points.add(times[i], *decimal);
  }
  return points;
}

Result<Points> take_points(Cursor& in, const Head& head) {
  const auto& summary = head.summary;
  std::vector<std::int64_t> columns(summary.count * 2);
  auto times = std::span(columns).first(summary.count);
  auto numbers = std::span(columns).subspan(summary.count);
  if (!take_times(in, head, times)) {
    return problem("the times of the block are damaged", in.offset());
  }
  auto other_count = in.varint();
  if (other_count > summary.count) return problem("too many texts in the block", in.offset());
  NumberRule rule;
  bool mixed = other_count < summary.count;
  if (mixed && !take_numbers(in, rule, numbers)) {
    return problem("the numbers of the block are damaged", in.offset());
  }
  if (other_count == 0) return join_numbers(times, numbers, rule);
  std::vector<std::size_t> positions(other_count);
  std::iota(positions.begin(), positions.end(), std::size_t{0});
  if (mixed && !take_positions(in, positions, summary.count)) {
    return problem("the positions of the texts are damaged", in.offset());
  }
  auto texts = take_texts(in, other_count);
  if (!texts) return problem("the texts of the block are damaged", in.offset());
  return join_mixed(times, numbers, rule, positions, *texts);
}

// The parts of a block up to its times, once version and checksum are right.
struct Opening {
  Head head;
  std::string_view hours;  // empty if there are none
};

Result<Opening> take_opening(std::string_view block, Cursor& in) {
  auto found_version = in.u8();
  auto crc = in.fixed<std::uint32_t>();
  if (!in.is_good()) return problem("the block is shorter than its header");
  if (found_version != version && found_version != version_with_hours) {
    return problem("the block has an unknown version");
  }
  if (crc32c(block.substr(body_offset)) != crc) {
    return problem("the checksum of the block is wrong", 1);
  }
  auto head = take_head(in);
  if (!head) return std::unexpected(head.error());
  Opening opening{*head, {}};
  if (found_version == version_with_hours) opening.hours = in.text();
  if (!in.is_good()) return problem("the hours of the block end early", in.offset());
  return opening;
}

}  // namespace

std::string encode_block(const Points& points) {
  TT_ASSERT(!points.empty() && points.size() <= block_points_max);
  std::string block(body_offset, '\0');
  block.reserve(points.size() + 256);
  auto unit = points.size() > 1 ? time_unit(points) : 1;
  auto columns = divide(points);
  std::string hours;
  if (columns.others.empty()) hours = encode_hours(points, unit, columns.numbers, columns.rule);
  put_summary(points, unit, block);
  if (!hours.empty()) put_text(hours, block);
  put_times(points, unit, block);
  put_values(points, std::move(columns), block);
  auto crc = crc32c(std::string_view(block).substr(body_offset));
  block[0] = static_cast<char>(hours.empty() ? version : version_with_hours);
  std::memcpy(block.data() + 1, &crc, sizeof crc);
  return block;
}

Result<Points> decode_block(std::string_view block) {
  Cursor in(block);
  auto opening = take_opening(block, in);
  if (!opening) return std::unexpected(opening.error());
  auto points = take_points(in, opening->head);
  if (points && !in.is_at_end()) return problem("bytes behind the end of the block", in.offset());
  return points;
}

Result<Outline> decode_outline(std::string_view block) {
  Cursor in(block);
  auto opening = take_opening(block, in);
  if (!opening) return std::unexpected(opening.error());
  Outline outline{opening->head.summary, {}};
  if (opening->hours.empty()) return outline;
  if (!decode_hours(opening->hours, outline.block, opening->head.unit, outline.hours)) {
    return problem("the hours of the block are damaged");
  }
  return outline;
}

}  // namespace tt::archive
