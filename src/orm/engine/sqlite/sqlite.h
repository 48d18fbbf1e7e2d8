#pragma once

// SQLite as an engine of the orm: one file, one writer, several readers beside it.
//
// The journal is a write-ahead log that is synced at every commit: what was acknowledged survives
// kill -9 and power loss.  The file is made with mode 0600.

#include <chrono>
#include <memory>
#include <string>

#include "orm/database.h"

namespace tt::orm::engine {

struct SqliteOptions {
  unsigned readers_max = 2;                      // connections, opened when needed
  std::chrono::milliseconds busy_timeout{5000};  // for another process that holds the file
  std::size_t cache_bytes = 1024 * 1024;         // of pages, for each connection
  std::size_t statements_max = 64;               // kept compiled, for each connection
};

// Opens or makes the database file.  Throws unavailable (no such folder, read-only, held by
// another process for too long) or corrupt (not a database, cut off, damaged schema); the message
// says which file and why.
std::unique_ptr<Database> open_sqlite(const std::string& path, SqliteOptions options = {});

}  // namespace tt::orm::engine
