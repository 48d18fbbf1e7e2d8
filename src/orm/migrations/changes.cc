// What operations do to the database.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "orm/migrations/names.h"
#include "orm/migrations/operation.h"

namespace tt::orm::migrations {
namespace {

// Whether an engine keeps what a column of the one kind holds when it becomes the other one; a
// value that does not fit makes the change fail.
bool can_become(Kind before, Kind after) {
  using enum Kind;
  constexpr std::array<std::pair<Kind, Kind>, 12> pairs{{
      {integer, real},
      {integer, text},
      {boolean, integer},
      {integer, foreign_key},
      {foreign_key, integer},
      {real, text},
      {text, integer},
      {text, real},
      {json, text},
      {text, json},
      {integer, decimal},
      {decimal, real},
  }};
  return before == after || std::ranges::count(pairs, std::pair(before, after)) > 0;
}

class ChangeFinder {
 public:
  ChangeFinder(std::string_view app, const State& before, const State& after)
      : app_(app), before_(before), after_(after) {}

  std::vector<SchemaChange> find(const Operation& operation) {
    std::visit(*this, operation);
    return std::move(changes_);
  }

  void operator()(const CreateModel& operation) {
    const ModelState& model = after_.get(key(operation.model.name));
    create(model.table, shape_of(after_, model));
    for (const FieldState& field : model.fields) {
      if (!field.has_column()) create(field.between.table, shape_of(after_, model, field));
    }
  }

  void operator()(const DeleteModel& operation) {
    const ModelState& model = before_.get(key(operation.model));
    for (const FieldState& field : model.fields) {
      if (!field.has_column()) change(DropTable{field.between.table});
    }
    change(DropTable{model.table});
  }

  void operator()(const RenameModel& operation) {
    rename_table(before_.get(key(operation.model)), after_.get(key(operation.new_name)));
  }
  void operator()(const AlterModelTable& operation) {
    rename_table(before_.get(key(operation.model)), after_.get(key(operation.model)));
  }

  void operator()(const AddField& operation) {
    const ModelState& model = after_.get(key(operation.model));
    const FieldState& field = *model.find(operation.field.name);
    if (!field.has_column()) return create(field.between.table, shape_of(after_, model, field));

    ColumnChange column = column_change(after_, field);
    if (operation.rows_get) column.initial = fitted(field, *operation.rows_get);
    bool is_relation = !column.target.empty();  // its column has no default
    if (is_relation && !std::holds_alternative<Null>(column.initial)) {
      ColumnChange nullable = column;
      nullable.is_null = true;
      change(AddColumn{model.table, nullable});
      change(FillColumn{model.table, column});
      if (!field.is_null) alter(model, nullable, field, Index::comes);
    } else {
      change(AddColumn{model.table, column});
    }
    if (auto index = index_of(model, field)) change(std::move(*index));
  }

  void operator()(const RemoveField& operation) {
    const ModelState& model = before_.get(key(operation.model));
    const FieldState& field = *model.find(operation.field);
    if (!field.has_column()) return change(DropTable{field.between.table});
    // MariaDB needs the index of a foreign key as long as there is the foreign key; like every
    // engine it drops the index with the column.
    auto index = index_of(model, field);
    if (index && field.target.empty()) drop(*index);
    TableShape rest = shape_of(after_, after_.get(key(operation.model)));
    change(DropColumn{model.table, column_change(before_, field), std::move(rest)});
  }

  void operator()(const AlterField& operation) {
    const ModelState& model = after_.get(key(operation.model));
    const FieldState& before = *before_.get(key(operation.model)).find(operation.field.name);
    const FieldState& after = *model.find(operation.field.name);
    if (!can_become(before, after)) {
      throw Error(Code::unsupported,
                  fmt::format("{}.{}: a {} cannot become a {} with what it holds; remove the "
                              "field and add another one",
                              model.name, after.name, name_of(before.type), name_of(after.type)));
    }
    if (!after.has_column()) return alter_between(model, before, after);
    alter_column(operation, before, after);
  }

  void operator()(const RenameField& operation) {
    const ModelState& old_model = before_.get(key(operation.model));
    const ModelState& model = after_.get(key(operation.model));
    const std::string& old_column = old_model.find(operation.field)->column;
    const std::string& column = model.find(operation.new_name)->column;
    if (old_column == column) return;
    change(RenameColumn{model.table, old_column, column});
    rename_indexes(shape_of(before_, old_model), shape_of(after_, model));
  }

  void operator()(const AddIndex& operation) {
    change(index_of(after_.get(key(operation.model)), operation.index));
  }

  void operator()(const RemoveIndex& operation) {
    change(DropIndex{operation.index, before_.get(key(operation.model)).table});
  }

  void operator()(const AlterUniqueTogether& operation) {
    const ModelState& old_model = before_.get(key(operation.model));
    const ModelState& model = after_.get(key(operation.model));
    auto holds = [](const ModelState& in, const auto& group) {
      return std::ranges::count(in.unique_together, group) > 0;
    };
    for (const auto& group : model.unique_together) {
      if (!holds(old_model, group)) change(index_of(model, group));
    }
    for (const auto& group : old_model.unique_together) {
      if (!holds(model, group)) drop(index_of(old_model, group));
    }
  }

  void operator()(const AlterModelOptions&) {}

  void operator()(const RunSQL& operation) {
    for (const std::string& sql : operation.sql) change(RunStatement{sql});
  }

 private:
  std::string key(std::string_view model) const { return key_of(app_, model); }
  void change(SchemaChange change) { changes_.push_back(std::move(change)); }
  void drop(const CreateIndex& index) { change(DropIndex{index.name, index.table}); }

  void create(const std::string& table, TableShape shape) {
    change(CreateTable{table, std::move(shape.columns)});
    for (CreateIndex& index : shape.indexes) change(std::move(index));
  }

  // Whether the index of the field is there already, or will be made afterwards.
  enum class Index { there, comes };
  void alter(const ModelState& model, const ColumnChange& before, const FieldState& after,
             Index index) {
    TableShape shape = shape_of(after_, model);
    auto own = index_of(model, after);
    if (own && index == Index::comes) {
      std::erase_if(shape.indexes, [&](const auto& other) { return other.name == own->name; });
    }
    change(AlterColumn{model.table, before, column_change(after_, after), std::move(shape)});
  }

  // Table and columns have their new names: indexes that are called after them follow.
  void rename_indexes(const TableShape& before, const TableShape& after) {
    TT_ASSERT(before.indexes.size() == after.indexes.size());
    for (std::size_t i = 0; i < before.indexes.size(); ++i) {
      if (before.indexes[i].name == after.indexes[i].name) continue;
      change(after.indexes[i]);
      change(DropIndex{before.indexes[i].name, after.indexes[i].table});
    }
  }

  void rename_table(const ModelState& before, const ModelState& after) {
    if (before.table == after.table) return;
    change(RenameTable{before.table, after.table});
    rename_indexes(shape_of(before_, before), shape_of(after_, after));
  }

  void alter_between(const ModelState& model, const FieldState& before, const FieldState& after) {
    if (before.target != after.target) {
      throw Error(Code::unsupported,
                  fmt::format("{}.{}: a many-to-many field cannot lead to another model; remove "
                              "the field and add another one",
                              model.name, after.name));
    }
    const Between& from = before.between;
    const Between& to = after.between;
    if (from.table != to.table) change(RenameTable{from.table, to.table});
    if (from.from_column != to.from_column) {
      change(RenameColumn{to.table, from.from_column, to.from_column});
    }
    if (from.to_column != to.to_column) {
      change(RenameColumn{to.table, from.to_column, to.to_column});
    }
    rename_indexes(shape_of(before_, before_.get(key(model.name)), before),
                   shape_of(after_, model, after));
  }

  void alter_column(const AlterField& operation, const FieldState& before,
                    const FieldState& after) {
    const ModelState& old_model = before_.get(key(operation.model));
    const ModelState& model = after_.get(key(operation.model));
    ColumnChange from = column_change(before_, before);
    ColumnChange to = column_change(after_, after);
    auto old_index = index_of(old_model, before);
    auto new_index = index_of(model, after);
    bool keeps_index = old_index && new_index && old_index->name == new_index->name;
    if (from.name != to.name) {
      change(RenameColumn{model.table, from.name, to.name});
      rename_groups(old_model, model);
      from.name = to.name;
    }
    if (from.is_null && !to.is_null) {
      ColumnChange fill = to;
      if (operation.rows_get) fill.initial = fitted(after, *operation.rows_get);
      if (!std::holds_alternative<Null>(fill.initial)) change(FillColumn{model.table, fill});
    }
    from.initial = to.initial;  // the default itself is no part of the table
    bool drops_index = old_index && !keeps_index;
    bool drops_first = before.target.empty();  // MariaDB: a foreign key needs one
    if (drops_index && drops_first) drop(*old_index);
    if (!(from == to)) alter(model, from, after, keeps_index ? Index::there : Index::comes);
    if (new_index && !keeps_index) change(std::move(*new_index));
    if (drops_index && !drops_first) drop(*old_index);
  }

  // A column has its new name.
  void rename_groups(const ModelState& before, const ModelState& after) {
    for (std::size_t i = 0; i < before.unique_together.size(); ++i) {
      CreateIndex from = index_of(before, before.unique_together[i]);
      CreateIndex to = index_of(after, after.unique_together[i]);
      if (from.name == to.name) continue;
      change(std::move(to));
      change(DropIndex{from.name, after.table});
    }
  }

  std::string_view app_;
  const State& before_;
  const State& after_;
  std::vector<SchemaChange> changes_;
};

}  // namespace

bool can_become(const FieldState& before, const FieldState& after) {
  if (before.type == FieldType::decimal_field && after.type == FieldType::decimal_field &&
      before.decimal_places > after.decimal_places) {
    return false;  // some engines would round
  }
  return can_become(kind_of(before.type), kind_of(after.type));
}

std::vector<SchemaChange> changes_of(const Operation& operation, std::string_view app,
                                     const State& before, const State& after) {
  return ChangeFinder(app, before, after).find(operation);
}

}  // namespace tt::orm::migrations
