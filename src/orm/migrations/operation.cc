// What operations do to the state, how they are undone, and what they are called.  What they do to
// the database is in changes.cc.

#include "orm/migrations/operation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "orm/migrations/names.h"

namespace tt::orm::migrations {
namespace {

[[noreturn]] void refuse(const std::string& reason) { throw Error(Code::invalid, reason); }

std::string_view without_sign(std::string_view field) {
  return field.starts_with('-') ? field.substr(1) : field;
}

FieldState& field_in(ModelState& model, std::string_view name) {
  if (FieldState* field = model.find(name)) return *field;
  refuse(fmt::format("the model {} has no field {}", model.name, name));
}

void require_fields(const ModelState& model, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const FieldState* field = model.find(without_sign(name));
    if (!field) refuse(fmt::format("the model {} has no field {}", model.name, name));
    if (!field->has_column()) refuse(fmt::format("{} is no field of the table", name));
  }
}

bool has_member(const std::vector<std::string>& names, std::string_view field) {
  return std::ranges::any_of(names, [&](auto& name) { return without_sign(name) == field; });
}

// The model that refers to `key`, other than itself; nullptr if none does.
const ModelState* referrer(const State& state, std::string_view key) {
  for (const auto& [other, model] : state.models()) {
    if (other == key) continue;
    if (std::ranges::count(model.fields, key, &FieldState::target) > 0) return &model;
  }
  return nullptr;
}

void check_field(const State& state, const FieldState& field) {
  if (field.target.empty() || state.find(field.target)) return;
  refuse(fmt::format("the field {} refers to {}, which does not exist at this point", field.name,
                     field.target));
}

void check_column(const ModelState& model, const FieldState& field) {
  for (const FieldState& other : model.fields) {
    if (other.name == field.name) continue;
    if (field.has_column() && to_lower(other.column) == to_lower(field.column)) {
      refuse(fmt::format("{} and {} of the model {} have the same column", other.name, field.name,
                         model.name));
    }
  }
}

// --- applying ------------------------------------------------------------------------------------

struct Applier {
  std::string_view app;
  State& state;

  std::string key(std::string_view model) const { return key_of(app, model); }
  ModelState& get(std::string_view model) const { return state.get(key(model)); }

  void check_table(std::string_view table) const {
    for (const auto& [other, model] : state.models()) {
      if (to_lower(model.table) == to_lower(table)) {
        refuse(fmt::format("the table {} is that of {} already", table, other));
      }
    }
  }

  void operator()(const CreateModel& operation) const {
    const ModelState& model = operation.model;
    check_table(model.table);
    auto ids = std::ranges::count(model.fields, FieldType::auto_field, &FieldState::type);
    if (ids != 1 || model.fields.front().column != "id") {
      refuse(fmt::format("the first field of the model {} must be its AutoField id", model.name));
    }
    state.add(key(model.name), model);
    for (const FieldState& field : model.fields) {
      if (std::ranges::count(model.fields, field.name, &FieldState::name) > 1) {
        refuse(fmt::format("the model {} has two fields {}", model.name, field.name));
      }
      check_column(model, field);
      check_field(state, field);
    }
    for (const auto& group : model.unique_together) require_fields(model, group);
    for (const IndexState& index : model.indexes) require_fields(model, index.fields);
  }

  void operator()(const DeleteModel& operation) const {
    get(operation.model);
    if (const ModelState* other = referrer(state, key(operation.model))) {
      refuse(fmt::format("the model {} cannot be deleted: {} refers to it", operation.model,
                         other->name));
    }
    state.remove(key(operation.model));
  }

  void operator()(const RenameModel& operation) const {
    std::string old_key = key(operation.model);
    std::string new_key = key(operation.new_name);
    if (state.get(old_key).table != operation.table) check_table(operation.table);
    if (old_key != new_key) state.rename(old_key, new_key);
    state.get(new_key).table = operation.table;
  }

  void operator()(const AlterModelTable& operation) const {
    get(operation.model);
    check_table(operation.table);
    get(operation.model).table = operation.table;
  }

  void operator()(const AddField& operation) const {
    ModelState& model = get(operation.model);
    if (model.find(operation.field.name)) {
      refuse(fmt::format("the model {} has a field {} already", model.name, operation.field.name));
    }
    if (operation.field.type == FieldType::auto_field) refuse("an id cannot be added");
    check_field(state, operation.field);
    check_column(model, operation.field);
    model.fields.push_back(operation.field);
  }

  void operator()(const RemoveField& operation) const {
    ModelState& model = get(operation.model);
    FieldState& field = field_in(model, operation.field);
    if (field.type == FieldType::auto_field) refuse("the id cannot be removed");
    for (const auto& group : model.unique_together) {
      if (has_member(group, field.name)) {
        refuse(fmt::format("{} is part of unique_together", field.name));
      }
    }
    for (const IndexState& index : model.indexes) {
      if (has_member(index.fields, field.name)) {
        refuse(fmt::format("{} is part of the index {}", field.name, index.name));
      }
    }
    std::erase_if(model.ordering, [&](auto& name) { return without_sign(name) == field.name; });
    model.fields.erase(model.fields.begin() + (&field - model.fields.data()));
  }

  void operator()(const AlterField& operation) const {
    ModelState& model = get(operation.model);
    FieldState& field = field_in(model, operation.field.name);
    check_field(state, operation.field);
    check_column(model, operation.field);
    field = operation.field;
  }

  void operator()(const RenameField& operation) const {
    ModelState& model = get(operation.model);
    FieldState& field = field_in(model, operation.field);
    if (field.type == FieldType::auto_field) refuse("the id cannot be renamed");
    if (model.find(operation.new_name)) {
      refuse(fmt::format("the model {} has a field {} already", model.name, operation.new_name));
    }
    bool has_own_column = field.column != column_of(field.name, field.type);
    field.name = operation.new_name;
    if (!has_own_column) field.column = column_of(field.name, field.type);
    check_column(model, field);
    auto follow = [&](std::vector<std::string>& names) {
      for (std::string& name : names) {
        if (without_sign(name) != operation.field) continue;
        name = (name.starts_with('-') ? "-" : "") + operation.new_name;
      }
    };
    for (auto& group : model.unique_together) follow(group);
    for (IndexState& index : model.indexes) follow(index.fields);
    follow(model.ordering);
  }

  void operator()(const AddIndex& operation) const {
    ModelState& model = get(operation.model);
    require_fields(model, operation.index.fields);
    for (const auto& [key, other] : state.models()) {
      if (std::ranges::count(other.indexes, operation.index.name, &IndexState::name) > 0) {
        refuse(fmt::format("there is an index {} already", operation.index.name));
      }
    }
    model.indexes.push_back(operation.index);
  }

  void operator()(const RemoveIndex& operation) const {
    ModelState& model = get(operation.model);
    auto removed = std::erase_if(model.indexes,
                                 [&](const auto& index) { return index.name == operation.index; });
    if (removed == 0) {
      refuse(fmt::format("the model {} has no index {}", model.name, operation.index));
    }
  }

  void operator()(const AlterUniqueTogether& operation) const {
    ModelState& model = get(operation.model);
    for (const auto& group : operation.groups) require_fields(model, group);
    model.unique_together = operation.groups;
  }

  void operator()(const AlterModelOptions& operation) const {
    get(operation.model).ordering = operation.ordering;
  }

  void operator()(const RunSQL&) const {}
};

// --- undoing -------------------------------------------------------------------------------------

// What rows hold that cannot hold nothing, when nobody says.
std::optional<Value> empty_value(Kind kind) {
  switch (kind) {
    case Kind::integer: return std::int64_t{0};
    case Kind::real: return 0.0;
    case Kind::boolean: return false;
    case Kind::text: return std::string();
    case Kind::json: return std::string("{}");
    case Kind::bytes: return Bytes{};
    case Kind::time: return Time{};
    case Kind::date: return Date{};
    case Kind::decimal: return Decimal{};
    case Kind::uuid: return Uuid{};
    default: return std::nullopt;
  }
}

std::optional<Value> value_for_old_rows(const FieldState& field) {
  if (field.is_null || field.initial) return std::nullopt;
  return empty_value(kind_of(field.type));
}

struct Inverter {
  std::string_view app;
  const State& before;
  using Inverse = std::optional<Operation>;

  const ModelState& get(std::string_view model) const { return before.get(key_of(app, model)); }
  const FieldState& get(std::string_view model, std::string_view field) const {
    const FieldState* found = get(model).find(field);
    TT_ASSERT(found != nullptr);
    return *found;
  }

  Inverse operator()(const CreateModel& made) const { return DeleteModel{made.model.name}; }
  Inverse operator()(const DeleteModel& made) const { return CreateModel{get(made.model)}; }
  Inverse operator()(const RenameModel& made) const {
    return RenameModel{made.new_name, made.model, get(made.model).table};
  }
  Inverse operator()(const AlterModelTable& made) const {
    return AlterModelTable{made.model, get(made.model).table};
  }
  Inverse operator()(const AddField& made) const {
    return RemoveField{made.model, made.field.name};
  }
  Inverse operator()(const RemoveField& made) const {
    const FieldState& field = get(made.model, made.field);
    return AddField{made.model, field, value_for_old_rows(field)};
  }
  Inverse operator()(const AlterField& made) const {
    const FieldState& field = get(made.model, made.field.name);
    return AlterField{made.model, field, value_for_old_rows(field)};
  }
  Inverse operator()(const RenameField& made) const {
    return RenameField{made.model, made.new_name, made.field};
  }
  Inverse operator()(const AddIndex& made) const {
    return RemoveIndex{made.model, made.index.name};
  }
  Inverse operator()(const RemoveIndex& made) const {
    const auto& indexes = get(made.model).indexes;
    return AddIndex{made.model, *std::ranges::find(indexes, made.index, &IndexState::name)};
  }
  Inverse operator()(const AlterUniqueTogether& made) const {
    return AlterUniqueTogether{made.model, get(made.model).unique_together};
  }
  Inverse operator()(const AlterModelOptions& made) const {
    return AlterModelOptions{made.model, get(made.model).ordering};
  }
  Inverse operator()(const RunSQL& made) const {
    if (!made.reverse_sql) return std::nullopt;
    return RunSQL{*made.reverse_sql, made.sql};
  }
};

// --- words ---------------------------------------------------------------------------------------

struct Describer {
  std::string operator()(const CreateModel& o) const { return "Create model " + o.model.name; }
  std::string operator()(const DeleteModel& o) const { return "Delete model " + o.model; }
  std::string operator()(const RenameModel& o) const {
    return fmt::format("Rename model {} to {}", o.model, o.new_name);
  }
  std::string operator()(const AlterModelTable& o) const {
    return fmt::format("Rename table for {} to {}", to_lower(o.model), o.table);
  }
  std::string operator()(const AddField& o) const {
    return fmt::format("Add field {} to {}", o.field.name, to_lower(o.model));
  }
  std::string operator()(const RemoveField& o) const {
    return fmt::format("Remove field {} from {}", o.field, to_lower(o.model));
  }
  std::string operator()(const AlterField& o) const {
    return fmt::format("Alter field {} on {}", o.field.name, to_lower(o.model));
  }
  std::string operator()(const RenameField& o) const {
    return fmt::format("Rename field {} on {} to {}", o.field, to_lower(o.model), o.new_name);
  }
  std::string operator()(const AddIndex& o) const {
    return fmt::format("Create index {} on field(s) {} of model {}", o.index.name,
                       fmt::join(o.index.fields, ", "), to_lower(o.model));
  }
  std::string operator()(const RemoveIndex& o) const {
    return fmt::format("Remove index {} from {}", o.index, to_lower(o.model));
  }
  std::string operator()(const AlterUniqueTogether& o) const {
    return fmt::format("Alter unique_together for {} ({} constraint(s))", to_lower(o.model),
                       o.groups.size());
  }
  std::string operator()(const AlterModelOptions& o) const {
    return "Change Meta options on " + to_lower(o.model);
  }
  std::string operator()(const RunSQL&) const { return "Raw SQL operation"; }
};

struct Namer {
  std::string operator()(const CreateModel& o) const { return to_lower(o.model.name); }
  std::string operator()(const DeleteModel& o) const { return "delete_" + to_lower(o.model); }
  std::string operator()(const RenameModel& o) const {
    return fmt::format("rename_{}_{}", to_lower(o.model), to_lower(o.new_name));
  }
  std::string operator()(const AlterModelTable& o) const {
    return fmt::format("alter_{}_table", to_lower(o.model));
  }
  std::string operator()(const AddField& o) const {
    return fmt::format("{}_{}", to_lower(o.model), to_lower(o.field.name));
  }
  std::string operator()(const RemoveField& o) const {
    return fmt::format("remove_{}_{}", to_lower(o.model), to_lower(o.field));
  }
  std::string operator()(const AlterField& o) const {
    return fmt::format("alter_{}_{}", to_lower(o.model), to_lower(o.field.name));
  }
  std::string operator()(const RenameField& o) const {
    return fmt::format("rename_{}_{}_{}", to_lower(o.field), to_lower(o.model),
                       to_lower(o.new_name));
  }
  std::string operator()(const AddIndex& o) const {
    return fmt::format("{}_{}", to_lower(o.model), to_lower(o.index.name));
  }
  std::string operator()(const RemoveIndex& o) const {
    return fmt::format("remove_{}_{}", to_lower(o.model), to_lower(o.index));
  }
  std::string operator()(const AlterUniqueTogether& o) const {
    return fmt::format("alter_{}_unique_together", to_lower(o.model));
  }
  std::string operator()(const AlterModelOptions& o) const {
    return fmt::format("alter_{}_options", to_lower(o.model));
  }
  std::string operator()(const RunSQL&) const { return ""; }
};

}  // namespace

void apply(const Operation& operation, std::string_view app, State& state) {
  std::visit(Applier{app, state}, operation);
}

std::optional<Operation> inverse_of(const Operation& operation, std::string_view app,
                                    const State& before) {
  return std::visit(Inverter{app, before}, operation);
}

std::string describe(const Operation& operation) { return std::visit(Describer{}, operation); }

std::string name_fragment(const Operation& operation) { return std::visit(Namer{}, operation); }

}  // namespace tt::orm::migrations
