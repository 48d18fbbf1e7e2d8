#include "store/engine/rocks/history.h"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/wal_filter.h>
#include <rocksdb/write_batch.h>

#include <cstring>

#include "store/engine/rocks/file.h"
#include "store/engine/rocks/status.h"

namespace tt::store::rocks {
namespace {

// Looks at the first record of the log and stops there.
class FirstRecord final : public rocksdb::WalFilter {
 public:
  using rocksdb::WalFilter::LogRecordFound;

  WalProcessingOption LogRecordFound(unsigned long long, const std::string& file,
                                     const rocksdb::WriteBatch& batch, rocksdb::WriteBatch*,
                                     bool*) override {
    // A batch begins with the sequence number of its first operation, u64, little-endian.
    std::memcpy(&sequence, batch.Data().data(), sizeof sequence);
    file_ = file;
    return WalProcessingOption::kStopReplay;
  }
  const char* Name() const override { return "FirstRecord"; }
  const std::string& file() const { return file_; }

  rocksdb::SequenceNumber sequence = 0;  // 0: the log is empty

 private:
  std::string file_;
};

}  // namespace

void check_history(const std::string& path, const rocksdb::Options& options) {
  FirstRecord first;
  rocksdb::Options read_only = options;
  read_only.create_if_missing = false;
  read_only.wal_filter = &first;
  rocksdb::DB* opened = nullptr;
  auto status = rocksdb::DB::OpenForReadOnly(read_only, path, &opened);
  std::unique_ptr<rocksdb::DB> db(opened);
  if (status.IsPathNotFound()) {
    throw Error(Code::corrupt, fmt::format("{} is damaged: {}", path, status.ToString()));
  }
  if (!status.ok()) throw error_from(status, fmt::format("{} cannot be opened", path));
  if (first.sequence <= db->GetLatestSequenceNumber() + 1) return;
  throw Error(
      Code::corrupt,
      fmt::format("{} is damaged: writes {} to {} are missing, MANIFEST ends before the "
                  "log {} begins",
                  path, db->GetLatestSequenceNumber() + 1, first.sequence - 1, first.file()));
}

void mark_log(rocksdb::DB& db, std::size_t disk_reserve_bytes) {
  if (free_bytes(db.GetName()) < disk_reserve_bytes) return;
  rocksdb::WriteBatch batch;
  batch.PutLogData("log");
  rocksdb::WriteOptions options;
  options.sync = true;
  // If the disk refuses it, it refuses the next commit too, which reports it.
  db.Write(options, &batch).PermitUncheckedError();
}

}  // namespace tt::store::rocks
