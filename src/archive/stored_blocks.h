#pragma once

// StoredBlocks: the blocks of a series as they lie in the Kv.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "archive/partitions.h"
#include "archive/points.h"
#include "store/kv.h"

namespace tt::archive {

struct StoredBlock {
  std::string key;
  Points points;
};

// Throws corrupt if `entry` holds no block.
Points points_of(const store::Entry& entry);

class StoredBlocks {
 public:
  // `partitions` has all those of the series that may hold blocks; it must outlive the object.
  StoredBlocks(store::Kv& kv, std::int64_t series, const Partitions& partitions)
      : kv_(kv), series_(series), partitions_(partitions) {}

  // The first block in the partition of `at` that ends at or after it: the only one that can hold
  // it.  nullopt if there is none.
  Task<std::optional<StoredBlock>> first_from(std::int64_t at);
  // The newest sample before `at`, and the newest of all; one or none.
  Task<Points> newest_before(std::int64_t at);
  Task<Points> newest();
  // Adds to `batch` what removes all samples with start <= at <= end.
  Task<> erase(std::int64_t start, std::int64_t end, store::Batch& batch);
  // Adds to `batch` what removes all blocks.
  void erase_all(store::Batch& batch);

 private:
  Task<Points> newest_until(Partition partition);
  Task<Points> newest_in(store::Range range);

  store::Kv& kv_;
  std::int64_t series_;
  const Partitions& partitions_;
};

}  // namespace tt::archive
