#include "orm/queryset.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "orm/current.h"

namespace tt::orm {

DoesNotExist::DoesNotExist(const ModelInfo& model)
    : Error(Code::not_found, fmt::format("{} matching query does not exist.", model.name)) {}

MultipleObjectsReturned::MultipleObjectsReturned(const ModelInfo& model, std::size_t count)
    : Error(Code::internal,
            fmt::format("get() returned more than one {} -- it returned {}!", model.name,
                        count < detail::get_rows_max ? fmt::to_string(count) : "more than 20")) {}

}  // namespace tt::orm

namespace tt::orm::detail {

Session& session_or_current(Session* session) { return session ? *session : current_session(); }

std::pair<std::vector<Step>, const FieldInfo*> walk(const ModelInfo& model,
                                                    const Positions& positions) {
  std::vector<Step> steps;
  const ModelInfo* at = &model;
  const FieldInfo* field = nullptr;
  for (std::size_t i = 0; i < positions.count; ++i) {
    if (field) steps.push_back({field, Way::forward});
    field = &at->fields[positions.at[i]];
    if (field->is_relation()) at = &field->target();
  }
  return {std::move(steps), field};
}

// --- changes of a query ------------------------------------------------------------------------

void drop_rows(Select& query) { query.is_none = true; }

void drop_order(Select& query) {
  query.order.clear();
  query.is_unordered = true;
}

void make_distinct(Select& query) { query.is_distinct = true; }

void order_by_id(Select& query) {
  if (effective_order(query).empty()) query.order = {{{{{}, &query.model->id()}, {}}}};
}

void reverse_order(Select& query) {
  query.order = effective_order(query);
  for (OrderBy& key : query.order) {
    key.direction =
        key.direction == Direction::ascending ? Direction::descending : Direction::ascending;
  }
}

void take_slice(Select& query, std::size_t from, std::size_t to) {
  std::size_t count = to > from ? to - from : 0;
  if (query.limit) {
    std::size_t left = *query.limit > from ? *query.limit - from : 0;
    count = std::min(count, left);
  }
  query.limit = count;
  query.offset += from;
}

void add_related(Select& query, std::vector<Step> steps) {
  for (std::size_t count = 1; count <= steps.size(); ++count) {
    std::vector<Step> way(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(count));
    if (!way.back().field->has_column()) {
      throw Error(Code::invalid,
                  fmt::format("select_related: {} is not a foreign key", way.back().field->name));
    }
    if (std::ranges::find(query.related, way) == query.related.end()) {
      query.related.push_back(std::move(way));
    }
  }
}

void require_no_slice(const Select& query) {
  if (!query.limit && query.offset == 0) return;
  throw Error(Code::internal,
              "Cannot filter, change or erase a query once a slice has been taken.");
}

// --- reading -----------------------------------------------------------------------------------

namespace {

// Whether no row can satisfy the condition, as Django finds it: an `in` without values.
bool is_never(const Node& node) {
  const Condition& condition = node.condition;
  switch (node.type) {
    case Node::Type::all_of: return std::ranges::any_of(node.children, is_never);
    case Node::Type::any_of: return std::ranges::all_of(node.children, is_never);
    case Node::Type::condition:
      if (condition.among) return condition.among->is_none || is_never(condition.among->where);
      return condition.lookup == Lookup::in && condition.values.empty();
    default: return false;
  }
}

bool finds_nothing(const Select& query) {
  return query.is_none || (query.limit && *query.limit == 0) || is_never(query.where);
}

void attach_links(const ModelInfo& info, void* model, std::int64_t id) {
  if (info.columns.size() == info.fields.size()) return;
  for (const FieldInfo& field : info.fields) {
    if (!field.has_column()) field.attach(static_cast<char*>(model) + field.offset, field, id);
  }
}

// Fills the rows that came along with a row of the model, each into the foreign key that leads to
// it.
class RelatedFiller {
 public:
  explicit RelatedFiller(const Select& query) : related_(query.related) {
    std::size_t at = query.model->columns.size();
    for (const auto& steps : related_) {
      begins_.push_back(at);
      at += steps.back().to().columns.size();
    }
    end_ = at;
  }

  void fill(void* model, std::span<Value> cells) const { fill_behind(model, nullptr, cells); }
  std::size_t end() const { return end_; }

 private:
  using Steps = std::vector<Step>;

  // What hangs on the row that `way` leads to.
  void fill_behind(void* model, const Steps* way, std::span<Value> cells) const {
    for (std::size_t i = 0; i < related_.size(); ++i) {
      const Steps& steps = related_[i];
      std::size_t before = steps.size() - 1;
      bool is_child = before == (way ? way->size() : 0) &&
                      (!way || std::equal(way->begin(), way->end(), steps.begin()));
      if (is_child) fill_one(model, i, cells);
    }
  }

  void fill_one(void* model, std::size_t index, std::span<Value> cells) const {
    const Steps& steps = related_[index];
    const ModelInfo& target = steps.back().to();
    auto own = cells.subspan(begins_[index], target.columns.size());
    if (std::holds_alternative<Null>(own.front())) return;
    const FieldInfo& field = *steps.back().field;
    field.keep_related(static_cast<char*>(model) + field.offset, [&](void* row) {
      detail::fill(target, row, own);
      fill_behind(row, &steps, cells);
    });
  }

  const std::vector<Steps>& related_;
  std::vector<std::size_t> begins_;
  std::size_t end_ = 0;
};

}  // namespace

void fill(const ModelInfo& info, void* model, std::span<Value> cells) {
  TT_ASSERT(cells.size() >= info.columns.size());
  const std::int64_t* id = std::get_if<std::int64_t>(&cells.front());
  if (id) attach_links(info, model, *id);
  for (std::size_t i = 0; i < info.columns.size(); ++i) {
    const FieldInfo& field = *info.columns[i];
    field.write(static_cast<char*>(model) + field.offset, std::move(cells[i]));
  }
}

void load_rows(Session& session, const Select& query, const RowSink& sink) {
  if (finds_nothing(query)) return;
  if (query.grouping != Grouping::by_row) {
    throw Error(Code::internal, "the rows of group_by() are asked with values_list()");
  }
  const ModelInfo& info = *query.model;
  RelatedFiller related(query);
  auto take = [&](std::span<Value> cells) {
    void* model = sink.add(sink.rows);
    if (!query.related.empty()) related.fill(model, cells);
    fill(info, model, cells.first(info.columns.size()));
    if (sink.annotate) sink.annotate(model, cells.subspan(related.end()));
  };
  session.select(query, take);
}

std::int64_t count_rows(Session& session, const Select& query) {
  return finds_nothing(query) ? 0 : session.count(query);
}

bool has_rows(Session& session, const Select& query) {
  if (finds_nothing(query)) return false;
  Select one = query;
  one.limit = 1;
  one.order.clear();
  one.is_unordered = true;
  return session.count(one) > 0;
}

void throw_not_found(const ModelInfo& info) { throw DoesNotExist(info); }
void throw_several(const ModelInfo& info, std::size_t count) {
  throw MultipleObjectsReturned(info, count);
}

// --- columns, annotations, aggregates ----------------------------------------------------------

Select with_columns(const Select& query, std::vector<Column> columns) {
  Select out = query;
  out.columns = std::move(columns);
  out.related.clear();
  return out;
}

Select column_of(const Select& query, Column column) {
  std::vector<Column> columns;
  columns.push_back(std::move(column));
  return with_columns(query, std::move(columns));
}

void select_cells(Session& session, const Select& query, const TakeCells& take) {
  if (!finds_nothing(query)) session.select(query, take);
}

void resolve_annotations(Expression& expression, const Select& query) {
  for (Expression& operand : expression.operands) resolve_annotations(operand, query);
  switch (expression.type) {
    case Expression::Type::annotation: {
      const Annotation* annotation = find_annotation(query, expression.name);
      TT_ASSERT(annotation != nullptr);
      expression.cell = annotation->expression.cell;
      return;
    }
    case Expression::Type::arithmetic:
      expression.cell =
          arithmetic(expression.sign, expression.operands[0], expression.operands[1]).cell;
      return;
    case Expression::Type::aggregate:
      expression.cell = aggregate(expression.function, expression.operands[0]).cell;
      return;
    default: return;
  }
}

void add_annotation(Select& query, Annotation annotation, unsigned call) {
  annotation.call = call;
  resolve_annotations(annotation.expression, query);
  query.annotations.push_back(std::move(annotation));
}

namespace {

// Replaces what an aggregate is of by a column of the inner query.
void move_inside(Expression& expression, Select& inner) {
  if (expression.type == Expression::Type::path ||
      expression.type == Expression::Type::annotation) {
    std::string name = fmt::format("cell{}", inner.columns.size());
    Annotation column{name, expression, ++inner.calls};
    if (expression.type == Expression::Type::annotation) {
      name = expression.name;
    } else {
      inner.annotations.push_back(std::move(column));
    }
    inner.columns.push_back({{}, name});
    expression = annotation_expression(name, expression.cell);
  }
  for (Expression& operand : expression.operands) move_inside(operand, inner);
}

}  // namespace

void load_aggregates(Session& session, const Select& query, std::vector<Annotation> wanted,
                     const TakeCells& take) {
  for (Annotation& annotation : wanted) resolve_annotations(annotation.expression, query);
  bool is_inner = query.limit || query.offset != 0 || query.is_distinct || has_aggregates(query);
  Select outer = query;
  outer.related.clear();
  if (is_inner) {
    Select inner = query;
    inner.related.clear();
    inner.columns.clear();
    if (inner.is_distinct) {  // of whole rows
      inner.columns.push_back({{{}, &inner.model->id()}, {}});
    }
    for (Annotation& annotation : wanted) move_inside(annotation.expression, inner);
    outer = Select{};
    outer.model = query.model;
    outer.source = std::make_shared<const Select>(std::move(inner));
  }
  outer.order.clear();
  for (Annotation& annotation : wanted) {
    annotation.call = ++outer.calls;
    outer.annotations.push_back(std::move(annotation));
  }
  outer.columns.clear();
  for (std::size_t i = outer.annotations.size() - wanted.size(); i < outer.annotations.size();
       ++i) {
    outer.columns.push_back({{}, outer.annotations[i].name});
  }
  outer.grouping = Grouping::whole;
  session.select(outer, take);
}

// --- writing -----------------------------------------------------------------------------------

namespace {

std::int64_t id_in(const ModelInfo& info, const void* model) {
  return std::get<std::int64_t>(info.id().value_in(model));
}

void set_id(const ModelInfo& info, void* model, std::int64_t id) {
  info.id().write(static_cast<char*>(model) + info.id().offset, id);
  attach_links(info, model, id);
}

enum class Saving { first, again };

void set_times(const ModelInfo& info, void* model, Saving saving) {
  for (const FieldInfo* field : info.columns) {
    bool is_due = field->auto_now == AutoNow::when_saved ||
                  (field->auto_now == AutoNow::when_added && saving == Saving::first);
    if (!is_due) continue;
    Time now = SystemClock().now();
    Value value = now;
    if (field->kind == Kind::date) value = Date{std::chrono::floor<std::chrono::days>(now)};
    field->write(static_cast<char*>(model) + field->offset, std::move(value));
  }
}

Value checked_value(const FieldInfo& field, const void* model) {
  Value value = field.value_in(model);
  check(field, value);
  return value;
}

enum class Ids { chosen_by_engine, given };

// With as many cells in one statement as SQLite and PostgreSQL take.
constexpr std::size_t insert_cells_max = 30'000;

void insert_part(Session& session, const ModelInfo& info, std::span<void* const> models, Ids ids) {
  Insert insert{&info, {}, {}};
  for (const FieldInfo* field : info.columns) {
    if (field->kind != Kind::id || ids == Ids::given) insert.fields.push_back(field);
  }
  insert.rows.reserve(models.size());
  for (const void* model : models) {
    Row& row = insert.rows.emplace_back();
    row.reserve(insert.fields.size());
    for (const FieldInfo* field : insert.fields) row.push_back(checked_value(*field, model));
  }
  auto made = session.insert(insert);
  TT_ASSERT(made.size() == models.size());
  for (std::size_t i = 0; i < models.size(); ++i) set_id(info, models[i], made[i]);
}

void insert_all(Session& session, const ModelInfo& info, std::span<void* const> models, Ids ids) {
  std::size_t rows_max = info.columns.size() == 1 && ids == Ids::chosen_by_engine
                             ? 1
                             : std::max<std::size_t>(1, insert_cells_max / info.columns.size());
  while (!models.empty()) {
    auto part = models.first(std::min(rows_max, models.size()));
    insert_part(session, info, part, ids);
    models = models.subspan(part.size());
  }
}

}  // namespace

void insert_row(Session& session, const ModelInfo& info, void* model) {
  set_times(info, model, Saving::first);
  Ids ids = id_in(info, model) == 0 ? Ids::chosen_by_engine : Ids::given;
  insert_part(session, info, {&model, 1}, ids);
}

void insert_rows(Session& session, const ModelInfo& info, std::span<void* const> models) {
  if (models.empty()) return;
  std::vector<void*> chosen, given;
  for (void* model : models) {
    set_times(info, model, Saving::first);
    (id_in(info, model) == 0 ? chosen : given).push_back(model);
  }
  session.transact_with([&](Session& inside) {
    insert_all(inside, info, given, Ids::given);
    insert_all(inside, info, chosen, Ids::chosen_by_engine);
  });
}

void save_row(Session& session, const ModelInfo& info, void* model) {
  std::int64_t id = id_in(info, model);
  if (id == 0) return insert_row(session, info, model);
  set_times(info, model, Saving::again);
  Update update{&info, {}, make_condition({{}, &info.id()}, Lookup::exact, {id})};
  for (const FieldInfo* field : info.columns) {
    if (field->kind == Kind::id) continue;
    update.values.push_back({field, constant(checked_value(*field, model), type_of(*field))});
  }
  if (update.values.empty()) return;
  if (session.update(update) == 0) throw_not_found(info);
}

std::int64_t update_rows(Session& session, const Update& update) {
  for (const Assignment& assignment : update.values) {
    const Expression& value = assignment.value;
    if (value.type == Expression::Type::constant) check(*assignment.field, value.value);
  }
  if (update.values.empty() || is_never(update.where)) return 0;
  return session.update(update);
}

std::int64_t erase_rows(Session& session, const Select& query) {
  if (!session.has_foreign_keys()) {
    Removed removed = remove_rows(session, query);
    auto own = removed.counts.find(query.model);
    return own == removed.counts.end() ? 0 : own->second;
  }
  if (finds_nothing(query)) return 0;
  return session.erase(Erase{query.model, query.where});
}

// --- get_or_create -----------------------------------------------------------------------------

Node all_equal(const std::vector<Assignment>& fields) {
  Node node;
  for (const Assignment& field : fields) {
    node = both(std::move(node),
                make_condition({{}, field.field}, Lookup::exact, {field.value.value}));
  }
  return node;
}

void assign(void* model, const std::vector<Assignment>& fields) {
  for (const Assignment& field : fields) {
    TT_ASSERT(field.value.type == Expression::Type::constant);
    field.field->write(static_cast<char*>(model) + field.field->offset, Value(field.value.value));
  }
}

}  // namespace tt::orm::detail
