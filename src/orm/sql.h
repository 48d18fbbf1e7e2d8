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
  // Appends the condition for iexact, contains, icontains or startswith of `column`, which is
  // quoted already.
  virtual void write_text_lookup(Statement& statement, std::string_view column, Lookup lookup,
                                 std::string text) const = 0;
  // " LIMIT …", for one or both of them.
  virtual void write_slice(Statement& statement, const Select& query) const = 0;
  // The definition of a column, name included.
  virtual std::string define(const ColumnChange& column) const = 0;
  // What follows the columns of CREATE TABLE, e.g. " STRICT".
  virtual std::string_view table_options() const { return {}; }

  // Appends a placeholder and its value.
  void bind(Statement& statement, Value value) const;
};

Statement render_select(const Dialect& dialect, const Select& query);
Statement render_count(const Dialect& dialect, const Select& query);
Statement render_insert(const Dialect& dialect, const Insert& query);
Statement render_update(const Dialect& dialect, const Update& query);
Statement render_erase(const Dialect& dialect, const Erase& query);
std::string render_change(const Dialect& dialect, const SchemaChange& change);

}  // namespace tt::orm
