#pragma once

// Points: the samples of one series in memory, 16 bytes each where the value is a decimal number.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/decimal.h"

namespace tt::archive {

inline constexpr std::size_t value_bytes_max = 1 << 20;

// A value in 8 bytes: a Decimal, or where its text is in the texts of the Points that hold it.
class Cell {
 public:
  Cell() = default;
  explicit Cell(Decimal decimal) : bits_(decimal.mantissa * 64 + decimal.decimals) {}
  Cell(std::uint64_t offset, std::size_t size)
      : bits_(static_cast<std::int64_t>((offset << size_bits | size) * 64 + text_tag)) {}

  bool is_text() const { return (bits_ & 63) == text_tag; }
  Decimal decimal() const { return {bits_ >> 6, static_cast<unsigned>(bits_ & 63)}; }
  std::size_t text_offset() const { return static_cast<std::size_t>(bits_ >> 6 >> size_bits); }
  std::size_t text_size() const { return bits_ >> 6 & ((1 << size_bits) - 1); }

 private:
  static constexpr std::int64_t text_tag = 63;
  static constexpr unsigned size_bits = 21;
  std::int64_t bits_ = 0;
};

struct Point {
  std::int64_t at = 0;  // microseconds since 1970
  Cell value;
};

class Points {
 public:
  bool empty() const { return points_.empty(); }
  std::size_t size() const { return points_.size(); }
  std::int64_t at(std::size_t index) const { return points_[index].at; }
  std::int64_t first() const { return points_.front().at; }
  std::int64_t last() const { return points_.back().at; }
  Cell cell(std::size_t index) const { return points_[index].value; }
  const std::vector<Point>& all() const { return points_; }
  // Bytes of the texts that are no decimals, replaced ones included.
  std::size_t text_bytes() const { return texts_.size(); }

  // The text of a value, exactly as it was written.
  std::string value(std::size_t index) const;
  void append_value(std::size_t index, std::string& out) const;
  // nullopt if the text is no number.
  std::optional<double> number(std::size_t index) const {
    auto value = points_[index].value;
    return value.is_text() ? parse_number(text(value)) : to_double(value.decimal());
  }
  // Only for a cell that is a text.
  std::string_view text(Cell cell) const {
    return std::string_view(texts_).substr(cell.text_offset(), cell.text_size());
  }

  void reserve(std::size_t count) { points_.reserve(count); }
  // `value` has value_bytes_max bytes at most.
  void add(std::int64_t at, std::string_view value);
  void add(std::int64_t at, Decimal value) { points_.push_back({at, Cell(value)}); }
  // A text known not to be canonical.
  void add_text(std::int64_t at, std::string_view text) { points_.push_back({at, keep(text)}); }
  // Copies of the points [begin, end) of `from`.
  void add(const Points& from, std::size_t begin, std::size_t end);

  // The index of the first point at or after, or after, `at`; the points must be ascending.
  std::size_t lower_bound(std::int64_t at) const;
  std::size_t upper_bound(std::int64_t at) const;

  // Makes the points from `begin` on ascending, one for each time: of equal times the last stays.
  void normalize(std::size_t begin = 0);
  // Writes the points [begin, end) of `newer` over these; both must be ascending.
  void merge(const Points& newer, std::size_t begin, std::size_t end);
  void merge(const Points& newer) { merge(newer, 0, newer.size()); }
  // Removes the points with start <= at <= end.
  void erase(std::int64_t start, std::int64_t end);

 private:
  Cell keep(std::string_view text);
  Cell copied(const Points& from, Cell cell) {
    return cell.is_text() ? keep(from.text(cell)) : cell;
  }

  std::vector<Point> points_;
  std::string texts_;
};

}  // namespace tt::archive
