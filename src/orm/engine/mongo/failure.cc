#include "orm/engine/mongo/failure.h"

#include <fmt/format.h>
#include <mongoc/mongoc.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "orm/engine/mongo/cell.h"
#include "orm/server.h"

namespace tt::orm::engine {
namespace {

// Of the numbers in MongoDB's error_codes.yml those that mean something to the caller.
std::optional<Code> code_of_server(std::int64_t number) {
  switch (number) {
    case 50: return Code::timeout;      // MaxTimeMSExpired
    case 13: return Code::denied;       // Unauthorized
    case 18: return Code::denied;       // AuthenticationFailed
    case 59: return Code::unsupported;  // CommandNotFound
    case 121: return Code::invalid;     // DocumentValidationFailure
    case 51091: return Code::invalid;   // no regular expression
    case 17280:                         // KeyTooLong
    case 10334:                         // BSONObjectTooLarge
    case 17419:                         // the document would grow beyond the limit
    case 17420: return Code::too_large;
    case 6:                                // HostUnreachable
    case 7:                                // HostNotFound
    case 89:                               // NetworkTimeout
    case 91:                               // ShutdownInProgress
    case 189:                              // PrimarySteppedDown
    case 262:                              // ExceededTimeLimit
    case 10107:                            // NotWritablePrimary
    case 11600:                            // InterruptedAtShutdown
    case 11602:                            // InterruptedDueToReplStateChange
    case 13435:                            // NotPrimaryNoSecondaryOk
    case 13436:                            // NotPrimaryOrSecondary
    case 14031: return Code::unavailable;  // OutOfDiskSpace
    default: return std::nullopt;
  }
}

bool is_unreachable(const bson_error_t& error) {
  switch (error.domain) {
    case MONGOC_ERROR_STREAM:
    case MONGOC_ERROR_SERVER_SELECTION:
    case MONGOC_ERROR_POOL: return true;
    case MONGOC_ERROR_CLIENT: return error.code == MONGOC_ERROR_CLIENT_NOT_READY;
    case MONGOC_ERROR_PROTOCOL: return true;
    default: return false;
  }
}

constexpr std::int64_t duplicate_key = 11000;
constexpr std::int64_t write_conflict = 112;
constexpr std::int64_t bad_projection_of_index = 86;

// "E11000 duplicate key error collection: db.table index: NAME dup key: { … }": the part between.
std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  std::size_t begin = text.find(before);
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + before.size());
  return text.substr(0, text.find(after));
}

// The columns of the index, ", " between them.
std::string columns_of(const bson_t* answer) {
  bson_iter_t top, at, column;
  std::string columns;
  if (!answer || !bson_iter_init(&top, answer)) return columns;
  bool is_found =
      bson_iter_find_descendant(&top, "writeErrors.0.keyPattern", &at) ||
      (bson_iter_init(&top, answer) && bson_iter_find_descendant(&top, "keyPattern", &at));
  if (!is_found || !bson_iter_recurse(&at, &column)) return columns;
  while (bson_iter_next(&column)) {
    std::string_view name = bson_iter_key(&column);
    if (!columns.empty()) columns += ", ";
    columns += name == "_id" ? "id" : name;
  }
  return columns;
}

[[noreturn]] void throw_duplicate(std::string_view text, const bson_t* answer) {
  std::string_view space = between(text, "collection: ", " ");
  std::string_view table = space.substr(space.find('.') + 1);
  std::string columns = columns_of(answer);
  if (columns.empty()) columns = between(text, "index: ", " dup key");
  throw Error(Code::conflict,
              fmt::format("{}: there is a row with this {} already", table, columns));
}

}  // namespace

void throw_failure(const bson_error_t& error, const bson_t* answer) {
  std::int64_t number = error.code;
  std::string text = error.message;
  if (answer) {
    if (auto written = find_integer(*answer, "writeErrors.0.code")) {
      number = *written;
      text = find_text(*answer, "writeErrors.0.errmsg").value_or(text);
    }
  }
  if (is_unreachable(error)) {
    throw ConnectionLost(fmt::format("the MongoDB server: {}", text));
  }
  if (number == duplicate_key) throw_duplicate(text, answer);
  if (number == bad_projection_of_index) {
    throw Error(Code::conflict, "there is another index of this name already");
  }
  if (number == write_conflict ||
      (answer && mongoc_error_has_label(answer, "TransientTransactionError"))) {
    throw TransactionConflict("somebody else has changed the same rows; try it again");
  }
  Code code = code_of_server(number).value_or(Code::internal);
  if (error.domain == MONGOC_ERROR_CLIENT && error.code == MONGOC_ERROR_CLIENT_AUTHENTICATE) {
    code = Code::denied;
  }
  if (error.domain == MONGOC_ERROR_BSON) code = Code::too_large;
  throw Error(code, fmt::format("the MongoDB server: {}", text));
}

}  // namespace tt::orm::engine
