#include "app/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"

namespace tt::app {

DataFolder::DataFolder(std::string path) : path_(std::move(path)) {
  std::error_code ec;
  bool made = std::filesystem::create_directories(path_, ec);
  if (ec)
    throw Error(Code::unavailable,
                fmt::format("cannot make the data folder {}: {}", path_, ec.message()));
  if (made) ::chmod(path_.c_str(), 0700);
  auto file = path_ + "/lock";
  lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) {
    throw Error(Code::unavailable,
                fmt::format("cannot write to the data folder {}: {}", path_, std::strerror(errno)));
  }
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    char holder[32] = {};
    auto size = ::read(lock_, holder, sizeof(holder) - 1);
    ::close(lock_);
    throw Error(Code::conflict,
                fmt::format("the data folder {} is in use by another process{}; stop it or choose "
                            "another folder with --data",
                            path_, size > 0 ? fmt::format(" (pid {})", holder) : ""));
  }
  auto pid = std::to_string(::getpid());
  bool noted = ::ftruncate(lock_, 0) == 0 && ::write(lock_, pid.data(), pid.size()) > 0;
  if (!noted) {
    int error = errno;
    ::close(lock_);
    throw Error(Code::unavailable,
                fmt::format("cannot write to the data folder {}: {}", path_, std::strerror(error)));
  }
}

DataFolder::~DataFolder() { ::close(lock_); }

}  // namespace tt::app
