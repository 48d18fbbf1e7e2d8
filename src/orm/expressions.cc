// Expressions in SQL.

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "orm/detail/query_writer.h"

namespace tt::orm::detail {
namespace {

std::int64_t power_of_ten(int exponent) {
  std::int64_t power = 1;
  for (int i = 0; i < std::min(exponent, decimal_digits_max); ++i) power *= 10;
  return power;
}

std::string_view sign_of(Operator sign) {
  switch (sign) {
    case Operator::add: return " + ";
    case Operator::subtract: return " - ";
    case Operator::multiply: return " * ";
    case Operator::modulo: return " % ";
    case Operator::divide: break;
  }
  TT_ASSERT(!"not a sign");
}

std::string_view name_of(Aggregate function) {
  constexpr std::string_view names[] = {"COUNT", "SUM", "AVG", "MIN", "MAX"};
  return names[static_cast<std::size_t>(function)];
}

bool is_number(Kind kind) {
  return kind == Kind::integer || kind == Kind::real || kind == Kind::decimal;
}

}  // namespace

void QueryWriter::write_expression(const Expression& expression, Share share) {
  switch (expression.type) {
    case Expression::Type::constant: return dialect_.bind(out_, expression.value, expression.cell);
    case Expression::Type::path: out_.text += joins_.column(expression.path, share); return;
    case Expression::Type::annotation: {
      if (query_.source) {
        out_.text += dialect_.quote(expression.name);
        return;
      }
      const Annotation* annotation = find_annotation(query_, expression.name);
      TT_ASSERT(annotation != nullptr);
      return write_expression(annotation->expression, Share::all());
    }
    case Expression::Type::arithmetic: return write_arithmetic(expression, share);
    case Expression::Type::aggregate: return write_aggregate(expression, share);
  }
}

// What is written by `write` into out_, taken out again: for the hooks of Dialect, which build
// around an expression.  Values are bound in the order of writing, so each text must be used once
// and in that order.
std::string QueryWriter::text_of(const Expression& expression, Share share) {
  std::size_t begin = out_.text.size();
  write_expression(expression, share);
  std::string text = out_.text.substr(begin);
  out_.text.resize(begin);
  return text;
}

void QueryWriter::write_arithmetic(const Expression& expression, Share share) {
  const Expression& left = expression.operands[0];
  const Expression& right = expression.operands[1];
  auto write_operand = [&](const Expression& operand) {
    if (expression.cell.kind == Kind::real) return write_real(operand, share);
    bool aligns = expression.cell.kind == Kind::decimal && expression.sign != Operator::multiply;
    if (aligns) return write_scaled(operand, expression.cell.decimal_places, share);
    write_expression(operand, share);
  };
  std::size_t begin = out_.text.size();
  auto taken = [&] {
    std::string text = out_.text.substr(begin);
    out_.text.resize(begin);
    return text;
  };
  bool divides = expression.sign == Operator::divide;
  if (!divides && expression.sign != Operator::modulo) {
    out_.text += '(';
    write_operand(left);
    out_.text += sign_of(expression.sign);
    write_operand(right);
    out_.text += ')';
    return;
  }
  write_operand(left);
  std::string left_text = taken();
  write_operand(right);
  std::string right_text = taken();
  out_.text += divides ? dialect_.quotient(left_text, right_text, expression.cell.kind)
                       : fmt::format("({} % NULLIF({}, 0))", left_text, right_text);
}

void QueryWriter::write_aggregate(const Expression& expression, Share share) {
  const Expression& operand = expression.operands[0];
  out_.text += name_of(expression.function);
  out_.text += expression.is_distinct ? "(DISTINCT " : "(";
  if (expression.function == Aggregate::average) {
    write_real(operand, share);
  } else {
    write_expression(operand, share);
  }
  out_.text += ')';
}

void QueryWriter::write_scaled(const Expression& expression, int places, Share share) {
  bool is_decimal = expression.cell.kind == Kind::decimal;
  int own = is_decimal ? expression.cell.decimal_places : 0;
  if (!dialect_.scales_decimals() || own == places) return write_expression(expression, share);
  if (own < places) {
    out_.text += '(';
    write_expression(expression, share);
    out_.text += fmt::format(" * {})", power_of_ten(places - own));
    return;
  }
  out_.text += "CAST(ROUND(";
  write_expression(expression, share);
  out_.text += fmt::format(" / {}.0) AS INTEGER)", power_of_ten(own - places));
}

void QueryWriter::write_real(const Expression& expression, Share share) {
  if (expression.cell.kind == Kind::real) return write_expression(expression, share);
  std::string text = text_of(expression, share);
  out_.text += dialect_.scales_decimals() && expression.cell.kind == Kind::decimal
                   ? fmt::format("({} / {}.0)", text, power_of_ten(expression.cell.decimal_places))
                   : dialect_.cast(text, {Kind::real});
}

void QueryWriter::write_cast(const Expression& expression, const CellType& to) {
  bool is_same =
      expression.cell.kind == to.kind && expression.cell.decimal_places == to.decimal_places;
  bool fits = is_same || !is_number(to.kind) || expression.type == Expression::Type::constant;
  if (fits) return write_expression(expression, Share::all());
  if (!dialect_.scales_decimals()) {
    out_.text += dialect_.cast(text_of(expression, Share::all()), to);
  } else if (to.kind == Kind::decimal && expression.cell.kind != Kind::real) {
    write_scaled(expression, to.decimal_places, Share::all());
  } else if (to.kind == Kind::decimal) {
    out_.text += "CAST(ROUND(";
    write_expression(expression, Share::all());
    out_.text += fmt::format(" * {}.0) AS INTEGER)", power_of_ten(to.decimal_places));
  } else if (expression.cell.kind == Kind::decimal) {
    std::string_view before = to.kind == Kind::integer ? "CAST(" : "(";
    out_.text += before;
    write_expression(expression, Share::all());
    out_.text += fmt::format(" / {}.0{}", power_of_ten(expression.cell.decimal_places),
                             to.kind == Kind::integer ? " AS INTEGER)" : ")");
  } else {
    out_.text += dialect_.cast(text_of(expression, Share::all()), to);
  }
}

}  // namespace tt::orm::detail

namespace tt::orm {

// --- what most dialects say alike --------------------------------------------------------------

std::string Dialect::cast(std::string_view expression, const CellType& to) const {
  switch (to.kind) {
    case Kind::integer: return fmt::format("CAST({} AS INTEGER)", expression);
    case Kind::real: return fmt::format("CAST({} AS REAL)", expression);
    case Kind::decimal:
      return fmt::format("CAST({} AS DECIMAL(30, {}))", expression, to.decimal_places);
    default: return std::string(expression);
  }
}

std::string Dialect::quotient(std::string_view left, std::string_view right, Kind) const {
  return fmt::format("({} / NULLIF({}, 0))", left, right);
}

std::string Dialect::date_part(std::string_view expression, Kind, Lookup part) const {
  std::string_view name = part == Lookup::year ? "YEAR" : part == Lookup::month ? "MONTH" : "DAY";
  return fmt::format("EXTRACT({} FROM {})", name, expression);
}

std::string_view Dialect::direction(Direction direction, const CellType&) const {
  return direction == Direction::descending ? " DESC" : "";
}

}  // namespace tt::orm
