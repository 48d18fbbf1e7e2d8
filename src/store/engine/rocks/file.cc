#include "store/engine/rocks/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/log.h"

namespace tt::store::rocks {
namespace {

// Call at once after the failed system call.
[[noreturn]] void fail(std::string_view verb, const std::string& path) {
  int reason = errno;
  throw Error(Code::unavailable,
              fmt::format("cannot {} {}: {}", verb, path, std::strerror(reason)));
}

template <class Call>
auto retry_interrupted(Call call) {
  while (true) {
    auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

int open_or_fail(const std::string& path, int flags, std::string_view verb) {
  int descriptor = retry_interrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0600); });
  if (descriptor < 0) fail(verb, path);
  return descriptor;
}

}  // namespace

File File::open_to_read(const std::string& path) {
  return File(open_or_fail(path, O_RDONLY, "open"), path);
}

std::optional<File> File::find(const std::string& path) {
  int descriptor = retry_interrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); });
  if (descriptor < 0 && errno == ENOENT) return std::nullopt;
  if (descriptor < 0) fail("open", path);
  return File(descriptor, path);
}

File File::create(const std::string& path) {
  return File(open_or_fail(path, O_WRONLY | O_CREAT | O_EXCL, "create"), path);
}

File::File(File&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::uint64_t File::size_bytes() const {
  struct stat info;
  if (::fstat(descriptor_, &info) != 0) fail("examine", path_);
  return static_cast<std::uint64_t>(info.st_size);
}

void File::append(std::string_view bytes) {
  while (!bytes.empty()) {
    auto call = [&] { return ::write(descriptor_, bytes.data(), bytes.size()); };
    auto written = retry_interrupted(call);
    if (written < 0) fail("write", path_);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string File::read_at(std::uint64_t offset, std::size_t count) const {
  std::string bytes(count, '\0');
  std::size_t done = 0;
  while (done < count) {
    auto place = static_cast<off_t>(offset + done);
    auto call = [&] { return ::pread(descriptor_, bytes.data() + done, count - done, place); };
    auto got = retry_interrupted(call);
    if (got < 0) fail("read", path_);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

void File::sync() {
  if (retry_interrupted([&] { return ::fdatasync(descriptor_); }) != 0) fail("write out", path_);
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

void make_folder(const std::string& path) {
  std::error_code failure;
  std::filesystem::path parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, failure);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) fail("make the folder", path);
}

std::size_t free_bytes(const std::string& path) noexcept {
  struct statvfs disk{};
  return ::statvfs(path.c_str(), &disk) == 0 ? disk.f_bavail * disk.f_frsize : 0;
}

void sync_folder(const std::string& path) {
  File folder = File::open_to_read(path);
  folder.sync();
}

void rename_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail("rename", from);
}

void remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail("remove", path);
}

void remove_quietly(const std::string& path) noexcept {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return;
  log::warn("cannot remove a file", {{"path", path}, {"error", std::strerror(errno)}});
}

}  // namespace tt::store::rocks
