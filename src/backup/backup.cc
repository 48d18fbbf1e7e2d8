#include "backup/backup.h"

#include <filesystem>

#include "backup/packer.h"
#include "backup/staging.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/random.h"
#include "base/time.h"

namespace tt::backup {
namespace {

std::string staging_root(const std::string& folder) { return folder + "/backup"; }

void copy_if_there(const std::string& from, const std::string& to) {
  std::error_code failure;
  if (!std::filesystem::exists(from, failure)) return;
  std::filesystem::copy_file(from, to, failure);
  if (!failure) return;
  throw Error(Code::unavailable,
              fmt::format("cannot copy {} to {}: {}", from, to, failure.message()));
}

// The archive as a body.  Whoever destroys it ends the backup.
class Stream final : public http::BodyWriter {
 public:
  Stream(std::unique_ptr<Staging> staging, std::unique_ptr<Packer> packer, rt::OffloadPool& pool)
      : staging_(std::move(staging)), packer_(std::move(packer)), pool_(pool) {}

  Task<std::optional<std::string>> next() override {
    auto work = [this] { return packer_->next(); };
    co_return co_await rt::offload(pool_, work);
  }

 private:
  std::unique_ptr<Staging> staging_;
  std::unique_ptr<Packer> packer_;  // goes first: it has files of the staging open
  rt::OffloadPool& pool_;
};

}  // namespace

Task<std::unique_ptr<http::BodyWriter>> Backup::begin() {
  auto path = fmt::format("{}/{}", staging_root(parts_.folder), to_hex(random_bytes(8)));
  Claim claim(is_busy_);
  auto staging = std::make_unique<Staging>(path, std::move(claim), parts_.pool);
  auto make = [&] { staging->make(); };
  co_await rt::offload(parts_.pool, make);
  auto now = parts_.clock.now();
  co_await copy_into(path);
  auto pack = [&] {
    Manifest manifest{.version = parts_.version, .created = format_time_seconds(now), .files = {}};
    return std::make_unique<Packer>(path, std::move(manifest), now);
  };
  auto packer = co_await rt::offload(parts_.pool, pack);
  co_return std::make_unique<Stream>(std::move(staging), std::move(packer), parts_.pool);
}

Task<> Backup::copy_into(std::string staging) {
  auto files = parts_.blob.hold_files();
  co_await parts_.kv.checkpoint(staging + "/kv");
  if (files) co_await files->link_to(staging + "/blobs");
  files.reset();
  auto copy = [&] {
    parts_.database.copy_to(staging + "/thingtank.db");
    copy_if_there(parts_.folder + "/credentials", staging + "/credentials");
  };
  co_await rt::offload(parts_.pool, copy);
}

void remove_leftovers(const std::string& folder) {
  std::error_code failure;
  std::filesystem::remove_all(staging_root(folder), failure);
  if (!failure) return;
  throw Error(Code::unavailable,
              fmt::format("cannot remove {}: {}", staging_root(folder), failure.message()));
}

}  // namespace tt::backup
