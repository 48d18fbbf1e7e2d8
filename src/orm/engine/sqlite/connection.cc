#include "orm/engine/sqlite/connection.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/error.h"

namespace tt::orm::engine {

void Connection::CloseHandle::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
void Connection::FinalizeStatement::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

// --- failures ----------------------------------------------------------------------------------

namespace {

Code constraint_code(int extended) {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_FOREIGNKEY: return Code::conflict;
    default: return Code::invalid;
  }
}

// `status` is an extended result code.
Code code_of(int status) {
  switch (status & 0xff) {
    case SQLITE_CONSTRAINT: return constraint_code(status);
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM: return Code::unavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Code::corrupt;
    case SQLITE_TOOBIG: return Code::too_large;
    default: return Code::internal;
  }
}

std::string_view advice(int status) {
  switch (status & 0xff) {
    case SQLITE_FULL: return "; free some space on its disk";
    case SQLITE_READONLY: return "; check the permissions of the file and its folder";
    case SQLITE_BUSY: return "; another process holds it";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return "; restore it from a backup";
    default: return "";
  }
}

[[noreturn]] void fail_with(sqlite3* handle, int status, std::string_view path) {
  auto text = fmt::format("the database {}: {}{}", path,
                          handle ? sqlite3_errmsg(handle) : sqlite3_errstr(status), advice(status));
  throw Error(code_of(status), text);
}

}  // namespace

void Connection::fail(int status) const { fail_with(handle_.get(), status, path_); }

// --- opening -----------------------------------------------------------------------------------

Connection::Connection(const std::string& path, const SqliteOptions& options, Access access)
    : path_(path), options_(options) {
  open(access);
  configure(access);
}

void Connection::open(Access access) {
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (access == Access::write) {
    // SQLite would make it readable by all; its log takes over the mode.
    int made = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (made >= 0) ::close(made);
  }
  sqlite3* handle = nullptr;
  int status = sqlite3_open_v2(path_.c_str(), &handle, flags, nullptr);
  handle_.reset(handle);
  if (status != SQLITE_OK) fail(status);
}

void Connection::configure(Access access) {
  sqlite3* handle = handle_.get();
  sqlite3_busy_timeout(handle, static_cast<int>(options_.busy_timeout.count()));
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  run_once("PRAGMA journal_mode = WAL");
  run_once("PRAGMA synchronous = FULL");
  run_once("PRAGMA foreign_keys = ON");
  run_once("PRAGMA temp_store = MEMORY");
  run_once(fmt::format("PRAGMA cache_size = -{}", options_.cache_bytes / 1024));
  run_once("PRAGMA journal_size_limit = 4194304");
  run_once("SELECT count(*) FROM sqlite_schema");  // reads and checks the schema
  if (access == Access::read) run_once("PRAGMA query_only = ON");
}

// --- statements --------------------------------------------------------------------------------

Connection::StatementPtr Connection::compile(const std::string& text) {
  sqlite3_stmt* compiled = nullptr;
  int status = sqlite3_prepare_v3(handle_.get(), text.data(), static_cast<int>(text.size()),
                                  SQLITE_PREPARE_PERSISTENT, &compiled, nullptr);
  if (status != SQLITE_OK) fail(status);
  if (!compiled) throw Error(Code::internal, "an empty SQL statement");
  return StatementPtr(compiled);
}

Connection::StatementPtr Connection::take_compiled(const std::string& text) {
  auto found = by_text_.find(text);
  if (found == by_text_.end()) return compile(text);
  auto kept = found->second;
  StatementPtr compiled = std::move(kept->compiled);
  by_text_.erase(found);
  kept_.erase(kept);
  return compiled;
}

void Connection::keep(const std::string& text, StatementPtr compiled) {
  if (options_.statements_max == 0 || by_text_.contains(text)) return;
  while (kept_.size() >= options_.statements_max) {
    by_text_.erase(kept_.back().text);
    kept_.pop_back();
  }
  kept_.push_front(Kept{text, std::move(compiled)});
  by_text_.emplace(kept_.front().text, kept_.begin());
}

namespace {

struct Binder {
  sqlite3_stmt* compiled;
  int number;

  int operator()(Null) const { return sqlite3_bind_null(compiled, number); }
  int operator()(bool value) const { return sqlite3_bind_int(compiled, number, value); }
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(compiled, number, value); }
  int operator()(double value) const { return sqlite3_bind_double(compiled, number, value); }
  int operator()(Time value) const { return sqlite3_bind_int64(compiled, number, to_us(value)); }
  int operator()(const std::string& value) const {
    return sqlite3_bind_text64(compiled, number, value.data(), value.size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  int operator()(const Bytes& value) const {
    return sqlite3_bind_blob64(compiled, number, value.bytes.data(), value.bytes.size(),
                               SQLITE_STATIC);
  }
};

std::string bytes_at(sqlite3_stmt* compiled, int column) {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(compiled, column));
  auto size = static_cast<std::size_t>(sqlite3_column_bytes(compiled, column));
  return data ? std::string(data, size) : std::string();
}

Value stored_cell(sqlite3_stmt* compiled, int column) {
  switch (sqlite3_column_type(compiled, column)) {
    case SQLITE_INTEGER: return std::int64_t{sqlite3_column_int64(compiled, column)};
    case SQLITE_FLOAT: return sqlite3_column_double(compiled, column);
    case SQLITE_TEXT: return bytes_at(compiled, column);
    case SQLITE_BLOB: return Bytes{bytes_at(compiled, column)};
    default: return Null{};
  }
}

Value cell(sqlite3_stmt* compiled, int column, Kind kind) {
  Value stored = stored_cell(compiled, column);
  const auto* integer = std::get_if<std::int64_t>(&stored);
  if (integer && kind == Kind::boolean) return *integer != 0;
  if (integer && kind == Kind::time) return from_us(*integer);
  return stored;
}

}  // namespace

void Connection::bind(sqlite3_stmt* compiled, const std::vector<Value>& values) {
  if (static_cast<std::size_t>(sqlite3_bind_parameter_count(compiled)) != values.size()) {
    throw Error(Code::internal, "the number of values is not that of the placeholders");
  }
  int number = 1;
  for (const Value& value : values) {
    int status = std::visit(Binder{compiled, number++}, value);
    if (status != SQLITE_OK) fail(status);
  }
}

void Connection::run(const Statement& statement, std::span<const Kind> kinds,
                     const Session::TakeRow& take) {
  StatementPtr compiled = take_compiled(statement.text);
  bind(compiled.get(), statement.values);
  Row row;
  for (;;) {
    int status = sqlite3_step(compiled.get());
    if (status == SQLITE_DONE) break;
    if (status != SQLITE_ROW) fail(status);
    int columns = sqlite3_column_count(compiled.get());
    row.clear();
    for (int i = 0; i < columns; ++i) {
      auto at = static_cast<std::size_t>(i);
      row.push_back(at < kinds.size() ? cell(compiled.get(), i, kinds[at])
                                      : stored_cell(compiled.get(), i));
    }
    take(row);
  }
  sqlite3_reset(compiled.get());
  sqlite3_clear_bindings(compiled.get());
  keep(statement.text, std::move(compiled));
}

void Connection::run(const Statement& statement) {
  run(statement, {}, [](std::span<Value>) {});
}

void Connection::run_once(const std::string& text) {
  int status = sqlite3_exec(handle_.get(), text.c_str(), nullptr, nullptr, nullptr);
  if (status != SQLITE_OK) fail(status);
}

std::int64_t Connection::changed_rows() const { return sqlite3_changes64(handle_.get()); }
std::int64_t Connection::last_insert_id() const { return sqlite3_last_insert_rowid(handle_.get()); }
bool Connection::is_in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

}  // namespace tt::orm::engine
