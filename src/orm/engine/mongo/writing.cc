// MongoSession: inserting and updating.

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/error.h"
#include "orm/engine/mongo/cell.h"
#include "orm/engine/mongo/comparison.h"
#include "orm/engine/mongo/session.h"

namespace tt::orm::engine {
namespace {

const Bson null_bson{Value(Null{})};

// Of one command, so that it stays far below the limit of a document.
constexpr std::size_t ids_in_command_max = 100'000;

[[noreturn]] void refuse(const FieldInfo& field, std::string_view reason) {
  throw Error(Code::invalid, fmt::format("{}.{}: {}", field.model->table, field.column, reason));
}

// The value as the column holds it.
Value stored(const FieldInfo& field, Value value) {
  if (std::holds_alternative<Null>(value) && !field.is_null) refuse(field, "a value is required");
  if (const auto* text = std::get_if<std::string>(&value); text && !is_utf8(*text)) {
    refuse(field, "the text is not UTF-8");
  }
  if (const auto* decimal = std::get_if<Decimal>(&value); decimal && field.kind == Kind::decimal) {
    auto placed = decimal->with_places(field.decimal_places);
    if (!placed) refuse(field, "the number has too many digits");
    return *placed;
  }
  return value;
}

std::optional<std::size_t> position_of_id(const Insert& query) {
  auto found = std::ranges::find(query.fields, Kind::id, &FieldInfo::kind);
  if (found == query.fields.end()) return std::nullopt;
  return static_cast<std::size_t>(found - query.fields.begin());
}

Document document_of(const Insert& query, const Row& row, std::int64_t id) {
  Document document{{"_id", id}};
  for (const FieldInfo& field : query.model->fields) {
    if (!field.has_column() || field.kind == Kind::id) continue;
    auto at = std::ranges::find(query.fields, &field);
    Value value = at == query.fields.end()
                      ? field.initial
                      : row[static_cast<std::size_t>(at - query.fields.begin())];
    value = stored(field, std::move(value));
    if (!std::holds_alternative<Null>(value)) document.add(field.column, std::move(value));
  }
  return document;
}

[[noreturn]] void throw_no_target(const FieldInfo& field) {
  throw Error(Code::conflict, fmt::format("{}.{}: there is no such row of {}", field.model->table,
                                          field.column, field.target().table));
}

template <class Take>
void in_batches(const std::set<std::int64_t>& ids, Take take) {
  for (auto at = ids.begin(); at != ids.end();) {
    Array batch;
    for (; at != ids.end() && batch.items.size() < ids_in_command_max; ++at) batch.add(*at);
    take(std::move(batch));
  }
}

}  // namespace

// --- insert ------------------------------------------------------------------------------------

std::vector<std::int64_t> MongoSession::choose_ids(const Insert& query) {
  Catalog catalog(link());
  std::vector<std::int64_t> ids;
  auto position = position_of_id(query);
  if (position) {
    for (const Row& row : query.rows) ids.push_back(as_integer(row[*position]));
    catalog.id_was_given(query.model->table, *std::ranges::max_element(ids));
    return ids;
  }
  auto count = static_cast<std::int64_t>(query.rows.size());
  std::int64_t first = catalog.take_ids(query.model->table, count);
  for (std::int64_t id = first; id < first + count; ++id) ids.push_back(id);
  return ids;
}

std::vector<std::int64_t> MongoSession::insert(const Insert& query) {
  auto ids = choose_ids(query);
  // All rows or none; the server would keep those before one that it refuses.
  if (query.rows.size() > 1) {
    transact_with(
        [&](Session& session) { static_cast<MongoSession&>(session).insert_rows(query, ids); });
  } else {
    insert_rows(query, ids);
  }
  return ids;
}

void MongoSession::insert_rows(const Insert& query, const std::vector<std::int64_t>& ids) {
  const std::string& table = query.model->table;
  std::vector<Document> documents;
  for (std::size_t i = 0; i < query.rows.size(); ++i) {
    documents.push_back(document_of(query, query.rows[i], ids[i]));
  }
  for (const FieldInfo& field : query.model->fields) {
    if (!field.target || !field.has_column()) continue;
    Ids targets;
    for (const Document& document : documents) {
      auto member = std::ranges::find(document.members, field.column, &Member::name);
      if (member == document.members.end()) continue;
      targets.insert(as_integer(std::get<Value>(member->value.held)));
    }
    bool is_own = field.target().table == table;
    Ids own = is_own ? Ids(ids.begin(), ids.end()) : Ids();
    if (!are_there(field, targets, own)) throw_no_target(field);
  }
  if (link().is_in_transaction()) refuse_duplicates(*query.model, documents);

  std::size_t inserted = 0;
  auto note = [&] {
    if (!keeps_undo()) return;
    for (std::size_t i = 0; i < inserted; ++i) transaction_->undo.inserted(table, ids[i]);
  };
  try {
    link().insert(table, documents, inserted);
  } catch (...) {
    note();
    throw;
  }
  note();
}

bool MongoSession::are_there(const FieldInfo& field, const Ids& ids, const Ids& own) {
  Ids missing;
  std::ranges::set_difference(ids, own, std::inserter(missing, missing.end()));
  std::size_t found = 0;
  in_batches(missing, [&](Array batch) {
    Document among{{"_id", Document{{"$in", std::move(batch)}}}};
    found += find_ids(field.target().table, std::move(among)).size();
  });
  return found == missing.size();
}

// A statement that the server refuses would end the whole transaction, so it is asked beforehand.
void MongoSession::refuse_duplicates(const ModelInfo& model,
                                     const std::vector<Document>& documents) {
  auto refuse_if_found = [&](Document filter, const std::string& columns) {
    if (find_ids(model.table, std::move(filter)).empty()) return;
    throw Error(Code::conflict,
                fmt::format("{}: there is a row with this {} already", model.table, columns));
  };
  for (const Document& document : documents) {
    refuse_if_found(Document{document.members[0]}, "id");
    for (const IndexInfo& index : model.indexes) {
      if (!index.is_unique) continue;
      Document filter;
      std::string columns;
      for (const Order& key : index.columns) {
        auto member = std::ranges::find(document.members, key.field->column, &Member::name);
        if (member == document.members.end()) break;
        filter.add(member->name, Document{{"$eq", member->value}});
        columns += (columns.empty() ? "" : ", ") + member->name;
      }
      bool has_all = filter.members.size() == index.columns.size();
      if (has_all) refuse_if_found(std::move(filter), columns);
    }
  }
}

// --- finding -----------------------------------------------------------------------------------

MongoSession::Ids MongoSession::find_ids(const ModelInfo& model, const Node& where) {
  Plan plan = plan_ids(model, where, resolve());
  Ids ids;
  if (plan.is_empty) return ids;
  link().read(plan.command, [&](const _bson_t& document) {
    ids.insert(as_integer(read_cells(document, plan.cells)[0]));
  });
  return ids;
}

MongoSession::Ids MongoSession::find_ids(const std::string& table, Document filter) {
  Ids ids;
  const std::vector<Cell> cells{{"_id", {Kind::id, 0, false}}};
  link().read(
      Document{
          {"find", table}, {"filter", std::move(filter)}, {"projection", Document{{"_id", 1}}}},
      [&](const _bson_t& document) { ids.insert(as_integer(read_cells(document, cells)[0])); });
  return ids;
}

// Notes the rows as they are, if that may be needed.
void MongoSession::keep(const std::string& table, const Bson& filter) {
  if (!keeps_undo()) return;
  link().read(Document{{"find", table}, {"filter", filter}}, [&](const _bson_t& document) {
    std::int64_t id = find_integer(document, "_id").value_or(0);
    transaction_->undo.changing(table, id, RawDocument{bytes_of(document)});
  });
}

// --- update ------------------------------------------------------------------------------------

namespace {

bool is_constant(const Assignment& assignment) {
  return assignment.value.type == Expression::Type::constant;
}

std::string own_place(const Path& path) {
  if (path.steps.empty()) return member_of(*path.field);
  throw Error(Code::invalid, "an update sets values of the row itself");
}

// The expression as the column holds it.
Bson written(const Assignment& assignment) {
  Bson value = write_expression(assignment.value, own_place);
  Kind from = assignment.value.cell.kind, to = assignment.field->kind;
  if (to == Kind::real && from != Kind::real) return Document{{"$toDouble", std::move(value)}};
  if (to == Kind::decimal) {
    Document decimal{{"$toDecimal", std::move(value)}};
    return Document{{"$round", list(std::move(decimal), assignment.field->decimal_places)}};
  }
  if (to == Kind::integer && from != Kind::integer) {
    return Document{{"$toLong", Document{{"$trunc", std::move(value)}}}};
  }
  return value;
}

// "$set" and "$unset" of constants.
Bson plain_change(const Update& query) {
  Document set, unset, change;
  for (const Assignment& assignment : query.values) {
    Value value = stored(*assignment.field, assignment.value.value);
    if (std::holds_alternative<Null>(value)) {
      unset.add(member_of(*assignment.field), "");
    } else {
      set.add(member_of(*assignment.field), std::move(value));
    }
  }
  if (!set.empty()) change.add("$set", std::move(set));
  if (!unset.empty()) change.add("$unset", std::move(unset));
  return change;
}

// A pipeline, which computes all values from the row as it was.
Bson computed_change(const Update& query) {
  Document set;
  for (const Assignment& assignment : query.values) {
    if (is_constant(assignment)) {
      Value value = stored(*assignment.field, assignment.value.value);
      bool is_null = std::holds_alternative<Null>(value);
      set.add(member_of(*assignment.field),
              is_null ? Bson("$$REMOVE") : Bson(Document{{"$literal", std::move(value)}}));
    } else {
      Document present{{"$ifNull", list(written(assignment), "$$REMOVE")}};
      set.add(member_of(*assignment.field), std::move(present));
    }
  }
  return list(Document{{"$set", std::move(set)}});
}

}  // namespace

// What a statement of SQL would refuse: foreign keys to nowhere, null where none may be.
void MongoSession::check_update(const Update& query, const Bson& filter) {
  for (const Assignment& assignment : query.values) {
    const FieldInfo& field = *assignment.field;
    const Value& value = assignment.value.value;
    if (is_constant(assignment)) {
      bool refers = field.target && !std::holds_alternative<Null>(value);
      if (!refers || are_there(field, {as_integer(value)}, {})) continue;
      if (!find_ids(query.model->table, Document{{"$and", list(filter)}}).empty()) {
        throw_no_target(field);
      }
      continue;
    }
    if (field.is_null || !assignment.value.cell.is_null) continue;
    Document is_null{{"$not", list(has_value(written(assignment)))}};
    Document both{{"$and", list(filter, expression_filter(std::move(is_null)))}};
    if (!find_ids(query.model->table, std::move(both)).empty()) {
      refuse(field, "a value is required");
    }
  }
}

std::int64_t MongoSession::write_update(const std::string& table, Bson filter, Bson change) {
  keep(table, filter);
  Document all{{"q", std::move(filter)}, {"u", std::move(change)}, {"multi", true}};
  auto answer = link().write(Document{{"update", table}, {"updates", list(std::move(all))}});
  return find_integer(*answer, "n").value_or(0);
}

namespace {

bool changes_unique(const Update& query) {
  auto is_set = [&](const Order& key) {
    return std::ranges::count(query.values, key.field, &Assignment::field) != 0;
  };
  return std::ranges::any_of(query.model->indexes, [&](const IndexInfo& index) {
    return index.is_unique && std::ranges::any_of(index.columns, is_set);
  });
}

}  // namespace

std::int64_t MongoSession::update(const Update& query) {
  // All rows or none; the server would keep those before one that it refuses.
  if (!transaction_ && changes_unique(query)) {
    return transact([&](Session& session) { return session.update(query); });
  }
  bool is_plain = std::ranges::all_of(query.values, is_constant);
  Bson change = is_plain ? plain_change(query) : computed_change(query);
  if (auto filter = plan_filter(*query.model, query.where, resolve())) {
    check_update(query, *filter);
    return write_update(query.model->table, *std::move(filter), std::move(change));
  }
  std::int64_t count = 0;
  in_batches(find_ids(*query.model, query.where), [&](Array batch) {
    Bson filter = Document{{"_id", Document{{"$in", std::move(batch)}}}};
    check_update(query, filter);
    count += write_update(query.model->table, std::move(filter), change);
  });
  return count;
}

}  // namespace tt::orm::engine
