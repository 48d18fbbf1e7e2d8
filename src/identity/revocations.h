#pragma once

// Revocations: ends the callers that were made from a credential, wherever they are held.
//
// A connection that stays open keeps the Caller with which it began.  Each of them shares a flag
// with this table, by the name of its credential; revoke() raises it, and allow() and the bus look
// at it with one load.  Safe to call from any thread.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace tt::identity {

class Revocations {
 public:
  using Flag = std::shared_ptr<const std::atomic<bool>>;

  // The flag of callers of that credential.  Take it before reading the credential's row: a
  // revocation in between then ends the caller that is made from it.
  Flag flag(const std::string& credential);

  // Call after the row was changed.  Callers made later get a flag of their own.
  void revoke(const std::string& credential);

 private:
  void forget_unused();

  std::mutex mutex_;
  std::unordered_map<std::string, std::weak_ptr<std::atomic<bool>>> flags_;
  std::size_t swept_size_ = 1024;  // sweep when there are twice as many as the last sweep left
};

}  // namespace tt::identity
