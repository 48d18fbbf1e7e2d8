#include "app/backup_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "base/error.h"

namespace tt::app {
namespace {

constexpr auto show_interval = std::chrono::milliseconds(200);

std::string megabytes(double bytes) { return fmt::format("{:.1f} MB", bytes / 1e6); }

}  // namespace

// --- Progress -----------------------------------------------------------------------------------

void Progress::reach(std::uint64_t bytes) {
  bytes_ = bytes;
  auto now = SteadyClock::now();
  if (now - shown_ < show_interval || !::isatty(STDERR_FILENO)) return;
  shown_ = now;
  fmt::print(stderr, "\r{}  ", line());
  std::fflush(stderr);
}

void Progress::end() { fmt::print(stderr, "{}{}\n", ::isatty(STDERR_FILENO) ? "\r" : "", line()); }

std::string Progress::line() const {
  std::chrono::duration<double> took = SteadyClock::now() - began_;
  auto bytes = static_cast<double>(bytes_);
  return fmt::format("{} {} in {:.1f} s, {}/s", verb_, megabytes(bytes), took.count(),
                     megabytes(bytes / std::max(took.count(), 1e-3)));
}

// --- BackupOutput -------------------------------------------------------------------------------

BackupOutput::BackupOutput(std::string file) : file_(std::move(file)) {
  if (file_ == "-") {
    if (::isatty(STDOUT_FILENO)) {
      throw Error(Code::invalid, "a backup is no text for a terminal: name a file, or a pipe");
    }
    descriptor_ = STDOUT_FILENO;
    return;
  }
  partial_ = file_ + ".partial";
  descriptor_ = ::open(partial_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor_ < 0) fail("make");
}

BackupOutput::~BackupOutput() {
  if (partial_.empty() || descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(partial_.c_str());
}

void BackupOutput::write(std::string_view bytes) {
  while (!bytes.empty()) {
    auto written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
    bytes_ += static_cast<std::uint64_t>(written);
  }
  progress_.reach(bytes_);
}

void BackupOutput::finish() {
  if (!partial_.empty()) {
    if (::fsync(descriptor_) != 0) fail("write");
    if (::rename(partial_.c_str(), file_.c_str()) != 0) fail("make");
    ::close(std::exchange(descriptor_, -1));
  }
  progress_.end();
}

void BackupOutput::fail(const char* what) const {
  auto reason = std::strerror(errno);
  auto name = file_ == "-" ? "the standard output" : file_.c_str();
  throw Error(Code::unavailable, fmt::format("cannot {} {}: {}", what, name, reason));
}

}  // namespace tt::app
