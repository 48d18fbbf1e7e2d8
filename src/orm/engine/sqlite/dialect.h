#pragma once

// The SQL of SQLite.

#include "orm/sql.h"

namespace tt::orm::engine {

class SqliteDialect final : public Dialect {
 public:
  std::string placeholder(std::size_t) const override { return "?"; }
  // Decimals are integers of their last digit, times and dates integers since 1970.
  Value stored(Value value, const CellType& cell) const override;
  bool scales_decimals() const override { return true; }
  void write_text_lookup(Statement& statement, std::string_view expression, Lookup lookup,
                         std::string text) const override;
  std::string date_part(std::string_view expression, Kind kind, Lookup part) const override;
  void write_slice(Statement& statement, const Select& query) const override;
  std::string define(const ColumnChange& column) const override;
  std::string_view table_options() const override { return " STRICT"; }
  std::string literal(const Value& value) const override;
  // ALTER TABLE can do neither, as soon as a foreign key is involved.
  std::vector<std::string> alter_column(const AlterColumn& change) const override;
  std::vector<std::string> drop_column(const DropColumn& change) const override;
};

}  // namespace tt::orm::engine
