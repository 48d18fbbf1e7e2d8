#include "orm/engine/sqlite/dialect.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/error.h"

namespace tt::orm::engine {
namespace {

// The smallest string of bytes that is greater than all that start with `prefix`; empty if none.
std::string successor(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) ++prefix.back();
  return prefix;
}

std::string_view type_of(Kind kind) {
  switch (kind) {
    case Kind::id: return "INTEGER PRIMARY KEY AUTOINCREMENT";
    case Kind::integer:
    case Kind::boolean:
    case Kind::time:
    case Kind::foreign_key: return "INTEGER";
    case Kind::real: return "REAL";
    case Kind::text: return "TEXT";
    case Kind::bytes: return "BLOB";
  }
  TT_ASSERT(!"unknown kind");
}

// DDL takes no bound values: defaults, which come from the program, are the one exception.
struct LiteralWriter {
  std::string operator()(Null) const { return "NULL"; }
  std::string operator()(bool value) const { return value ? "1" : "0"; }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{:e}", value); }
  std::string operator()(Time value) const { return fmt::format("{}", to_us(value)); }
  std::string operator()(const Bytes& value) const {
    return fmt::format("X'{}'", to_hex(value.bytes));
  }
  std::string operator()(const std::string& value) const {
    std::string out = "'";
    for (char c : value) {
      if (c == '\'') out += '\'';
      out += c;
    }
    return out + "'";
  }
};

std::string_view action_of(models::OnDelete on_delete) {
  switch (on_delete) {
    case models::OnDelete::restrict: return "NO ACTION";  // checked when the statement ends
    case models::OnDelete::cascade: return "CASCADE";
    case models::OnDelete::set_null: return "SET NULL";
  }
  TT_ASSERT(!"unknown action");
}

}  // namespace

// LIKE is not used: it ignores case, has wildcards and stops at a NUL.  A range finds prefixes with
// an index.  lower() folds ASCII letters only.
void SqliteDialect::write_text_lookup(Statement& statement, std::string_view column, Lookup lookup,
                                      std::string text) const {
  auto write = [&](std::string_view before, std::string_view after) {
    statement.text += fmt::format(fmt::runtime(before), column);
    bind(statement, std::move(text));
    statement.text += after;
  };
  switch (lookup) {
    case Lookup::iexact: return write("lower({}) = lower(", ")");
    case Lookup::contains: return write("instr({}, ", ") > 0");
    case Lookup::icontains: return write("instr(lower({}), lower(", ")) > 0");
    default: break;
  }
  TT_ASSERT(lookup == Lookup::startswith);
  std::string end = successor(text);
  statement.text += '(';
  write("{} >= ", "");
  if (!end.empty()) {
    statement.text += fmt::format(" AND {} < ", column);
    bind(statement, std::move(end));
  }
  statement.text += ')';
}

void SqliteDialect::write_slice(Statement& statement, const Select& query) const {
  auto bound = [](std::size_t count) { return static_cast<std::int64_t>(count); };
  if (!query.limit && query.offset == 0) return;
  statement.text += " LIMIT ";
  bind(statement, query.limit ? bound(*query.limit) : std::int64_t{-1});
  if (query.offset == 0) return;
  statement.text += " OFFSET ";
  bind(statement, bound(query.offset));
}

std::string SqliteDialect::define(const ColumnChange& column) const {
  std::string out = fmt::format("{} {}", quote(column.name), type_of(column.kind));
  if (column.kind == Kind::id) return out;
  bool has_default = column.kind != Kind::foreign_key;
  if (!column.is_null) out += " NOT NULL";
  if (has_default) out += " DEFAULT " + std::visit(LiteralWriter{}, column.initial);
  if (!column.target.empty()) {
    out += fmt::format(" REFERENCES {}({}) ON DELETE {}", quote(column.target), quote("id"),
                       action_of(column.on_delete));
  }
  return out;
}

}  // namespace tt::orm::engine
