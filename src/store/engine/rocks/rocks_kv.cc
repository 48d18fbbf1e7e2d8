#include "store/engine/rocks/rocks_kv.h"

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>

#include "store/engine/rocks/commit_queue.h"
#include "store/engine/rocks/folder.h"
#include "store/engine/rocks/group_writer.h"
#include "store/engine/rocks/history.h"
#include "store/engine/rocks/record.h"
#include "store/engine/rocks/status.h"

namespace tt::store {
namespace {

using namespace rocks;

// A scan holds a thread of the pool for one piece at a time.
constexpr std::size_t piece_entries_max = 1024;
constexpr std::size_t piece_bytes_max = 1024 * 1024;

class RocksSnapshot final : public Snapshot {
 public:
  explicit RocksSnapshot(rocksdb::DB& db) : db_(db), snapshot_(db.GetSnapshot()) {}
  ~RocksSnapshot() override { db_.ReleaseSnapshot(snapshot_); }
  RocksSnapshot(const RocksSnapshot&) = delete;
  RocksSnapshot& operator=(const RocksSnapshot&) = delete;
  const rocksdb::Snapshot* get() const { return snapshot_; }

 private:
  rocksdb::DB& db_;
  const rocksdb::Snapshot* snapshot_;
};

// One scan, read in pieces; all of them see the same moment.
class Scan {
 public:
  Scan(rocksdb::DB& db, const std::string& path, Range range, Order order)
      : db_(db), path_(path), range_(std::move(range)), order_(order) {}

  // Adds the next piece to `entries`, which ends at `limit` entries.  False: that was the last one.
  bool read_piece(std::vector<Entry>& entries, std::size_t limit, const Snapshot* snapshot) {
    if (!iterator_) start(snapshot);
    std::size_t end = std::min(limit, entries.size() + piece_entries_max);
    std::size_t size_bytes = 0;
    while (iterator_->Valid() && entries.size() < end && size_bytes < piece_bytes_max) {
      entries.push_back(current());
      size_bytes += entries.back().key.size() + entries.back().value.bytes.size();
      order_ == Order::ascending ? iterator_->Next() : iterator_->Prev();
    }
    if (!iterator_->status().ok()) {
      throw error_from(iterator_->status(), fmt::format("{} cannot be read", path_));
    }
    return iterator_->Valid() && entries.size() < limit;
  }

 private:
  void start(const Snapshot* snapshot) {
    rocksdb::ReadOptions options;
    if (snapshot) options.snapshot = static_cast<const RocksSnapshot*>(snapshot)->get();
    begin_ = range_.begin;
    end_ = range_.end;
    options.iterate_lower_bound = &begin_;
    if (!range_.end.empty()) options.iterate_upper_bound = &end_;
    iterator_.reset(db_.NewIterator(options));
    order_ == Order::ascending ? iterator_->SeekToFirst() : iterator_->SeekToLast();
  }

  Entry current() const {
    Record record = checked_record(iterator_->value().ToStringView(), path_);
    return {.key = iterator_->key().ToString(),
            .value = {.bytes = std::string(record.bytes), .version = record.version}};
  }

  rocksdb::DB& db_;
  const std::string& path_;
  Range range_;
  Order order_;
  rocksdb::Slice begin_;  // the iterator keeps their addresses
  rocksdb::Slice end_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

rocksdb::BlockBasedTableOptions table_options(const RocksOptions& options) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.cache_bytes, 4);
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.optimize_filters_for_memory = true;
  table.block_size = 16 * 1024;
  table.format_version = 5;
  return table;
}

rocksdb::Options rocksdb_options(const std::string& path, const RocksOptions& options) {
  rocksdb::Options result;
  result.create_if_missing = true;
  result.info_log = make_logger(path);
  result.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table_options(options)));

  // A synchronous write to a log that is overwritten costs half of one to a log that grows.
  result.recycle_log_file_num = 2;
  result.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  result.track_and_verify_wals_in_manifest = true;
  result.write_buffer_size = options.write_buffer_bytes;
  result.max_write_buffer_number = 3;
  result.allow_concurrent_memtable_write = false;  // there is one writer
  result.enable_write_thread_adaptive_yield = false;

  result.compression = rocksdb::kLZ4Compression;
  result.bottommost_compression = rocksdb::kZSTD;
  result.level_compaction_dynamic_level_bytes = true;
  result.max_bytes_for_level_base = 64 * 1024 * 1024;
  result.target_file_size_base = 16 * 1024 * 1024;

  // Opening reads no more than it must, and nothing wakes up while there is nothing to do.
  result.max_open_files = options.open_files_max;
  result.max_file_opening_threads = 1;
  result.skip_stats_update_on_db_open = true;
  result.stats_dump_period_sec = 0;
  result.stats_persist_period_sec = 0;
  return result;
}

class RocksKv final : public Kv {
 public:
  struct Services {
    rt::OffloadPool& pool;
    Metrics& metrics;
  };

  RocksKv(std::unique_ptr<rocksdb::DB> db, Target target, Services services,
          const RocksOptions& options)
      : db_(std::move(db)),
        path_(target.path),
        options_(options),
        pool_(services.pool),
        slow_finds_(services.metrics.counter("thingtank_store_slow_finds_total",
                                             "Look-ups that had to read from the disk.")),
        writer_(std::move(target), services.metrics),
        commits_([this](Group& group) { writer_.write(group); }) {}

  // A log that is empty need not be replayed at the next start.  If it cannot be emptied now, it
  // still holds everything.
  ~RocksKv() override { flush().PermitUncheckedError(); }

  Task<std::optional<Value>> find(std::string_view key) override {
    rocksdb::PinnableSlice bytes;
    rocksdb::ReadOptions in_memory;
    in_memory.read_tier = rocksdb::kBlockCacheTier;
    auto status = get(in_memory, key, bytes);
    if (!status.IsIncomplete()) co_return found(status, bytes);
    slow_finds_.Increment();
    auto read = [&] {
      bytes.Reset();
      return get(rocksdb::ReadOptions(), key, bytes);
    };
    status = co_await rt::offload(pool_, read);
    co_return found(status, bytes);
  }

  Task<Outcome> commit(Batch batch, std::vector<Expectation> expectations) override {
    Commit commit;
    commit.size_bytes = checked_size_bytes(batch);
    commit.batch = std::move(batch);
    commit.expectations = std::move(expectations);
    auto start = [&](rt::Waiter<Outcome> waiter) {
      commit.waiter = std::move(waiter);
      commits_.push(commit);
    };
    co_return co_await rt::wait<Outcome>(start);
  }

  Task<std::vector<Entry>> scan(Range range, std::size_t limit, Order order,
                                const Snapshot* snapshot) override {
    std::vector<Entry> entries;
    if (limit == 0 || (!range.end.empty() && range.end <= range.begin)) co_return entries;
    Scan scan(*db_, path_, std::move(range), order);
    auto read = [&] { return scan.read_piece(entries, limit, snapshot); };
    bool has_more = true;
    while (has_more) has_more = co_await rt::offload(pool_, read);
    co_return entries;
  }

  std::unique_ptr<Snapshot> snapshot() override { return std::make_unique<RocksSnapshot>(*db_); }

  Task<> compact(Range range) override {
    auto work = [&] { compact_now(range); };
    co_await rt::offload(pool_, work);
  }

  Task<> checkpoint(std::string path) override {
    auto work = [&] { checkpoint_now(path); };
    co_await rt::offload(pool_, work);
  }

 private:
  rocksdb::Status get(const rocksdb::ReadOptions& options, std::string_view key,
                      rocksdb::PinnableSlice& bytes) {
    return db_->Get(options, db_->DefaultColumnFamily(), rocksdb::Slice(key), &bytes);
  }

  std::optional<Value> found(const rocksdb::Status& status, const rocksdb::PinnableSlice& bytes) {
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) throw error_from(status, fmt::format("{} cannot be read", path_));
    Record record = checked_record(bytes.ToStringView(), path_);
    return Value{.bytes = std::string(record.bytes), .version = record.version};
  }

  // Empties the log into tables.
  rocksdb::Status flush() {
    auto status = db_->Flush(rocksdb::FlushOptions());
    if (status.ok()) mark_log(*db_, options_.disk_reserve_bytes);
    return status;
  }

  void compact_now(const Range& range) {
    rocksdb::CompactRangeOptions options;
    options.exclusive_manual_compaction = false;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    rocksdb::Slice begin(range.begin);
    rocksdb::Slice end(range.end);
    const rocksdb::Slice* end_or_none = range.end.empty() ? nullptr : &end;
    auto status = flush();
    if (status.ok()) status = db_->CompactRange(options, &begin, end_or_none);
    if (!status.ok()) throw error_from(status, fmt::format("{} cannot be compacted", path_));
  }

  // Tables never change and are linked; the rest is small and copied.
  void checkpoint_now(const std::string& path) {
    constexpr std::uint64_t log_bytes_max = 0;  // of a log that is copied, not flushed into tables
    rocksdb::Checkpoint* made = nullptr;
    auto status = rocksdb::Checkpoint::Create(db_.get(), &made);
    std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    if (status.ok()) status = checkpoint->CreateCheckpoint(path, log_bytes_max);
    if (status.ok()) status = begin_log(path);
    if (!status.ok()) throw error_from(status, fmt::format("{} cannot be copied", path_));
    mark_folder(path);
  }

  // All of a checkpoint is in tables; check_folder asks for a log beside them.
  rocksdb::Status begin_log(const std::string& path) const {
    // Not those of db_, which name its own folder as the place of tables.
    auto settings = rocksdb_options(path, options_);
    settings.create_if_missing = false;
    settings.disable_auto_compactions = true;
    rocksdb::DB* opened = nullptr;
    auto status = rocksdb::DB::Open(settings, path, &opened);
    std::unique_ptr<rocksdb::DB> copy(opened);
    if (copy) mark_log(*copy, options_.disk_reserve_bytes);
    return status;
  }

  std::unique_ptr<rocksdb::DB> db_;
  std::string path_;
  RocksOptions options_;
  rt::OffloadPool& pool_;
  Counter& slow_finds_;
  GroupWriter writer_;
  CommitQueue commits_;  // last: its thread uses the writer
};

// Reads all files if they are small enough in total.
void verify(rocksdb::DB& db, const std::string& path, std::size_t size_bytes_max) {
  std::uint64_t size_bytes = 0;
  db.GetIntProperty(rocksdb::DB::Properties::kTotalSstFilesSize, &size_bytes);
  if (size_bytes == 0 || size_bytes > size_bytes_max) return;
  auto status = db.VerifyChecksum();
  if (!status.ok()) throw error_from(status, fmt::format("{} is damaged", path));
}

}  // namespace

std::unique_ptr<Kv> open_rocks_kv(const std::string& path, rt::OffloadPool& pool, Metrics& metrics,
                                  const RocksOptions& options) {
  auto settings = rocksdb_options(path, options);
  check_folder(path);
  if (is_marked(path)) {
    FolderLock lock(path);
    check_history(path, settings);
  }
  auto health = std::make_shared<Health>();
  settings.listeners = {make_listener(health)};
  rocksdb::DB* opened = nullptr;
  auto status = rocksdb::DB::Open(settings, path, &opened);
  if (!status.ok()) throw error_from(status, fmt::format("{} cannot be opened", path));
  std::unique_ptr<rocksdb::DB> db(opened);
  verify(*db, path, options.verify_bytes_max);
  mark_folder(path);
  mark_log(*db, options.disk_reserve_bytes);
  Target target{.db = *db,
                .path = path,
                .health = std::move(health),
                .disk_reserve_bytes = options.disk_reserve_bytes,
                .sync = options.durability == Durability::power_loss};
  RocksKv::Services services{pool, metrics};
  return std::make_unique<RocksKv>(std::move(db), std::move(target), services, options);
}

}  // namespace tt::store
