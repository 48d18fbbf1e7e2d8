// The part of the SQL of MariaDB that defines and changes tables.

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/error.h"
#include "orm/engine/mysql/dialect.h"

namespace tt::orm::engine {
namespace {

// Longer texts are kept beside the row: the limit of a row is 65,535 bytes, and 4 of them are
// reckoned for each character.  It is also what an index takes: 3,072 bytes.
constexpr std::size_t varchar_length_max = 768;

std::string type_of(const ColumnChange& column) {
  switch (column.kind) {
    case Kind::id: return "bigint NOT NULL AUTO_INCREMENT PRIMARY KEY";
    case Kind::integer:
    case Kind::foreign_key: return "bigint";
    case Kind::boolean: return "boolean";
    case Kind::time: return "datetime(6)";
    case Kind::real: return "double";
    case Kind::text:
      if (column.max_length == 0 || column.max_length > varchar_length_max) return "longtext";
      return fmt::format("varchar({})", column.max_length);
    case Kind::bytes: return "longblob";
    case Kind::date: return "date";
    case Kind::decimal:
      return fmt::format("decimal({}, {})", column.max_digits, column.decimal_places);
    // Its own type uuid would sort by other digits first.
    case Kind::uuid: return "char(36) CHARACTER SET ascii COLLATE ascii_bin";
    case Kind::json: return "json";
    case Kind::virtual_many: break;
  }
  TT_ASSERT(!"a kind without a type");
}

std::string_view action_of(models::OnDelete on_delete) {
  switch (on_delete) {
    case models::OnDelete::cascade: return "CASCADE";
    case models::OnDelete::set_null: return "SET NULL";
    default: return "NO ACTION";
  }
}

std::string quote_text(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

// "2013-05-05 07:37:54.582681": the "Z" of ISO 8601 is refused.
std::string time_literal(Time time) {
  std::string text = format_time(time);
  text.pop_back();
  text[text.find('T')] = ' ';
  return quote_text(text);
}

bool has_same_target(const ColumnChange& a, const ColumnChange& b) {
  return a.target == b.target && a.on_delete == b.on_delete;
}

bool has_same_type(const ColumnChange& a, const ColumnChange& b) {
  return type_of(a) == type_of(b) && a.is_null == b.is_null;
}

}  // namespace

std::string_view MysqlDialect::table_options() const {
  return " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin";
}

std::string MysqlDialect::literal(const Value& value) const {
  if (const auto* text = std::get_if<std::string>(&value)) return quote_text(*text);
  if (const auto* time = std::get_if<Time>(&value)) return time_literal(*time);
  if (const auto* bytes = std::get_if<Bytes>(&value)) return "X'" + to_hex(bytes->bytes) + "'";
  return Dialect::literal(value);
}

std::string MysqlDialect::column_type(const ColumnChange& column) const { return type_of(column); }

// Without what it refers to.
std::string MysqlDialect::define_plain(const ColumnChange& column) const {
  std::string out = fmt::format("{} {}", quote(column.name), type_of(column));
  if (column.kind == Kind::id) return out;
  out += column.is_null ? " NULL" : " NOT NULL";
  if (!std::holds_alternative<Null>(column.initial)) out += " DEFAULT " + literal(column.initial);
  return out;
}

std::string MysqlDialect::references(const ColumnChange& column) const {
  return fmt::format("REFERENCES {}({}) ON DELETE {}", quote(column.target), quote("id"),
                     action_of(column.on_delete));
}

std::string MysqlDialect::define(const ColumnChange& column) const {
  std::string out = define_plain(column);
  if (!column.target.empty()) out += ' ' + references(column);
  return out;
}

// The server has chosen the name of the constraint, so it is looked up.
std::string MysqlDialect::drop_foreign_keys(std::string_view table, std::string_view column) const {
  constexpr std::string_view drop = R"(BEGIN NOT ATOMIC
  FOR found IN (SELECT constraint_name AS name FROM information_schema.key_column_usage
      WHERE table_schema = DATABASE() AND table_name = {0} AND column_name = {1}
      AND referenced_table_name IS NOT NULL) DO
    EXECUTE IMMEDIATE CONCAT({2}, '`', REPLACE(found.name, '`', '``'), '`');
  END FOR;
END)";
  std::string alter = fmt::format("ALTER TABLE {} DROP FOREIGN KEY ", quote(table));
  return fmt::format(fmt::runtime(drop), quote_text(stored_name(table)),
                     quote_text(stored_name(column)), quote_text(alter));
}

std::vector<std::string> MysqlDialect::alter_column(const AlterColumn& change) const {
  const ColumnChange& before = change.before;
  const ColumnChange& after = change.column;
  std::string alter = fmt::format("ALTER TABLE {} ", quote(change.table));
  // A column that refers to a table cannot become one without null while it does.
  bool is_detached =
      !before.target.empty() && (!has_same_target(before, after) || !has_same_type(before, after));
  std::vector<std::string> out;
  if (is_detached) out.push_back(drop_foreign_keys(change.table, before.name));
  if (!has_same_type(before, after)) {
    out.push_back(fmt::format("{}MODIFY COLUMN {}", alter, define_plain(after)));
  }
  if (!after.target.empty() && (is_detached || before.target.empty())) {
    out.push_back(
        fmt::format("{}ADD FOREIGN KEY ({}) {}", alter, quote(after.name), references(after)));
  }
  return out;
}

std::vector<std::string> MysqlDialect::drop_column(const DropColumn& change) const {
  std::vector<std::string> out;
  if (!change.column.target.empty()) {
    out.push_back(drop_foreign_keys(change.table, change.column.name));
  }
  for (std::string& statement : Dialect::drop_column(change)) out.push_back(std::move(statement));
  return out;
}

// "Cannot drop index: needed in a foreign key constraint" [MariaDB error 1553] unless the keys are
// not looked at.  Every foreign key has an index of its own, which goes just before its column.
std::string MysqlDialect::drop_index(const DropIndex& change) const {
  return fmt::format("SET STATEMENT foreign_key_checks = 0 FOR ALTER TABLE {} DROP INDEX {}",
                     quote(change.table), quote(change.name));
}

}  // namespace tt::orm::engine
