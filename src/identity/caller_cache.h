#pragma once

// CallerCache: callers by the sha256 of what they presented, and the digests that are known to
// belong to nobody.
//
// It is asked on every request from every loop: sixteen shards with a lock each, held for one
// look-up in a hash table.  Both halves are bounded, the entry used longest ago goes first; a flood
// of wrong secrets cannot drive out right ones.
//
// Coherence: who changes the database calls drop() after the change.  Who has read the database
// gives the ticket it took before reading: if something was dropped meanwhile, what it read may be
// old and is not kept.

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "identity/caller.h"
#include "identity/recent_map.h"

namespace tt::identity {

// Raw sha256.
using Digest = std::string;

struct DigestHash {
  // A digest is as good as random already.
  std::size_t operator()(const Digest& digest) const;
};

class CallerCache {
 public:
  // Per half; rounded up to a multiple of the number of shards.
  explicit CallerCache(std::size_t entries_max);

  struct Found {
    CallerPtr caller;             // nullptr: the digest is known to belong to nobody
    bool is_renewal_due = false;  // said to one finder only, when renew_at has come
  };
  // The caller with `origin`; nullopt if nothing is known.
  std::optional<Found> find(const Digest& digest, const Origin& origin, Time now);

  using Ticket = std::uint64_t;
  Ticket ticket(const Digest& digest);

  struct Entry {
    CallerPtr caller;
    Time ends_at = Time::max();  // not found from then on
    Time renew_at = Time::max();
  };
  void keep(const Digest& digest, Entry entry, Ticket ticket);
  void keep_unknown(const Digest& digest, Ticket ticket);

  void drop(const Digest& digest);
  void drop_account(AccountId account);

  std::size_t size();
  std::size_t unknown_size();

 private:
  struct Nobody {};
  struct Shard {
    explicit Shard(std::size_t entries_max) : known(entries_max), unknown(entries_max) {}
    std::mutex mutex;
    RecentMap<Digest, Entry, DigestHash> known;
    RecentMap<Digest, Nobody, DigestHash> unknown;
    Ticket ticket = 0;
  };
  Shard& shard_of(const Digest& digest);

  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace tt::identity
