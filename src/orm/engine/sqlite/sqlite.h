#pragma once

// SQLite as an engine of the orm: one file, one writer, several readers beside it.
//
// The journal is a write-ahead log that is synced at every commit: what was acknowledged survives
// kill -9 and power loss.  Threads that write at the same time share commits (writer.h), so a
// transaction must not wait for what another thread writes.  The file is made with mode 0600.

#include <chrono>
#include <memory>
#include <string>

#include "orm/database.h"

namespace tt::orm::engine {

struct SqliteOptions {
  // Connections for reading, opened when needed: as many as threads that read at the same time.
  unsigned readers_max = 16;
  std::chrono::milliseconds busy_timeout{5000};  // for another process that holds the file
  std::size_t cache_bytes = 1024 * 1024;         // of pages, for each connection
  std::size_t statements_max = 256;              // kept compiled, for each connection
  // Threads that write at the same time share a commit: at most so many, and none joins a
  // transaction that is older.
  std::size_t commit_members_max = 64;
  std::chrono::milliseconds commit_delay_max{5};
};

// Opens or makes the database file.  Throws unavailable (no such folder, read-only, held by
// another process for too long) or corrupt (not a database, cut off, damaged schema); the message
// says which file and why.
std::unique_ptr<Database> open_sqlite(const std::string& path, SqliteOptions options = {});

}  // namespace tt::orm::engine
