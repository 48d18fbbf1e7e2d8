#pragma once

// The SQL of SQLite.

#include "orm/sql.h"

namespace tt::orm::engine {

class SqliteDialect final : public Dialect {
 public:
  std::string placeholder(std::size_t) const override { return "?"; }
  void write_text_lookup(Statement& statement, std::string_view column, Lookup lookup,
                         std::string text) const override;
  void write_slice(Statement& statement, const Select& query) const override;
  std::string define(const ColumnChange& column) const override;
  std::string_view table_options() const override { return " STRICT"; }
};

}  // namespace tt::orm::engine
