#include "orm/engine/mongo/plan.h"

#include <bson/bson.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "orm/engine/mongo/comparison.h"
#include "orm/engine/mongo/raw_text.h"

namespace tt::orm::engine {
namespace {

const Bson null_bson{Value(Null{})};

Document or_null(const std::string& place) {
  return Document{{"$ifNull", list(reference(place), null_bson)}};
}

std::int64_t bound(std::size_t count) { return static_cast<std::int64_t>(count); }

// The cells of the result in their order, as columns.
std::vector<Column> result_columns(const Select& query) {
  std::vector<Column> columns = query.columns;
  if (!columns.empty()) return columns;
  auto add_model = [&](const ModelInfo& model, const std::vector<Step>& steps) {
    for (const FieldInfo& field : model.fields) {
      if (field.has_column()) columns.push_back({Path{steps, &field}, {}});
    }
  };
  if (query.grouping != Grouping::whole) {
    add_model(*query.model, {});
    for (const auto& steps : query.related) add_model(steps.back().to(), steps);
  }
  for (const Annotation& annotation : query.annotations) {
    columns.push_back({Path{}, annotation.name});
  }
  return columns;
}

class Planner {
 public:
  Planner(const Select& query, const ResolveValues& resolve)
      : query_(query), resolve_(resolve), filter_(*query.model, joins_, resolve) {
    for (const Annotation& annotation : query.annotations) {
      if (is_about_group(annotation.expression)) group_names_.push_back(annotation.name);
    }
    is_grouped_ = !group_names_.empty() || query.grouping == Grouping::whole;
    if (is_grouped_ && query.grouping != Grouping::whole) group_ = group_columns();
  }

  Plan select() {
    if (auto simple = find_command()) return {*std::move(simple), cells_, false, {}};
    Array stages = rows();
    auto columns = places(result_columns(query_));
    auto order = order_places();
    if (query_.is_distinct) make_distinct(columns, order);
    finish_rows(stages, order);
    Document fields{{"_id", 0}};
    for (std::size_t i = 0; i < columns.size(); ++i) {
      fields.add(fmt::format("c{}", i), reference(columns[i]));
    }
    stages.add(Document{{"$project", std::move(fields)}});
    return {command(std::move(stages)), numbered_cells(), false, row_if_none()};
  }

  Plan count() {
    Array stages = rows();
    auto columns = places(result_columns(query_));
    Order order;  // does not matter
    if (query_.is_distinct) make_distinct(columns, order);
    finish_rows(stages, order);
    stages.add(Document{{"$group", Document{{"_id", null_bson}, {"n", Document{{"$sum", 1}}}}}});
    Cell number{"n", {Kind::integer, 0, false}};
    return {command(std::move(stages)), {number}, false, Row{std::int64_t{0}}};
  }

  // The stages up to the result, each row a document whose members are named after `columns`.
  Array named_rows() {
    Array stages = rows();
    auto columns = places(query_.columns);
    auto order = order_places();
    if (query_.is_distinct) make_distinct(columns, order);
    finish_rows(stages, order);
    Document fields{{"_id", 0}};
    for (std::size_t i = 0; i < columns.size(); ++i) {
      fields.add(annotation_member(query_.columns[i].annotation), reference(columns[i]));
    }
    stages.add(Document{{"$project", std::move(fields)}});
    return stages;
  }
  const std::string& collection() const { return query_.model->table; }

 private:
  using Places = std::vector<std::string>;
  struct OrderKey {
    std::string place;
    Direction direction = Direction::ascending;
  };
  using Order = std::vector<OrderKey>;

  bool is_about_group(const Expression& expression) const {
    if (expression.type == Expression::Type::aggregate) return true;
    if (expression.type == Expression::Type::annotation) return is_group_name(expression.name);
    return std::ranges::any_of(expression.operands,
                               [&](const Expression& operand) { return is_about_group(operand); });
  }
  bool is_group_name(const std::string& name) const {
    return std::ranges::count(group_names_, name) != 0;
  }
  bool is_about_group(const Node& node) const {
    const Column& left = node.condition.left;
    if (left.is_annotation() && is_group_name(left.annotation)) return true;
    const auto& expression = node.condition.expression;
    if (expression && is_about_group(*expression)) return true;
    return std::ranges::any_of(node.children,
                               [&](const Node& child) { return is_about_group(child); });
  }

  // --- one table, no expressions

  std::optional<Document> find_command() {
    bool is_plain = query_.annotations.empty() && query_.related.empty() && !query_.is_distinct &&
                    !query_.raw && !query_.source && !is_grouped_;
    if (!is_plain) return std::nullopt;
    auto columns = result_columns(query_);
    auto is_own = [](const Column& column) { return column.path.steps.empty(); };
    auto order = effective_order(query_);
    if (!std::ranges::all_of(columns, is_own) ||
        !std::ranges::all_of(order, is_own, &OrderBy::column)) {
      return std::nullopt;
    }
    auto filter = plan_filter(*query_.model, query_.where, resolve_);
    if (!filter) return std::nullopt;
    Document command{{"find", query_.model->table}, {"filter", *std::move(filter)}};
    Document keys = sort_keys(order_places());
    if (!keys.empty()) command.add("sort", std::move(keys));
    add_projection(command, columns);
    if (query_.offset != 0) command.add("skip", bound(query_.offset));
    if (query_.limit) command.add("limit", bound(*query_.limit));
    return command;
  }

  void add_projection(Document& command, const std::vector<Column>& columns) {
    auto types = result_types(query_);
    Document fields;
    bool has_id = false;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      std::string member = member_of(*columns[i].path.field);
      has_id |= member == "_id";
      bool is_new = std::ranges::count(fields.members, member, &Member::name) == 0;
      if (is_new) fields.add(member, 1);
      cells_.push_back({member, types[i]});
    }
    if (!has_id) fields.add("_id", 0);
    command.add("projection", std::move(fields));
  }

  // --- stages

  // Rows of the result, not yet in their order.
  Array rows() {
    Array stages = source_stages();
    split_conditions();
    Array row_sets = annotation_stages(query_.annotations);
    // All that can ask for a join has to, before they are written.
    auto columns = result_columns(query_);
    if (!is_grouped_ || query_.grouping == Grouping::by_row) {
      places(columns);
      order_places();
    }
    Array groups = is_grouped_ ? group_stages() : Array();
    add_match(stages, early_);
    joins_.write(stages);
    filter_.write_lookups(stages);
    append(stages, std::move(row_sets));
    add_match(stages, late_);
    append(stages, std::move(groups));
    return stages;
  }

  static void append(Array& stages, Array more) {
    std::ranges::move(more.items, std::back_inserter(stages.items));
  }

  static void add_match(Array& stages, Array filters) {
    if (filters.items.empty()) return;
    Bson filter = filters.items.size() == 1 ? std::move(filters.items[0])
                                            : Bson(Document{{"$and", std::move(filters)}});
    stages.add(Document{{"$match", std::move(filter)}});
  }

  Array source_stages() {
    if (query_.source) {
      Planner source(*query_.source, resolve_);
      collection_ = source.collection();
      return source.named_rows();
    }
    if (!query_.raw) return {};
    return raw_stages(read_raw_text(query_.raw->sql, query_.raw->values));
  }

  // An aggregate as the rows; a find has no pipeline.
  Array raw_stages(const RawDocument& raw) {
    auto name = name_of(raw);
    if (name.name != "aggregate" || name.collection.empty()) {
      throw Error(Code::unsupported,
                  R"(rows of a raw query are those of {"aggregate": TABLE, "pipeline": [...]})");
    }
    collection_ = name.collection;
    bson_t document;
    bson_iter_t at, stage;
    Array stages;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(raw.bytes.data());
    TT_ASSERT(bson_init_static(&document, bytes, raw.bytes.size()));
    if (!bson_iter_init_find(&at, &document, "pipeline") || !bson_iter_recurse(&at, &stage)) {
      return stages;
    }
    while (bson_iter_next(&stage)) {
      std::uint32_t size = 0;
      const std::uint8_t* data = nullptr;
      if (!BSON_ITER_HOLDS_DOCUMENT(&stage)) continue;
      bson_iter_document(&stage, &size, &data);
      stages.add(RawDocument{std::string(reinterpret_cast<const char*>(data), size)});
    }
    return stages;
  }

  // By where in the pipeline they can be decided.
  void split_conditions() {
    if (query_.where.is_true()) return;
    std::vector<Node> all;
    if (query_.where.type == Node::Type::all_of) {
      all = query_.where.children;
    } else {
      all = {query_.where};
    }
    for (const Node& node : all) {
      if (is_about_group(node)) {
        having_.push_back(node);
      } else if (auto own = plan_filter(*query_.model, node, resolve_)) {
        early_.add(*std::move(own));
      } else {
        late_.add(filter_.write(node));
      }
    }
  }

  // Of those that do not need the groups.
  Array annotation_stages(const std::vector<Annotation>& annotations) {
    Array stages;
    for (const Annotation& annotation : annotations) {
      if (is_group_name(annotation.name)) continue;
      auto place = [&](const Path& path) { return joins_.shared_place(path, annotation.call); };
      Bson value = write_expression(annotation.expression, place);
      std::string member = annotation_member(annotation.name);
      stages.add(Document{{"$set", Document{{member, std::move(value)}}}});
    }
    return stages;
  }

  Array group_stages() {
    Accumulators accumulators;
    Array sets = group_annotation_stages(accumulators);
    Array stages;
    Document group{{"_id", group_key()}};
    if (query_.grouping == Grouping::by_row) {
      group.add("__row", Document{{"$first", "$$ROOT"}});
    }
    for (const Member& member : accumulators.members()) group.add(member.name, member.value);
    stages.add(Document{{"$group", std::move(group)}});
    if (query_.grouping == Grouping::by_row) {
      stages.add(row_again(accumulators));
    }
    append(stages, std::move(sets));
    add_match(stages, having_filters());
    return stages;
  }

  Bson group_key() {
    if (query_.grouping == Grouping::whole) return null_bson;
    Document key;
    if (query_.grouping == Grouping::by_row) key.add("row", "$_id");
    for (std::size_t i = 0; i < group_.size(); ++i) {
      key.add(fmt::format("k{}", i), or_null(row_place(group_[i])));
    }
    return key;
  }

  // What rows are grouped by: also by all else that is no aggregate and may differ between rows
  // that come from the same row of the table.
  std::vector<Column> group_columns() const {
    std::vector<Column> columns;
    if (query_.grouping == Grouping::by_column) columns = query_.group;
    for (const Annotation& annotation : query_.annotations) {
      Column column{Path{}, annotation.name};
      if (!is_group_name(annotation.name)) add_column(columns, column);
    }
    if (query_.grouping != Grouping::by_row) return columns;
    for (const Column& column : query_.columns) add_joined(columns, column);
    for (const OrderBy& order : query_.order) add_joined(columns, order.column);
    return columns;
  }
  static void add_column(std::vector<Column>& columns, const Column& column) {
    auto is_same = [&](const Column& each) {
      return each.path == column.path && each.annotation == column.annotation;
    };
    if (std::ranges::none_of(columns, is_same)) columns.push_back(column);
  }
  static void add_joined(std::vector<Column>& columns, const Column& column) {
    if (!column.is_annotation() && !column.path.steps.empty()) add_column(columns, column);
  }

  // The document as it was before the $group, and what the accumulators found.
  static Document row_again(const Accumulators& accumulators) {
    Document found;
    for (const Member& member : accumulators.members()) {
      found.add(member.name, reference(member.name));
    }
    Document merged{{"$mergeObjects", list("$__row", std::move(found))}};
    return Document{{"$replaceRoot", Document{{"newRoot", std::move(merged)}}}};
  }

  Array group_annotation_stages(Accumulators& accumulators) {
    Array sets;
    for (const Annotation& annotation : query_.annotations) {
      if (!is_group_name(annotation.name)) continue;
      auto place = [&](const Path& path) { return joins_.shared_place(path, annotation.call); };
      Bson value = write_expression(annotation.expression, place, &accumulators);
      std::string member = annotation_member(annotation.name);
      sets.add(Document{{"$set", Document{{member, std::move(value)}}}});
    }
    return sets;
  }

  Array having_filters() {
    FilterWriter writer(*query_.model, joins_, resolve_);
    if (query_.grouping != Grouping::by_row) {
      writer.set_place([&](const Path& path) { return result_place({path, {}}); });
    }
    Array filters;
    for (const Node& node : having_) filters.add(writer.write(node));
    return filters;
  }

  // --- places

  std::string row_place(const Column& column) {
    if (column.is_annotation()) return annotation_member(column.annotation);
    return joins_.shared_place(column.path, query_.calls);
  }

  // After the groups were made.
  std::string result_place(const Column& column) {
    bool is_regrouped = is_grouped_ && query_.grouping != Grouping::by_row;
    if (!is_regrouped) return row_place(column);
    for (std::size_t i = 0; i < group_.size(); ++i) {
      const Column& key = group_[i];
      if (key.path == column.path && key.annotation == column.annotation) {
        return fmt::format("_id.k{}", i);
      }
    }
    if (column.is_annotation() && is_group_name(column.annotation)) {
      return annotation_member(column.annotation);
    }
    throw Error(Code::invalid,
                fmt::format("{}: rows were not grouped by it, so it has no single value",
                            column.is_annotation() ? column.annotation : column.path.field->name));
  }

  Places places(const std::vector<Column>& columns) {
    Places found;
    for (const Column& column : columns) found.push_back(result_place(column));
    return found;
  }

  Order order_places() {
    Order order;
    for (const OrderBy& key : effective_order(query_)) {
      order.push_back({result_place(key.column), key.direction});
    }
    return order;
  }

  // --- the end of the pipeline

  // Rows are equal if their cells and what they are ordered by are.
  void make_distinct(Places& columns, Order& order) {
    Document key;
    auto take = [&](std::string& place, std::string name) {
      key.add(name, or_null(place));
      place = "_id." + name;
    };
    for (std::size_t i = 0; i < columns.size(); ++i) take(columns[i], fmt::format("c{}", i));
    for (std::size_t i = 0; i < order.size(); ++i) take(order[i].place, fmt::format("o{}", i));
    distinct_ = Document{{"$group", Document{{"_id", std::move(key)}}}};
  }

  static Document sort_keys(const Order& order) {
    Document keys;
    for (const OrderKey& key : order) {
      bool is_new = std::ranges::count(keys.members, key.place, &Member::name) == 0;
      if (is_new) keys.add(key.place, key.direction == Direction::ascending ? 1 : -1);
    }
    return keys;
  }

  void finish_rows(Array& stages, const Order& order) {
    if (distinct_) stages.add(*distinct_);
    Document keys = sort_keys(order);
    if (!keys.empty()) stages.add(Document{{"$sort", std::move(keys)}});
    if (query_.offset != 0) stages.add(Document{{"$skip", bound(query_.offset)}});
    if (query_.limit) stages.add(Document{{"$limit", bound(*query_.limit)}});
  }

  Document command(Array stages) {
    return Document{{"aggregate", collection_.empty() ? query_.model->table : collection_},
                    {"pipeline", std::move(stages)},
                    {"cursor", Document()},
                    {"allowDiskUse", true}};
  }

  std::vector<Cell> numbered_cells() {
    std::vector<Cell> cells;
    for (const CellType& type : result_types(query_)) {
      cells.push_back({fmt::format("c{}", cells.size()), type});
    }
    return cells;
  }

  std::optional<Row> row_if_none() {
    if (query_.grouping != Grouping::whole || !having_.empty()) return std::nullopt;
    Row row;
    for (const Column& column : result_columns(query_)) {
      const Annotation* annotation = find_annotation(query_, column.annotation);
      row.push_back(annotation ? value_of_nothing(annotation->expression) : Value(Null{}));
    }
    return row;
  }

  const Select& query_;
  const ResolveValues& resolve_;
  Joins joins_;
  FilterWriter filter_;
  std::vector<std::string> group_names_;  // annotations that are made of aggregates
  bool is_grouped_ = false;
  std::vector<Column> group_;
  std::string collection_;  // if it is not the model's
  Array early_, late_;
  std::vector<Node> having_;
  std::optional<Document> distinct_;
  std::vector<Cell> cells_;
};

bool has_no_rows(const Select& query) {
  return query.is_none || (query.limit && *query.limit == 0);
}

bool is_own(const Expression& expression) {
  if (expression.type == Expression::Type::annotation) return false;
  if (expression.type == Expression::Type::path) return expression.path.steps.empty();
  return std::ranges::all_of(expression.operands,
                             [](const Expression& operand) { return is_own(operand); });
}

// Whether it can be decided by the row of the table alone.
bool is_own(const Node& node) {
  if (node.type == Node::Type::condition) {
    const Condition& condition = node.condition;
    if (condition.left.is_annotation() || !condition.left.path.steps.empty()) return false;
    return !condition.expression || is_own(*condition.expression);
  }
  return std::ranges::all_of(node.children, [](const Node& child) { return is_own(child); });
}

}  // namespace

Plan plan_select(const Select& query, const ResolveValues& resolve) {
  if (has_no_rows(query) && query.grouping != Grouping::whole) return {{}, {}, true, {}};
  return Planner(query, resolve).select();
}

Plan plan_count(const Select& query, const ResolveValues& resolve) {
  if (has_no_rows(query)) return {{}, {}, true, {}};
  return Planner(query, resolve).count();
}

std::optional<Bson> plan_filter(const ModelInfo& model, const Node& where,
                                const ResolveValues& resolve) {
  if (!is_own(where)) return std::nullopt;
  Joins joins;
  return FilterWriter(model, joins, resolve).write(where);
}

Plan plan_ids(const ModelInfo& model, const Node& where, const ResolveValues& resolve) {
  Select query;
  query.model = &model;
  query.columns = {{Path{{}, &model.id()}, {}}};
  query.where = where;
  query.is_unordered = true;
  return plan_select(query, resolve);
}

}  // namespace tt::orm::engine
