#pragma once

// LoginThrottle: how often one user name, or one address, may give a wrong password.

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/recent_map.h"

namespace tt::web::auth {

struct LoginThrottleLimits {
  unsigned failures_max = 10;  // of one name, and of one address, within `window`
  std::chrono::seconds window{900};
  std::size_t entries_max = 50'000;  // names and addresses that are remembered
};

// Safe to use from many threads.
class LoginThrottle {
 public:
  // `clock` outlives the throttle.
  LoginThrottle(LoginThrottleLimits limits, const Clock& clock);

  // To be called before a password is looked at: counts as a failure until succeeded() is called,
  // so that attempts at the same time count as well.  Throws exhausted if there were too many.
  void begin(std::string_view username, std::string_view address);
  // The attempt was none: the name starts anew, the address gets it back.
  void succeeded(std::string_view username, std::string_view address);

 private:
  struct Failures {
    unsigned count = 0;
    Microseconds since{0};
  };
  Failures& failures_of(const std::string& key);

  const LoginThrottleLimits limits_;
  const Clock& clock_;
  std::mutex mutex_;
  RecentMap<std::string, Failures> failures_;
};

}  // namespace tt::web::auth
