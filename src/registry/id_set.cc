#include "registry/id_set.h"

#include <algorithm>

#include "base/error.h"

namespace tt::registry {
namespace {

std::size_t index_of(FeedId id) { return static_cast<std::size_t>(id) / 64; }
std::uint64_t bit_of(FeedId id) { return std::uint64_t{1} << (static_cast<std::size_t>(id) % 64); }

}  // namespace

void IdSet::add(FeedId id) {
  TT_ASSERT(id > 0);
  if (is_dense_) {
    if (index_of(id) >= bits_.size()) bits_.resize(index_of(id) + 1);
    auto& word = bits_[index_of(id)];
    if ((word & bit_of(id)) == 0) ++size_;
    word |= bit_of(id);
    return;
  }
  if (few_.empty() || few_.back() < id) {
    few_.push_back(id);
  } else {
    auto place = std::ranges::lower_bound(few_, id);
    if (*place == id) return;
    few_.insert(place, id);
  }
  ++size_;
  // When a bit for every id up to the greatest takes less room than the list.
  if (size_ > bits && size_ > index_of(few_.back())) become_dense();
}

void IdSet::remove(FeedId id) {
  if (!contains(id)) return;
  --size_;
  if (is_dense_) {
    bits_[index_of(id)] &= ~bit_of(id);
  } else {
    few_.erase(std::ranges::lower_bound(few_, id));
  }
}

bool IdSet::contains(FeedId id) const {
  if (id <= 0) return false;
  if (!is_dense_) return std::ranges::binary_search(few_, id);
  return index_of(id) < bits_.size() && (bits_[index_of(id)] & bit_of(id)) != 0;
}

std::size_t IdSet::size_bytes() const {
  return sizeof(*this) + few_.capacity() * sizeof(FeedId) + bits_.capacity() * sizeof(bits_[0]);
}

void IdSet::keep_only(const IdSet& other) {
  if (is_dense_ && other.is_dense_) {
    bits_.resize(std::min(bits_.size(), other.bits_.size()));
    for (std::size_t i = 0; i < bits_.size(); ++i) bits_[i] &= other.bits_[i];
    count();
    return;
  }
  if (!is_dense_) {
    std::erase_if(few_, [&](FeedId id) { return !other.contains(id); });
    size_ = few_.size();
    return;
  }
  IdSet kept = other;
  kept.keep_only(*this);
  *this = std::move(kept);
}

void IdSet::add_all(const IdSet& other) {
  if (other.is_dense_ && !is_dense_) become_dense();
  if (!other.is_dense_) {
    for (auto id : other.few_) add(id);
    return;
  }
  if (bits_.size() < other.bits_.size()) bits_.resize(other.bits_.size());
  for (std::size_t i = 0; i < other.bits_.size(); ++i) bits_[i] |= other.bits_[i];
  count();
}

void IdSet::become_dense() {
  is_dense_ = true;
  if (!few_.empty()) bits_.resize(index_of(few_.back()) + 1);
  for (auto id : few_) bits_[index_of(id)] |= bit_of(id);
  few_ = {};
}

void IdSet::count() {
  size_ = 0;
  for (auto word : bits_) size_ += static_cast<std::size_t>(std::popcount(word));
}

}  // namespace tt::registry
