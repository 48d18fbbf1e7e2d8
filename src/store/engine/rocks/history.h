#pragma once

// Does the folder's list of tables (MANIFEST) go on where its write-ahead log begins?
//
// RocksDB takes a MANIFEST that lost its end for one that a crash cut short, opens the older state
// that is left, and deletes the tables that are not in it.  But every operation has a sequence
// number, and they leave no gap: when the first record of the log has a number that does not
// follow the latest one of the MANIFEST, then writes are missing between the two.

#include <string>

namespace rocksdb {
class DB;
struct Options;
}  // namespace rocksdb

namespace tt::store::rocks {

// Throws corrupt if there is such a gap or RocksDB finds the folder damaged; changes nothing.
void check_history(const std::string& path, const rocksdb::Options& options);

// Appends a record without operations to the log, so that it is not empty and check_history sees
// where it begins; call when a new log was begun without a write.  Does nothing while less than
// `disk_reserve_bytes` are free: a log whose writing failed is of no more use.
void mark_log(rocksdb::DB& db, std::size_t disk_reserve_bytes);

}  // namespace tt::store::rocks
