#pragma once

// IdSet: a set of feed ids, small whether it holds few of a million or most of them.
//
// Few ids are a sorted list, many are bits; ids are those of a table, so they begin at 1 and have
// few gaps.

#include <cstdint>
#include <vector>

#include "registry/registry.h"

namespace tt::registry {

class IdSet {
 public:
  // Fastest in ascending order.  Nothing happens if it is there already.
  void add(FeedId id);
  void remove(FeedId id);
  bool contains(FeedId id) const;

  std::size_t size() const { return size_; }
  std::size_t size_bytes() const;

  void keep_only(const IdSet& other);
  void add_all(const IdSet& other);

  // Calls take(id) from the greatest to the smallest until it returns false.
  template <class Take>
  void descend(Take take) const;

  // Removes the ids for which `is_gone` returns true.
  template <class IsGone>
  void remove_if(IsGone is_gone);

 private:
  static constexpr std::size_t bits = 64;

  void become_dense();
  void count();

  bool is_dense_ = false;
  std::size_t size_ = 0;
  std::vector<FeedId> few_;          // ascending; not dense
  std::vector<std::uint64_t> bits_;  // bit id % 64 of word id / 64; dense
};

template <class Take>
void IdSet::descend(Take take) const {
  if (!is_dense_) {
    for (auto id = few_.rbegin(); id != few_.rend(); ++id) {
      if (!take(*id)) return;
    }
    return;
  }
  for (std::size_t i = bits_.size(); i-- > 0;) {
    for (auto word = bits_[i]; word != 0;) {
      auto bit = bits - 1 - static_cast<std::size_t>(std::countl_zero(word));
      if (!take(static_cast<FeedId>(i * bits + bit))) return;
      word &= ~(std::uint64_t{1} << bit);
    }
  }
}

template <class IsGone>
void IdSet::remove_if(IsGone is_gone) {
  if (!is_dense_) {
    std::erase_if(few_, is_gone);
    size_ = few_.size();
    return;
  }
  for (std::size_t i = 0; i < bits_.size(); ++i) {
    for (auto left = bits_[i]; left != 0; left &= left - 1) {
      auto bit = static_cast<std::size_t>(std::countr_zero(left));
      if (is_gone(static_cast<FeedId>(i * bits + bit))) bits_[i] &= ~(std::uint64_t{1} << bit);
    }
  }
  count();
}

}  // namespace tt::registry
