#include "orm/engine/mongo/filter.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/error.h"
#include "orm/engine/mongo/comparison.h"
#include "orm/engine/mongo/raw_text.h"

namespace tt::orm::engine {
namespace {

const Bson null_bson{Value(Null{})};

bool is_path(const Expression& expression) { return expression.type == Expression::Type::path; }

bool asks_for_null(const Condition& condition) {
  if (condition.expression || condition.among) return false;
  return condition.lookup == Lookup::isnull ||
         (condition.lookup == Lookup::exact && std::holds_alternative<Null>(condition.values[0]));
}

}  // namespace

Array FilterWriter::write_all(const std::vector<Node>& nodes, Parity parity) {
  Array filters;
  for (const Node& node : nodes) filters.add(write(node, parity));
  return filters;
}

Bson FilterWriter::write(const Node& node, Parity parity) {
  switch (node.type) {
    case Node::Type::all_of:
      if (node.children.empty()) return matches_all();
      if (node.children.size() == 1) return write(node.children.front(), parity);
      return Document{{"$and", write_all(node.children, parity)}};
    case Node::Type::any_of:
      if (node.children.empty()) return matches_none();
      return Document{{"$or", write_all(node.children, parity)}};
    case Node::Type::none_of:
      if (node.children.empty()) return matches_all();
      parity = parity == Parity::even ? Parity::odd : Parity::even;
      return Document{{"$nor", write_all(node.children, parity)}};
    case Node::Type::condition: return write_condition(node.condition, parity);
    case Node::Type::raw: return read_raw_text(node.raw.sql, node.raw.values);
  }
  TT_ASSERT(!"unknown node");
}

std::string FilterWriter::place_of(const Path& path, unsigned call) {
  return place_of_ ? place_of_(path) : joins_.place(path, call);
}

Bson FilterWriter::write_condition(const Condition& condition, Parity parity) {
  const Column& left = condition.left;
  if (parity == Parity::odd && !left.is_annotation() && left.path.is_many()) {
    return write_exists(condition);
  }
  std::string place = left.is_annotation() ? annotation_member(left.annotation)
                                           : place_of(left.path, condition.call);
  Bson filter = write_comparison(condition, place);
  bool is_computed =
      left.is_annotation() || (condition.expression && !is_path(*condition.expression));
  if (parity == Parity::even || !is_computed || asks_for_null(condition)) return filter;
  // Not known because of a null that was computed: neither it nor its opposite holds, as in SQL.
  Array either = list(std::move(filter), Document{{place, null_bson}});
  if (condition.expression) {
    auto inner_place = [&](const Path& path) { return place_of(path, condition.call); };
    Bson right = write_expression(*condition.expression, inner_place);
    either.add(expression_filter(Document{{"$not", list(has_value(std::move(right)))}}));
  }
  return Document{{"$or", std::move(either)}};
}

Bson FilterWriter::write_comparison(const Condition& condition, const std::string& place) {
  if (condition.expression) return write_expression_condition(condition, place);
  if (condition.among) return is_one_of(place, resolve_(*condition.among));
  // The lookups of the calendar need to know whether it is a time or a date.
  const Column& left = condition.left;
  Kind kind = left.is_annotation() ? Kind::time : left.path.field->kind;
  return compare({place, kind, condition.lookup, condition.values});
}

Bson FilterWriter::write_expression_condition(const Condition& condition,
                                              const std::string& place) {
  auto inner_place = [&](const Path& path) { return place_of(path, condition.call); };
  Bson left = reference(place);
  Bson right = write_expression(*condition.expression, inner_place);
  Document compared{{operator_of(condition.lookup), list(left, right)}};
  return expression_filter(
      Document{{"$and", list(has_value(left), has_value(right), std::move(compared))}});
}

// The row once more, joined for itself: is there such a one?
Bson FilterWriter::write_exists(const Condition& condition) {
  Joins joins;
  FilterWriter inner(model_, joins, resolve_);
  Bson filter = inner.write_condition(condition, Parity::even);
  Array stages =
      list(Document{{"$match", expression_filter(Document{{"$eq", list("$_id", "$$row")}})}});
  joins.write(stages);
  stages.add(Document{{"$match", std::move(filter)}})
      .add(Document{{"$limit", 1}})
      .add(Document{{"$project", Document{{"_id", 1}}}});
  std::string name = fmt::format("__e{}", lookups_.size());
  lookups_.push_back(Document{{"from", model_.table},
                              {"let", Document{{"row", "$_id"}}},
                              {"pipeline", std::move(stages)},
                              {"as", name}});
  return Document{{name + ".0", Document{{"$exists", true}}}};
}

void FilterWriter::write_lookups(Array& stages) const {
  for (const Document& lookup : lookups_) stages.add(Document{{"$lookup", lookup}});
}

}  // namespace tt::orm::engine
