#pragma once

// Translation of RocksDB's results and log lines into ours.

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace rocksdb {
class EventListener;
class Logger;
class Status;
}  // namespace rocksdb

namespace tt::store::rocks {

// An Error(corrupt) for damaged bytes, else Error(unavailable); the message is the sentence
// "`what`: reason", where the reason is RocksDB's and names the file.
Error error_from(const rocksdb::Status& status, std::string_view what);

// A logger that hands RocksDB's warnings and errors to tt::log and drops the rest, so that there
// are no log files in the folder.
std::shared_ptr<rocksdb::Logger> make_logger(std::string path);

// What RocksDB says of itself, on threads of its own.
struct Health {
  // A write to the log failed.  RocksDB 7.8 cannot go on with that log, not even after Resume(): it
  // aborts.  The folder must be opened anew, which drops what the failed write left behind.
  std::atomic<bool> is_log_broken = false;
};

// Reports to `health`, and leaves the recovery from a full disk to GroupWriter: RocksDB's own waits
// until much more space is free than is needed, and meanwhile refuses to be resumed.
std::shared_ptr<rocksdb::EventListener> make_listener(std::shared_ptr<Health> health);

}  // namespace tt::store::rocks
