#include "orm/sql.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace tt::orm {

std::string Dialect::quote(std::string_view name) const {
  std::string out = "\"";
  for (char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
  return out;
}

void Dialect::bind(Statement& statement, Value value) const {
  statement.values.push_back(std::move(value));
  statement.text += placeholder(statement.values.size());
}

namespace {

// What an odd number of `not`s around a condition means for rows without a value.
enum class Nulls { drop, keep };

class WhereWriter {
 public:
  WhereWriter(const Dialect& dialect, Statement& statement) : dialect_(dialect), out_(statement) {}

  void write(const Node& node, Nulls nulls) {
    switch (node.type) {
      case Node::Type::all_of: return write_group(node, " AND ", "1 = 1", nulls);
      case Node::Type::any_of: return write_group(node, " OR ", "1 = 0", nulls);
      case Node::Type::none_of:
        out_.text += "NOT ";
        return write_group(node, " OR ", "1 = 0", nulls == Nulls::drop ? Nulls::keep : Nulls::drop);
      case Node::Type::condition: return write_condition(node.condition, 0, nulls);
      case Node::Type::raw: return write_raw(node.raw);
    }
  }

 private:
  void write_group(const Node& node, std::string_view joint, std::string_view empty, Nulls nulls) {
    out_.text += '(';
    if (node.children.empty()) out_.text += empty;
    for (const Node& child : node.children) {
      if (&child != &node.children.front()) out_.text += joint;
      write(child, nulls);
    }
    out_.text += ')';
  }

  // "exclude(temp__gt=11)" is NOT (temp > 11 AND temp IS NOT NULL), so that a row without a value
  // is not dropped by the NULL that the comparison gives.
  void write_condition(const Condition& condition, std::size_t hop, Nulls nulls) {
    const FieldInfo& field = *condition.path[hop];
    std::string column = dialect_.quote(field.column);
    bool is_last = hop + 1 == condition.path.size();
    bool guards = nulls == Nulls::keep && field.is_null &&
                  !(asks_for_null(condition) && (is_last || !expects_value(condition)));
    if (guards) out_.text += '(';
    if (is_last) {
      write_comparison(condition, column);
    } else {
      write_hop(condition, hop, column);
    }
    if (guards) out_.text += fmt::format(" AND {} IS NOT NULL)", column);
  }

  static bool asks_for_null(const Condition& condition) {
    return condition.lookup == Lookup::isnull ||
           (condition.lookup == Lookup::exact && std::holds_alternative<Null>(condition.values[0]));
  }

  static bool expects_value(const Condition& condition) {
    return condition.lookup == Lookup::isnull && !std::get<bool>(condition.values[0]);
  }

  void write_hop(const Condition& condition, std::size_t hop, const std::string& column) {
    const FieldInfo& field = *condition.path[hop];
    const ModelInfo& target = field.target();
    // What lies behind a missing row is missing as well.
    bool takes_missing = field.is_null && asks_for_null(condition) && !expects_value(condition);
    if (takes_missing) out_.text += fmt::format("({} IS NULL OR ", column);
    out_.text += fmt::format("{} IN (SELECT {} FROM {} WHERE ", column,
                             dialect_.quote(target.id().column), dialect_.quote(target.table));
    write_condition(condition, hop + 1, Nulls::drop);
    out_.text += takes_missing ? "))" : ")";
  }

  void write_comparison(const Condition& condition, const std::string& column) {
    const Value& value = condition.values.empty() ? null_ : condition.values.front();
    switch (condition.lookup) {
      case Lookup::isnull: return write_is_null(column, std::get<bool>(value));
      case Lookup::in: return write_in(column, condition.values);
      case Lookup::exact:
        if (std::holds_alternative<Null>(value)) return write_is_null(column, true);
        return write_operator(column, " = ", value);
      case Lookup::gt: return write_operator(column, " > ", value);
      case Lookup::gte: return write_operator(column, " >= ", value);
      case Lookup::lt: return write_operator(column, " < ", value);
      case Lookup::lte: return write_operator(column, " <= ", value);
      case Lookup::iexact:
      case Lookup::contains:
      case Lookup::icontains:
      case Lookup::startswith:
        return dialect_.write_text_lookup(out_, column, condition.lookup,
                                          std::get<std::string>(not_null(column, value)));
    }
  }

  void write_is_null(const std::string& column, bool expected) {
    out_.text += fmt::format("{} IS {}NULL", column, expected ? "" : "NOT ");
  }

  void write_operator(const std::string& column, std::string_view sign, const Value& value) {
    out_.text += column;
    out_.text += sign;
    dialect_.bind(out_, not_null(column, value));
  }

  void write_in(const std::string& column, const std::vector<Value>& values) {
    if (values.size() > in_values_max) {
      throw Error(Code::invalid, fmt::format("{}: more than {} values", column, in_values_max));
    }
    std::string joint = column + " IN (";
    for (const Value& value : values) {
      if (std::holds_alternative<Null>(value)) continue;  // never equal to anything
      out_.text += joint;
      dialect_.bind(out_, value);
      joint = ", ";
    }
    out_.text += joint == ", " ? ")" : "1 = 0";
  }

  void write_raw(const RawCondition& raw) {
    std::size_t next = 0;
    out_.text += '(';
    for (char c : raw.sql) {
      if (c != '?') {
        out_.text += c;
        continue;
      }
      TT_ASSERT(next < raw.values.size());
      dialect_.bind(out_, raw.values[next++]);
    }
    TT_ASSERT(next == raw.values.size());
    out_.text += ')';
  }

  static const Value& not_null(const std::string& column, const Value& value) {
    if (!std::holds_alternative<Null>(value)) return value;
    throw Error(Code::invalid, fmt::format("{}: null cannot be compared; use isnull", column));
  }

  const Value null_ = Null{};
  const Dialect& dialect_;
  Statement& out_;
};

void write_where(const Dialect& dialect, Statement& statement, const Node& where) {
  if (where.type == Node::Type::all_of && where.children.empty()) return;
  statement.text += " WHERE ";
  WhereWriter(dialect, statement).write(where, Nulls::drop);
}

void write_order(const Dialect& dialect, Statement& statement, const Select& query) {
  const auto& order = query.order.empty() ? query.model->ordering : query.order;
  std::string_view joint = " ORDER BY ";
  for (const Order& key : order) {
    statement.text += joint;
    statement.text += dialect.quote(key.field->column);
    if (key.direction == Direction::descending) statement.text += " DESC";
    joint = ", ";
  }
}

void write_assignments(const Dialect& dialect, Statement& statement, const Update& query) {
  std::string_view joint = " SET ";
  for (const Assignment& assignment : query.values) {
    statement.text += joint;
    statement.text += dialect.quote(assignment.field->column) + " = ";
    dialect.bind(statement, assignment.value);
    joint = ", ";
  }
}

}  // namespace

Statement render_select(const Dialect& dialect, const Select& query) {
  Statement statement{"SELECT ", {}};
  auto add = [&](const FieldInfo& field) {
    if (statement.text.back() != ' ') statement.text += ", ";
    statement.text += dialect.quote(field.column);
  };
  if (query.fields.empty()) {
    for (const FieldInfo& field : query.model->fields) add(field);
  } else {
    for (const FieldInfo* field : query.fields) add(*field);
  }
  statement.text += " FROM " + dialect.quote(query.model->table);
  write_where(dialect, statement, query.where);
  write_order(dialect, statement, query);
  dialect.write_slice(statement, query);
  return statement;
}

Statement render_count(const Dialect& dialect, const Select& query) {
  bool is_slice = query.limit || query.offset != 0;
  Statement statement{is_slice ? "SELECT COUNT(*) FROM (SELECT 1 FROM " : "SELECT COUNT(*) FROM ",
                      {}};
  statement.text += dialect.quote(query.model->table);
  write_where(dialect, statement, query.where);
  if (is_slice) {
    dialect.write_slice(statement, query);
    statement.text += ") AS slice";
  }
  return statement;
}

Statement render_insert(const Dialect& dialect, const Insert& query) {
  Statement statement{"INSERT INTO " + dialect.quote(query.model->table), {}};
  if (query.values.empty()) {
    statement.text += " DEFAULT VALUES";
    return statement;
  }
  std::string_view joint = " (";
  for (const Assignment& assignment : query.values) {
    statement.text += joint;
    statement.text += dialect.quote(assignment.field->column);
    joint = ", ";
  }
  joint = ") VALUES (";
  for (const Assignment& assignment : query.values) {
    statement.text += joint;
    dialect.bind(statement, assignment.value);
    joint = ", ";
  }
  statement.text += ')';
  return statement;
}

Statement render_update(const Dialect& dialect, const Update& query) {
  Statement statement{"UPDATE " + dialect.quote(query.model->table), {}};
  write_assignments(dialect, statement, query);
  write_where(dialect, statement, query.where);
  return statement;
}

Statement render_erase(const Dialect& dialect, const Erase& query) {
  Statement statement{"DELETE FROM " + dialect.quote(query.model->table), {}};
  write_where(dialect, statement, query.where);
  return statement;
}

// --- schema ------------------------------------------------------------------------------------

namespace {

struct ChangeWriter {
  const Dialect& dialect;

  std::string operator()(const CreateTable& change) const {
    std::string columns;
    for (const ColumnChange& column : change.columns) {
      if (!columns.empty()) columns += ", ";
      columns += dialect.define(column);
    }
    return fmt::format("CREATE TABLE {} ({}){}", dialect.quote(change.table), columns,
                       dialect.table_options());
  }
  std::string operator()(const AddColumn& change) const {
    return fmt::format("ALTER TABLE {} ADD COLUMN {}", dialect.quote(change.table),
                       dialect.define(change.column));
  }
  std::string operator()(const CreateIndex& change) const {
    std::string columns;
    for (const CreateIndex::Column& column : change.columns) {
      if (!columns.empty()) columns += ", ";
      columns += dialect.quote(column.name);
      if (column.direction == Direction::descending) columns += " DESC";
    }
    return fmt::format("CREATE {}INDEX {} ON {} ({})", change.is_unique ? "UNIQUE " : "",
                       dialect.quote(change.name), dialect.quote(change.table), columns);
  }
  std::string operator()(const DropIndex& change) const {
    return fmt::format("DROP INDEX {}", dialect.quote(change.name));
  }
  std::string operator()(const RunStatement& change) const { return change.sql; }
};

}  // namespace

std::string render_change(const Dialect& dialect, const SchemaChange& change) {
  return std::visit(ChangeWriter{dialect}, change);
}

}  // namespace tt::orm
