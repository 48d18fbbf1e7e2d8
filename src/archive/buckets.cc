#include "archive/buckets.h"

#include <algorithm>
#include <limits>

#include "archive/block.h"
#include "archive/block_hours.h"

namespace tt::archive {
namespace {

Points decoded(std::string_view block) {
  auto points = decode_block(block);
  if (!points) {
    throw Error(Code::corrupt, "a block of the archive is damaged: " + points.error().message);
  }
  return std::move(*points);
}

std::string text_of(Decimal decimal) {
  std::string text;
  append_decimal(decimal, text);
  return text;
}

void add_number(Bucket& bucket, double number) {
  bucket.min = bucket.numeric == 0 ? number : std::min(bucket.min, number);
  bucket.max = bucket.numeric == 0 ? number : std::max(bucket.max, number);
  bucket.sum += number;
  ++bucket.numeric;
}

void add_totals(Bucket& bucket, const Summary& summary) {
  bucket.count += summary.count;
  if (summary.numeric == 0) return;
  bucket.min = bucket.numeric == 0 ? summary.min : std::min(bucket.min, summary.min);
  bucket.max = bucket.numeric == 0 ? summary.max : std::max(bucket.max, summary.max);
  bucket.sum += summary.sum;
  bucket.numeric += summary.numeric;
}

}  // namespace

void Buckets::add_block(std::string_view block) {
  if (is_done_ || add_totals_of(block)) return;
  auto points = decoded(block);
  add_memory_before(points.first());
  auto last = points.last();
  auto overlap_end = memory_.upper_bound(last);
  if (overlap_end > memory_used_) {
    points.merge(memory_, memory_used_, overlap_end);
    memory_used_ = overlap_end;
  }
  add_points(points, points.lower_bound(query_.start), points.upper_bound(query_.end));
  pass(last);
}

void Buckets::pass(std::int64_t last) {
  if (last >= query_.end) {
    is_done_ = true;
  } else if (last >= query_.start) {
    query_.start = last + 1;
  }
}

bool Buckets::takes_hours() const { return query_.interval % hour_us == 0; }

bool Buckets::add_totals_of(std::string_view block) {
  auto outline = decode_outline(block);
  if (!outline) return false;
  const auto& summary = outline->block;
  if (!summary.first_value || !summary.last_value) return false;
  if (summary.first < query_.start || summary.last > query_.end) return false;
  add_memory_before(summary.first);
  bool overlaps = memory_used_ < memory_.size() && memory_.at(memory_used_) <= summary.last;
  if (overlaps) return false;
  bool is_one = summary.last <= interval_of(summary.first).last;
  bool has_hours = !outline->hours.empty() && takes_hours();
  if (is_one) {
    add_summary(summary);
  } else if (has_hours) {
    for (const auto& hour : outline->hours) add_summary(hour);
  } else {
    return false;
  }
  if (!is_done_) pass(summary.last);
  return true;
}

void Buckets::add_summary(const Summary& summary) {
  auto* bucket = bucket_at(summary.first);
  if (!bucket) return;
  if (bucket->count == 0) {
    bucket->first = {from_us(summary.first), text_of(*summary.first_value)};
  }
  bucket->last = {from_us(summary.last), text_of(*summary.last_value)};
  add_totals(*bucket, summary);
}

std::vector<Bucket> Buckets::finish() {
  add_points(memory_, memory_used_, memory_.size());
  return std::move(buckets_);
}

void Buckets::add_memory_before(std::int64_t at) {
  auto end = memory_used_;
  while (end < memory_.size() && memory_.at(end) < at) ++end;
  add_points(memory_, memory_used_, end);
  memory_used_ = end;
}

void Buckets::add_points(const Points& points, std::size_t begin, std::size_t end) {
  while (begin < end) {
    auto* bucket = bucket_at(points.at(begin));
    if (!bucket) return;
    auto first = begin;
    for (; begin < end && points.at(begin) <= bucket_last_; ++begin) {
      if (auto number = points.number(begin)) add_number(*bucket, *number);
    }
    if (bucket->count == 0) bucket->first = {from_us(points.at(first)), points.value(first)};
    bucket->last = {from_us(points.at(begin - 1)), points.value(begin - 1)};
    bucket->count += begin - first;
  }
}

Buckets::Interval Buckets::interval_of(std::int64_t at) const {
  auto offset = at % query_.interval;
  if (offset < 0) offset += query_.interval;
  Interval found;
  // The intervals at both ends of time are cut there.
  if (__builtin_sub_overflow(at, offset, &found.start)) {
    found.start = std::numeric_limits<std::int64_t>::min();
  }
  if (__builtin_add_overflow(at, query_.interval - 1 - offset, &found.last)) {
    found.last = std::numeric_limits<std::int64_t>::max();
  }
  return found;
}

Bucket* Buckets::bucket_at(std::int64_t at) {
  if (!buckets_.empty() && at <= bucket_last_) return &buckets_.back();
  if (buckets_.size() >= query_.limit) {
    is_done_ = true;
    return nullptr;
  }
  auto interval = interval_of(at);
  bucket_last_ = interval.last;
  Bucket bucket;
  bucket.start = from_us(interval.start);
  buckets_.push_back(std::move(bucket));
  return &buckets_.back();
}

}  // namespace tt::archive
