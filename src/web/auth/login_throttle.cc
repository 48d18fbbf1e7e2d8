#include "web/auth/login_throttle.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/error.h"

namespace tt::web::auth {
namespace {

// Of one size however long the name is.
std::string name_key(std::string_view username) { return sha256(username); }
std::string address_key(std::string_view address) { return "@" + std::string(address); }

}  // namespace

LoginThrottle::LoginThrottle(LoginThrottleLimits limits, const Clock& clock)
    : limits_(limits), clock_(clock), failures_(limits.entries_max) {}

LoginThrottle::Failures& LoginThrottle::failures_of(const std::string& key) {
  auto now = clock_.steady();
  auto found = failures_.find(key);
  if (found && now - found->since < limits_.window) return *found;
  return failures_.put(key, {0, now});
}

void LoginThrottle::begin(std::string_view username, std::string_view address) {
  std::scoped_lock lock(mutex_);
  const auto keys = {name_key(username), address_key(address)};
  for (const auto& key : keys) {
    const auto& failures = failures_of(key);
    if (failures.count < limits_.failures_max) continue;
    auto left = limits_.window - (clock_.steady() - failures.since);
    auto minutes = std::chrono::ceil<std::chrono::minutes>(left).count();
    throw Error(Code::exhausted, fmt::format("Too many failed logins. Try again in {} minute{}.",
                                             minutes, minutes == 1 ? "" : "s"));
  }
  for (const auto& key : keys) ++failures_of(key).count;
}

void LoginThrottle::succeeded(std::string_view username, std::string_view address) {
  std::scoped_lock lock(mutex_);
  failures_.erase(name_key(username));
  auto& failures = failures_of(address_key(address));
  failures.count -= std::min(failures.count, 1u);
}

}  // namespace tt::web::auth
