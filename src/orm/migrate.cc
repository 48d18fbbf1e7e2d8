#include "orm/migrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/error.h"
#include "orm/queryset.h"

namespace tt::orm {
namespace {

// Of the records that this program writes.
constexpr int record_format = 1;

struct Migration : models::Model<Migration> {
  models::AutoField id;
  models::CharField<100> schema;
  models::IntegerField<> format = record_format;
  models::IntegerField<> version;
  models::TextField<> statements;
  models::TextField<> state;
  models::DateTimeField<> applied_at;

  static constexpr models::Meta meta{.table = "orm_migration", .indexes = {{"schema", "id"}}};
};

// What a schema consists of, each item with its definition:
//
//   "table T"       -> ""
//   "column T.C"    -> KIND [" null"] [" -> " TARGET " " ON_DELETE]
//   "index NAME"    -> ["unique "] T "(" C ["-"] {"," C ["-"]} ")"
//   "extra NAME"    -> sha256 of the statement
//
// The recorded text is one line "ITEM = DEFINITION" for each.
using State = std::map<std::string, std::string>;

std::string_view name_of(models::OnDelete action) {
  switch (action) {
    case models::OnDelete::restrict: return "restrict";
    case models::OnDelete::cascade: return "cascade";
    case models::OnDelete::set_null: return "set_null";
  }
  TT_ASSERT(!"unknown action");
}

std::string column_item(const ModelInfo& model, const FieldInfo& field) {
  return fmt::format("column {}.{}", model.table, field.column);
}

std::string definition(const FieldInfo& field) {
  std::string out(orm::name_of(field.kind));
  if (field.is_null) out += " null";
  if (field.target) {
    out += fmt::format(" -> {} {}", field.target().table, name_of(field.on_delete));
  }
  return out;
}

std::string definition(const ModelInfo& model, const IndexInfo& index) {
  std::string columns;
  for (const Order& order : index.columns) {
    if (!columns.empty()) columns += ',';
    columns += order.field->column;
    if (order.direction == Direction::descending) columns += '-';
  }
  return fmt::format("{}{}({})", index.is_unique ? "unique " : "", model.table, columns);
}

// The models, and after them the tables between the two sides of their many-to-many fields.
std::vector<const ModelInfo*> tables_of(const Schema& schema) {
  std::vector<const ModelInfo*> models = schema.models;
  for (const ModelInfo* model : schema.models) {
    for (const FieldInfo& field : model->fields) {
      if (field.through && std::ranges::count(models, field.through) == 0) {
        models.push_back(field.through);
      }
    }
  }
  return models;
}

State state_of(const Schema& schema) {
  State state;
  for (const ModelInfo* model : tables_of(schema)) {
    state["table " + model->table];
    for (const FieldInfo& field : model->fields) {
      if (!field.has_column()) continue;
      state[column_item(*model, field)] = definition(field);
    }
    for (const IndexInfo& index : model->indexes) {
      state["index " + index.name] = definition(*model, index);
    }
  }
  for (const ExtraStatement& extra : schema.extra) {
    state["extra " + extra.name] = to_hex(sha256(extra.sql));
  }
  return state;
}

std::string to_text(const State& state) {
  std::string text;
  for (const auto& [item, definition] : state) text += fmt::format("{} = {}\n", item, definition);
  return text;
}

State from_text(std::string_view text) {
  State state;
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    std::size_t sign = line.find(" = ");
    if (end == std::string_view::npos || sign == std::string_view::npos) {
      throw Error(Code::corrupt, "the recorded state of a migration is damaged");
    }
    state.emplace(line.substr(0, sign), line.substr(sign + 3));
    text.remove_prefix(end + 1);
  }
  return state;
}

// --- differences -------------------------------------------------------------------------------

ColumnChange column_change(const FieldInfo& field) {
  ColumnChange change{.name = field.column,
                      .kind = field.kind,
                      .is_null = field.is_null,
                      .initial = field.initial,
                      .on_delete = field.on_delete,
                      .max_length = field.max_length,
                      .max_digits = field.max_digits,
                      .decimal_places = field.decimal_places};
  if (field.target) change.target = field.target().table;
  return change;
}

// Fields that hold JSON were recorded as texts once.  The engine that wrote such records, SQLite,
// keeps both alike.
bool means_the_same(std::string_view recorded, std::string_view defined) {
  return recorded == defined || (recorded == "text" && defined == "json") ||
         (recorded == "text null" && defined == "json null");
}

// Of the definition of an index: "unique thing(size,name-)" is of the table "thing".
std::string table_of_index(std::string_view definition) {
  if (definition.starts_with("unique ")) definition.remove_prefix(7);
  return std::string(definition.substr(0, definition.find('(')));
}

CreateIndex index_change(const ModelInfo& model, const IndexInfo& index) {
  CreateIndex change{index.name, model.table, {}, index.is_unique};
  for (const Order& order : index.columns) {
    change.columns.push_back({order.field->column, order.direction});
  }
  return change;
}

[[noreturn]] void refuse(const Schema& schema, std::string_view reason) {
  throw Error(Code::unsupported, fmt::format("{}: {}", schema.name, reason));
}

void refuse_newer(const Schema& schema, const State& before, const State& after) {
  for (const auto& [item, definition] : before) {
    if (after.contains(item) || item.starts_with("index ")) continue;
    refuse(schema, fmt::format("the database was made by a newer version of the program: "
                               "it has a {} that this one does not know",
                               item));
  }
}

class Differences {
 public:
  Differences(const Schema& schema, const State& before) : schema_(schema), before_(before) {}

  std::vector<SchemaChange> find(const State& after) {
    auto models = tables_of(schema_);
    for (const ModelInfo* model : models) find_columns(*model);
    for (const auto& [item, definition] : before_) {
      bool is_kept = after.contains(item) && after.at(item) == definition;
      if (item.starts_with("index ") && !is_kept) {
        changes_.emplace_back(DropIndex{item.substr(6), table_of_index(definition)});
      }
    }
    for (const ModelInfo* model : models) find_indexes(*model);
    for (const ExtraStatement& extra : schema_.extra) find_extra(extra, after);
    return std::move(changes_);
  }

 private:
  void find_columns(const ModelInfo& model) {
    if (!before_.contains("table " + model.table)) {
      CreateTable create{model.table, {}};
      for (const FieldInfo& field : model.fields) {
        if (field.has_column()) create.columns.push_back(column_change(field));
      }
      changes_.emplace_back(std::move(create));
      return;
    }
    for (const FieldInfo& field : model.fields) {
      if (field.has_column()) find_column(model, field);
    }
  }

  void find_column(const ModelInfo& model, const FieldInfo& field) {
    auto known = before_.find(column_item(model, field));
    if (known == before_.end()) {
      if (field.target && !field.is_null) {
        refuse(schema_, fmt::format("{}.{} cannot be added: rows that exist need models::null",
                                    model.table, field.column));
      }
      changes_.emplace_back(AddColumn{model.table, column_change(field)});
    } else if (!means_the_same(known->second, definition(field))) {
      refuse(schema_, fmt::format("{}.{} is \"{}\" in the database but \"{}\" in the program",
                                  model.table, field.column, known->second, definition(field)));
    }
  }

  void find_indexes(const ModelInfo& model) {
    for (const IndexInfo& index : model.indexes) {
      auto known = before_.find("index " + index.name);
      if (known != before_.end() && known->second == definition(model, index)) continue;
      changes_.emplace_back(index_change(model, index));
    }
  }

  void find_extra(const ExtraStatement& extra, const State& after) {
    auto known = before_.find("extra " + extra.name);
    if (known == before_.end()) {
      changes_.emplace_back(RunStatement{extra.sql});
    } else if (known->second != after.at("extra " + extra.name)) {
      refuse(schema_,
             fmt::format("the statement {} has changed; add another one instead", extra.name));
    }
  }

  const Schema& schema_;
  const State& before_;
  std::vector<SchemaChange> changes_;
};

// --- records -----------------------------------------------------------------------------------

void make_records_table(Session& session) {
  const ModelInfo& records = model_info<Migration>();
  if (session.has_table(records.table)) return;
  Schema own{.name = "orm", .models = {&records}};
  for (const SchemaChange& change : Differences(own, {}).find(state_of(own))) {
    session.change_schema(change);
  }
}

std::optional<Migration> latest(Session& session, const Schema& schema) {
  auto records = objects<Migration>(session).filter(f<&Migration::schema> == schema.name);
  auto latest = records.order_by("-id").first();
  if (!latest) return latest;
  if (latest->format > record_format || latest->version > schema.version) {
    refuse(schema, fmt::format("the database was made by a newer version of the program "
                               "(schema version {}, this one is {})",
                               *latest->version, schema.version));
  }
  return latest;
}

std::vector<std::string> migrate_in(Session& session, const Schema& schema) {
  make_records_table(session);
  auto last = latest(session, schema);
  State before = last ? from_text(*last->state) : State{};
  State after = state_of(schema);
  if (last && before == after && last->version == schema.version) return {};

  refuse_newer(schema, before, after);
  std::vector<std::string> statements;
  Migration record{.schema = schema.name, .version = schema.version};
  for (const SchemaChange& change : Differences(schema, before).find(after)) {
    statements.push_back(session.change_schema(change));
    *record.statements += statements.back() + ";\n";
  }
  record.state = to_text(after);
  record.applied_at = SystemClock().now();
  objects<Migration>(session).create(std::move(record));
  return statements;
}

}  // namespace

std::vector<std::string> migrate(Database& database, const Schema& schema) {
  return database.transact([&](Session& session) { return migrate_in(session, schema); });
}

}  // namespace tt::orm
