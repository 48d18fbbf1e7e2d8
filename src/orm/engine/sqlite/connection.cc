#include "orm/engine/sqlite/connection.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/error.h"
#include "orm/engine/sqlite/regexp.h"

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
  add_regexp(handle);
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

void Connection::forget(const std::string& text) {
  auto found = by_text_.find(text);
  if (found == by_text_.end()) return;
  auto kept = found->second;
  by_text_.erase(found);
  kept_.erase(kept);
}

Connection::Kept* Connection::find_kept(const std::string& text) {
  if (auto found = by_text_.find(text); found != by_text_.end()) {
    if (found->second->is_running) return nullptr;
    kept_.splice(kept_.begin(), kept_, found->second);
    return &kept_.front();
  }
  if (kept_.size() >= options_.statements_max) {
    if (kept_.empty() || kept_.back().is_running) return nullptr;
    by_text_.erase(kept_.back().text);
    kept_.pop_back();
  }
  StatementPtr compiled = compile(text);
  kept_.push_front(Kept{text, std::move(compiled)});
  by_text_.emplace(kept_.front().text, kept_.begin());
  return &kept_.front();
}

class Connection::Running {
 public:
  Running(Connection& connection, const std::string& text)
      : connection_(connection), kept_(connection.find_kept(text)) {
    if (kept_) {
      kept_->is_running = true;
    } else {
      own_ = connection.compile(text);
    }
  }
  ~Running() {
    if (!kept_) return;
    kept_->is_running = false;
    if (!is_finished_) {
      connection_.forget(std::string(kept_->text));
      return;
    }
    sqlite3_reset(kept_->compiled.get());
    sqlite3_clear_bindings(kept_->compiled.get());
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  sqlite3_stmt* compiled() const { return kept_ ? kept_->compiled.get() : own_.get(); }
  void finish() { is_finished_ = true; }

 private:
  Connection& connection_;
  Kept* kept_;
  StatementPtr own_;
  bool is_finished_ = false;
};

namespace {

struct Binder {
  sqlite3_stmt* compiled;
  int number;

  int operator()(Null) const { return sqlite3_bind_null(compiled, number); }
  int operator()(bool value) const { return sqlite3_bind_int(compiled, number, value); }
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(compiled, number, value); }
  int operator()(double value) const { return sqlite3_bind_double(compiled, number, value); }
  int operator()(Time value) const { return sqlite3_bind_int64(compiled, number, to_us(value)); }
  int operator()(Date value) const {
    return sqlite3_bind_int64(compiled, number, value.day.time_since_epoch().count());
  }
  int operator()(Decimal value) const {
    return sqlite3_bind_int64(compiled, number, value.unscaled);
  }
  int operator()(const Uuid& value) const {
    std::string text = value.text();
    return sqlite3_bind_text64(compiled, number, text.data(), text.size(), SQLITE_TRANSIENT,
                               SQLITE_UTF8);
  }
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

Value integer_cell(std::int64_t stored, const CellType& type) {
  switch (type.kind) {
    case Kind::boolean: return stored != 0;
    case Kind::time: return from_us(stored);
    case Kind::date: return Date{std::chrono::sys_days(std::chrono::days(stored))};
    case Kind::decimal: return Decimal{stored, type.decimal_places};
    case Kind::real: return static_cast<double>(stored);
    default: return stored;
  }
}

Value cell(sqlite3_stmt* compiled, int column, const CellType& type) {
  if (sqlite3_column_type(compiled, column) == SQLITE_INTEGER) {
    return integer_cell(sqlite3_column_int64(compiled, column), type);
  }
  Value stored = stored_cell(compiled, column);
  if (type.kind != Kind::uuid) return stored;
  const auto* text = std::get_if<std::string>(&stored);
  if (auto uuid = text ? Uuid::parse(*text) : std::nullopt) return *uuid;
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

void Connection::run(const Statement& statement, std::span<const CellType> types,
                     const Session::TakeRow& take) {
  Running running(*this, statement.text);
  sqlite3_stmt* compiled = running.compiled();
  bind(compiled, statement.values);
  Row row;
  for (;;) {
    int status = sqlite3_step(compiled);
    if (status == SQLITE_DONE) break;
    if (status != SQLITE_ROW) fail(status);
    int columns = sqlite3_column_count(compiled);
    row.clear();
    for (int i = 0; i < columns; ++i) {
      auto at = static_cast<std::size_t>(i);
      row.push_back(at < types.size() ? cell(compiled, i, types[at]) : stored_cell(compiled, i));
    }
    take(row);
  }
  running.finish();
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
