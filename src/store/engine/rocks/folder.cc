#include "store/engine/rocks/folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <rocksdb/env.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>

#include "base/error.h"
#include "store/engine/rocks/file.h"
#include "store/engine/rocks/status.h"

namespace tt::store::rocks {
namespace {

constexpr std::string_view format_head = "thingtank kv ";

// Written beside and renamed, so that after a crash there is a whole FORMAT or none.
void write_format(const std::string& path) {
  std::string fresh = path + "/FORMAT.new";
  remove_file(fresh);
  File file = File::create(fresh);
  file.append(fmt::format("{}{}\n", format_head, format_version));
  file.sync();
  rename_file(fresh, path + "/FORMAT");
  sync_folder(path);
}

int read_format(const std::string& path) {
  std::string text = File::open_to_read(path + "/FORMAT").read_at(0, 64);
  int number = 0;
  if (text.starts_with(format_head) && text.ends_with('\n')) {
    const char* begin = text.data() + format_head.size();
    const char* end = text.data() + text.size() - 1;
    auto [at, failure] = std::from_chars(begin, end, number);
    if (failure == std::errc() && at == end && number > 0) return number;
  }
  throw Error(Code::corrupt, fmt::format("{}/FORMAT is damaged: it holds no format number", path));
}

// Whether the folder holds a file of that kind with anything in it.
enum class Content { any, some };
bool holds_file(const std::string& path, std::string_view extension, Content content) {
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(path, failure)) {
    if (entry.path().extension() != extension) continue;
    if (content == Content::any || entry.file_size(failure) > 0) return true;
  }
  return false;
}

// Who holds LOCK, given why it could not be locked; empty if nobody does.
std::string holder_of(const std::string& path, const std::string& reason) {
  // Asking for the lock of this process would release it: a lock ends when any of the process's
  // descriptors of the file is closed (fcntl(2)).
  if (reason.find("lock hold by current process") != std::string::npos) return "this process";
  int descriptor = ::open((path + "/LOCK").c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {};
  struct flock lock{};
  lock.l_type = F_RDLCK;
  lock.l_whence = SEEK_SET;
  bool is_known = ::fcntl(descriptor, F_GETLK, &lock) == 0;
  ::close(descriptor);
  if (!is_known || lock.l_type == F_UNLCK) return {};
  return fmt::format("process {}", lock.l_pid);
}

[[noreturn]] void fail_missing(const std::string& path, std::string_view file) {
  throw Error(Code::corrupt, fmt::format("{} is damaged: there is no {}", path, file));
}

}  // namespace

void check_folder(const std::string& path) {
  make_folder(path);
  if (!is_marked(path)) {
    // New, or left behind by a crash before the database was complete.
    bool has_data =
        holds_file(path, ".sst", Content::some) || holds_file(path, ".log", Content::some);
    if (has_data) fail_missing(path, "FORMAT");
    return;
  }
  int number = read_format(path);
  if (number > format_version) {
    throw Error(Code::unsupported,
                fmt::format("{} has format {}, this program reads up to format {}: use the newer "
                            "version that wrote it",
                            path, number, format_version));
  }
  if (!exists(path + "/CURRENT")) fail_missing(path, "CURRENT");
  if (!holds_file(path, ".log", Content::any)) fail_missing(path, "write-ahead log (*.log)");
}

bool is_marked(const std::string& path) { return exists(path + "/FORMAT"); }

void mark_folder(const std::string& path) {
  if (!is_marked(path)) write_format(path);
}

FolderLock::FolderLock(std::string path) : path_(std::move(path)) {
  auto status = rocksdb::Env::Default()->LockFile(path_ + "/LOCK", &lock_);
  if (status.ok()) return;
  std::string holder = holder_of(path_, status.ToString());
  if (holder.empty()) throw error_from(status, fmt::format("{} cannot be locked", path_));
  throw Error(Code::conflict, fmt::format("{} is in use by {} (LOCK held)", path_, holder));
}

FolderLock::~FolderLock() { rocksdb::Env::Default()->UnlockFile(lock_).PermitUncheckedError(); }

}  // namespace tt::store::rocks
