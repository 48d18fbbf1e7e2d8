#pragma once

// State: what the models of all apps look like at one point of their history.
//
// Migration files lead from one state to the next; the models of the program are one, too.  A state
// knows what the database needs to know of a field: its type, null, sizes, index, default, target.
// What only forms and pages need (verbose names, help texts, choices, limits of numbers, blank,
// auto_now, related names) is not part of it, and changing it makes no migration.

#include <compare>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "orm/app.h"
#include "orm/database.h"
#include "orm/model.h"

namespace tt::orm::migrations {

// The table between the two sides of a many-to-many field: id and two foreign keys.
struct Between {
  std::string table;
  std::string from_column;
  std::string to_column;
  bool operator==(const Between&) const = default;
};

struct FieldState {
  std::string name;
  FieldType type = FieldType::text_field;
  std::string column;  // empty for many-to-many
  bool is_null = false;
  bool is_unique = false;
  bool has_index = false;  // other than by is_unique
  std::size_t max_length = 0;
  int max_digits = 0;
  int decimal_places = 0;
  std::optional<Value> initial;       // the default
  bool has_computed_default = false;  // one that differs from row to row
  std::string target;                 // of a relation: "weather.Station"
  models::OnDelete on_delete = models::OnDelete::restrict;
  Between between;  // of a many-to-many

  // What rows that exist get without a question when the field comes to them: "" where a text may
  // be blank, now for auto_now.  Neither recorded nor compared.
  std::optional<Value> for_old_rows;

  bool has_column() const { return type != FieldType::many_to_many_field; }
  bool operator==(const FieldState& other) const;
};

struct IndexState {
  std::string name;
  std::vector<std::string> fields;  // "-readings" for descending
  bool operator==(const IndexState&) const = default;
};

using Groups = std::vector<std::vector<std::string>>;

struct ModelState {
  std::string name;  // "RainGauge"
  std::string table;
  std::vector<FieldState> fields;
  Groups unique_together;
  std::vector<IndexState> indexes;  // of Meta; those of single fields follow from the fields
  std::vector<std::string> ordering;

  const FieldState* find(std::string_view field) const;
  FieldState* find(std::string_view field);
  bool operator==(const ModelState&) const = default;
};

class State {
 public:
  // By "app.Model".
  using Models = std::map<std::string, ModelState, std::less<>>;

  const Models& models() const { return models_; }
  // nullptr if there is none.
  const ModelState* find(std::string_view key) const;
  // Throws invalid if there is none.
  const ModelState& get(std::string_view key) const;
  ModelState& get(std::string_view key);
  void add(const std::string& key, ModelState model);
  void remove(std::string_view key);
  // Relations follow.
  void rename(const std::string& key, const std::string& new_key);

 private:
  Models models_;
};

// "weather.Station"
std::string key_of(std::string_view app, std::string_view model);
std::string_view app_of(std::string_view key);
std::string_view model_of(std::string_view key);

Kind kind_of(FieldType type);
// "owner_id" for the foreign key "owner".
std::string column_of(std::string_view field, FieldType type);

// Of the models as the program has them.  Throws invalid if a name is none for migrations, if one
// model is in two apps, or a relation leads to a model of no app.
State state_of(std::span<const App> apps);

// --- tables of a state ---------------------------------------------------------------------------

ColumnChange column_change(const State& state, const FieldState& field);
// The value as the column keeps it: a decimal with all its places.  Throws invalid if it does not
// fit.
Value fitted(const FieldState& field, Value value);
TableShape shape_of(const State& state, const ModelState& model);
TableShape shape_of(const State& state, const ModelState& model, const FieldState& many);
// The index that the field itself asks for; nullopt if it asks for none.
std::optional<CreateIndex> index_of(const ModelState& model, const FieldState& field);
CreateIndex index_of(const ModelState& model, const IndexState& index);
CreateIndex index_of(const ModelState& model, const std::vector<std::string>& unique_group);

}  // namespace tt::orm::migrations
