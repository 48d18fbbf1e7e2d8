#include "store/engine/rocks/group_writer.h"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "base/log.h"
#include "store/engine/rocks/file.h"
#include "store/engine/rocks/record.h"

namespace tt::store::rocks {
namespace {

// A broken disk is asked again at most this often.
constexpr auto recovery_interval = std::chrono::milliseconds(200);

// A buffer that a huge batch has made larger is given back.
constexpr std::size_t buffer_bytes_max = 1024 * 1024;

const std::vector<double> group_seconds_bounds{0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005,
                                               0.01,   0.02,   0.05,   0.1,   0.5,   1};

// Greater than every key that commit() takes: the end of a range that has none.
const std::string& beyond_all_keys() {
  static const std::string key(key_bytes_max + 1, '\xff');
  return key;
}

bool contains(const Range& range, std::string_view key) {
  return key >= range.begin && (range.end.empty() || key < range.end);
}

}  // namespace

class GroupWriter::Overlay {
 public:
  void clear() {
    versions_.clear();
    erased_.clear();
  }
  void put(std::string_view key, Version version) { versions_[key] = version; }
  void erase(std::string_view key) { versions_[key] = std::nullopt; }
  void erase(const Range& range) {
    auto end = range.end.empty() ? versions_.end() : versions_.lower_bound(range.end);
    for (auto at = versions_.lower_bound(range.begin); at != end; ++at) at->second = std::nullopt;
    erased_.push_back(&range);
  }

  // nullopt: the group has not touched the key.
  std::optional<std::optional<Version>> find(std::string_view key) const {
    auto found = versions_.find(key);
    if (found != versions_.end()) return found->second;
    for (const Range* range : erased_) {
      if (contains(*range, key)) return std::optional<Version>();
    }
    return std::nullopt;
  }

 private:
  // Keys and ranges are those of the group's batches.
  std::map<std::string_view, std::optional<Version>> versions_;
  std::vector<const Range*> erased_;
};

// The operations of the group, encoded for RocksDB, which numbers them on from its latest sequence
// number; `version` is the number of the latest one.
struct GroupWriter::Batched {
  rocksdb::WriteBatch batch;
  Version version = 0;
  bool is_watched = false;  // there are expectations in the group: keep the overlay
  Overlay* overlay = nullptr;

  void add(const Batch::Put& put) {
    ++version;
    char head[version_bytes];
    std::memcpy(head, &version, version_bytes);
    rocksdb::Slice key(put.key);
    rocksdb::Slice value[] = {{head, version_bytes}, put.bytes};
    batch.Put(rocksdb::SliceParts(&key, 1), rocksdb::SliceParts(value, 2));
    if (is_watched) overlay->put(put.key, version);
  }
  void add(const Batch::Delete& erase) {
    ++version;
    batch.Delete(erase.key);
    if (is_watched) overlay->erase(erase.key);
  }
  void add(const Batch::DeleteRange& erase) {
    const Range& range = erase.range;
    const std::string& end = range.end.empty() ? beyond_all_keys() : range.end;
    if (end <= range.begin) return;  // an empty range, which RocksDB refuses
    ++version;
    batch.DeleteRange(range.begin, end);
    if (is_watched) overlay->erase(range);
  }
};

GroupWriter::GroupWriter(Target target, Metrics& metrics)
    : target_(std::move(target)),
      db_(target_.db),
      batched_(std::make_unique<Batched>()),
      overlay_(std::make_unique<Overlay>()),
      commits_(metrics.counter("thingtank_store_commits_total", "Commits applied.")),
      conflicts_(metrics.counter("thingtank_store_conflicts_total",
                                 "Commits refused because an expectation did not hold.")),
      failures_(metrics.counter("thingtank_store_failures_total",
                                "Commits that failed because the disk refused them.")),
      groups_(metrics.counter("thingtank_store_groups_total",
                              "Groups of commits, each written by one synchronous write.")),
      group_seconds_(metrics.histogram("thingtank_store_group_seconds", "Time to write one group.",
                                       group_seconds_bounds)) {
  batched_->overlay = overlay_.get();
}

GroupWriter::~GroupWriter() = default;

void GroupWriter::write(Group& group) {
  auto start = std::chrono::steady_clock::now();
  auto status = check_ready(group);
  if (!status.ok()) return fail_all(group, status);
  auto has_expectations = [](const Commit* commit) { return !commit->expectations.empty(); };
  batched_->is_watched = std::any_of(group.begin(), group.end(), has_expectations);
  batched_->version = db_.GetLatestSequenceNumber();
  overlay_->clear();
  for (Commit* commit : group) add(*commit);
  status = write_batched();
  if (!status.ok()) {
    has_failed_ = true;
    return fail_all(group, status);
  }

  std::size_t conflicts = 0;
  for (const Commit* commit : group) conflicts += commit->outcome == Outcome::conflict;
  conflicts_.Increment(static_cast<double>(conflicts));
  commits_.Increment(static_cast<double>(group.size() - conflicts));
  groups_.Increment();
  std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  group_seconds_.Observe(spent.count());
}

// Appends the operations of `commit` if its expectations hold.
void GroupWriter::add(Commit& commit) {
  try {
    for (const auto& expectation : commit.expectations) {
      if (holds(expectation)) continue;
      commit.outcome = Outcome::conflict;
      return;
    }
  } catch (...) {
    commit.failure = std::current_exception();
    return;
  }
  for (const auto& operation : commit.batch.operations()) {
    std::visit([&](const auto& each) { batched_->add(each); }, operation);
  }
}

bool GroupWriter::holds(const Expectation& expectation) {
  auto in_group = overlay_->find(expectation.key);
  return expectation.version == (in_group ? *in_group : stored_version(expectation.key));
}

std::optional<Version> GroupWriter::stored_version(const std::string& key) {
  rocksdb::PinnableSlice bytes;
  auto status = db_.Get(rocksdb::ReadOptions(), db_.DefaultColumnFamily(), key, &bytes);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) throw error_from(status, fmt::format("{} cannot be read", target_.path));
  return checked_record(bytes.ToStringView(), target_.path).version;
}

rocksdb::Status GroupWriter::write_batched() {
  auto& batch = batched_->batch;
  if (batch.Count() == 0) return rocksdb::Status::OK();
  rocksdb::WriteOptions options;
  options.sync = target_.sync;
  auto status = db_.Write(options, &batch);
  if (batch.GetDataSize() > buffer_bytes_max) {
    batch = rocksdb::WriteBatch();
  } else {
    batch.Clear();
  }
  return status;
}

// Whether there is a point in trying to write `group`.
rocksdb::Status GroupWriter::check_ready(const Group& group) {
  if (target_.health->is_log_broken) {
    return rocksdb::Status::IOError("an earlier write failed",
                                    "repair the disk, then restart the program");
  }
  auto status = check_space(group);
  return status.ok() && has_failed_ ? recover() : status;
}

rocksdb::Status GroupWriter::check_space(const Group& group) const {
  if (target_.disk_reserve_bytes == 0) return rocksdb::Status::OK();
  std::size_t needed = target_.disk_reserve_bytes;
  for (const Commit* commit : group) needed += commit->size_bytes;
  std::size_t free = free_bytes(target_.path);
  if (free >= needed) return rocksdb::Status::OK();
  return rocksdb::Status::NoSpace(
      fmt::format("{} KiB are free, {} KiB are needed", free / 1024, needed / 1024));
}

// Ok when RocksDB takes writes again.
rocksdb::Status GroupWriter::recover() {
  auto now = std::chrono::steady_clock::now();
  if (now < next_recovery_) return rocksdb::Status::IOError("the disk still refuses writes");
  auto status = db_.Resume();
  next_recovery_ = std::chrono::steady_clock::now() + recovery_interval;
  if (!status.ok()) return status;
  has_failed_ = false;
  log::info("the store takes writes again", {{"folder", target_.path}});
  return status;
}

void GroupWriter::fail_all(Group& group, const rocksdb::Status& status) {
  auto error = error_from(status, fmt::format("{} cannot be written", target_.path));
  auto failure = std::make_exception_ptr(error);
  for (Commit* commit : group) commit->failure = failure;
  failures_.Increment(static_cast<double>(group.size()));
}

}  // namespace tt::store::rocks
