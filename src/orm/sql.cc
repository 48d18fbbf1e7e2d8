#include "orm/sql.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "orm/detail/query_writer.h"

namespace tt::orm {

std::string Dialect::quote(std::string_view name) const {
  std::string out;
  out.reserve(name.size() + 2);
  out += '"';
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

void Dialect::bind(Statement& statement, Value value, const CellType& cell) const {
  bind(statement, stored(std::move(value), cell));
}

}  // namespace tt::orm

namespace tt::orm::detail {

QueryWriter::QueryWriter(const Dialect& dialect, Statement& out, const Select& query)
    : dialect_(dialect), out_(out), query_(query), joins_(dialect, *query.model) {
  collect();
}

// --- which tables there are --------------------------------------------------------------------

void QueryWriter::collect(const Expression& expression, Share share) {
  if (expression.type == Expression::Type::path) joins_.use(expression.path, share);
  for (const Expression& operand : expression.operands) collect(operand, share);
}

void QueryWriter::collect(const Node& node, Nulls nulls) {
  if (node.type == Node::Type::none_of) nulls = other(nulls);
  for (const Node& child : node.children) collect(child, nulls);
  if (node.type != Node::Type::condition) return;
  const Condition& condition = node.condition;
  if (becomes_subselect(condition, nulls)) return;
  Share share = Share::of(condition.call);
  if (!condition.left.is_annotation()) joins_.use(condition.left.path, share);
  if (condition.expression) collect(*condition.expression, share);
}

void QueryWriter::collect(const Column& column) {
  if (!column.is_annotation()) joins_.use(column.path, Share::all());
}

namespace {

bool has_steps(const Node& node) {
  const Condition& condition = node.condition;
  return !condition.left.path.steps.empty() || condition.expression ||
         std::ranges::any_of(node.children, has_steps);
}

// The number of the call that the node, a child of the whole condition, comes from.
unsigned call_of(const Node& node) {
  if (node.type == Node::Type::condition || node.children.empty()) return node.condition.call;
  return call_of(node.children.front());
}

}  // namespace

// In the order of the calls: an aggregate shares the joins of the filters before it.
void QueryWriter::collect() {
  if (query_.source) return;
  const Node& where = query_.where;
  bool is_list = where.type == Node::Type::all_of;
  auto annotation = query_.annotations.begin();
  auto collect_annotations = [&](unsigned before) {
    for (; annotation != query_.annotations.end() && annotation->call < before; ++annotation) {
      collect(annotation->expression, Share::all());
    }
  };
  auto collect_child = [&](const Node& node) {
    if (!has_steps(node)) return;
    collect_annotations(call_of(node));
    collect(node, Nulls::drop);
  };
  if (is_list) {
    for (const Node& child : where.children) collect_child(child);
  } else {
    collect_child(where);
  }
  collect_annotations(~0U);
  for (std::size_t table : required_by(where)) joins_.require(table);
  for (const auto& steps : query_.related) {
    joins_.use({steps, &steps.back().to().id()}, Share::all());
  }
  for (const Column& column : query_.columns) collect(column);
  for (const Column& column : query_.group) collect(column);
  for (const OrderBy& order : query_.order) collect(order.column);
}

// --- what comes out ----------------------------------------------------------------------------

void QueryWriter::write_column(const Column& column) {
  if (const Expression* annotation = annotation_of(column)) {
    write_expression(*annotation, Share::all());
  } else {
    out_.text += joins_.column(column.path, Share::all());
  }
}

void QueryWriter::write_output(std::string_view& joint, const Column& column) {
  out_.text += joint;
  joint = ", ";
  write_column(column);
  if (column.is_annotation()) out_.text += " AS " + dialect_.quote(column.annotation);
}

void QueryWriter::write_model(std::string_view& joint, std::size_t table, const ModelInfo& model) {
  for (const FieldInfo* field : model.columns) {
    out_.text += joint;
    joint = ", ";
    out_.text += joins_.column(table, *field);
  }
}

void QueryWriter::write_outputs() {
  std::string_view joint = query_.is_distinct ? "SELECT DISTINCT " : "SELECT ";
  for (const Column& column : query_.columns) write_output(joint, column);
  if (query_.columns.empty()) {
    if (query_.grouping != Grouping::whole) {
      write_model(joint, 0, *query_.model);
      for (const auto& steps : query_.related) {
        write_model(joint, joins_.reach(steps, Share::all()), steps.back().to());
      }
    }
    for (const Annotation& annotation : query_.annotations) {
      write_output(joint, Column{{}, annotation.name});
    }
  }
  if (query_.is_distinct) write_order_outputs(joint);
}

bool QueryWriter::is_selected(const Column& column) const {
  if (query_.columns.empty()) return column.is_annotation() || column.path.steps.empty();
  return std::ranges::any_of(query_.columns, [&](const Column& each) {
    return each.annotation == column.annotation && each.path == column.path;
  });
}

// "for SELECT DISTINCT, ORDER BY expressions must appear in select list" [PostgreSQL].
void QueryWriter::write_order_outputs(std::string_view& joint) {
  for (const OrderBy& order : effective_order(query_)) {
    if (!is_selected(order.column)) write_output(joint, order.column);
  }
}

void QueryWriter::write_source() {
  out_.text += " FROM ";
  if (query_.source) {
    out_.text += '(';
    QueryWriter(dialect_, out_, *query_.source).write_select();
    out_.text += ") AS source";
    return;
  }
  if (query_.raw) {
    write_raw(*query_.raw);
    out_.text += " AS ";
  }
  out_.text += dialect_.quote(query_.model->table);
  joins_.write(out_.text);
}

// --- clauses -----------------------------------------------------------------------------------

bool QueryWriter::is_about_group(const Node& node) const {
  if (node.type == Node::Type::condition) return orm::is_about_group(node.condition, query_);
  return std::ranges::any_of(node.children,
                             [this](const Node& child) { return is_about_group(child); });
}

QueryWriter::Clauses QueryWriter::split() const {
  const Node& where = query_.where;
  Clauses out;
  if (where.is_true()) return out;
  auto add = [&](const Node& node) {
    (!query_.annotations.empty() && is_about_group(node) ? out.having : out.where).push_back(&node);
  };
  if (where.type == Node::Type::all_of && !query_.annotations.empty()) {
    for (const Node& child : where.children) add(child);
  } else {
    add(where);
  }
  return out;
}

void QueryWriter::write_all(std::string_view word, const std::vector<const Node*>& nodes) {
  for (const Node* node : nodes) {
    out_.text += node == nodes.front() ? word : " AND ";
    write_node(*node, Nulls::drop);
  }
}

void QueryWriter::write_where() { write_all(" WHERE ", split().where); }

void QueryWriter::write_group() {
  bool is_grouped = has_aggregates(query_) && query_.grouping != Grouping::whole;
  if (!is_grouped) return;
  std::string_view joint = " GROUP BY ";
  auto write = [&](const Column& column) {
    out_.text += joint;
    joint = ", ";
    write_column(column);
  };
  if (query_.grouping == Grouping::by_column) {
    for (const Column& column : query_.group) write(column);
  } else if (query_.raw) {
    write_model(joint, 0, *query_.model);
  } else {
    write({{{}, &query_.model->id()}, {}});
  }
  for (const auto& steps : query_.related) {
    write({{steps, &steps.back().to().id()}, {}});
  }
  auto write_plain = [&](const Column& column) {
    const Expression* annotation = annotation_of(column);
    if (annotation ? !annotation->is_aggregate() : !column.path.steps.empty()) write(column);
  };
  for (const Annotation& annotation : query_.annotations) write_plain({{}, annotation.name});
  if (query_.grouping == Grouping::by_column) return;
  for (const Column& column : query_.columns) write_plain(column);
  for (const OrderBy& order : query_.order) {
    if (!order.column.is_annotation()) write_plain(order.column);
  }
}

void QueryWriter::write_order() {
  std::string_view joint = " ORDER BY ";
  for (const OrderBy& order : effective_order(query_)) {
    out_.text += joint;
    joint = ", ";
    const Expression* annotation = annotation_of(order.column);
    bool has_alias = annotation && is_selected(order.column);
    if (has_alias) {
      out_.text += dialect_.quote(order.column.annotation);
    } else {
      write_column(order.column);
    }
    CellType cell = annotation ? annotation->cell : path_expression(order.column.path).cell;
    out_.text += dialect_.direction(order.direction, cell);
  }
}

void QueryWriter::write_rows(std::string_view columns) {
  out_.text += columns;
  write_source();
  Clauses clauses = split();
  write_all(" WHERE ", clauses.where);
  write_group();
  write_all(" HAVING ", clauses.having);
}

void QueryWriter::write_select() {
  write_outputs();
  write_rows({});
  if (query_.grouping != Grouping::whole) write_order();
  dialect_.write_slice(out_, query_);
}

void QueryWriter::write_where_of_table() {
  if (joins_.empty()) return write_where();
  Select inner = query_;
  inner.columns = {Column{{{}, &query_.model->id()}, {}}};
  inner.is_unordered = true;
  // MariaDB does not read from the table that it changes; from a derived one it does.
  out_.text +=
      fmt::format(" WHERE {0} IN (SELECT {0} FROM (", dialect_.quote(query_.model->id().column));
  QueryWriter(dialect_, out_, inner).write_select();
  out_.text += ") AS chosen)";
}

}  // namespace tt::orm::detail

namespace tt::orm {

using detail::QueryWriter;

Statement render_select(const Dialect& dialect, const Select& query) {
  Statement statement;
  statement.text.reserve(512);
  QueryWriter(dialect, statement, query).write_select();
  return statement;
}

Statement render_count(const Dialect& dialect, const Select& query) {
  Statement statement;
  bool is_slice = query.limit || query.offset != 0;
  if (query.is_distinct || !query.annotations.empty()) {
    statement.text = "SELECT COUNT(*) FROM (";
    Select inner = query;
    if (!is_slice) {
      inner.order.clear();
      inner.is_unordered = true;
    }
    QueryWriter(dialect, statement, inner).write_select();
    statement.text += ") AS counted";
    return statement;
  }
  QueryWriter writer(dialect, statement, query);
  if (!is_slice) {
    writer.write_rows("SELECT COUNT(*)");
    return statement;
  }
  statement.text = "SELECT COUNT(*) FROM (";
  writer.write_rows("SELECT 1");
  dialect.write_slice(statement, query);
  statement.text += ") AS slice";
  return statement;
}

Statement render_insert(const Dialect& dialect, const Insert& query) {
  TT_ASSERT(!query.rows.empty());
  Statement statement{"INSERT INTO " + dialect.quote(query.model->table), {}};
  if (query.fields.empty()) {
    TT_ASSERT(query.rows.size() == 1);
    statement.text += dialect.default_row();
    return statement;
  }
  std::string_view joint = " (";
  for (const FieldInfo* field : query.fields) {
    statement.text += joint;
    statement.text += dialect.quote(field->column);
    joint = ", ";
  }
  statement.text += ") VALUES ";
  for (const Row& row : query.rows) {
    TT_ASSERT(row.size() == query.fields.size());
    joint = &row == &query.rows.front() ? "(" : ", (";
    for (std::size_t i = 0; i < row.size(); ++i) {
      statement.text += joint;
      dialect.bind(statement, row[i], type_of(*query.fields[i]));
      joint = ", ";
    }
    statement.text += ')';
  }
  return statement;
}

namespace {

void refuse_joined(const Expression& expression) {
  if (!expression.path.steps.empty()) {
    throw Error(Code::invalid, "Joined field references are not permitted in this query");
  }
  for (const Expression& operand : expression.operands) refuse_joined(operand);
}

}  // namespace

Statement render_update(const Dialect& dialect, const Update& query) {
  Statement statement{"UPDATE " + dialect.quote(query.model->table), {}};
  Select plain;
  plain.model = query.model;
  QueryWriter values(dialect, statement, plain);
  std::string_view joint = " SET ";
  for (const Assignment& assignment : query.values) {
    refuse_joined(assignment.value);
    statement.text += joint;
    statement.text += dialect.quote(assignment.field->column) + " = ";
    const Expression& value = assignment.value;
    if (value.type == Expression::Type::constant) {
      dialect.bind(statement, value.value, type_of(*assignment.field));
    } else {
      values.write_cast(value, type_of(*assignment.field));
    }
    joint = ", ";
  }
  plain.where = query.where;
  QueryWriter(dialect, statement, plain).write_where_of_table();
  return statement;
}

Statement render_erase(const Dialect& dialect, const Erase& query) {
  Statement statement{"DELETE FROM " + dialect.quote(query.model->table), {}};
  Select plain;
  plain.model = query.model;
  plain.where = query.where;
  QueryWriter(dialect, statement, plain).write_where_of_table();
  return statement;
}

}  // namespace tt::orm
