#pragma once

// CallRates: a bucket of calls for each caller, as large as three minutes' worth, that fills
// steadily.

#include <array>
#include <cstdint>
#include <mutex>

#include "base/clock.h"
#include "identity/caller.h"
#include "identity/recent_map.h"

namespace tt::identity {

class CallRates {
 public:
  // Callers that are remembered; beyond, those that called longest ago start anew.
  static constexpr std::size_t callers_max = 100'000;

  // 0: no limit.
  CallRates(const Clock& clock, double calls_per_minute)
      : clock_(clock), calls_per_minute_(calls_per_minute) {}

  // False if the caller's bucket is empty.  Callers without account share one bucket for each
  // address.
  bool take(const Caller& caller);
  std::size_t size();

 private:
  struct Bucket {
    double calls = 0;
    Microseconds at{0};
  };
  static constexpr std::size_t shard_count = 16;
  struct Shard {
    std::mutex mutex;
    RecentMap<std::uint64_t, Bucket> buckets{callers_max / shard_count};
  };

  double capacity() const;
  double filled(const Bucket& bucket, Microseconds now) const;

  const Clock& clock_;
  double calls_per_minute_;
  std::array<Shard, shard_count> shards_;
};

}  // namespace tt::identity
