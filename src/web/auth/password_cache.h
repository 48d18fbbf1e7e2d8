#pragma once

// PasswordCache: which passwords have been found right a short while ago, so that a device that
// sends its password with every request does not cost a password hash each time.
//
// It keeps neither passwords nor hashes of them that could be tried out elsewhere: an entry is
// HMAC(key of this process, user name, password, stored hash).  As the stored hash is part of it,
// an entry is worth nothing once the password has been set anew.

#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/recent_map.h"

namespace tt::web::auth {

struct PasswordCacheLimits {
  std::size_t entries_max = 10'000;
  Microseconds age_max = std::chrono::minutes(5);
};

// Safe to use from many threads.
class PasswordCache {
 public:
  // `clock` outlives the cache.
  PasswordCache(PasswordCacheLimits limits, const Clock& clock);

  struct Proof {
    std::string_view username;
    std::string_view password;
    std::string_view encoded;  // what is stored of the password
  };
  bool knows(const Proof& proof);
  void remember(const Proof& proof);
  std::size_t size() const;

 private:
  std::string entry_of(const Proof& proof) const;

  const PasswordCacheLimits limits_;
  const Clock& clock_;
  const std::string key_;
  mutable std::mutex mutex_;
  RecentMap<std::string, Microseconds> found_right_at_;
};

}  // namespace tt::web::auth
