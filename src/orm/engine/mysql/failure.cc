#include "orm/engine/mysql/failure.h"

#include <errmsg.h>
#include <fmt/format.h>
#include <mysqld_error.h>

#include <algorithm>

namespace tt::orm::engine::mysql {

bool is_connection_lost(unsigned number) {
  switch (number) {
    case ER_SERVER_SHUTDOWN:
    case ER_CONNECTION_KILLED:
    case ER_NEW_ABORTING_CONNECTION:
    case ER_ABORTING_CONNECTION:
    case ER_NET_READ_ERROR:
    case ER_NET_READ_INTERRUPTED:
    case ER_NET_ERROR_ON_WRITE:
    case ER_NET_WRITE_INTERRUPTED:
    case ER_NET_PACKETS_OUT_OF_ORDER: return true;
    default: return number >= CR_MIN_ERROR && number <= CR_MAX_ERROR;
  }
}

bool is_transaction_conflict(unsigned number) {
  return number == ER_LOCK_DEADLOCK || number == ER_CHECKREAD;
}

bool is_duplicate_key(unsigned number) {
  return number == ER_DUP_ENTRY || number == ER_DUP_KEY || number == ER_DUP_ENTRY_WITH_KEY_NAME ||
         number == ER_DUP_UNIQUE;
}

Code code_of(unsigned number) {
  if (is_duplicate_key(number)) return Code::conflict;
  switch (number) {
    case ER_NO_REFERENCED_ROW:
    case ER_NO_REFERENCED_ROW_2:
    case ER_ROW_IS_REFERENCED:
    case ER_ROW_IS_REFERENCED_2:
    case ER_FOREIGN_DUPLICATE_KEY_WITH_CHILD_INFO:
    case ER_FOREIGN_DUPLICATE_KEY_WITHOUT_CHILD_INFO: return Code::conflict;

    case ER_BAD_NULL_ERROR:
    case ER_NO_DEFAULT_FOR_FIELD:
    case ER_DATA_TOO_LONG:
    case ER_DATA_OUT_OF_RANGE:
    case ER_WARN_DATA_OUT_OF_RANGE:
    case WARN_DATA_TRUNCATED:
    case ER_TRUNCATED_WRONG_VALUE:
    case ER_TRUNCATED_WRONG_VALUE_FOR_FIELD:
    case ER_WRONG_VALUE:
    case ER_WRONG_VALUE_FOR_TYPE:
    case ER_INVALID_CHARACTER_STRING:
    case ER_CANNOT_CONVERT_CHARACTER:
    case ER_DIVISION_BY_ZERO:
    case ER_REGEXP_ERROR:
    case ER_CONSTRAINT_FAILED: return Code::invalid;

    case ER_STATEMENT_TIMEOUT:
    case ER_LOCK_WAIT_TIMEOUT:
    case ER_QUERY_INTERRUPTED: return Code::timeout;

    case ER_ACCESS_DENIED_ERROR:
    case ER_DBACCESS_DENIED_ERROR:
    case ER_BAD_DB_ERROR:
    case ER_CON_COUNT_ERROR:
    case ER_TOO_MANY_USER_CONNECTIONS:
    case ER_USER_LIMIT_REACHED:
    case ER_TABLEACCESS_DENIED_ERROR:
    case ER_DISK_FULL:
    case ER_RECORD_FILE_FULL:
    case ER_OUTOFMEMORY:
    case ER_OUT_OF_RESOURCES:
    case ER_OPTION_PREVENTS_STATEMENT:
    case ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION:
    case ER_READ_ONLY_MODE:
    case ER_ERROR_ON_WRITE:
    case ER_ERROR_ON_READ: return Code::unavailable;

    case ER_CRASHED_ON_USAGE:
    case ER_CRASHED_ON_REPAIR:
    case ER_NOT_KEYFILE:
    case ER_INDEX_CORRUPT:
    case ER_TABLE_CORRUPT: return Code::corrupt;

    case ER_NET_PACKET_TOO_LARGE: return Code::too_large;
    case ER_BLOB_KEY_WITHOUT_LENGTH:
    case ER_TOO_LONG_KEY:
    case ER_TOO_BIG_ROWSIZE: return Code::unsupported;
    default: return Code::internal;
  }
}

namespace {

// Of "…BEGIN text END…", the text; empty if it is not there.  The last one: values come before.
std::string_view last_between(std::string_view text, std::string_view begin, std::string_view end) {
  std::size_t at = text.rfind(begin);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + begin.size());
  return text.substr(0, text.find(end));
}

// Numbers whose messages quote a value.
bool quotes_value(unsigned number) {
  switch (number) {
    case ER_TRUNCATED_WRONG_VALUE:
    case ER_TRUNCATED_WRONG_VALUE_FOR_FIELD:
    case ER_WRONG_VALUE:
    case ER_WRONG_VALUE_FOR_TYPE:
    case ER_INVALID_CHARACTER_STRING:
    case ER_CANNOT_CONVERT_CHARACTER:
    case ER_DATA_OUT_OF_RANGE: return true;
    default: return false;
  }
}

}  // namespace

std::string table_of(std::string_view statement) {
  std::size_t begin = std::string_view::npos;
  for (std::string_view keyword : {"INTO ", "UPDATE ", "FROM "}) {
    if (std::size_t found = statement.find(keyword); found != std::string_view::npos) {
      begin = std::min(begin, found + keyword.size());
    }
  }
  if (begin == std::string_view::npos) return {};
  statement.remove_prefix(begin);
  if (!statement.starts_with('`')) return std::string(statement.substr(0, statement.find(' ')));
  statement.remove_prefix(1);
  return std::string(statement.substr(0, statement.find('`')));
}

std::string key_of(std::string_view message) {
  return std::string(last_between(message, " for key '", "'"));
}

std::string describe(const Failure& failure) {
  std::string table = table_of(failure.statement);
  std::string place = table.empty() ? "" : fmt::format(" ({})", table);
  if (is_duplicate_key(failure.number)) {
    return fmt::format("MariaDB: a unique value exists already{}: {}", place,
                       key_of(failure.message));
  }
  if (quotes_value(failure.number)) {
    std::string column(last_between(failure.message, " for column ", " at row"));
    return fmt::format("MariaDB: a value does not fit its column {}{}", column, place);
  }
  bool names_table = failure.message.contains(table);
  return fmt::format("MariaDB: {}{}", failure.message, names_table ? "" : place);
}

}  // namespace tt::orm::engine::mysql
