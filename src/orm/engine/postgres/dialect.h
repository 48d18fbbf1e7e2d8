#pragma once

// The SQL of PostgreSQL.

#include "orm/sql.h"

namespace tt::orm::engine {

class PostgresDialect final : public Dialect {
 public:
  // The name as PostgreSQL keeps it, which may be shorter.
  static std::string stored_name(std::string_view name);

  std::string quote(std::string_view name) const override;
  std::string placeholder(std::size_t number) const override;
  void write_text_lookup(Statement& statement, std::string_view expression, Lookup lookup,
                         std::string text) const override;
  std::string date_part(std::string_view expression, Kind kind, Lookup part) const override;
  std::string cast(std::string_view expression, const CellType& to) const override;
  std::string quotient(std::string_view left, std::string_view right, Kind kind) const override;
  std::string_view direction(Direction direction, const CellType& cell) const override;
  void write_slice(Statement& statement, const Select& query) const override;
  std::string define(const ColumnChange& column) const override;
  std::string column_type(const ColumnChange& column) const override;
};

// `?` of raw SQL as $1, $2, …; not inside of texts, quoted names and comments.  "??" is a question
// mark, for the operators of jsonb.
struct NumberedText {
  std::string text;
  std::size_t placeholders = 0;
};
NumberedText numbered_placeholders(std::string_view sql);

}  // namespace tt::orm::engine
