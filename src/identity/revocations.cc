#include "identity/revocations.h"

#include <algorithm>

namespace tt::identity {

Revocations::Flag Revocations::flag(const std::string& credential) {
  std::lock_guard lock(mutex_);
  auto& known = flags_[credential];
  auto flag = known.lock();
  if (!flag) {
    flag = std::make_shared<std::atomic<bool>>(false);
    known = flag;
    if (flags_.size() > 2 * swept_size_) forget_unused();
  }
  return flag;
}

void Revocations::revoke(const std::string& credential) {
  std::lock_guard lock(mutex_);
  auto found = flags_.find(credential);
  if (found == flags_.end()) return;
  if (auto flag = found->second.lock()) flag->store(true, std::memory_order_relaxed);
  flags_.erase(found);
}

void Revocations::forget_unused() {
  std::erase_if(flags_, [](const auto& entry) { return entry.second.expired(); });
  swept_size_ = std::max<std::size_t>(1024, flags_.size());
}

}  // namespace tt::identity
