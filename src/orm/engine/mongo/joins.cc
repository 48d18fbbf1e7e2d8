#include "orm/engine/mongo/joins.h"

#include <fmt/format.h>

#include "base/error.h"

namespace tt::orm::engine {

std::string member_of(const FieldInfo& field) {
  return field.kind == Kind::id ? "_id" : field.column;
}

std::string Joins::name_of(std::size_t join) const { return fmt::format("__j{}", join); }

std::string Joins::place_in(std::size_t join, const FieldInfo& field) const {
  if (join == root) return member_of(field);
  return name_of(join) + "." + member_of(field);
}

std::size_t Joins::add(std::size_t parent, const Step& step, std::optional<unsigned> call) {
  joins_.push_back({parent, step, call});
  return joins_.size() - 1;
}

std::string Joins::place(const Path& path, unsigned call) {
  std::size_t at = root;
  std::optional<unsigned> many_call;
  for (const Step& step : path.steps) {
    if (step.is_many()) many_call = call;
    std::size_t next = 0;
    auto matches = [&](const Join& join) {
      return join.parent == at && join.step == step && join.call == many_call;
    };
    while (next < joins_.size() && !matches(joins_[next])) ++next;
    at = next < joins_.size() ? next : add(at, step, many_call);
  }
  return place_in(at, *path.field);
}

std::string Joins::shared_place(const Path& path, unsigned call) {
  std::size_t at = root;
  std::optional<unsigned> many_call;
  for (const Step& step : path.steps) {
    if (step.is_many()) many_call = call;
    std::size_t found = root;
    for (std::size_t i = 0; i < joins_.size(); ++i) {
      const Join& join = joins_[i];
      bool fits = join.parent == at && join.step == step && join.call.value_or(0) <= call;
      if (fits && (found == root || join.call < joins_[found].call)) found = i;
    }
    at = found == root ? add(at, step, many_call) : found;
  }
  return place_in(at, *path.field);
}

namespace {

Document unwind(const std::string& name) {
  return Document{
      {"$unwind", Document{{"path", "$" + name}, {"preserveNullAndEmptyArrays", true}}}};
}

struct Lookup {
  std::string table;
  std::string local;    // a member path of the document
  std::string foreign;  // a member of the table's rows
  std::string as;
};

void write_lookup(Array& stages, const Lookup& lookup) {
  stages.add(Document{{"$lookup", Document{{"from", lookup.table},
                                           {"localField", lookup.local},
                                           {"foreignField", lookup.foreign},
                                           {"as", lookup.as}}}});
  // "If an input document does not contain the localField, the $lookup treats the field as having
  // a value of null for matching purposes": it would find all rows without a value.
  bool may_miss = lookup.local.contains('.') && lookup.foreign != "_id";
  if (may_miss) {
    Document has_value{{"$gt", list("$" + lookup.local, Value(Null{}))}};
    Document found{{"$cond", list(has_value, "$" + lookup.as, Array())}};
    stages.add(Document{{"$set", Document{{lookup.as, found}}}});
  }
  stages.add(unwind(lookup.as));
}

}  // namespace

void Joins::write_join(Array& stages, std::size_t index) const {
  const Join& join = joins_[index];
  const FieldInfo& field = *join.step.field;
  bool is_forward = join.step.way == Way::forward;
  std::string parent_id = place_in(join.parent, join.step.from().id());
  std::string name = name_of(index);
  if (field.kind != Kind::virtual_many) {
    if (is_forward) {
      write_lookup(stages, {field.target().table, place_in(join.parent, field), "_id", name});
    } else {
      write_lookup(stages, {field.model->table, parent_id, member_of(field), name});
    }
    return;
  }
  // id, the side that has the field, the other one
  const FieldInfo& near = field.through->fields[is_forward ? 1 : 2];
  const FieldInfo& far = field.through->fields[is_forward ? 2 : 1];
  std::string link = name + "_link";
  write_lookup(stages, {field.through->table, parent_id, near.column, link});
  write_lookup(stages, {join.step.to().table, link + "." + far.column, "_id", name});
}

void Joins::write(Array& stages) const {
  for (std::size_t i = 0; i < joins_.size(); ++i) write_join(stages, i);
}

}  // namespace tt::orm::engine
