#include "app/backup_command.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "app/backup_output.h"
#include "app/credentials.h"
#include "app/data_folder.h"
#include "app/remote_backup.h"
#include "app/server_address.h"
#include "backup/backup.h"
#include "backup/restore.h"
#include "base/error.h"
#include "orm/engine/sqlite/sqlite.h"
#include "rt/loop.h"
#include "store/engine/rocks/file_blob.h"
#include "store/engine/rocks/rocks_kv.h"

namespace tt::app {
namespace {

constexpr unsigned offload_threads = 2;

Task<> write_all(backup::Backup& backup, BackupOutput& output) {
  auto stream = co_await backup.begin();
  while (true) {
    auto piece = co_await stream->next();
    if (!piece) co_return;
    output.write(*piece);
  }
}

// The backup of a folder that this process has locked.
void back_up_folder(const DataFolder& folder, const Config& config, std::string_view version,
                    BackupOutput& output) {
  backup::require_whole(folder.path());
  backup::remove_leftovers(folder.path());
  rt::OffloadPool pool(offload_threads);
  SystemClock clock;
  Metrics metrics;
  auto kv = store::open_rocks_kv(folder / "kv", pool, metrics, config.store);
  auto blob = store::open_file_blob(folder / "blobs", *kv, pool);
  auto database = orm::engine::open_sqlite(folder / "thingtank.db");
  backup::Backup backup({folder.path(), *kv, *blob, *database, pool, clock, std::string(version)});
  rt::run_alone(write_all(backup, output));
}

// nullptr if a server uses the folder.
std::unique_ptr<DataFolder> lock_folder(const std::string& path) {
  if (!std::filesystem::exists(path + "/thingtank.db")) {
    throw Error(Code::not_found, fmt::format("{} is no data folder: it has no thingtank.db; name "
                                             "yours with --data, or a server with --url",
                                             path));
  }
  try {
    return std::make_unique<DataFolder>(path);
  } catch (const Error& error) {
    if (error.code() != Code::conflict) throw;
  }
  return nullptr;
}

// Which server uses the folder, and the key that may ask it.
RemoteServer server_of(const std::string& folder, const BackupOptions& options) {
  auto url = read_server_url(folder);
  if (!url) {
    throw Error(Code::unavailable, fmt::format("{} is in use by a server whose address is not "
                                               "known; name it with --url",
                                               folder));
  }
  RemoteServer server{std::move(*url), options.key};
  if (!server.key.empty()) return server;
  auto credentials = read_credentials(folder + "/credentials");
  if (credentials) server.key = credentials->api_key;
  return server;
}

}  // namespace

void run_backup(const Config& config, const BackupOptions& options, std::string_view version) {
  auto folder = options.url.empty() ? lock_folder(config.data) : nullptr;
  BackupOutput output(options.file);
  if (folder) {
    back_up_folder(*folder, config, version, output);
  } else if (options.url.empty()) {
    download_backup(server_of(config.data, options), output);
  } else {
    download_backup({options.url, options.key}, output);
  }
  output.finish();
}

void run_restore(const std::string& folder, const std::string& file) {
  int descriptor = file == "-" ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    throw Error(Code::not_found, fmt::format("cannot read {}: {}", file, std::strerror(errno)));
  }
  backup::require_empty(folder);
  bool is_new = !std::filesystem::exists(folder);
  Progress progress("read");
  auto advance = [&](std::uint64_t bytes) { progress.reach(bytes); };
  try {
    DataFolder lock(folder);
    auto name = file == "-" ? std::string("the standard input") : file;
    auto restored = backup::restore(descriptor, name, folder, advance);
    progress.end();
    fmt::print(stderr, "restored {} files, {} bytes, of {} (version {}) into {}\n", restored.files,
               restored.bytes, restored.created, restored.version, folder);
  } catch (...) {
    // As it was before, so that it can be tried again.
    std::error_code ignored;
    if (is_new) std::filesystem::remove_all(folder, ignored);
    throw;
  }
}

}  // namespace tt::app
