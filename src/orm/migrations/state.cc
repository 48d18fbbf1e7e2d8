#include "orm/migrations/state.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/clock.h"
#include "base/error.h"
#include "orm/migrations/names.h"

namespace tt::orm::migrations {

bool FieldState::operator==(const FieldState& other) const {
  auto parts = [](const FieldState& f) {
    return std::tie(f.name, f.type, f.column, f.is_null, f.is_unique, f.has_index, f.max_length,
                    f.max_digits, f.decimal_places, f.initial, f.has_computed_default, f.target,
                    f.on_delete, f.between);
  };
  return parts(*this) == parts(other);
}

const FieldState* ModelState::find(std::string_view field) const {
  auto found = std::ranges::find(fields, field, &FieldState::name);
  return found == fields.end() ? nullptr : &*found;
}

FieldState* ModelState::find(std::string_view field) {
  return const_cast<FieldState*>(std::as_const(*this).find(field));
}

// --- State -------------------------------------------------------------------------------------

std::string key_of(std::string_view app, std::string_view model) {
  return fmt::format("{}.{}", app, model);
}

std::string_view app_of(std::string_view key) { return key.substr(0, key.find('.')); }

std::string_view model_of(std::string_view key) {
  std::size_t point = key.find('.');
  return point == std::string_view::npos ? key : key.substr(point + 1);
}

const ModelState* State::find(std::string_view key) const {
  auto found = models_.find(key);
  return found == models_.end() ? nullptr : &found->second;
}

const ModelState& State::get(std::string_view key) const {
  if (const ModelState* model = find(key)) return *model;
  throw Error(Code::invalid, fmt::format("there is no model {}", key));
}

ModelState& State::get(std::string_view key) {
  return const_cast<ModelState&>(std::as_const(*this).get(key));
}

void State::add(const std::string& key, ModelState model) {
  if (!models_.emplace(key, std::move(model)).second) {
    throw Error(Code::invalid, fmt::format("there is a model {} already", key));
  }
}

void State::remove(std::string_view key) { models_.erase(models_.find(key)); }

void State::rename(const std::string& key, const std::string& new_key) {
  ModelState model = get(key);
  model.name = model_of(new_key);
  remove(key);
  add(new_key, std::move(model));
  for (auto& [other, state] : models_) {
    for (FieldState& field : state.fields) {
      if (field.target == key) field.target = new_key;
    }
  }
}

// --- from the models of the program --------------------------------------------------------------

Kind kind_of(FieldType type) {
  switch (type) {
    case FieldType::auto_field: return Kind::id;
    case FieldType::char_field:
    case FieldType::text_field:
    case FieldType::email_field:
    case FieldType::url_field:
    case FieldType::slug_field: return Kind::text;
    case FieldType::integer_field:
    case FieldType::big_integer_field:
    case FieldType::positive_integer_field: return Kind::integer;
    case FieldType::float_field: return Kind::real;
    case FieldType::decimal_field: return Kind::decimal;
    case FieldType::boolean_field: return Kind::boolean;
    case FieldType::date_time_field: return Kind::time;
    case FieldType::date_field: return Kind::date;
    case FieldType::uuid_field: return Kind::uuid;
    case FieldType::json_field: return Kind::json;
    case FieldType::binary_field: return Kind::bytes;
    case FieldType::foreign_key:
    case FieldType::one_to_one_field: return Kind::foreign_key;
    case FieldType::many_to_many_field: return Kind::virtual_many;
  }
  TT_ASSERT(!"unknown type of field");
}

std::string column_of(std::string_view field, FieldType type) {
  switch (kind_of(type)) {
    case Kind::virtual_many: return "";
    case Kind::foreign_key: return fmt::format("{}_id", field);
    default: return std::string(field);
  }
}

namespace {

// A default like a clock's or a random number's is another one each time.  A clock may stand at
// the same microsecond, or day, twice.
bool is_computed(const FieldInfo& field, const Value& again) {
  if (field.initial != again) return true;
  constexpr auto near = std::chrono::days(2);
  auto now = SystemClock().now();
  if (const auto* time = std::get_if<Time>(&again)) return *time > now - near && *time < now + near;
  if (const auto* date = std::get_if<Date>(&again)) {
    return date->day > now - near && date->day < now + near;
  }
  return false;
}

class StateReader {
 public:
  explicit StateReader(std::span<const App> apps) {
    for (const App& app : apps) {
      require_name(app.label, "the label of an app");
      for (const ModelInfo* model : app.models) place(app, *model);
    }
  }

  State read(std::span<const App> apps) {
    State state;
    for (const App& app : apps) {
      for (const ModelInfo* model : app.models) {
        if (!throughs_.contains(model)) state.add(keys_.at(model), read(*model));
      }
    }
    return state;
  }

 private:
  void place(const App& app, const ModelInfo& model) {
    auto [found, is_new] = keys_.emplace(&model, key_of(app.label, model.name));
    if (!is_new) {
      throw Error(Code::invalid, fmt::format("the model {} is in two apps: {} and {}", model.name,
                                             app_of(found->second), app.label));
    }
    for (const FieldInfo& field : model.fields) {
      if (field.through) throughs_.emplace(field.through, &field);
    }
  }

  ModelState read(const ModelInfo& model) {
    require_name(model.name, "the name of a model");
    require_name(model.table, "the name of a table");
    ModelState state{.name = model.name, .table = model.table};
    auto again = model.defaults();
    for (const FieldInfo& field : model.fields) {
      state.fields.push_back(read(model, field));
      const Value& value = again[model.index_of(field)];
      if (!field.has_default || std::holds_alternative<Null>(value)) continue;
      FieldState& made = state.fields.back();
      made.has_computed_default = is_computed(field, value);
      if (made.has_computed_default) {
        made.for_old_rows = value;
      } else {
        made.initial = fitted(made, value);
      }
    }
    for (const IndexInfo& index : model.indexes) read(index, state);
    for (const Order& order : model.ordering) state.ordering.push_back(name_of(order));
    return state;
  }

  FieldState read(const ModelInfo& model, const FieldInfo& field) {
    FieldState state{.name = field.name,
                     .type = field.type,
                     .column = field.column,
                     .is_null = field.is_null,
                     .is_unique = field.is_unique,
                     .has_index = field.has_index && !field.is_unique,
                     .max_length = field.max_length,
                     .max_digits = field.max_digits,
                     .decimal_places = field.decimal_places};
    TT_ASSERT(kind_of(field.type) == field.kind);
    if (field.auto_now != AutoNow::no) state.for_old_rows = now_of(field.kind);
    if (field.is_blank && field.kind == Kind::text) state.for_old_rows = std::string();
    if (!field.is_relation()) return state;
    auto target = keys_.find(&field.target());
    if (target == keys_.end()) {
      throw Error(Code::invalid,
                  fmt::format("{}.{} refers to {}, which is a model of none of the apps",
                              model.name, field.name, field.target().name));
    }
    state.target = target->second;
    state.on_delete = field.on_delete;
    if (field.through) {
      state.on_delete = models::OnDelete::restrict;
      state.column.clear();
      state.between = {field.through->table, field.through->fields[1].column,
                       field.through->fields[2].column};
    }
    return state;
  }

  static Value now_of(Kind kind) {
    Time now = SystemClock().now();
    if (kind == Kind::date) return Date{std::chrono::floor<std::chrono::days>(now)};
    return now;
  }

  static std::string name_of(const Order& order) {
    return (order.direction == Direction::descending ? "-" : "") + order.field->name;
  }

  static void read(const IndexInfo& index, ModelState& state) {
    std::vector<std::string> fields;
    for (const Order& order : index.columns) fields.push_back(name_of(order));
    const FieldState* single = fields.size() == 1 ? state.find(fields[0]) : nullptr;
    if (single && (index.is_unique ? single->is_unique : single->has_index)) return;
    if (index.is_unique) {
      state.unique_together.push_back(std::move(fields));
    } else {
      state.indexes.push_back({database_name(index.name), std::move(fields)});
    }
  }

  std::map<const ModelInfo*, std::string> keys_;
  std::map<const ModelInfo*, const FieldInfo*> throughs_;
};

}  // namespace

State state_of(std::span<const App> apps) { return StateReader(apps).read(apps); }

// --- tables of a state ---------------------------------------------------------------------------

Value fitted(const FieldState& field, Value value) {
  const auto* decimal = std::get_if<Decimal>(&value);
  if (!decimal) return value;
  if (auto exact = decimal->with_places(field.decimal_places)) return *exact;
  throw Error(Code::invalid, fmt::format("{} does not fit the field {}, which has {} places after "
                                         "the point",
                                         decimal->text(), field.name, field.decimal_places));
}

ColumnChange column_change(const State& state, const FieldState& field) {
  ColumnChange change{.name = field.column,
                      .kind = kind_of(field.type),
                      .is_null = field.is_null,
                      .initial = fitted(field, field.initial.value_or(Null{})),
                      .on_delete = field.on_delete,
                      .max_length = field.max_length,
                      .max_digits = field.max_digits,
                      .decimal_places = field.decimal_places};
  if (!field.target.empty()) change.target = state.get(field.target).table;
  return change;
}

namespace {

CreateIndex make_index(const std::string& table, std::vector<CreateIndex::Column> columns,
                       bool is_unique) {
  std::string name = table;
  for (const auto& column : columns) name += "_" + column.name;
  name += is_unique ? "_unique" : "_index";
  return {database_name(std::move(name)), table, std::move(columns), is_unique};
}

std::vector<CreateIndex::Column> columns_of(const ModelState& model,
                                            const std::vector<std::string>& fields) {
  std::vector<CreateIndex::Column> columns;
  for (std::string_view name : fields) {
    bool is_descending = name.starts_with('-');
    if (is_descending) name.remove_prefix(1);
    const FieldState* field = model.find(name);
    TT_ASSERT(field != nullptr);
    columns.push_back(
        {field->column, is_descending ? Direction::descending : Direction::ascending});
  }
  return columns;
}

}  // namespace

std::optional<CreateIndex> index_of(const ModelState& model, const FieldState& field) {
  if (!field.has_column() || (!field.is_unique && !field.has_index)) return std::nullopt;
  return make_index(model.table, {{field.column}}, field.is_unique);
}

CreateIndex index_of(const ModelState& model, const IndexState& index) {
  return {index.name, model.table, columns_of(model, index.fields), false};
}

CreateIndex index_of(const ModelState& model, const std::vector<std::string>& unique_group) {
  return make_index(model.table, columns_of(model, unique_group), true);
}

TableShape shape_of(const State& state, const ModelState& model) {
  TableShape shape;
  for (const FieldState& field : model.fields) {
    if (field.has_column()) shape.columns.push_back(column_change(state, field));
  }
  for (const FieldState& field : model.fields) {
    if (auto index = index_of(model, field)) shape.indexes.push_back(std::move(*index));
  }
  for (const auto& group : model.unique_together) shape.indexes.push_back(index_of(model, group));
  for (const IndexState& index : model.indexes) shape.indexes.push_back(index_of(model, index));
  return shape;
}

TableShape shape_of(const State& state, const ModelState& model, const FieldState& many) {
  const Between& between = many.between;
  auto side = [](const std::string& column, const std::string& table) {
    return ColumnChange{.name = column,
                        .kind = Kind::foreign_key,
                        .target = table,
                        .on_delete = models::OnDelete::cascade};
  };
  TableShape shape;
  shape.columns = {ColumnChange{.name = "id", .kind = Kind::id},
                   side(between.from_column, model.table),
                   side(between.to_column, state.get(many.target).table)};
  shape.indexes = {make_index(between.table, {{between.from_column}, {between.to_column}}, true),
                   make_index(between.table, {{between.to_column}}, false)};
  return shape;
}

}  // namespace tt::orm::migrations
