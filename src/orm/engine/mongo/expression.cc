#include "orm/engine/mongo/expression.h"

#include <fmt/format.h>

#include "base/error.h"

namespace tt::orm::engine {

std::string annotation_member(const std::string& name) {
  if (name.find_first_of("$.") != std::string::npos) {
    throw Error(Code::invalid, "the name of an annotation holds neither '$' nor '.'");
  }
  return "__a_" + name;
}

Bson reference(const std::string& place) { return "$" + place; }

namespace {

const Bson null_bson{Value(Null{})};

Document call(const char* function, Array arguments) {
  return Document{{function, std::move(arguments)}};
}
Document call_one(const char* function, Bson argument) {
  return Document{{function, std::move(argument)}};
}
Document choose(Bson condition, Bson then, Bson otherwise) {
  return call("$cond", list(std::move(condition), std::move(then), std::move(otherwise)));
}

}  // namespace

Document has_value(Bson expression) { return call("$gt", list(std::move(expression), null_bson)); }

Document expression_filter(Bson expression) { return Document{{"$expr", std::move(expression)}}; }

Bson calendar_part(const char* part, Bson expression, Kind kind) {
  if (kind == Kind::time) {
    // In decimals: a double does not hold all microseconds.
    auto ms = call("$divide", list(call_one("$toDecimal", std::move(expression)), 1000));
    expression = call_one("$toDate", call_one("$toLong", call_one("$floor", ms)));
  }
  return call_one(part, std::move(expression));
}

// --- aggregates --------------------------------------------------------------------------------

std::string Accumulators::add(Document accumulator) {
  members_.push_back({fmt::format("__g{}", members_.size()), std::move(accumulator)});
  return members_.back().name;
}

Bson Accumulators::add_distinct(Aggregate function, Bson operand) {
  Bson set = reference(add(call_one("$addToSet", std::move(operand))));
  Document values = call_one("$filter", Document{{"input", set}, {"cond", has_value("$$this")}});
  Document count = call_one("$size", values);
  if (function == Aggregate::count) return count;
  if (function == Aggregate::average) return call_one("$toDouble", call_one("$avg", values));
  return choose(call("$gt", list(count, 0)), call_one("$sum", values), null_bson);
}

Bson Accumulators::add(const Expression& aggregate, Bson operand) {
  Aggregate function = aggregate.function;
  if (aggregate.operands[0].cell.kind == Kind::boolean && function != Aggregate::count) {
    operand = choose(has_value(operand), choose(operand, 1, 0), null_bson);
  }
  if (function == Aggregate::min) return reference(add(call_one("$min", std::move(operand))));
  if (function == Aggregate::max) return reference(add(call_one("$max", std::move(operand))));
  if (aggregate.is_distinct) return add_distinct(function, std::move(operand));
  if (function == Aggregate::average) {
    return call_one("$toDouble", reference(add(call_one("$avg", std::move(operand)))));
  }
  Document has = choose(has_value(operand), 1, 0);
  std::string count = add(call_one("$sum", has));
  if (function == Aggregate::count) return reference(count);
  std::string sum = add(call_one("$sum", std::move(operand)));  // 0 for no values
  return choose(call("$gt", list(reference(count), 0)), reference(sum), null_bson);
}

// --- arithmetic --------------------------------------------------------------------------------

namespace {

Bson quotient(Bson left, Bson right, const Expression& expression) {
  if (expression.cell.kind == Kind::integer) {
    // In decimals: a double does not hold all integers of 64 bits.
    auto exact = call("$divide", list(call_one("$toDecimal", std::move(left)), std::move(right)));
    return call_one("$toLong", call_one("$trunc", exact));
  }
  return call_one("$toDouble", call("$divide", list(std::move(left), std::move(right))));
}

Bson guarded(Bson right, Bson result) {
  return choose(call("$eq", list(std::move(right), 0)), null_bson, std::move(result));
}

Bson combine(const Expression& expression, Bson left, Bson right) {
  switch (expression.sign) {
    case Operator::add: return call("$add", list(std::move(left), std::move(right)));
    case Operator::subtract: return call("$subtract", list(std::move(left), std::move(right)));
    case Operator::multiply: return call("$multiply", list(std::move(left), std::move(right)));
    case Operator::divide: return guarded(right, quotient(std::move(left), right, expression));
    case Operator::modulo: return guarded(right, call("$mod", list(std::move(left), right)));
  }
  TT_ASSERT(!"unknown operator");
}

// Decimals among reals are reals.
Bson as_operand(Bson value, const Expression& operand, const Expression& whole) {
  bool differs = whole.cell.kind == Kind::real && operand.cell.kind == Kind::decimal;
  if (differs) return call_one("$toDouble", std::move(value));
  return value;
}

}  // namespace

Bson write_expression(const Expression& expression, const PlaceOf& place_of,
                      Accumulators* aggregates) {
  auto operand = [&](std::size_t index) {
    return write_expression(expression.operands[index], place_of, aggregates);
  };
  switch (expression.type) {
    case Expression::Type::constant: return call_one("$literal", expression.value);
    case Expression::Type::path: return reference(place_of(expression.path));
    case Expression::Type::annotation: return reference(annotation_member(expression.name));
    case Expression::Type::arithmetic:
      return combine(expression, as_operand(operand(0), expression.operands[0], expression),
                     as_operand(operand(1), expression.operands[1], expression));
    case Expression::Type::aggregate:
      if (!aggregates) throw Error(Code::invalid, "an aggregate cannot stand here");
      return aggregates->add(expression, write_expression(expression.operands[0], place_of));
  }
  TT_ASSERT(!"unknown expression");
}

// --- nothing -----------------------------------------------------------------------------------

namespace {

std::optional<double> number_of(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* decimal = std::get_if<Decimal>(&value)) return decimal->real();
  return std::nullopt;
}

std::optional<double> apply(Operator sign, double a, double b) {
  switch (sign) {
    case Operator::add: return a + b;
    case Operator::subtract: return a - b;
    case Operator::multiply: return a * b;
    case Operator::divide: return b == 0 ? std::nullopt : std::optional(a / b);
    case Operator::modulo: return b == 0 ? std::nullopt : std::optional(std::fmod(a, b));
  }
  return std::nullopt;
}

}  // namespace

Value value_of_nothing(const Expression& expression) {
  if (expression.type == Expression::Type::constant) return expression.value;
  if (expression.type == Expression::Type::aggregate) {
    if (expression.function == Aggregate::count) return std::int64_t{0};
    return Null{};
  }
  if (expression.type != Expression::Type::arithmetic) return Null{};
  auto a = number_of(value_of_nothing(expression.operands[0]));
  auto b = number_of(value_of_nothing(expression.operands[1]));
  auto result = a && b ? apply(expression.sign, *a, *b) : std::nullopt;
  if (!result) return Null{};
  if (expression.cell.kind == Kind::integer) return static_cast<std::int64_t>(*result);
  return *result;
}

}  // namespace tt::orm::engine
