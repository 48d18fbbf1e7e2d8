#pragma once

// Partitions: which weeks hold blocks of a series, so that a query asks the Kv for these only.

#include <chrono>
#include <cstdint>
#include <vector>

namespace tt::archive {

// A week since 1970-01-01T00:00:00Z.
using Partition = std::int32_t;

inline constexpr std::int64_t partition_us =
    std::chrono::microseconds(std::chrono::weeks(1)).count();

inline Partition partition_of(std::int64_t at_us) {
  auto quotient = at_us / partition_us;
  return static_cast<Partition>(quotient - (at_us % partition_us < 0 ? 1 : 0));
}
// Clamped to what a time can be.
std::int64_t partition_start(Partition partition);
std::int64_t partition_last(Partition partition);

class Partitions {
 public:
  struct Run {
    Partition first;
    Partition last;
    bool operator==(const Run&) const = default;
  };
  // More runs than this are joined over the smallest gap: then weeks without blocks are in it.
  static constexpr std::size_t runs_max = 64;

  bool empty() const { return runs_.empty(); }
  bool contains(Partition partition) const;
  void add(Partition partition);
  // For a decoder: runs ascend, with a gap between any two; false, and nothing added, otherwise.
  bool add_last(Run run);
  const std::vector<Run>& runs() const { return runs_; }
  // The runs within first … last.
  std::vector<Run> between(Partition first, Partition last) const;

 private:
  void join_closest();
  std::vector<Run> runs_;  // ascending
};

}  // namespace tt::archive
