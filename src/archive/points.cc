#include "archive/points.h"

#include <numeric>

#include "base/error.h"

namespace tt::archive {
std::string Points::value(std::size_t index) const {
  std::string out;
  append_value(index, out);
  return out;
}

void Points::append_value(std::size_t index, std::string& out) const {
  auto value = points_[index].value;
  if (value.is_text()) {
    out.append(text(value));
  } else {
    append_decimal(value.decimal(), out);
  }
}

void Points::add(std::int64_t at, std::string_view value) {
  auto decimal = parse_decimal(value);
  points_.push_back({at, decimal ? Cell(*decimal) : keep(value)});
}

void Points::add(const Points& from, std::size_t begin, std::size_t end) {
  auto first = from.points_.begin() + static_cast<std::ptrdiff_t>(begin);
  auto last = from.points_.begin() + static_cast<std::ptrdiff_t>(end);
  auto before = points_.size();
  points_.insert(points_.end(), first, last);
  if (from.texts_.empty()) return;
  for (auto i = before; i < points_.size(); ++i) {
    points_[i].value = copied(from, points_[i].value);
  }
}

std::size_t Points::lower_bound(std::int64_t at) const {
  auto found = std::ranges::lower_bound(points_, at, {}, &Point::at);
  return static_cast<std::size_t>(found - points_.begin());
}

std::size_t Points::upper_bound(std::int64_t at) const {
  auto found = std::ranges::upper_bound(points_, at, {}, &Point::at);
  return static_cast<std::size_t>(found - points_.begin());
}

void Points::normalize(std::size_t begin) {
  // By place where times are equal: std::stable_sort does not compile without warnings here.
  std::vector<std::size_t> order(points_.size() - begin);
  std::iota(order.begin(), order.end(), begin);
  std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair(points_[i].at, i); });
  std::vector<Point> kept;
  kept.reserve(order.size());
  for (auto i : order) {
    if (!kept.empty() && kept.back().at == points_[i].at) {
      kept.back() = points_[i];
    } else {
      kept.push_back(points_[i]);
    }
  }
  points_.resize(begin);
  points_.insert(points_.end(), kept.begin(), kept.end());
}

void Points::merge(const Points& newer, std::size_t begin, std::size_t end) {
  if (begin == end) return;
  if (empty() || newer.at(begin) > last()) return add(newer, begin, end);
  auto place = lower_bound(newer.at(begin));
  std::vector<Point> tail(points_.begin() + static_cast<std::ptrdiff_t>(place), points_.end());
  points_.resize(place);
  points_.reserve(place + tail.size() + (end - begin));
  auto old = tail.begin();
  for (auto i = begin; i < end; ++i) {
    auto at = newer.at(i);
    while (old != tail.end() && old->at < at) points_.push_back(*old++);
    if (old != tail.end() && old->at == at) ++old;
    points_.push_back({at, copied(newer, newer.cell(i))});
  }
  points_.insert(points_.end(), old, tail.end());
}

void Points::erase(std::int64_t start, std::int64_t end) {
  if (start > end) return;
  auto first = static_cast<std::ptrdiff_t>(lower_bound(start));
  auto last = static_cast<std::ptrdiff_t>(upper_bound(end));
  points_.erase(points_.begin() + first, points_.begin() + last);
}

Cell Points::keep(std::string_view text) {
  TT_ASSERT(text.size() <= value_bytes_max);
  Cell cell(texts_.size(), text.size());
  texts_.append(text);
  return cell;
}

}  // namespace tt::archive
