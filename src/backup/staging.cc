#include "backup/staging.h"

#include <sys/stat.h>

#include <filesystem>

#include "base/error.h"
#include "base/log.h"

namespace tt::backup {

Claim::Claim(std::shared_ptr<std::atomic<bool>> is_busy) {
  if (is_busy->exchange(true)) {
    throw Error(Code::conflict, "a backup is under way already; wait until it has ended");
  }
  is_busy_ = std::move(is_busy);
}

Claim::~Claim() {
  if (is_busy_) *is_busy_ = false;
}

void Staging::make() const {
  std::error_code failure;
  std::filesystem::create_directories(path_, failure);
  if (!failure && ::chmod(path_.c_str(), 0700) == 0) return;
  throw Error(Code::unavailable, fmt::format("cannot make the folder {}: {}", path_,
                                             failure ? failure.message() : std::strerror(errno)));
}

Staging::~Staging() {
  pool_.submit([path = std::move(path_), claim = std::move(claim_)] {
    std::error_code failure;
    std::filesystem::remove_all(path, failure);
    if (!failure) return;
    log::warn("the copies of a backup could not be removed; the next start does it",
              {{"folder", path}, {"error", failure.message()}});
  });
}

}  // namespace tt::backup
