#pragma once

// GroupWriter: applies a group of commits with one synchronous write of RocksDB.
//
// The commits take effect in the order in which they are listed: an expectation is checked against
// the database as the earlier commits of the group leave it.  Used by one thread.

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "base/metrics.h"
#include "store/engine/rocks/commit_queue.h"

namespace rocksdb {
class DB;
class Status;
}  // namespace rocksdb

namespace tt::store::rocks {

class GroupWriter {
 public:
  // `db` is open in the folder `path`; both it and `metrics` outlive the writer.
  GroupWriter(rocksdb::DB& db, std::string path, Metrics& metrics);
  ~GroupWriter();

  // Writes `group` and sets the outcome of each commit.  If the write fails, all of them fail:
  // also a conflict, which an earlier commit of the group may have caused.
  void write(Group& group);

 private:
  // What the earlier commits of the group have done to the keys.
  class Overlay;
  struct Batched;

  void add(Commit& commit);
  bool holds(const Expectation& expectation);
  std::optional<Version> stored_version(const std::string& key);
  rocksdb::Status write_batched();
  rocksdb::Status recover();
  void fail_all(Group& group, const rocksdb::Status& status);

  rocksdb::DB& db_;
  std::string path_;
  std::unique_ptr<Batched> batched_;
  std::unique_ptr<Overlay> overlay_;

  // Set after a failed write: no write before RocksDB has recovered.
  bool is_broken_ = false;
  std::chrono::steady_clock::time_point next_recovery_;

  Counter& commits_;
  Counter& conflicts_;
  Counter& failures_;
  Counter& groups_;
  Histogram& group_seconds_;
};

}  // namespace tt::store::rocks
