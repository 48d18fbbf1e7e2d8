#include "identity/login_limits.h"

#include "base/error.h"

namespace tt::identity {
namespace {

std::string name_of_login(const std::string& login) { return "login " + login; }
std::string name_of_address(const std::string& address) { return "address " + address; }

}  // namespace

void LoginLimits::begin(const std::string& login, const std::string& address) {
  std::lock_guard lock(mutex_);
  for (const Name& name : {name_of_login(login), name_of_address(address)}) {
    const Failures* failures = find(name);
    if (failures && failures->count >= rates_.login_failures_max) {
      throw Error(Code::exhausted, "Too many failed log-ins; try again later");
    }
  }
  count(name_of_login(login));
  count(name_of_address(address));
}

void LoginLimits::succeeded(const std::string& login, const std::string& address) {
  std::lock_guard lock(mutex_);
  failures_.erase(name_of_login(login));
  take_back(name_of_address(address));
}

void LoginLimits::abandoned(const std::string& login, const std::string& address) {
  std::lock_guard lock(mutex_);
  take_back(name_of_login(login));
  take_back(name_of_address(address));
}

std::size_t LoginLimits::size() const {
  std::lock_guard lock(mutex_);
  return failures_.size();
}

LoginLimits::Failures* LoginLimits::find(const Name& name) {
  Failures* known = failures_.find(name);
  if (!known || clock_.steady() - known->since < rates_.login_window) return known;
  failures_.erase(name);
  return nullptr;
}

void LoginLimits::count(const Name& name) {
  Failures* known = find(name);
  if (!known) known = &failures_.put(name, {0, clock_.steady()});
  ++known->count;
}

void LoginLimits::take_back(const Name& name) {
  Failures* known = find(name);
  if (known && --known->count == 0) failures_.erase(name);
}

}  // namespace tt::identity
