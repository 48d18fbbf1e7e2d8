#pragma once

// From the query tree to SQL: the part that all SQL engines share.  An engine gives a Dialect for
// what differs.  Names come from models only and are quoted; values become placeholders.

#include <string>
#include <string_view>
#include <vector>

#include "orm/database.h"
#include "orm/query.h"

namespace tt::orm {

struct Statement {
  std::string text;
  std::vector<Value> values;  // for the placeholders, in order
};

class Dialect {
 public:
  virtual ~Dialect() = default;

  // Name as an identifier: "name".
  virtual std::string quote(std::string_view name) const;
  // Of the value with this number, from 1: ?.
  virtual std::string placeholder(std::size_t number) const = 0;
  // The value as the engine keeps a cell of that type.
  virtual Value stored(Value value, const CellType&) const { return value; }
  // Whether stored() makes of a decimal the integer of its digits: 21.50 is 2150.
  virtual bool scales_decimals() const { return false; }

  // Expressions are SQL of one operand: a column or something in parentheses.
  // Appends the condition for a text lookup (is_text_lookup) of an expression.
  virtual void write_text_lookup(Statement& statement, std::string_view expression, Lookup lookup,
                                 std::string text) const = 0;
  // The year, month or day (Lookup) of a time, in UTC, or of a date, as an integer.
  virtual std::string date_part(std::string_view expression, Kind kind, Lookup part) const;
  // The expression as a number of another kind: integer (cut off), real, or decimal with so many
  // places (rounded).  Not called for decimals if they are scaled.
  virtual std::string cast(std::string_view expression, const CellType& to) const;
  // left / right of integers, cut off towards zero, or of reals; Null if right is 0.
  virtual std::string quotient(std::string_view left, std::string_view right, Kind kind) const;
  // What follows a key of ORDER BY, so that Null is less than all else: "", " DESC".
  virtual std::string_view direction(Direction direction, const CellType& cell) const;
  // " LIMIT …", for one or both of them.
  virtual void write_slice(Statement& statement, const Select& query) const = 0;
  // What follows INSERT INTO name for one row without values.
  virtual std::string_view default_row() const { return " DEFAULT VALUES"; }
  // The definition of a column, name included.
  virtual std::string define(const ColumnChange& column) const = 0;
  // What follows the columns of CREATE TABLE, e.g. " STRICT".
  virtual std::string_view table_options() const { return {}; }
  // Changes of tables that exist: see schema_sql.h, where the defaults are.
  virtual std::string literal(const Value& value) const;
  virtual std::string column_type(const ColumnChange& column) const;
  virtual std::vector<std::string> alter_column(const AlterColumn& change) const;
  virtual std::vector<std::string> drop_column(const DropColumn& change) const;
  virtual std::string drop_index(const DropIndex& change) const;

  // Appends a placeholder and its value.
  void bind(Statement& statement, Value value) const;
  void bind(Statement& statement, Value value, const CellType& cell) const;
};

// After the cells of result_types() a row may hold more, which ORDER BY of DISTINCT needs.
Statement render_select(const Dialect& dialect, const Select& query);
Statement render_count(const Dialect& dialect, const Select& query);
// An engine that is to learn the ids appends " RETURNING " and the id, or asks in its own way.
Statement render_insert(const Dialect& dialect, const Insert& query);
Statement render_update(const Dialect& dialect, const Update& query);
Statement render_erase(const Dialect& dialect, const Erase& query);
// The statements of schema_statements(), ";\n" between them.
std::string render_change(const Dialect& dialect, const SchemaChange& change);

}  // namespace tt::orm
