#pragma once

// The operations of migrations: what each does to the state, and to the database.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "orm/database.h"
#include "orm/migrations/state.h"

namespace tt::orm::migrations {

struct CreateModel {
  ModelState model;
};
struct DeleteModel {
  std::string model;
};
struct RenameModel {
  std::string model;
  std::string new_name;
  std::string table;  // afterwards
};
struct AlterModelTable {
  std::string model;
  std::string table;
};
struct AddField {
  std::string model;
  FieldState field;
  std::optional<Value> rows_get;  // rows that exist, if not the default
};
struct RemoveField {
  std::string model;
  std::string field;
};
struct AlterField {
  std::string model;
  FieldState field;
  std::optional<Value> rows_get;  // those that had no value, if not the default
};
struct RenameField {
  std::string model;
  std::string field;
  std::string new_name;
};
struct AddIndex {
  std::string model;
  IndexState index;
};
struct RemoveIndex {
  std::string model;
  std::string index;
};
struct AlterUniqueTogether {
  std::string model;
  Groups groups;
};
// The options that make no difference to the database.
struct AlterModelOptions {
  std::string model;
  std::vector<std::string> ordering;
};
// Statements of the engine's own language, written by hand.
struct RunSQL {
  std::vector<std::string> sql;
  std::optional<std::vector<std::string>> reverse_sql;  // nullopt: cannot be undone
};

using Operation = std::variant<CreateModel, DeleteModel, RenameModel, AlterModelTable, AddField,
                               RemoveField, AlterField, RenameField, AddIndex, RemoveIndex,
                               AlterUniqueTogether, AlterModelOptions, RunSQL>;

// The functions below take the label of the app whose migration holds the operation.

// Changes the state.  Throws invalid, saying why, if the operation does not fit it.
void apply(const Operation& operation, std::string_view app, State& state);

// What leads the database from `before` to `after`, the states around the operation.  Throws
// unsupported if values of the one type cannot become values of the other.
std::vector<SchemaChange> changes_of(const Operation& operation, std::string_view app,
                                     const State& before, const State& after);

// The operation that undoes this one; nullopt if none can.
std::optional<Operation> inverse_of(const Operation& operation, std::string_view app,
                                    const State& before);

// Whether an AlterField can keep the values.
bool can_become(const FieldState& before, const FieldState& after);

// "Add field elevation to station"
std::string describe(const Operation& operation);
// "station_elevation", for the name of a migration that does just this; empty if there is no good
// one.
std::string name_fragment(const Operation& operation);

}  // namespace tt::orm::migrations
