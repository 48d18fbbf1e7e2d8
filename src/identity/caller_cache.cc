#include "identity/caller_cache.h"

#include <algorithm>
#include <cstring>

namespace tt::identity {
namespace {

constexpr std::size_t shard_count = 16;
constexpr Microseconds renewal_retry = std::chrono::minutes(1);

bool same(const Origin& a, const Origin& b) {
  return a.address == b.address && a.referer_host == b.referer_host;
}

}  // namespace

std::size_t DigestHash::operator()(const Digest& digest) const {
  std::size_t hash = 0;
  std::memcpy(&hash, digest.data(), std::min(sizeof hash, digest.size()));
  return hash;
}

CallerCache::CallerCache(std::size_t entries_max) {
  for (std::size_t i = 0; i < shard_count; ++i) {
    shards_.push_back(std::make_unique<Shard>((entries_max + shard_count - 1) / shard_count));
  }
}

CallerCache::Shard& CallerCache::shard_of(const Digest& digest) {
  auto last = digest.empty() ? 0u : static_cast<unsigned char>(digest.back());
  return *shards_[last % shard_count];
}

std::optional<CallerCache::Found> CallerCache::find(const Digest& digest, const Origin& origin,
                                                    Time now) {
  Shard& shard = shard_of(digest);
  std::lock_guard lock(shard.mutex);
  Entry* entry = shard.known.find(digest);
  if (!entry) {
    if (shard.unknown.find(digest)) return Found{};
    return std::nullopt;
  }
  if (entry->ends_at <= now) {
    shard.known.erase(digest);
    return std::nullopt;
  }
  // A caller is bound to where it came from; most come from one place.
  if (!same(entry->caller->origin, origin)) {
    auto moved = std::make_shared<Caller>(*entry->caller);
    moved->origin = origin;
    entry->caller = std::move(moved);
  }
  Found found{entry->caller, entry->renew_at <= now};
  if (found.is_renewal_due) entry->renew_at = now + renewal_retry;
  return found;
}

CallerCache::Ticket CallerCache::ticket(const Digest& digest) {
  Shard& shard = shard_of(digest);
  std::lock_guard lock(shard.mutex);
  return shard.ticket;
}

void CallerCache::keep(const Digest& digest, Entry entry, Ticket ticket) {
  Shard& shard = shard_of(digest);
  std::lock_guard lock(shard.mutex);
  if (shard.ticket != ticket) return;
  shard.unknown.erase(digest);
  shard.known.put(digest, std::move(entry));
}

void CallerCache::keep_unknown(const Digest& digest, Ticket ticket) {
  Shard& shard = shard_of(digest);
  std::lock_guard lock(shard.mutex);
  if (shard.ticket != ticket) return;
  shard.known.erase(digest);
  shard.unknown.put(digest, Nobody{});
}

void CallerCache::drop(const Digest& digest) {
  Shard& shard = shard_of(digest);
  std::lock_guard lock(shard.mutex);
  ++shard.ticket;
  shard.known.erase(digest);
  shard.unknown.erase(digest);
}

void CallerCache::drop_account(AccountId account) {
  for (auto& shard : shards_) {
    std::lock_guard lock(shard->mutex);
    ++shard->ticket;
    shard->known.erase_if([&](const Entry& entry) { return entry.caller->account == account; });
  }
}

std::size_t CallerCache::size() {
  std::size_t size = 0;
  for (auto& shard : shards_) {
    std::lock_guard lock(shard->mutex);
    size += shard->known.size();
  }
  return size;
}

std::size_t CallerCache::unknown_size() {
  std::size_t size = 0;
  for (auto& shard : shards_) {
    std::lock_guard lock(shard->mutex);
    size += shard->unknown.size();
  }
  return size;
}

}  // namespace tt::identity
