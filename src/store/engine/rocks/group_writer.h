#pragma once

// GroupWriter: applies a group of commits with one synchronous write of RocksDB.
//
// A disk that is nearly full is not written to: RocksDB cannot go on after a write to its log
// failed, and needs space to give back space.
//
// The commits take effect in the order in which they are listed: an expectation is checked against
// the database as the earlier commits of the group leave it.  Used by one thread.

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/metrics.h"
#include "store/engine/rocks/commit_queue.h"
#include "store/engine/rocks/status.h"

namespace rocksdb {
class DB;
}  // namespace rocksdb

namespace tt::store::rocks {

// Where a GroupWriter writes.
struct Target {
  rocksdb::DB& db;
  std::string path;  // of the folder of `db`
  std::shared_ptr<Health> health;
  std::size_t disk_reserve_bytes;
  bool sync = true;  // wait for the disk before a group is acknowledged
};

class GroupWriter {
 public:
  // The database and `metrics` outlive the writer.
  GroupWriter(Target target, Metrics& metrics);
  ~GroupWriter();

  // Writes `group` and sets the outcome of each commit.  If the write fails, all of them fail:
  // also a conflict, which an earlier commit of the group may have caused.
  void write(Group& group);

 private:
  // What the earlier commits of the group have done to the keys.
  class Overlay;
  struct Batched;

  rocksdb::Status check_ready(const Group& group);
  rocksdb::Status check_space(const Group& group) const;
  void add(Commit& commit);
  bool holds(const Expectation& expectation);
  std::optional<Version> stored_version(const std::string& key);
  rocksdb::Status write_batched();
  rocksdb::Status recover();
  void fail_all(Group& group, const rocksdb::Status& status);

  Target target_;
  rocksdb::DB& db_;
  std::unique_ptr<Batched> batched_;
  std::unique_ptr<Overlay> overlay_;

  bool has_failed_ = false;  // the last write: RocksDB must be resumed before the next one
  std::chrono::steady_clock::time_point next_recovery_;

  Counter& commits_;
  Counter& conflicts_;
  Counter& failures_;
  Counter& groups_;
  Histogram& group_seconds_;
};

}  // namespace tt::store::rocks
