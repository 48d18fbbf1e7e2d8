#include "identity/call_rates.h"

#include <algorithm>

namespace tt::identity {
namespace {

constexpr double bucket_minutes = 3;

// Spreads the bits (the finalizer of SplitMix64): ids that follow each other go to all shards.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

std::uint64_t name_of(const Caller& caller) {
  if (caller.key != 0) return mix(static_cast<std::uint64_t>(caller.key));
  if (caller.account != 0) return mix(~static_cast<std::uint64_t>(caller.account));
  return mix(std::hash<std::string>{}(caller.origin.address));
}

}  // namespace

// One call at least, however low the rate.
double CallRates::capacity() const { return std::max(1.0, bucket_minutes * calls_per_minute_); }

double CallRates::filled(const Bucket& bucket, Microseconds now) const {
  std::chrono::duration<double, std::ratio<60>> minutes = now - bucket.at;
  return std::min(capacity(), bucket.calls + minutes.count() * calls_per_minute_);
}

bool CallRates::take(const Caller& caller) {
  if (calls_per_minute_ <= 0) return true;
  auto name = name_of(caller);
  auto now = clock_.steady();
  Shard& shard = shards_[name % shard_count];
  std::lock_guard lock(shard.mutex);
  Bucket* known = shard.buckets.find(name);
  if (!known) known = &shard.buckets.put(name, {capacity(), now});
  Bucket& bucket = *known;
  bucket.calls = filled(bucket, now);
  bucket.at = now;
  if (bucket.calls < 1) return false;
  bucket.calls -= 1;
  return true;
}

std::size_t CallRates::size() {
  std::size_t size = 0;
  for (Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    size += shard.buckets.size();
  }
  return size;
}

}  // namespace tt::identity
