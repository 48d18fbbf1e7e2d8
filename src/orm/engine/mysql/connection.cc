#include "orm/engine/mysql/connection.h"

#include <errmsg.h>
#include <fmt/format.h>
#include <mysql.h>
#include <mysqld_error.h>
#include <poll.h>

#include <algorithm>
#include <mutex>

#include "orm/engine/mysql/cells.h"
#include "orm/engine/mysql/failure.h"
#include "orm/server_cells.h"

namespace tt::orm::engine {
namespace {

// The server itself ends a statement after statement_timeout; the socket is given up this much
// later.
constexpr std::chrono::seconds answer_grace{5};

// Debian's.
constexpr const char* system_authorities = "/etc/ssl/certs/ca-certificates.crt";

// With another one "localhost" cannot mean the usual socket.
constexpr std::uint16_t usual_port = 3306;

// What values are refused instead of changed, and a text is nothing but a text.
constexpr std::string_view sql_mode =
    "STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,NO_ENGINE_SUBSTITUTION,"
    "NO_AUTO_VALUE_ON_ZERO,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT";

bool is_socket(std::string_view host) { return host.starts_with('/'); }

unsigned seconds(std::chrono::milliseconds time) {
  return static_cast<unsigned>(std::chrono::ceil<std::chrono::seconds>(time).count());
}

void begin_library() {
  static std::once_flag begun;
  std::call_once(begun, [] { mysql_library_init(0, nullptr, nullptr); });
}

}  // namespace

void MysqlConnection::CloseConnection::operator()(st_mysql* connection) const {
  mysql_close(connection);
}
void MysqlConnection::CloseStatement::operator()(st_mysql_stmt* statement) const {
  mysql_stmt_close(statement);
}

// --- opening -----------------------------------------------------------------------------------

MysqlConnection::MysqlConnection(const MysqlOptions& options, Patience patience)
    : patience_(patience), statements_max_(options.statements_max) {
  begin_library();
  handle_.reset(mysql_init(nullptr));
  if (!handle_) throw std::bad_alloc();
  set_options(options);
  bool has_name = !options.host.empty() && !is_socket(options.host);
  const char* host = has_name ? options.host.c_str() : "localhost";
  if (!mysql_real_connect(handle_.get(), host, options.user.c_str(), options.password.c_str(),
                          options.database.c_str(), options.port,
                          is_socket(options.host) ? options.host.c_str() : nullptr,
                          CLIENT_FOUND_ROWS | CLIENT_MULTI_STATEMENTS)) {
    fail("");
  }
  configure(options);
}

void MysqlConnection::set_options(const MysqlOptions& options) {
  MYSQL* handle = handle_.get();
  unsigned connect_s = seconds(options.connect_timeout);
  mysql_options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
  if (patience_ == Patience::bounded) {
    unsigned answer_s = seconds(options.statement_timeout + answer_grace);
    mysql_options(handle, MYSQL_OPT_READ_TIMEOUT, &answer_s);
    mysql_options(handle, MYSQL_OPT_WRITE_TIMEOUT, &answer_s);
  }
  unsigned off = 0;
  mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &off);
  mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  unsigned tcp = MYSQL_PROTOCOL_TCP;
  bool is_usual = options.port == usual_port || is_socket(options.host);
  if (!is_usual) mysql_options(handle, MYSQL_OPT_PROTOCOL, &tcp);
  if (options.tls == MysqlOptions::Tls::off) return;

  bool has_file = !options.tls_ca_file.empty();
  my_bool is_verified = options.tls == MysqlOptions::Tls::verified;
  const char* authorities = has_file      ? options.tls_ca_file.c_str()
                            : is_verified ? system_authorities
                                          : nullptr;
  mysql_ssl_set(handle, nullptr, nullptr, authorities, nullptr, nullptr);
  // Without an option of its own TLS would not be tried.
  mysql_optionsv(handle, MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3");
  // Set to false, this one would turn TLS off.
  my_bool is_enforced = 1;
  if (options.tls != MysqlOptions::Tls::preferred) {
    mysql_optionsv(handle, MYSQL_OPT_SSL_ENFORCE, &is_enforced);
  }
  mysql_optionsv(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &is_verified);
}

void MysqlConnection::configure(const MysqlOptions& options) {
  double timeout_s = patience_ == Patience::endless
                         ? 0
                         : std::chrono::duration<double>(options.statement_timeout).count();
  unsigned lock_s = patience_ == Patience::endless ? 3600 : seconds(options.statement_timeout);
  run_text("SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin");
  run_text(
      fmt::format("SET SESSION time_zone = '+00:00', sql_mode = '{}', "
                  "max_statement_time = {:f}, innodb_lock_wait_timeout = {}, autocommit = 1, "
                  "default_storage_engine = InnoDB, foreign_key_checks = 1",
                  sql_mode, timeout_s, std::max(1U, lock_s)));
  run_text("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
}

// --- state -------------------------------------------------------------------------------------

// The server says nothing to an idle connection but that it closes it.
bool MysqlConnection::is_usable() {
  if (is_lost_) return false;
  pollfd polled{mysql_get_socket(handle_.get()), POLLIN, 0};
  return poll(&polled, 1, 0) == 0;
}

bool MysqlConnection::is_in_transaction() const {
  unsigned status = 0;
  if (is_lost_) return false;
  mariadb_get_infov(handle_.get(), MARIADB_CONNECTION_SERVER_STATUS, &status);
  return (status & SERVER_STATUS_IN_TRANS) != 0;
}

void MysqlConnection::begin() {
  has_conflict_ = false;
  run_text("START TRANSACTION");
}

// --- failures ----------------------------------------------------------------------------------

void MysqlConnection::fail(st_mysql_stmt* statement, const std::string& text) {
  fail(mysql_stmt_errno(statement), mysql_stmt_error(statement), text);
}
void MysqlConnection::fail(const std::string& text) {
  fail(mysql_errno(handle_.get()), mysql_error(handle_.get()), text);
}

void MysqlConnection::fail(unsigned number, std::string message, const std::string& text) {
  mysql::Failure failure{number, std::move(message), text};
  std::string description = mysql::describe(failure);
  if (mysql::is_connection_lost(number)) {
    is_lost_ = true;
    throw ConnectionLost(description);
  }
  if (mysql::is_transaction_conflict(number)) {
    has_conflict_ = is_in_transaction();
    throw TransactionConflict(description);
  }
  if (mysql::is_duplicate_key(number)) {
    std::string columns = columns_of_key(mysql::table_of(text), mysql::key_of(failure.message));
    if (!columns.empty()) description += fmt::format(" ({})", columns);
  }
  throw Error(mysql::code_of(number), description);
}

// The message says the name of the key only; people look for columns.
std::string MysqlConnection::columns_of_key(const std::string& table, const std::string& key) {
  constexpr std::string_view find = R"(
SELECT GROUP_CONCAT(column_name ORDER BY seq_in_index SEPARATOR ', ')
FROM information_schema.statistics
WHERE table_schema = DATABASE() AND table_name = ? AND index_name = ?)";
  std::string columns;
  auto take = [&](std::span<Value> cells) {
    if (const auto* text = std::get_if<std::string>(&cells[0])) columns = *text;
  };
  run(Statement{std::string(find), {table, key}}, {}, take);
  return columns;
}

// --- prepared statements -----------------------------------------------------------------------

MysqlConnection::StatementPtr MysqlConnection::prepare(const std::string& text) {
  StatementPtr statement(mysql_stmt_init(handle_.get()));
  if (!statement) throw std::bad_alloc();
  if (mysql_stmt_prepare(statement.get(), text.data(), text.size()) != 0) {
    fail(statement.get(), text);
  }
  return statement;
}

MysqlConnection::StatementPtr MysqlConnection::take_prepared(const std::string& text) {
  auto found = by_text_.find(text);
  if (found == by_text_.end()) return prepare(text);
  auto kept = found->second;
  StatementPtr statement = std::move(kept->statement);
  by_text_.erase(found);
  kept_.erase(kept);
  return statement;
}

void MysqlConnection::keep(const std::string& text, StatementPtr statement) {
  if (by_text_.contains(text)) return;
  while (kept_.size() >= statements_max_) {
    by_text_.erase(kept_.back().text);
    kept_.pop_back();
  }
  kept_.push_front({text, std::move(statement)});
  by_text_.emplace(kept_.front().text, kept_.begin());
}

void MysqlConnection::execute(st_mysql_stmt* statement, const Statement& what) {
  if (mysql_stmt_param_count(statement) != what.values.size()) {
    throw Error(Code::internal, "the number of values is not that of the placeholders");
  }
  MysqlParameters parameters(what.values);
  if (!what.values.empty() && mysql_stmt_bind_param(statement, parameters.data()) != 0) {
    fail(statement, what.text);
  }
  if (mysql_stmt_execute(statement) != 0) fail(statement, what.text);
}

namespace {

struct FreeResult {
  void operator()(MYSQL_RES* result) const { mysql_free_result(result); }
};
using ResultPtr = std::unique_ptr<MYSQL_RES, FreeResult>;

}  // namespace

void MysqlConnection::take_rows(st_mysql_stmt* statement, std::span<const Kind> kinds,
                                const Session::TakeRow& take) {
  ResultPtr columns(mysql_stmt_result_metadata(statement));
  if (!columns) return;
  MysqlRow fetched(mysql_fetch_fields(columns.get()), mysql_num_fields(columns.get()));
  if (mysql_stmt_bind_result(statement, fetched.data()) != 0 ||
      mysql_stmt_store_result(statement) != 0) {
    fail(statement, "");
  }
  Row row;
  for (;;) {
    int status = mysql_stmt_fetch(statement);
    if (status == MYSQL_NO_DATA) break;
    if (status == 1) fail(statement, "");
    row.clear();
    for (std::size_t i = 0; i < fetched.columns(); ++i) {
      row.push_back(fetched.cell(statement, i));
      if (i < kinds.size()) row.back() = fitted(std::move(row.back()), kinds[i]);
    }
    take(row);
  }
}

std::int64_t MysqlConnection::run(const Statement& statement, std::span<const Kind> kinds,
                                  const Session::TakeRow& take) {
  StatementPtr prepared = take_prepared(statement.text);
  execute(prepared.get(), statement);
  auto changed = static_cast<std::int64_t>(mysql_stmt_affected_rows(prepared.get()));
  take_rows(prepared.get(), kinds, take);
  mysql_stmt_free_result(prepared.get());
  while (mysql_stmt_more_results(prepared.get()) && mysql_stmt_next_result(prepared.get()) == 0) {
    mysql_stmt_free_result(prepared.get());  // a procedure gives several
  }
  keep(statement.text, std::move(prepared));
  return changed;
}

void MysqlConnection::run_text(const std::string& text) {
  if (mysql_real_query(handle_.get(), text.data(), text.size()) != 0) fail(text);
  for (;;) {
    ResultPtr rows(mysql_store_result(handle_.get()));
    int status = mysql_next_result(handle_.get());
    if (status == -1) return;
    if (status > 0) fail(text);
  }
}

}  // namespace tt::orm::engine
