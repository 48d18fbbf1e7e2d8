#include "orm/query.h"

#include <algorithm>
#include <iterator>

#include "base/error.h"

namespace tt::orm {

// --- paths -------------------------------------------------------------------------------------

const ModelInfo& Step::from() const {
  return way == Way::forward ? *field->model : field->target();
}
const ModelInfo& Step::to() const { return way == Way::forward ? field->target() : *field->model; }

bool Step::is_many() const {
  if (field->kind == Kind::virtual_many) return true;
  return way == Way::backward && !field->is_unique;
}

bool Step::may_miss() const {
  return way == Way::backward || field->is_null || field->kind == Kind::virtual_many;
}

bool Path::is_many() const { return std::ranges::any_of(steps, &Step::is_many); }

Path path_to(std::vector<Step> steps, const FieldInfo& field) {
  if (field.kind == Kind::virtual_many) {
    steps.push_back({&field});
    return path_to(std::move(steps));
  }
  if (field.kind == Kind::id && !steps.empty()) return path_to(std::move(steps));
  return {std::move(steps), &field};
}

Path path_to(std::vector<Step> steps) {
  TT_ASSERT(!steps.empty());
  Step last = steps.back();
  if (last.way == Way::forward && last.field->has_column()) {
    steps.pop_back();
    return {std::move(steps), last.field};
  }
  return {std::move(steps), &last.to().id()};
}

// --- expressions -------------------------------------------------------------------------------

CellType type_of(const FieldInfo& field) {
  return {field.kind, field.decimal_places, field.is_null};
}

bool Expression::is_aggregate() const {
  return type == Type::aggregate || std::ranges::any_of(operands, &Expression::is_aggregate);
}

Expression constant(Value value, CellType cell) {
  Expression out;
  out.cell = cell;
  out.cell.is_null = std::holds_alternative<Null>(value);
  if (const auto* decimal = std::get_if<Decimal>(&value)) out.cell.decimal_places = decimal->places;
  out.value = std::move(value);
  return out;
}

Expression path_expression(Path path) {
  Expression out;
  out.type = Expression::Type::path;
  out.cell = type_of(*path.field);
  out.cell.is_null |= std::ranges::any_of(path.steps, &Step::may_miss);
  out.path = std::move(path);
  return out;
}

Expression annotation_expression(std::string name, CellType cell) {
  Expression out;
  out.type = Expression::Type::annotation;
  out.cell = cell;
  out.name = std::move(name);
  return out;
}

namespace {

bool is_integral(Kind kind) {
  return kind == Kind::integer || kind == Kind::id || kind == Kind::foreign_key;
}

CellType result_of(Operator sign, const CellType& a, const CellType& b) {
  auto is_number = [](const CellType& cell) {
    return is_integral(cell.kind) || cell.kind == Kind::real || cell.kind == Kind::decimal;
  };
  if (!is_number(a) || !is_number(b)) {
    throw Error(Code::invalid, "arithmetic is for numbers only");
  }
  CellType out{Kind::real, 0, a.is_null || b.is_null};
  bool divides = sign == Operator::divide || sign == Operator::modulo;
  out.is_null |= divides;
  if (is_integral(a.kind) && is_integral(b.kind)) {
    out.kind = Kind::integer;
  } else if (sign == Operator::modulo) {
    throw Error(Code::invalid, "modulo is for integers only");
  } else if (a.kind != Kind::real && b.kind != Kind::real && !divides) {
    out.kind = Kind::decimal;
    out.decimal_places = sign == Operator::multiply ? a.decimal_places + b.decimal_places
                                                    : std::max(a.decimal_places, b.decimal_places);
  }
  return out;
}

CellType result_of(Aggregate function, const CellType& operand) {
  switch (function) {
    case Aggregate::count: return {Kind::integer, 0, false};
    case Aggregate::average: return {Kind::real, 0, true};
    case Aggregate::sum:
      if (is_integral(operand.kind) || operand.kind == Kind::boolean) {
        return {Kind::integer, 0, true};
      }
      return {operand.kind, operand.decimal_places, true};
    case Aggregate::min:
    case Aggregate::max:
      return {operand.kind == Kind::id ? Kind::integer : operand.kind, operand.decimal_places,
              true};
  }
  TT_ASSERT(!"unknown aggregate");
}

}  // namespace

Expression arithmetic(Operator sign, Expression left, Expression right) {
  Expression out;
  out.type = Expression::Type::arithmetic;
  out.sign = sign;
  out.cell = result_of(sign, left.cell, right.cell);
  out.operands.push_back(std::move(left));
  out.operands.push_back(std::move(right));
  return out;
}

Expression aggregate(Aggregate function, Expression operand, Distinct distinct) {
  Expression out;
  out.type = Expression::Type::aggregate;
  out.function = function;
  out.is_distinct = distinct == Distinct::yes;
  out.cell = result_of(function, operand.cell);
  out.operands.push_back(std::move(operand));
  return out;
}

// --- conditions --------------------------------------------------------------------------------

namespace {

Node joined(Node::Type type, Node a, Node b) {
  Node node;
  node.type = type;
  for (Node* part : {&a, &b}) {
    if (part->type == type) {
      std::move(part->children.begin(), part->children.end(), std::back_inserter(node.children));
    } else {
      node.children.push_back(std::move(*part));
    }
  }
  return node;
}

}  // namespace

Node both(Node a, Node b) {
  if (a.is_true()) return b;
  if (b.is_true()) return a;
  return joined(Node::Type::all_of, std::move(a), std::move(b));
}

Node either(Node a, Node b) { return joined(Node::Type::any_of, std::move(a), std::move(b)); }

Node negated(Node node) {
  Node out;
  out.type = Node::Type::none_of;
  out.children.push_back(std::move(node));
  return out;
}

Node make_condition(Path path, Lookup lookup, std::vector<Value> values) {
  Node node;
  node.type = Node::Type::condition;
  node.condition.left.path = std::move(path);
  node.condition.lookup = lookup;
  node.condition.values = std::move(values);
  return node;
}

void stamp(Node& node, unsigned call) {
  node.condition.call = call;
  for (Node& child : node.children) stamp(child, call);
}

// --- queries -----------------------------------------------------------------------------------

const Annotation* find_annotation(const Select& query, std::string_view name) {
  auto found = std::ranges::find(query.annotations, name, &Annotation::name);
  return found == query.annotations.end() ? nullptr : &*found;
}

std::vector<CellType> result_types(const Select& query) {
  std::vector<CellType> types;
  for (const Column& column : query.columns) {
    if (!column.is_annotation()) {
      types.push_back(path_expression(column.path).cell);
    } else {
      const Annotation* annotation = find_annotation(query, column.annotation);
      TT_ASSERT(annotation != nullptr);
      types.push_back(annotation->expression.cell);
    }
  }
  if (!query.columns.empty()) return types;
  auto add_model = [&](const ModelInfo& model) {
    for (const FieldInfo* field : model.columns) types.push_back(type_of(*field));
  };
  if (query.grouping != Grouping::whole) {
    add_model(*query.model);
    for (const auto& steps : query.related) add_model(steps.back().to());
  }
  for (const Annotation& annotation : query.annotations) {
    types.push_back(annotation.expression.cell);
  }
  return types;
}

bool is_about_group(const Condition& condition, const Select& query) {
  if (!condition.left.is_annotation()) return false;
  const Annotation* annotation = find_annotation(query, condition.left.annotation);
  return annotation && annotation->expression.is_aggregate();
}

bool has_aggregates(const Select& query) {
  return std::ranges::any_of(query.annotations, [](const Annotation& annotation) {
    return annotation.expression.is_aggregate();
  });
}

std::vector<OrderBy> effective_order(const Select& query) {
  if (!query.order.empty() || query.is_unordered) return query.order;
  if (query.grouping != Grouping::by_row) return {};
  std::vector<OrderBy> order;
  for (const Order& key : query.model->ordering) {
    order.push_back({{Path{{}, key.field}, {}}, key.direction});
  }
  return order;
}

}  // namespace tt::orm
