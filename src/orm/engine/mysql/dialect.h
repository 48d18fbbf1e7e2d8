#pragma once

// The SQL of MariaDB.

#include "orm/sql.h"

namespace tt::orm::engine {

class MysqlDialect final : public Dialect {
 public:
  // The name as MariaDB keeps it, which may be shorter.
  static std::string stored_name(std::string_view name);

  std::string quote(std::string_view name) const override;
  std::string placeholder(std::size_t) const override { return "?"; }
  void write_text_lookup(Statement& statement, std::string_view expression, Lookup lookup,
                         std::string text) const override;
  std::string date_part(std::string_view expression, Kind kind, Lookup part) const override;
  std::string cast(std::string_view expression, const CellType& to) const override;
  std::string quotient(std::string_view left, std::string_view right, Kind kind) const override;
  void write_slice(Statement& statement, const Select& query) const override;
  std::string_view default_row() const override { return " () VALUES ()"; }

  std::string define(const ColumnChange& column) const override;
  std::string_view table_options() const override;
  std::string literal(const Value& value) const override;
  std::string column_type(const ColumnChange& column) const override;
  std::vector<std::string> alter_column(const AlterColumn& change) const override;
  std::vector<std::string> drop_column(const DropColumn& change) const override;
  std::string drop_index(const DropIndex& change) const override;

 private:
  std::string define_plain(const ColumnChange& column) const;
  std::string references(const ColumnChange& column) const;
  std::string drop_foreign_keys(std::string_view table, std::string_view column) const;
};

}  // namespace tt::orm::engine
