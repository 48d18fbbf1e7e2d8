#include "orm/schema_sql.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/error.h"

namespace tt::orm {
namespace {

using Statements = std::vector<std::string>;

std::string quote_text(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

std::string create_table(const Dialect& dialect, std::string_view table,
                         const std::vector<ColumnChange>& columns) {
  std::string definitions;
  for (const ColumnChange& column : columns) {
    if (!definitions.empty()) definitions += ", ";
    definitions += dialect.define(column);
  }
  return fmt::format("CREATE TABLE {} ({}){}", dialect.quote(table), definitions,
                     dialect.table_options());
}

std::string create_index(const Dialect& dialect, const CreateIndex& index) {
  std::string columns;
  for (const CreateIndex::Column& column : index.columns) {
    if (!columns.empty()) columns += ", ";
    columns += dialect.quote(column.name);
    if (column.direction == Direction::descending) columns += " DESC";
  }
  return fmt::format("CREATE {}INDEX {} ON {} ({})", index.is_unique ? "UNIQUE " : "",
                     dialect.quote(index.name), dialect.quote(index.table), columns);
}

struct ChangeWriter {
  const Dialect& dialect;

  std::string quote(std::string_view name) const { return dialect.quote(name); }

  Statements operator()(const CreateTable& change) const {
    return {create_table(dialect, change.table, change.columns)};
  }
  Statements operator()(const AddColumn& change) const {
    return {fmt::format("ALTER TABLE {} ADD COLUMN {}", quote(change.table),
                        dialect.define(change.column))};
  }
  Statements operator()(const CreateIndex& change) const { return {create_index(dialect, change)}; }
  Statements operator()(const DropIndex& change) const { return {dialect.drop_index(change)}; }
  Statements operator()(const RunStatement& change) const { return {change.sql}; }
  Statements operator()(const DropTable& change) const {
    return {fmt::format("DROP TABLE {}", quote(change.table))};
  }
  Statements operator()(const RenameTable& change) const {
    return {
        fmt::format("ALTER TABLE {} RENAME TO {}", quote(change.table), quote(change.new_name))};
  }
  Statements operator()(const DropColumn& change) const { return dialect.drop_column(change); }
  Statements operator()(const RenameColumn& change) const {
    return {fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {}", quote(change.table),
                        quote(change.column), quote(change.new_name))};
  }
  Statements operator()(const AlterColumn& change) const { return dialect.alter_column(change); }
  Statements operator()(const FillColumn& change) const {
    return {fmt::format("UPDATE {0} SET {1} = {2} WHERE {1} IS NULL", quote(change.table),
                        quote(change.column.name), dialect.literal(change.column.initial))};
  }
};

struct LiteralWriter {
  std::string operator()(Null) const { return "NULL"; }
  std::string operator()(bool value) const { return value ? "TRUE" : "FALSE"; }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::string& value) const { return quote_text(value); }
  std::string operator()(const Bytes& value) const {
    return fmt::format("'\\x{}'", to_hex(value.bytes));
  }
  std::string operator()(Time value) const { return quote_text(format_time(value)); }
  std::string operator()(Date value) const { return quote_text(format_date(value)); }
  std::string operator()(const Decimal& value) const { return value.text(); }
  std::string operator()(const Uuid& value) const { return quote_text(value.text()); }
};

bool has_same_type(const ColumnChange& a, const ColumnChange& b) {
  return a.kind == b.kind && a.max_length == b.max_length && a.max_digits == b.max_digits &&
         a.decimal_places == b.decimal_places;
}

// The constraint keeps the name that it got when table and column were called otherwise, so it is
// looked up.
std::string drop_foreign_keys(const Dialect& dialect, std::string_view table,
                              std::string_view column) {
  std::string quoted = quote_text(dialect.quote(table));
  return fmt::format(R"(DO $$ DECLARE found text; BEGIN
  FOR found IN SELECT c.conname FROM pg_constraint c JOIN pg_attribute a
      ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
      WHERE c.contype = 'f' AND c.conrelid = {0}::regclass AND a.attname = {1} LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', {0}, found);
  END LOOP;
END $$)",
                     quoted, quote_text(column));
}

std::string_view action_of(models::OnDelete on_delete) {
  switch (on_delete) {
    case models::OnDelete::cascade: return "CASCADE";
    case models::OnDelete::set_null: return "SET NULL";
    default: return "NO ACTION";
  }
}

}  // namespace

// --- defaults of Dialect -----------------------------------------------------------------------

std::string Dialect::literal(const Value& value) const {
  return std::visit(LiteralWriter{}, value);
}

std::string Dialect::column_type(const ColumnChange& column) const {
  throw Error(Code::unsupported,
              fmt::format("{}: this engine cannot change the type of a column", column.name));
}

std::vector<std::string> Dialect::alter_column(const AlterColumn& change) const {
  const ColumnChange& before = change.before;
  const ColumnChange& after = change.column;
  std::string name = quote(after.name);
  std::string alter = fmt::format("ALTER TABLE {} ", quote(change.table));
  bool has_same_target = before.target == after.target && before.on_delete == after.on_delete;
  Statements out;
  if (!before.target.empty() && !has_same_target) {
    out.push_back(drop_foreign_keys(*this, change.table, after.name));
  }
  if (!has_same_type(before, after)) {
    std::string type = column_type(after);
    out.push_back(fmt::format("{}ALTER COLUMN {} DROP DEFAULT", alter, name));
    out.push_back(fmt::format("{0}ALTER COLUMN {1} TYPE {2} USING {1}::{2}", alter, name, type));
  }
  if (before.is_null != after.is_null) {
    out.push_back(
        fmt::format("{}ALTER COLUMN {} {} NOT NULL", alter, name, after.is_null ? "DROP" : "SET"));
  }
  if (!after.target.empty() && !has_same_target) {
    out.push_back(fmt::format("{}ADD FOREIGN KEY ({}) REFERENCES {}({}) ON DELETE {}", alter, name,
                              quote(after.target), quote("id"), action_of(after.on_delete)));
  }
  return out;
}

std::vector<std::string> Dialect::drop_column(const DropColumn& change) const {
  return {
      fmt::format("ALTER TABLE {} DROP COLUMN {}", quote(change.table), quote(change.column.name))};
}

std::string Dialect::drop_index(const DropIndex& change) const {
  return fmt::format("DROP INDEX {}", quote(change.name));
}

// --- rendering ---------------------------------------------------------------------------------

std::vector<std::string> schema_statements(const Dialect& dialect, const SchemaChange& change) {
  return std::visit(ChangeWriter{dialect}, change);
}

std::string render_change(const Dialect& dialect, const SchemaChange& change) {
  std::string text;
  for (const std::string& statement : schema_statements(dialect, change)) {
    if (!text.empty()) text += ";\n";
    text += statement;
  }
  return text;
}

std::vector<std::string> rebuild_table(const Dialect& dialect, const Rebuild& rebuild) {
  std::string made = "new__" + rebuild.table;
  std::string columns, cells;
  for (const ColumnChange& column : rebuild.after->columns) {
    std::string_view joint = columns.empty() ? "" : ", ";
    std::string name = dialect.quote(column.name);
    columns += fmt::format("{}{}", joint, name);
    cells += fmt::format("{}{}", joint,
                         column.name == rebuild.converted_column ? rebuild.conversion : name);
  }
  std::string old_name = quote_text(rebuild.table);
  std::string new_name = quote_text(made);
  Statements out{
      create_table(dialect, made, rebuild.after->columns),
      fmt::format("INSERT INTO {} ({}) SELECT {} FROM {}", dialect.quote(made), columns, cells,
                  dialect.quote(rebuild.table)),
      fmt::format("DELETE FROM sqlite_sequence WHERE name = {}", new_name),
      fmt::format("INSERT INTO sqlite_sequence (name, seq) "
                  "SELECT {}, seq FROM sqlite_sequence WHERE name = {}",
                  new_name, old_name),
      fmt::format("DROP TABLE {}", dialect.quote(rebuild.table)),
      // Views that name the table stay as they are.
      "PRAGMA legacy_alter_table = ON",
      fmt::format("ALTER TABLE {} RENAME TO {}", dialect.quote(made), dialect.quote(rebuild.table)),
      "PRAGMA legacy_alter_table = OFF",
  };
  for (const CreateIndex& index : rebuild.after->indexes) {
    out.push_back(create_index(dialect, index));
  }
  return out;
}

}  // namespace tt::orm
