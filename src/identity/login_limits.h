#pragma once

// LoginLimits: how often one login, or one address, may give a wrong password.

#include <mutex>
#include <string>

#include "base/clock.h"
#include "identity/identity.h"
#include "identity/recent_map.h"

namespace tt::identity {

class LoginLimits {
 public:
  // Logins and addresses that are remembered; beyond, those tried longest ago are forgotten.
  static constexpr std::size_t names_max = 20'000;

  LoginLimits(const Clock& clock, const Rates& rates) : clock_(clock), rates_(rates) {}

  // Counts a failure beforehand, so that many attempts at once are limited as well.  Throws
  // exhausted if the login or the address has used up its failures.
  void begin(const std::string& login, const std::string& address);
  // The attempt was none: takes back what begin() counted and forgives the login's failures, not
  // the address's: who has one account could go on to guess at others.
  void succeeded(const std::string& login, const std::string& address);
  // The attempt was not decided (an exception): takes back what begin() counted.
  void abandoned(const std::string& login, const std::string& address);

  std::size_t size() const;

 private:
  struct Failures {
    unsigned count = 0;
    Microseconds since{0};
  };
  using Name = std::string;
  // nullptr if none are counted or their time is over.
  Failures* find(const Name& name);
  void count(const Name& name);
  void take_back(const Name& name);

  const Clock& clock_;
  Rates rates_;
  mutable std::mutex mutex_;
  RecentMap<Name, Failures> failures_{names_max};
};

}  // namespace tt::identity
