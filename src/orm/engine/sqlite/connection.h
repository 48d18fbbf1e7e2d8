#pragma once

// Connection: one handle of SQLite with its compiled statements.  One thread at a time uses it.

#include <functional>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/bytes.h"
#include "orm/engine/sqlite/sqlite.h"
#include "orm/sql.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tt::orm::engine {

enum class Access { read, write };

class Connection {
 public:
  // Opens the file; only with Access::write it is made if need be.  Throws as open_sqlite().
  Connection(const std::string& path, const SqliteOptions& options, Access access);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs the statement to its end.  `types` says what its columns hold; where it says nothing, a
  // cell comes as SQLite stores it.
  void run(const Statement& statement, std::span<const CellType> types,
           const Session::TakeRow& take);
  void run(const Statement& statement);
  // Without placeholders, not kept compiled.
  void run_once(const std::string& text);

  // Of the last statement.
  std::int64_t changed_rows() const;
  std::int64_t last_insert_id() const;
  // False too after a failure that made SQLite roll back on its own.
  bool is_in_transaction() const;

 private:
  struct CloseHandle {
    void operator()(sqlite3* handle) const;
  };
  struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const;
  };
  using StatementPtr = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;
  struct Kept {
    std::string text;
    StatementPtr compiled;
    bool is_running = false;
  };
  // A statement while it runs.  Afterwards it is kept compiled, unless it failed.
  class Running;

  void open(Access access);
  void configure(Access access);
  StatementPtr compile(const std::string& text);
  // The kept statement, made if need be; nullptr if it is running already.
  Kept* find_kept(const std::string& text);
  void forget(const std::string& text);
  void bind(sqlite3_stmt* compiled, const std::vector<Value>& values);
  [[noreturn]] void fail(int status) const;

  std::string path_;
  SqliteOptions options_;
  std::unique_ptr<sqlite3, CloseHandle> handle_;
  std::list<Kept> kept_;  // the one used last is first
  std::unordered_map<std::string_view, std::list<Kept>::iterator> by_text_;
};

}  // namespace tt::orm::engine
