#include "web/auth/password_cache.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/random.h"

namespace tt::web::auth {

PasswordCache::PasswordCache(PasswordCacheLimits limits, const Clock& clock)
    : limits_(limits), clock_(clock), key_(random_bytes(32)), found_right_at_(limits.entries_max) {}

// With lengths, so that no two proofs are written alike.
std::string PasswordCache::entry_of(const Proof& proof) const {
  return hmac_sha256(key_, fmt::format("{}:{}:{}{}{}", proof.username.size(), proof.password.size(),
                                       proof.username, proof.password, proof.encoded));
}

bool PasswordCache::knows(const Proof& proof) {
  auto entry = entry_of(proof);
  std::scoped_lock lock(mutex_);
  auto found = found_right_at_.find(entry);
  if (!found) return false;
  if (clock_.steady() - *found < limits_.age_max) return true;
  found_right_at_.erase(entry);
  return false;
}

void PasswordCache::remember(const Proof& proof) {
  auto entry = entry_of(proof);
  std::scoped_lock lock(mutex_);
  found_right_at_.put(entry, clock_.steady());
}

std::size_t PasswordCache::size() const {
  std::scoped_lock lock(mutex_);
  return found_right_at_.size();
}

}  // namespace tt::web::auth
