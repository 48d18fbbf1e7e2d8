// Migrations as JSON text, and back.

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "orm/fixtures/json_value.h"
#include "orm/migrations/file.h"
#include "orm/migrations/names.h"
#include "wire/json_layout.h"

namespace tt::orm::migrations {
namespace {

using wire::JsonKind;
using wire::JsonMember;
using wire::JsonValue;
using wire::JsonWriter;

std::string_view name_of(models::OnDelete action) {
  switch (action) {
    case models::OnDelete::restrict: return "restrict";
    case models::OnDelete::cascade: return "cascade";
    case models::OnDelete::set_null: return "set_null";
  }
  TT_ASSERT(!"unknown action");
}

bool is_foreign_key(FieldType type) { return kind_of(type) == Kind::foreign_key; }

// A foreign key has an index unless it is unique, said or not.
bool has_own_index(const FieldState& field) {
  return is_foreign_key(field.type) && !field.is_unique;
}

// --- writing -------------------------------------------------------------------------------------

struct Writer {
  JsonWriter& json;

  void write(const std::vector<std::string>& texts) const {
    json.begin_array();
    for (const std::string& text : texts) json.value(text);
    json.end_array();
  }
  void write(std::string_view key, const std::vector<std::string>& texts) const {
    json.key(key);
    write(texts);
  }
  void write(std::string_view key, const Groups& groups) const {
    json.key(key).begin_array();
    for (const auto& group : groups) write(group);
    json.end_array();
  }
  void write(const IndexState& index) const {
    json.begin_object().member("name", index.name);
    write("fields", index.fields);
    json.end_object();
  }

  void write(const FieldState& field) const {
    json.begin_object().member("name", field.name);
    json.member("type", orm::name_of(field.type));
    if (!field.target.empty()) json.member("to", field.target);
    if (is_foreign_key(field.type)) json.member("on_delete", name_of(field.on_delete));
    if (field.column != column_of(field.name, field.type)) json.member("column", field.column);
    if (!field.has_column()) {
      json.member("table", field.between.table).member("from_column", field.between.from_column);
      json.member("to_column", field.between.to_column);
    }
    if (field.max_length != 0) json.member("max_length", field.max_length);
    if (field.max_digits != 0) {
      json.member("max_digits", field.max_digits).member("decimal_places", field.decimal_places);
    }
    if (field.is_null) json.member("null", true);
    if (field.is_unique) json.member("unique", true);
    if (field.has_index && !has_own_index(field)) json.member("db_index", true);
    if (field.initial) {
      fixtures::write_value(json.key("default"), *field.initial, kind_of(field.type));
    }
    if (field.has_computed_default) json.member("computed_default", true);
    json.end_object();
  }

  void begin(std::string_view operation, const std::string& model) const {
    json.begin_object().member("operation", operation).member("model", model);
  }
  void write_rows_get(const FieldState& field, const std::optional<Value>& value) const {
    if (value) fixtures::write_value(json.key("rows_get"), *value, kind_of(field.type));
  }

  void operator()(const CreateModel& operation) const {
    const ModelState& model = operation.model;
    begin("CreateModel", model.name);
    json.member("table", model.table).key("fields").begin_array();
    for (const FieldState& field : model.fields) write(field);
    json.end_array();
    if (!model.unique_together.empty()) write("unique_together", model.unique_together);
    if (!model.indexes.empty()) {
      json.key("indexes").begin_array();
      for (const IndexState& index : model.indexes) write(index);
      json.end_array();
    }
    if (!model.ordering.empty()) write("ordering", model.ordering);
  }
  void operator()(const DeleteModel& operation) const { begin("DeleteModel", operation.model); }
  void operator()(const RenameModel& operation) const {
    begin("RenameModel", operation.model);
    json.member("new_name", operation.new_name).member("table", operation.table);
  }
  void operator()(const AlterModelTable& operation) const {
    begin("AlterModelTable", operation.model);
    json.member("table", operation.table);
  }
  void operator()(const AddField& operation) const {
    begin("AddField", operation.model);
    json.key("field");
    write(operation.field);
    write_rows_get(operation.field, operation.rows_get);
  }
  void operator()(const RemoveField& operation) const {
    begin("RemoveField", operation.model);
    json.member("field", operation.field);
  }
  void operator()(const AlterField& operation) const {
    begin("AlterField", operation.model);
    json.key("field");
    write(operation.field);
    write_rows_get(operation.field, operation.rows_get);
  }
  void operator()(const RenameField& operation) const {
    begin("RenameField", operation.model);
    json.member("field", operation.field).member("new_name", operation.new_name);
  }
  void operator()(const AddIndex& operation) const {
    begin("AddIndex", operation.model);
    json.key("index");
    write(operation.index);
  }
  void operator()(const RemoveIndex& operation) const {
    begin("RemoveIndex", operation.model);
    json.member("index", operation.index);
  }
  void operator()(const AlterUniqueTogether& operation) const {
    begin("AlterUniqueTogether", operation.model);
    write("unique_together", operation.groups);
  }
  void operator()(const AlterModelOptions& operation) const {
    begin("AlterModelOptions", operation.model);
    write("ordering", operation.ordering);
  }
  void operator()(const RunSQL& operation) const {
    json.begin_object().member("operation", "RunSQL");
    write("sql", operation.sql);
    if (operation.reverse_sql) write("reverse_sql", *operation.reverse_sql);
  }
};

// --- reading -------------------------------------------------------------------------------------

[[noreturn]] void refuse(const std::string& reason) { throw Error(Code::invalid, reason); }

std::string_view text_of(JsonValue value, std::string_view what) {
  if (!value.is(JsonKind::string)) refuse(fmt::format("{} must be a text", what));
  return value.text();
}

std::string name_from(JsonValue value, std::string_view what) {
  std::string name(text_of(value, what));
  require_name(name, what);
  return name;
}

// The members of an object, each of which must be asked for.
class Members {
 public:
  Members(JsonValue json, std::string what) : what_(std::move(what)) {
    if (!json.is(JsonKind::object)) refuse(what_ + " must be an object");
    for (JsonMember member : json.members()) {
      if (!members_.emplace(member.key, member.value).second) {
        refuse(fmt::format("{} has the key {} twice", what_, shown(member.key)));
      }
    }
  }

  const std::string& what() const { return what_; }
  std::optional<JsonValue> take(std::string_view key) {
    auto found = members_.find(key);
    if (found == members_.end()) return std::nullopt;
    JsonValue value = found->second;
    members_.erase(found);
    return value;
  }
  JsonValue require(std::string_view key) {
    if (auto value = take(key)) return *value;
    refuse(fmt::format("{} has no \"{}\"", what_, key));
  }
  std::string require_text(std::string_view key) {
    return std::string(text_of(require(key), describe(key)));
  }
  std::string require_name(std::string_view key) { return name_from(require(key), describe(key)); }
  bool take_bool(std::string_view key) {
    auto value = take(key);
    if (!value) return false;
    if (!value->is(JsonKind::boolean)) refuse(describe(key) + " must be true or false");
    return value->as_bool();
  }
  std::int64_t take_number(std::string_view key, std::int64_t max) {
    auto value = take(key);
    if (!value) return 0;
    auto number = value->as_integer();
    if (!number || *number < 0 || *number > max) {
      refuse(fmt::format("{} must be a number from 0 to {}", describe(key), max));
    }
    return *number;
  }
  JsonValue require_array(std::string_view key) {
    JsonValue value = require(key);
    if (!value.is(JsonKind::array)) refuse(describe(key) + " must be an array");
    return value;
  }
  void end() const {
    if (members_.empty()) return;
    refuse(fmt::format("{} has an unknown key {}", what_, shown(members_.begin()->first)));
  }
  std::string describe(std::string_view key) const {
    return fmt::format("\"{}\" of {}", key, what_);
  }

 private:
  std::string what_;
  std::map<std::string_view, JsonValue> members_;
};

std::vector<std::string> texts_from(JsonValue array, std::string_view what) {
  if (!array.is(JsonKind::array)) refuse(fmt::format("{} must be an array", what));
  std::vector<std::string> texts;
  for (JsonValue each : array.elements()) texts.emplace_back(text_of(each, what));
  return texts;
}

// Names of fields, which "-" may precede.
std::vector<std::string> keys_from(JsonValue array, std::string_view what) {
  auto keys = texts_from(array, what);
  if (keys.empty()) refuse(fmt::format("{} must not be empty", what));
  for (std::string_view key : keys) {
    require_name(key.starts_with('-') ? key.substr(1) : key, "the name of a field");
  }
  return keys;
}

Groups groups_from(JsonValue array, std::string_view what) {
  if (!array.is(JsonKind::array)) refuse(fmt::format("{} must be an array", what));
  Groups groups;
  for (JsonValue each : array.elements()) groups.push_back(keys_from(each, what));
  return groups;
}

FieldType type_from(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(FieldType::many_to_many_field); ++i) {
    auto type = static_cast<FieldType>(i);
    if (orm::name_of(type) == name) return type;
  }
  refuse(fmt::format("there is no type of field called {}", shown(name)));
}

models::OnDelete action_from(std::string_view name) {
  using enum models::OnDelete;
  for (auto action : {restrict, cascade, set_null}) {
    if (name_of(action) == name) return action;
  }
  refuse(fmt::format("\"on_delete\" is restrict, cascade or set_null, not {}", shown(name)));
}

std::string target_from(const std::string& text) {
  std::size_t point = text.find('.');
  if (point == std::string::npos)
    refuse(fmt::format("\"to\" is \"app.Model\", not {}", shown(text)));
  require_name(text.substr(0, point), "the label of an app");
  require_name(text.substr(point + 1), "the name of a model");
  return text;
}

std::optional<Value> value_from(std::optional<JsonValue> json, const FieldState& field) {
  if (!json) return std::nullopt;
  auto value = fixtures::value_from_json(*json, kind_of(field.type));
  if (value) return fitted(field, std::move(*value));
  refuse(fmt::format("the value of the field {} must be {}", field.name, value.error()));
}

void read_relation(Members& members, FieldState& field) {
  field.target = target_from(members.require_text("to"));
  if (is_foreign_key(field.type)) {
    field.on_delete = action_from(members.require_text("on_delete"));
    field.has_index = !field.is_unique;
    if (field.on_delete == models::OnDelete::set_null && !field.is_null) {
      refuse(fmt::format("the field {}: set_null needs null", field.name));
    }
    return;
  }
  field.between = {members.require_name("table"), members.require_name("from_column"),
                   members.require_name("to_column")};
}

FieldState field_from(JsonValue json) {
  Members members(json, "a field");
  FieldState field;
  field.name = members.require_name("name");
  field.type = type_from(members.require_text("type"));
  field.column = column_of(field.name, field.type);
  if (auto column = members.take("column")) field.column = name_from(*column, "a column");
  field.max_length = static_cast<std::size_t>(members.take_number("max_length", INT32_MAX));
  field.max_digits = static_cast<int>(members.take_number("max_digits", decimal_digits_max));
  field.decimal_places = static_cast<int>(members.take_number("decimal_places", field.max_digits));
  field.is_null = members.take_bool("null");
  field.is_unique = members.take_bool("unique");
  field.has_index = members.take_bool("db_index");
  field.has_computed_default = members.take_bool("computed_default");
  bool is_relation = is_foreign_key(field.type) || field.type == FieldType::many_to_many_field;
  if (is_relation) read_relation(members, field);
  if (field.type == FieldType::decimal_field && field.max_digits == 0) {
    refuse(fmt::format("the field {} has no \"max_digits\"", field.name));
  }
  field.initial = value_from(members.take("default"), field);
  members.end();
  return field;
}

IndexState index_from(JsonValue json) {
  Members members(json, "an index");
  IndexState index{members.require_name("name"), {}};
  index.fields = keys_from(members.require("fields"), members.describe("fields"));
  members.end();
  return index;
}

CreateModel create_model_from(Members& members, std::string name) {
  ModelState model{.name = std::move(name), .table = members.require_name("table")};
  for (JsonValue field : members.require_array("fields").elements()) {
    model.fields.push_back(field_from(field));
  }
  if (auto groups = members.take("unique_together")) {
    model.unique_together = groups_from(*groups, members.describe("unique_together"));
  }
  if (auto indexes = members.take("indexes")) {
    if (!indexes->is(JsonKind::array)) refuse(members.describe("indexes") + " must be an array");
    for (JsonValue index : indexes->elements()) model.indexes.push_back(index_from(index));
  }
  if (auto ordering = members.take("ordering")) {
    model.ordering = keys_from(*ordering, members.describe("ordering"));
  }
  return {std::move(model)};
}

RunSQL run_sql_from(Members& members) {
  RunSQL run{texts_from(members.require("sql"), members.describe("sql")), std::nullopt};
  if (auto reverse = members.take("reverse_sql")) {
    run.reverse_sql = texts_from(*reverse, members.describe("reverse_sql"));
  }
  return run;
}

template <class FieldOperation>
Operation field_operation_from(Members& members, std::string model) {
  FieldOperation operation{std::move(model), field_from(members.require("field")), std::nullopt};
  operation.rows_get = value_from(members.take("rows_get"), operation.field);
  return operation;
}

Operation ordering_from(Members& members, std::string model) {
  AlterModelOptions operation{std::move(model), {}};
  JsonValue ordering = members.require_array("ordering");
  if (ordering.size() > 0) operation.ordering = keys_from(ordering, members.describe("ordering"));
  return operation;
}

Operation operation_of(std::string_view type, Members& members) {
  if (type == "RunSQL") return run_sql_from(members);
  std::string model = members.require_name("model");
  if (type == "CreateModel") return create_model_from(members, std::move(model));
  if (type == "DeleteModel") return DeleteModel{model};
  if (type == "RenameModel") {
    std::string new_name = members.require_name("new_name");
    return RenameModel{model, new_name, members.require_name("table")};
  }
  if (type == "AlterModelTable") return AlterModelTable{model, members.require_name("table")};
  if (type == "AddField") return field_operation_from<AddField>(members, model);
  if (type == "AlterField") return field_operation_from<AlterField>(members, model);
  if (type == "RemoveField") return RemoveField{model, members.require_name("field")};
  if (type == "RenameField") {
    std::string field = members.require_name("field");
    return RenameField{model, field, members.require_name("new_name")};
  }
  if (type == "AddIndex") return AddIndex{model, index_from(members.require("index"))};
  if (type == "RemoveIndex") return RemoveIndex{model, members.require_name("index")};
  if (type == "AlterUniqueTogether") {
    auto what = members.describe("unique_together");
    return AlterUniqueTogether{model, groups_from(members.require("unique_together"), what)};
  }
  if (type == "AlterModelOptions") return ordering_from(members, model);
  refuse(fmt::format("there is no operation called {}", shown(type)));
}

Operation operation_from(JsonValue json, std::size_t number) {
  try {
    Members members(json, "the operation");
    Operation operation = operation_of(members.require_text("operation"), members);
    members.end();
    return operation;
  } catch (const Error& error) {
    refuse(fmt::format("operation {}: {}", number, error.what()));
  }
}

MigrationKey dependency_from(JsonValue json) {
  constexpr std::string_view form = "a dependency is [\"app\", \"name of its migration\"]";
  if (!json.is(JsonKind::array) || json.size() != 2) refuse(std::string(form));
  auto app = json.elements().begin();
  auto name = std::next(app);
  return {name_from(*app, "the label of an app"), name_from(*name, "the name of a migration")};
}

}  // namespace

std::string to_text(const Migration& migration) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().member("name", migration.key.name).key("dependencies").begin_array();
  for (const MigrationKey& key : migration.dependencies) {
    json.begin_array().value(key.app).value(key.name).end_array();
  }
  json.end_array().key("operations").begin_array();
  for (const Operation& operation : migration.operations) {
    std::visit(Writer{json}, operation);
    json.end_object();
  }
  json.end_array().end_object();
  return wire::lay_out(text, {.indent = 2, .columns_max = 100}) + "\n";
}

Migration from_text(std::string_view text, const MigrationKey& key) {
  auto document = wire::read_json(text, file_depth_max);
  if (!document) {
    refuse(fmt::format("{} (at byte {})", document.error().message, document.error().offset));
  }
  Members members(document->root(), "the migration");
  Migration migration{.key = key};
  if (std::string name = members.require_text("name"); name != key.name) {
    refuse(fmt::format("the file is called after \"{}\", but its \"name\" is {}", key.name,
                       shown(name)));
  }
  for (JsonValue each : members.require_array("dependencies").elements()) {
    migration.dependencies.push_back(dependency_from(each));
  }
  std::size_t number = 0;
  for (JsonValue each : members.require_array("operations").elements()) {
    migration.operations.push_back(operation_from(each, ++number));
  }
  members.end();
  return migration;
}

}  // namespace tt::orm::migrations
