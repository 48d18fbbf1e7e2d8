#include "archive/series_record.h"

#include "archive/change.h"
#include "archive/coding.h"

namespace tt::archive {
namespace {

constexpr std::uint8_t version = 1;
constexpr std::uint8_t flag_last = 1;
constexpr std::uint8_t flag_min = 2;
constexpr std::uint8_t flag_max = 4;

// The last sample as Points, which put_value and take_value work on.
Points points_of(const SeriesRecord& record) {
  Points points;
  if (record.last_value.is_text()) {
    points.add_text(record.last_at, record.last_text);
  } else {
    points.add(record.last_at, record.last_value.decimal());
  }
  return points;
}

bool take_last(Cursor& in, SeriesRecord& record) {
  auto at = in.zigzag();
  auto received = wrapping_add(at, in.zigzag());
  Points points;
  if (!take_value(in, at, points)) return false;
  record.set_last(points, 0, received);
  return true;
}

bool take_partitions(Cursor& in, SeriesRecord& record) {
  auto count = in.varint();
  if (count > Partitions::runs_max) return false;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto first = in.zigzag();
    auto more = in.varint();
    constexpr auto limit = std::numeric_limits<Partition>::max();
    if (first > limit || first < -limit || more > limit) return false;
    auto last = first + static_cast<std::int64_t>(more);
    if (last > limit) return false;
    Partitions::Run run{static_cast<Partition>(first), static_cast<Partition>(last)};
    if (!record.partitions.add_last(run)) return false;
  }
  if (count == 0) return true;
  record.blocks_last = in.zigzag();
  record.tail_points = static_cast<std::uint32_t>(in.varint());
  return true;
}

}  // namespace

void SeriesRecord::set_last(const Points& points, std::size_t index, std::int64_t received_at) {
  has_last = true;
  last_at = points.at(index);
  last_value = points.cell(index);
  received = received_at;
  if (last_value.is_text()) {
    last_text = points.text(last_value);
  } else if (!last_text.empty()) {
    last_text = std::string();
  }
}

std::string SeriesRecord::last_as_text() const {
  if (last_value.is_text()) return last_text;
  std::string text;
  append_decimal(last_value.decimal(), text);
  return text;
}

std::string encode_series_record(const SeriesRecord& record) {
  std::string out;
  put_u8(version, out);
  put_u8((record.has_last ? flag_last : 0) | (record.has_min() ? flag_min : 0) |
             (record.has_max() ? flag_max : 0),
         out);
  if (record.has_last) {
    put_zigzag(record.last_at, out);
    put_zigzag(wrapping_subtract(record.received, record.last_at), out);
    put_value(points_of(record), 0, out);
  }
  if (record.has_min()) put_fixed(record.min, out);
  if (record.has_max()) put_fixed(record.max, out);
  put_varint(record.partitions.runs().size(), out);
  for (const auto& run : record.partitions.runs()) {
    put_zigzag(run.first, out);
    put_varint(static_cast<std::uint64_t>(run.last - run.first), out);
  }
  if (record.partitions.empty()) return out;
  put_zigzag(record.blocks_last, out);
  put_varint(record.tail_points, out);
  return out;
}

Result<SeriesRecord> decode_series_record(std::string_view bytes) {
  Cursor in(bytes);
  SeriesRecord record;
  if (in.u8() != version) return problem("the record of the series has an unknown version");
  auto flags = in.u8();
  bool good = flags <= (flag_last | flag_min | flag_max);
  if (good && (flags & flag_last)) good = take_last(in, record);
  if (flags & flag_min) record.min = in.fixed<double>();
  if (flags & flag_max) record.max = in.fixed<double>();
  good = good && take_partitions(in, record) && in.is_good() && in.is_at_end();
  if (!good) return problem("the record of the series is damaged", in.offset());
  return record;
}

}  // namespace tt::archive
