#include "orm/engine/sqlite/regexp.h"

#include <fmt/format.h>
#include <re2/re2.h>
#include <sqlite3.h>

#include <memory>

#include "base/error.h"

namespace tt::orm::engine {
namespace {

// Of one compiled expression.
constexpr std::int64_t pattern_bytes_max = 1 << 20;

re2::RE2::Options options() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(pattern_bytes_max);
  return options;
}

re2::StringPiece text_of(sqlite3_value* value) {
  const auto* data = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return {data, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

struct DropPattern {
  void operator()(re2::RE2* pattern) const { delete pattern; }
};
void drop_pattern(void* pattern) { DropPattern()(static_cast<re2::RE2*>(pattern)); }

// regexp(pattern, text); SQLite keeps the compiled pattern for the rows of a statement.
void match(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (sqlite3_value_type(arguments[0]) == SQLITE_NULL ||
      sqlite3_value_type(arguments[1]) == SQLITE_NULL) {
    return sqlite3_result_null(context);
  }
  auto* pattern = static_cast<re2::RE2*>(sqlite3_get_auxdata(context, 0));
  std::unique_ptr<re2::RE2, DropPattern> made;
  if (!pattern) {
    made.reset(new re2::RE2(text_of(arguments[0]), options()));
    pattern = made.get();
  }
  if (!pattern->ok()) return sqlite3_result_error(context, pattern->error().c_str(), -1);
  sqlite3_result_int(context, re2::RE2::PartialMatch(text_of(arguments[1]), *pattern));
  if (made) sqlite3_set_auxdata(context, 0, made.release(), drop_pattern);
}

}  // namespace

void add_regexp(sqlite3* handle) {
  int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  int status = sqlite3_create_function_v2(handle, "regexp", 2, flags, nullptr, match, nullptr,
                                          nullptr, nullptr);
  TT_ASSERT(status == SQLITE_OK);
}

void check_pattern(const std::string& pattern) {
  re2::RE2 compiled(pattern, options());
  if (!compiled.ok()) {
    throw Error(Code::invalid, fmt::format("not a regular expression: {}", compiled.error()));
  }
}

}  // namespace tt::orm::engine
