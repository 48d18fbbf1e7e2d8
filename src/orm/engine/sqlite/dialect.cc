#include "orm/engine/sqlite/dialect.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/bytes.h"
#include "base/error.h"
#include "base/text.h"
#include "orm/engine/sqlite/regexp.h"
#include "orm/schema_sql.h"

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
    case Kind::date:
    case Kind::decimal:
    case Kind::foreign_key: return "INTEGER";
    case Kind::real: return "REAL";
    case Kind::text:
    case Kind::uuid:
    case Kind::json: return "TEXT";
    case Kind::bytes: return "BLOB";
    case Kind::virtual_many: break;
  }
  TT_ASSERT(!"unknown kind");
}

// DDL takes no bound values: defaults, which come from the program, are the one exception.
struct LiteralWriter {
  std::string operator()(Null) const { return "NULL"; }
  std::string operator()(bool value) const { return value ? "1" : "0"; }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(Time value) const { return fmt::format("{}", to_us(value)); }
  std::string operator()(Date value) const {
    return fmt::format("{}", value.day.time_since_epoch().count());
  }
  std::string operator()(Decimal value) const { return fmt::format("{}", value.unscaled); }
  std::string operator()(const Uuid& value) const { return fmt::format("'{}'", value.text()); }
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

Value SqliteDialect::stored(Value value, const CellType& cell) const {
  if (cell.kind == Kind::decimal) {
    const auto* integer = std::get_if<std::int64_t>(&value);
    const auto* decimal = std::get_if<Decimal>(&value);
    if (!integer && !decimal) return value;
    Decimal wanted = decimal ? *decimal : Decimal{*integer, 0};
    if (auto exact = wanted.with_places(cell.decimal_places)) return exact->unscaled;
    // Has more digits than the column: compares with the column as a number in between.
    return wanted.real() * std::pow(10.0, cell.decimal_places);
  }
  if (const auto* decimal = std::get_if<Decimal>(&value)) return decimal->real();
  return value;
}

// LIKE is not used: it ignores case, has wildcards and stops at a NUL.  A range finds prefixes with
// an index.  lower() folds ASCII letters only.
void SqliteDialect::write_text_lookup(Statement& statement, std::string_view expression,
                                      Lookup lookup, std::string text) const {
  auto write = [&](std::string_view before, std::string_view after) {
    statement.text += fmt::format(fmt::runtime(before), expression);
    bind(statement, std::move(text));
    statement.text += after;
  };
  std::size_t size = count_characters(text);
  bool is_suffix = lookup == Lookup::endswith || lookup == Lookup::iendswith;
  if (is_suffix && size == 0) return write("{} >= ", "");
  switch (lookup) {
    case Lookup::iexact: return write("lower({}) = lower(", ")");
    case Lookup::contains: return write("instr({}, ", ") > 0");
    case Lookup::icontains: return write("instr(lower({}), lower(", ")) > 0");
    case Lookup::istartswith: return write("instr(lower({}), lower(", ")) = 1");
    case Lookup::endswith: return write(fmt::format("substr({{}}, -{}) = ", size), "");
    case Lookup::iendswith:
      return write(fmt::format("lower(substr({{}}, -{})) = lower(", size), ")");
    case Lookup::regex:
    case Lookup::iregex:
      if (lookup == Lookup::iregex) text.insert(0, "(?i)");
      check_pattern(text);
      return write("{} REGEXP ", "");
    default: break;
  }
  TT_ASSERT(lookup == Lookup::startswith);
  std::string end = successor(text);
  statement.text += '(';
  write("{} >= ", "");
  if (!end.empty()) {
    statement.text += fmt::format(" AND {} < ", expression);
    bind(statement, std::move(end));
  }
  statement.text += ')';
}

// SQLite divides towards zero: what lies before 1970 is moved to the second before it.
std::string SqliteDialect::date_part(std::string_view expression, Kind kind, Lookup part) const {
  std::string seconds = kind == Kind::date
                            ? fmt::format("{} * 86400", expression)
                            : fmt::format("({0} - ({0} < 0) * 999999) / 1000000", expression);
  char letter = part == Lookup::year ? 'Y' : part == Lookup::month ? 'm' : 'd';
  return fmt::format("CAST(strftime('%{}', {}, 'unixepoch') AS INTEGER)", letter, seconds);
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

std::string SqliteDialect::literal(const Value& value) const {
  return std::visit(LiteralWriter{}, value);
}

namespace {

// A decimal is an integer of its last digit.  Empty: the column keeps what it holds, or SQLite
// itself converts it ("12" to 12) or refuses to.
std::string conversion(std::string_view column, const ColumnChange& before,
                       const ColumnChange& after) {
  auto scale = [](int places) {
    std::int64_t factor = 1;
    for (int i = 0; i < places; ++i) factor *= 10;
    return factor;
  };
  bool was_decimal = before.kind == Kind::decimal;
  int places = was_decimal ? before.decimal_places : 0;
  if (after.kind == Kind::decimal && after.decimal_places > places) {
    return fmt::format("{} * {}", column, scale(after.decimal_places - places));
  }
  if (was_decimal && after.kind == Kind::real) {
    return fmt::format("CAST({} AS REAL) / {}", column, scale(places));
  }
  return "";
}

}  // namespace

std::vector<std::string> SqliteDialect::alter_column(const AlterColumn& change) const {
  Rebuild rebuild{change.table, &change.after};
  rebuild.conversion = conversion(quote(change.column.name), change.before, change.column);
  if (!rebuild.conversion.empty()) rebuild.converted_column = change.column.name;
  return rebuild_table(*this, rebuild);
}

std::vector<std::string> SqliteDialect::drop_column(const DropColumn& change) const {
  return rebuild_table(*this, {change.table, &change.after});
}

}  // namespace tt::orm::engine
