#include "archive/change.h"

#include <cmath>

#include "archive/coding.h"

namespace tt::archive {
namespace {

constexpr std::uint8_t kind_append = 1;
constexpr std::uint8_t kind_erase = 2;
constexpr std::uint8_t kind_forget = 3;
constexpr std::uint8_t kind_extremes = 4;
constexpr unsigned form_mixed = 31;
constexpr unsigned form_regular = 64;
constexpr std::uint8_t value_is_text = 0xFF;
constexpr std::uint8_t has_min = 1;
constexpr std::uint8_t has_max = 2;

using Slice = Append::Slice;

// ---- append ----

unsigned form_of(const Points& points, const Slice& slice) {
  auto first = points.cell(slice.begin);
  auto form = first.is_text() ? form_mixed : first.decimal().decimals;
  std::int64_t step = 0;
  bool regular = true;
  for (auto i = slice.begin + 1; i < slice.end; ++i) {
    auto cell = points.cell(i);
    if (cell.is_text() || cell.decimal().decimals != form) form = form_mixed;
    auto distance = wrapping_subtract(points.at(i), points.at(i - 1));
    if (i == slice.begin + 1) step = distance;
    regular &= distance == step;
  }
  return form + (regular ? form_regular : 0);
}

void put_times(const Append& append, const Slice& slice, unsigned form, std::string& out) {
  const auto& points = append.points;
  put_zigzag(wrapping_subtract(points.at(slice.begin), append.received), out);
  auto end = form & form_regular ? std::min(slice.begin + 2, slice.end) : slice.end;
  for (auto i = slice.begin + 1; i < end; ++i) {
    put_zigzag(wrapping_subtract(points.at(i), points.at(i - 1)), out);
  }
}

void put_values(const Points& points, const Slice& slice, unsigned form, std::string& out) {
  if ((form & form_mixed) == form_mixed) {
    for (auto i = slice.begin; i < slice.end; ++i) put_value(points, i, out);
    return;
  }
  std::int64_t before = 0;
  for (auto i = slice.begin; i < slice.end; ++i) {
    auto mantissa = points.cell(i).decimal().mantissa;
    put_zigzag(mantissa - before, out);
    before = mantissa;
  }
}

bool take_times(Cursor& in, std::int64_t received, unsigned form,
                std::vector<std::int64_t>& times) {
  times[0] = wrapping_add(received, in.zigzag());
  std::int64_t step = 0;
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (i == 1 || !(form & form_regular)) step = in.zigzag();
    times[i] = wrapping_add(times[i - 1], step);
    if (times[i] <= times[i - 1]) return false;
  }
  return in.is_good();
}

bool take_mantissa(std::int64_t mantissa, unsigned decimals, std::int64_t at, Points& points) {
  if (mantissa >= mantissa_end || mantissa <= -mantissa_end || decimals > decimals_max)
    return false;
  points.add(at, Decimal{mantissa, decimals});
  return true;
}

bool take_values(Cursor& in, unsigned form, const std::vector<std::int64_t>& times,
                 Points& points) {
  std::int64_t mantissa = 0;
  for (auto at : times) {
    if (form == form_mixed) {
      if (!take_value(in, at, points)) return false;
      continue;
    }
    mantissa = wrapping_add(mantissa, in.zigzag());
    if (!take_mantissa(mantissa, form, at, points)) return false;
  }
  return in.is_good();
}

bool take_run(Cursor& in, std::int64_t& series, Append& append) {
  series = wrapping_add(series, in.zigzag());
  auto count = in.varint();
  unsigned form = in.u8();
  // A value takes a byte at least, so that no count makes more memory than its bytes allow.
  if (!in.is_good() || series <= 0 || count == 0 || count > in.rest().size()) return false;
  if (form > (form_regular | form_mixed)) return false;
  std::vector<std::int64_t> times(count);
  auto begin = append.points.size();
  if (!take_times(in, append.received, form, times)) return false;
  if (!take_values(in, form & ~form_regular, times, append.points)) return false;
  append.slices.push_back({series, begin, append.points.size()});
  return true;
}

Result<Change> take_append(Cursor& in) {
  Append append;
  append.received = in.zigzag();
  if (!in.is_good()) return problem("an entry of the log ends early", in.offset());
  std::int64_t series = 0;
  while (!in.is_at_end()) {
    if (!take_run(in, series, append)) {
      return problem("a run of samples in the log is damaged", in.offset());
    }
  }
  return append;
}

// ---- the others ----

std::int64_t take_series(Cursor& in) {
  auto series = static_cast<std::int64_t>(in.varint());
  return series > 0 ? series : 0;
}

Result<Change> take_erase(Cursor& in) {
  Erase erase;
  erase.series = take_series(in);
  erase.start = in.zigzag();
  erase.end = in.zigzag();
  auto has_remaining = in.u8();
  bool good = in.is_good() && erase.series > 0 && has_remaining <= 1;
  if (good && has_remaining) good = take_value(in, in.zigzag(), erase.remaining);
  if (!good) return problem("an erasure in the log is damaged", in.offset());
  return erase;
}

Result<Change> take_forget(Cursor& in) {
  Forget forget{take_series(in)};
  if (forget.series == 0) return problem("an erasure in the log is damaged", in.offset());
  return forget;
}

Result<Change> take_extremes(Cursor& in) {
  SetExtremes extremes{.series = take_series(in), .min = {}, .max = {}};
  auto flags = in.u8();
  if (flags & has_min) extremes.min = in.fixed<double>();
  if (flags & has_max) extremes.max = in.fixed<double>();
  if (!in.is_good() || extremes.series == 0 || flags > (has_min | has_max)) {
    return problem("extremes in the log are damaged", in.offset());
  }
  return extremes;
}

Result<Change> take_change(Cursor& in) {
  switch (in.u8()) {
    case kind_append: return take_append(in);
    case kind_erase: return take_erase(in);
    case kind_forget: return take_forget(in);
    case kind_extremes: return take_extremes(in);
    default: return problem("an entry of the log is of an unknown kind");
  }
}

std::string begin(std::uint8_t kind, std::int64_t series) {
  std::string out;
  put_u8(kind, out);
  put_varint(static_cast<std::uint64_t>(series), out);
  return out;
}

}  // namespace

std::string encode_change(const Append& append) {
  std::string out;
  out.reserve(16 + append.slices.size() * 20 + append.points.size() * 4);
  put_u8(kind_append, out);
  put_zigzag(append.received, out);
  std::int64_t series = 0;
  for (const auto& slice : append.slices) {
    auto form = form_of(append.points, slice);
    put_zigzag(slice.series - series, out);
    put_varint(slice.end - slice.begin, out);
    put_u8(static_cast<std::uint8_t>(form), out);
    put_times(append, slice, form, out);
    put_values(append.points, slice, form, out);
    series = slice.series;
  }
  return out;
}

std::string encode_change(const Erase& erase) {
  auto out = begin(kind_erase, erase.series);
  put_zigzag(erase.start, out);
  put_zigzag(erase.end, out);
  put_u8(erase.remaining.empty() ? 0 : 1, out);
  if (erase.remaining.empty()) return out;
  put_zigzag(erase.remaining.last(), out);
  put_value(erase.remaining, erase.remaining.size() - 1, out);
  return out;
}

std::string encode_change(const Forget& forget) { return begin(kind_forget, forget.series); }

std::string encode_change(const SetExtremes& extremes) {
  auto out = begin(kind_extremes, extremes.series);
  put_u8((extremes.min ? has_min : 0) | (extremes.max ? has_max : 0), out);
  if (extremes.min) put_fixed(*extremes.min, out);
  if (extremes.max) put_fixed(*extremes.max, out);
  return out;
}

Result<Change> decode_change(std::string_view bytes) {
  Cursor in(bytes);
  auto change = take_change(in);
  if (change && !in.is_at_end()) return problem("bytes behind an entry of the log", in.offset());
  return change;
}

void put_value(const Points& points, std::size_t index, std::string& out) {
  auto cell = points.cell(index);
  if (cell.is_text()) {
    put_u8(value_is_text, out);
    put_text(points.text(cell), out);
  } else {
    put_u8(static_cast<std::uint8_t>(cell.decimal().decimals), out);
    put_zigzag(cell.decimal().mantissa, out);
  }
}

bool take_value(Cursor& in, std::int64_t at, Points& points) {
  auto decimals = in.u8();
  if (!in.is_good()) return false;
  if (decimals != value_is_text) {
    auto mantissa = in.zigzag();
    return in.is_good() && take_mantissa(mantissa, decimals, at, points);
  }
  auto text = in.text();
  if (!in.is_good() || text.size() > value_bytes_max) return false;
  points.add(at, text);
  return true;
}

}  // namespace tt::archive
