#pragma once

// The RocksDB engine of Kv: one folder of this machine's disk.

#include <cstddef>
#include <memory>
#include <string>

#include "base/metrics.h"
#include "rt/offload.h"
#include "store/kv.h"

namespace tt::store {

// What an acknowledged commit survives.
enum class Durability {
  power_loss,     // it is on the disk
  process_crash,  // the operating system has it, and may take half a minute to write it
};

struct RocksOptions {
  Durability durability = Durability::power_loss;
  // Blocks of files kept in memory, and with them the indexes and filters of the files.
  std::size_t cache_bytes = 16 * 1024 * 1024;
  // Newest writes, in memory and in the write-ahead log; taken from the system as they come.
  std::size_t write_buffer_bytes = 16 * 1024 * 1024;
  int open_files_max = 512;
  // Commits are refused while less than this is free on the disk; a write that the disk itself
  // refuses would close the database to all writes until it is opened again.
  std::size_t disk_reserve_bytes = 64 * 1024 * 1024;
  // A database whose files are not larger than this in total is read and checked whole when it is
  // opened.  In a larger one a damaged block is found when it is read.
  std::size_t verify_bytes_max = 16 * 1024 * 1024;
};

// Opens the database in the folder `path`, making both if there is none; blocks meanwhile.  The
// pool and `metrics` outlive the Kv, the Kv outlives its snapshots and every Task made by it.
//
// Throws conflict if another process uses the folder, corrupt if a file in it is damaged or
// missing (the message names file and reason), unsupported if it was written by a newer version,
// unavailable if it cannot be read or written.
//
// The end of the write-ahead log may be torn by a crash: that loses nothing that was acknowledged
// and is no damage.
std::unique_ptr<Kv> open_rocks_kv(const std::string& path, rt::OffloadPool& pool, Metrics& metrics,
                                  const RocksOptions& options = {});

}  // namespace tt::store
