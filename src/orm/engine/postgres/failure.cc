#include "orm/engine/postgres/failure.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <string_view>

#include "orm/server.h"

namespace tt::orm::engine::postgres {
namespace {

std::string diagnostic(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text ? text : "";
}

struct StateCode {
  std::string_view prefix;
  Code code;
};

// The longest that fits comes first.
constexpr StateCode state_codes[] = {
    {"23502", Code::invalid},      // not null
    {"23514", Code::invalid},      // check
    {"23", Code::conflict},        // unique, foreign key, exclusion
    {"22", Code::invalid},         // data
    {"25P02", Code::unavailable},  // in failed transaction
    {"25006", Code::unavailable},  // read only
    {"25P03", Code::timeout},      // idle in transaction
    {"28", Code::unavailable},     // the user is refused
    {"3D000", Code::unavailable},  // no such database
    {"42501", Code::unavailable},  // not permitted
    {"53", Code::unavailable},     // disk full, out of memory, too many connections
    {"54", Code::too_large},      {"55P03", Code::timeout},  // lock
    {"57014", Code::timeout},                                // statement_timeout
    {"58", Code::unavailable},                               // I/O
    {"XX001", Code::corrupt},     {"XX002", Code::corrupt},
};

bool is_connection_lost(std::string_view state) {
  if (state == "08P01") return false;  // a wrong number of values
  return state.starts_with("08") || state.starts_with("57P");
}

bool is_transaction_conflict(std::string_view state) {
  return state == "40001" || state == "40P01";
}

Code code_of(std::string_view state) {
  for (const StateCode& known : state_codes) {
    if (state.starts_with(known.prefix)) return known.code;
  }
  return Code::internal;
}

// "Key (owner_id, serial)=(7, 1) already exists." says the columns, but also their values.
std::string columns_of_key(std::string_view detail) {
  std::size_t begin = detail.find('(');
  std::size_t end = detail.find(")=(");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return {};
  return std::string(detail.substr(begin + 1, end - begin - 1));
}

// " (contract_station.owner_id, serial)"
std::string place(const PGresult* result) {
  std::string table = diagnostic(result, PG_DIAG_TABLE_NAME);
  std::string columns = diagnostic(result, PG_DIAG_COLUMN_NAME);
  if (columns.empty()) columns = columns_of_key(diagnostic(result, PG_DIAG_MESSAGE_DETAIL));
  if (table.empty()) return {};
  return columns.empty() ? fmt::format(" ({})", table) : fmt::format(" ({}.{})", table, columns);
}

// Messages of this class quote the value: "invalid input syntax for type integer: …".
std::string message(const PGresult* result, std::string_view state) {
  if (state == "2201B") return "not a regular expression";
  if (state.starts_with("22")) return fmt::format("a value does not fit its column ({})", state);
  return diagnostic(result, PG_DIAG_MESSAGE_PRIMARY);
}

}  // namespace

std::string sql_state(const pg_result* result) { return diagnostic(result, PG_DIAG_SQLSTATE); }

void throw_failure(const pg_result* result) {
  std::string state = sql_state(result);
  auto text = fmt::format("PostgreSQL: {}{}", message(result, state), place(result));
  if (is_transaction_conflict(state)) throw TransactionConflict(text);
  if (is_connection_lost(state)) throw ConnectionLost(text);
  throw Error(code_of(state), text);
}

}  // namespace tt::orm::engine::postgres
