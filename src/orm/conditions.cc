// Conditions in SQL.

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/error.h"
#include "orm/detail/query_writer.h"

namespace tt::orm::detail {
namespace {

bool asks_for_null(const Condition& condition) {
  if (condition.expression || condition.among) return false;
  if (condition.lookup == Lookup::isnull) return true;
  return condition.lookup == Lookup::exact && std::holds_alternative<Null>(condition.values[0]);
}

bool asks_for_absence(const Condition& condition) {
  if (!asks_for_null(condition)) return false;
  return condition.lookup == Lookup::exact || std::get<bool>(condition.values[0]);
}

const Value& not_null(const std::string& column, const Value& value) {
  if (!std::holds_alternative<Null>(value)) return value;
  throw Error(Code::invalid, fmt::format("{}: null cannot be compared; use isnull", column));
}

// No engine keeps a text with a NUL or broken UTF-8, so none is equal to it; not every server takes
// it as a value.
bool is_storable(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return !text || (!text->contains('\0') && is_utf8(*text));
}

std::string_view sign_of(Lookup lookup) {
  switch (lookup) {
    case Lookup::exact: return " = ";
    case Lookup::gt: return " > ";
    case Lookup::gte: return " >= ";
    case Lookup::lt: return " < ";
    case Lookup::lte: return " <= ";
    default: throw Error(Code::invalid, "this lookup takes a value, not an expression");
  }
}

Time midnight(Date date) { return Time(date.day); }

bool is_year(std::int64_t year) { return year >= year_min && year <= year_max; }

Date first_day(std::int64_t year) {
  using namespace std::chrono;
  return {sys_days(std::chrono::year(static_cast<int>(year)) / January / 1)};
}

}  // namespace

// --- which tables ------------------------------------------------------------------------------

bool QueryWriter::becomes_subselect(const Condition& condition, Nulls nulls) const {
  return nulls == Nulls::keep && condition.left.path.is_many();
}

std::vector<std::size_t> QueryWriter::required_by(const Condition& condition) {
  if (asks_for_absence(condition) || condition.left.is_annotation()) return {};
  Share share = Share::of(condition.call);
  auto tables = joins_.way_to(joins_.reach(condition.left.path.steps, share));
  if (condition.expression && condition.expression->type == Expression::Type::path) {
    auto more = joins_.way_to(joins_.reach(condition.expression->path.steps, share));
    tables.insert(tables.end(), more.begin(), more.end());
  }
  return tables;
}

// Tables without a row of which the node cannot hold.
std::vector<std::size_t> QueryWriter::required_by(const Node& node) {
  if (node.type == Node::Type::condition) return required_by(node.condition);
  bool is_any = node.type == Node::Type::any_of;
  if (!is_any && node.type != Node::Type::all_of) return {};
  std::vector<std::size_t> out;
  for (const Node& child : node.children) {
    auto tables = required_by(child);
    if (!is_any) {
      out.insert(out.end(), tables.begin(), tables.end());
    } else if (&child == &node.children.front()) {
      out = std::move(tables);
    } else {
      std::erase_if(out, [&](std::size_t table) { return std::ranges::count(tables, table) == 0; });
    }
  }
  return out;
}

// --- nodes -------------------------------------------------------------------------------------

void QueryWriter::write_node(const Node& node, Nulls nulls) {
  switch (node.type) {
    case Node::Type::none_of: out_.text += "NOT "; return write_nodes(node, nulls);
    case Node::Type::all_of:
    case Node::Type::any_of: return write_nodes(node, nulls);
    case Node::Type::condition: return write_condition(node.condition, nulls);
    case Node::Type::raw: return write_raw(node.raw);
  }
}

void QueryWriter::write_nodes(const Node& node, Nulls nulls) {
  bool is_all = node.type == Node::Type::all_of;
  if (node.type == Node::Type::none_of) nulls = other(nulls);
  out_.text += '(';
  if (node.children.empty()) out_.text += is_all ? "1 = 1" : "1 = 0";
  for (const Node& child : node.children) {
    if (&child != &node.children.front()) out_.text += is_all ? " AND " : " OR ";
    write_node(child, nulls);
  }
  out_.text += ')';
}

const Expression* QueryWriter::annotation_of(const Column& column) const {
  if (!column.is_annotation()) return nullptr;
  const Annotation* annotation = find_annotation(query_, column.annotation);
  TT_ASSERT(annotation != nullptr);
  return &annotation->expression;
}

// "exclude(temp__gt=11)" is NOT (temp > 11 AND temp IS NOT NULL), so that a row without a value
// is not dropped by the NULL that the comparison gives.
void QueryWriter::write_condition(const Condition& condition, Nulls nulls) {
  if (becomes_subselect(condition, nulls)) return write_as_subselect(condition);
  const Expression* annotation = annotation_of(condition.left);
  Share share = Share::of(condition.call);
  CellType cell;
  std::size_t begin = out_.text.size();
  if (annotation) {
    cell = annotation->cell;
    write_expression(*annotation, Share::all());
  } else {
    cell = orm::type_of(*condition.left.path.field);
    cell.is_null |= std::ranges::any_of(condition.left.path.steps, &Step::may_miss);
    out_.text += joins_.column(condition.left.path, share);
  }
  std::string left = out_.text.substr(begin);
  out_.text.resize(begin);
  bool keeps = nulls == Nulls::keep && !asks_for_null(condition);
  bool guards_left = keeps && cell.is_null && !annotation;
  bool guards_right = keeps && condition.expression && condition.expression->cell.is_null &&
                      condition.expression->type == Expression::Type::path;
  if (guards_left || guards_right) out_.text += '(';
  write_comparison(condition, left, cell);
  if (guards_left) out_.text += fmt::format(" AND {} IS NOT NULL", left);
  if (guards_right) {
    out_.text +=
        fmt::format(" AND {} IS NOT NULL", joins_.column(condition.expression->path, share));
  }
  if (guards_left || guards_right) out_.text += ')';
}

// Below a `not`, "for a row that it leads to": as a join it would say "for no row … but others".
void QueryWriter::write_as_subselect(const Condition& condition) {
  Select inner;
  inner.model = query_.model;
  inner.columns = {Column{{{}, &query_.model->id()}, {}}};
  inner.is_unordered = true;
  inner.where.type = Node::Type::condition;
  inner.where.condition = condition;
  out_.text += joins_.column(0, query_.model->id());
  out_.text += " IN (";
  QueryWriter(dialect_, out_, inner).write_select();
  out_.text += ')';
}

// --- comparisons -------------------------------------------------------------------------------

void QueryWriter::write_comparison(const Condition& condition, const std::string& left,
                                   const CellType& cell) {
  if (condition.expression) {
    const Expression& right = *condition.expression;
    out_.text += left;
    out_.text += sign_of(condition.lookup);
    Share share = Share::of(condition.call);
    bool aligns = cell.kind == Kind::decimal && right.cell.kind != Kind::real;
    return aligns ? write_scaled(right, cell.decimal_places, share)
                  : write_expression(right, share);
  }
  if (condition.lookup == Lookup::in) return write_in(condition, left, cell);
  if (asks_for_null(condition)) {
    out_.text += left;
    out_.text += asks_for_absence(condition) ? " IS NULL" : " IS NOT NULL";
    return;
  }
  write_value_comparison(condition, left, cell);
}

void QueryWriter::write_value_comparison(const Condition& condition, const std::string& left,
                                         const CellType& cell) {
  const Value& value = not_null(left, condition.values.front());
  if (is_text_lookup(condition.lookup)) {
    const auto* text = std::get_if<std::string>(&value);
    if (!text) throw Error(Code::invalid, fmt::format("{}: this lookup takes a text", left));
    return dialect_.write_text_lookup(out_, left, condition.lookup, *text);
  }
  switch (condition.lookup) {
    case Lookup::year:
    case Lookup::month:
    case Lookup::day:
    case Lookup::date: return write_date_lookup(condition, left, cell);
    case Lookup::range:
      out_.text += left;
      out_.text += " BETWEEN ";
      dialect_.bind(out_, value, cell);
      out_.text += " AND ";
      return dialect_.bind(out_, not_null(left, condition.values.at(1)), cell);
    default: break;
  }
  if (condition.lookup == Lookup::exact && !is_storable(value)) {
    out_.text += "1 = 0";
    return;
  }
  out_.text += left;
  out_.text += sign_of(condition.lookup);
  dialect_.bind(out_, value, cell);
}

// Years and days are ranges, so that an index finds them.
void QueryWriter::write_date_lookup(const Condition& condition, const std::string& left,
                                    const CellType& cell) {
  const Value& value = condition.values.front();
  auto write_range = [&](Date from, Date to) {
    auto bound = [&](Date date) {
      return cell.kind == Kind::date ? Value(date) : Value(midnight(date));
    };
    out_.text += fmt::format("({} >= ", left);
    dialect_.bind(out_, bound(from), cell);
    out_.text += fmt::format(" AND {} < ", left);
    dialect_.bind(out_, bound(to), cell);
    out_.text += ')';
  };
  if (condition.lookup == Lookup::date) {
    Date day = std::get<Date>(value);
    return write_range(day, {day.day + std::chrono::days(1)});
  }
  std::int64_t number = as_integer(value);
  if (condition.lookup != Lookup::year) {
    out_.text += dialect_.date_part(left, cell.kind, condition.lookup);
    out_.text += " = ";
    return dialect_.bind(out_, number);
  }
  if (!is_year(number)) {
    out_.text += "1 = 0";
  } else if (number == year_max) {
    out_.text += left + " >= ";
    Date first = first_day(number);
    dialect_.bind(out_, cell.kind == Kind::date ? Value(first) : Value(midnight(first)), cell);
  } else {
    write_range(first_day(number), first_day(number + 1));
  }
}

void QueryWriter::write_in(const Condition& condition, const std::string& left,
                           const CellType& cell) {
  if (condition.among) return write_among(*condition.among, left);
  if (condition.values.size() > in_values_max) {
    throw Error(Code::invalid, fmt::format("{}: more than {} values", left, in_values_max));
  }
  std::string joint = left + " IN (";
  for (const Value& value : condition.values) {
    // Never equal to anything.
    if (std::holds_alternative<Null>(value) || !is_storable(value)) continue;
    out_.text += joint;
    dialect_.bind(out_, value, cell);
    joint = ", ";
  }
  out_.text += joint == ", " ? ")" : "1 = 0";
}

// A Null among the values would make "not in" unknown for every row; MariaDB takes no LIMIT there.
void QueryWriter::write_among(const Select& among, const std::string& left) {
  TT_ASSERT(among.columns.size() == 1);
  if (among.is_none) {
    out_.text += "1 = 0";
    return;
  }
  Select inner = among;
  bool is_slice = inner.limit || inner.offset != 0;
  if (!is_slice) {
    inner.order.clear();
    inner.is_unordered = true;
  }
  const Column& column = inner.columns.front();
  if (!is_slice && !column.is_annotation() && result_types(inner)[0].is_null) {
    inner.where =
        both(std::move(inner.where), make_condition(column.path, Lookup::isnull, {false}));
  }
  out_.text += left;
  out_.text += is_slice ? " IN (SELECT * FROM (" : " IN (";
  QueryWriter(dialect_, out_, inner).write_select();
  out_.text += is_slice ? ") AS chosen)" : ")";
}

void QueryWriter::write_raw(const RawCondition& raw) {
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

}  // namespace tt::orm::detail
