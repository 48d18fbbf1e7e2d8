#include "orm/queryset.h"

#include <fmt/format.h>

namespace tt::orm::detail {

namespace {

// All fields but the id.
std::vector<Assignment> values_of(const ModelInfo& info, const void* model) {
  std::vector<Assignment> values;
  values.reserve(info.fields.size());
  for (const FieldInfo& field : info.fields) {
    if (field.kind == Kind::id) continue;
    values.push_back({&field, field.value_in(model)});
    check(field, values.back().value);
  }
  return values;
}

std::int64_t id_in(const ModelInfo& info, const void* model) {
  return std::get<std::int64_t>(info.id().value_in(model));
}

void set_id(const ModelInfo& info, void* model, std::int64_t id) {
  info.id().write(static_cast<char*>(model) + info.id().offset, id);
}

Node has_id(const ModelInfo& info, std::int64_t id) {
  Node node;
  node.type = Node::Type::condition;
  node.condition.path = {&info.id()};
  node.condition.values = {id};
  return node;
}

}  // namespace

void fill(const ModelInfo& info, void* model, std::span<Value> cells) {
  TT_ASSERT(cells.size() == info.fields.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const FieldInfo& field = info.fields[i];
    field.write(static_cast<char*>(model) + field.offset, std::move(cells[i]));
  }
}

void load_rows(Session& session, const Select& query, void* rows, StoreRow store) {
  auto take = [&](std::span<Value> cells) { store(rows, *query.model, cells); };
  session.select(query, take);
}

void insert_row(Session& session, const ModelInfo& info, void* model) {
  Insert insert{&info, values_of(info, model)};
  std::int64_t id = id_in(info, model);
  if (id != 0) insert.values.push_back({&info.id(), id});
  set_id(info, model, session.insert(insert));
}

void save_row(Session& session, const ModelInfo& info, void* model) {
  std::int64_t id = id_in(info, model);
  if (id == 0) return insert_row(session, info, model);
  Update update{&info, values_of(info, model), has_id(info, id)};
  if (update.values.empty()) return;
  if (session.update(update) == 0) throw_not_found(info);
}

std::int64_t update_rows(Session& session, const Update& update) {
  for (const Assignment& assignment : update.values) check(*assignment.field, assignment.value);
  if (update.values.empty()) return 0;
  return session.update(update);
}

void throw_not_found(const ModelInfo& info) {
  throw Error(Code::not_found, fmt::format("there is no such {}", info.name));
}

void throw_several(const ModelInfo& info) {
  throw Error(Code::internal, fmt::format("get() found more than one {}", info.name));
}

}  // namespace tt::orm::detail
