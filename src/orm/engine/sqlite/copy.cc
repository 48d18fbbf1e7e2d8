#include "orm/engine/sqlite/copy.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <memory>

#include "base/error.h"

namespace tt::orm::engine {
namespace {

struct Close {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, Close>;

constexpr int busy_timeout_ms = 5000;

[[noreturn]] void fail(const std::string& from, const std::string& to, int status) {
  throw Error(Code::unavailable,
              fmt::format("cannot copy {} to {}: {}", from, to, sqlite3_errstr(status)));
}

Handle open(const std::string& path, int flags, int& status) {
  sqlite3* opened = nullptr;
  status = sqlite3_open_v2(path.c_str(), &opened, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Handle handle(opened);
  if (status == SQLITE_OK) sqlite3_busy_timeout(handle.get(), busy_timeout_ms);
  return handle;
}

}  // namespace

void copy_sqlite(const std::string& from, const std::string& to) {
  int made = ::open(to.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made < 0) {
    throw Error(Code::unavailable, fmt::format("cannot make {}: {}", to, std::strerror(errno)));
  }
  ::close(made);
  int status = SQLITE_OK;
  auto source = open(from, SQLITE_OPEN_READWRITE, status);
  if (status != SQLITE_OK) fail(from, to, status);
  auto target = open(to, SQLITE_OPEN_READWRITE, status);
  if (status != SQLITE_OK) fail(from, to, status);
  auto* backup = sqlite3_backup_init(target.get(), "main", source.get(), "main");
  if (!backup) fail(from, to, sqlite3_errcode(target.get()));
  constexpr int all_pages = -1;
  status = sqlite3_backup_step(backup, all_pages);
  auto ended = sqlite3_backup_finish(backup);
  if (status != SQLITE_DONE) fail(from, to, status);
  if (ended != SQLITE_OK) fail(from, to, ended);
}

}  // namespace tt::orm::engine
