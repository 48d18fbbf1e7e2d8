#include "orm/detail/joins.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace tt::orm::detail {

const FieldInfo& near_key(const Step& step) {
  return step.field->through->fields[step.way == Way::forward ? 1 : 2];
}
const FieldInfo& far_key(const Step& step) {
  return step.field->through->fields[step.way == Way::forward ? 2 : 1];
}

// --- adding ------------------------------------------------------------------------------------

std::size_t Joins::reach(const std::vector<Step>& steps, Share share) {
  std::size_t table = 0;
  for (const Step& step : steps) {
    auto fits = [&](const Join& join) {
      return join.parent == table && join.step == step &&
             (share.any || !step.is_many() || join.call == share.call);
    };
    auto found = std::ranges::find_if(joins_, fits);
    if (found == joins_.end()) {
      if (joins_.size() >= joins_max) throw Error(Code::invalid, "a query over too many tables");
      joins_.push_back({table, step, share.call, false, false});
      found = joins_.end() - 1;
    }
    if (table != 0) joins_[table - 1].needs_target = true;
    table = static_cast<std::size_t>(found - joins_.begin()) + 1;
  }
  return table;
}

bool Joins::is_id_of_link(std::size_t table, const FieldInfo& field) const {
  return table != 0 && field.kind == Kind::id &&
         joins_[table - 1].step.field->kind == Kind::virtual_many;
}

std::size_t Joins::use(const Path& path, Share share) {
  std::size_t table = reach(path.steps, share);
  if (table != 0 && !is_id_of_link(table, *path.field)) joins_[table - 1].needs_target = true;
  return table;
}

std::vector<std::size_t> Joins::way_to(std::size_t table) const {
  std::vector<std::size_t> way;
  for (; table != 0; table = joins_[table - 1].parent) way.push_back(table);
  return way;
}

void Joins::require(std::size_t table) {
  for (std::size_t each : way_to(table)) joins_[each - 1].is_inner = true;
}

// --- writing -----------------------------------------------------------------------------------

std::string Joins::name(std::size_t table) const {
  return table == 0 ? dialect_.quote(base_.table) : fmt::format("t{}", table);
}

std::string Joins::qualified(const std::string& table, const FieldInfo& field) const {
  return table + '.' + dialect_.quote(field.column);
}

std::string Joins::column(const Path& path, Share share) {
  return column(reach(path.steps, share), *path.field);
}

std::string Joins::column(std::size_t table, const FieldInfo& field) const {
  if (joins_.empty()) return dialect_.quote(field.column);
  if (is_id_of_link(table, field) && !joins_[table - 1].needs_target) {
    return qualified(fmt::format("m{}", table), far_key(joins_[table - 1].step));
  }
  return qualified(name(table), field);
}

bool Joins::is_inner(std::size_t table) const {
  if (table == 0) return true;
  const Join& join = joins_[table - 1];
  return join.is_inner || (!join.step.may_miss() && is_inner(join.parent));
}

void Joins::write(std::string& text) const {
  for (std::size_t table = 1; table <= joins_.size(); ++table) write_join(text, table);
}

void Joins::write_join(std::string& text, std::size_t table) const {
  const Join& join = joins_[table - 1];
  const Step& step = join.step;
  if (step.field->kind == Kind::virtual_many) return write_many(text, table);
  const FieldInfo& near = step.way == Way::forward ? *step.field : step.from().id();
  const FieldInfo& far = step.way == Way::forward ? step.to().id() : *step.field;
  text += fmt::format(" {} JOIN {} {} ON {} = {}", is_inner(table) ? "INNER" : "LEFT OUTER",
                      dialect_.quote(step.to().table), name(table), column(join.parent, near),
                      qualified(name(table), far));
}

void Joins::write_many(std::string& text, std::size_t table) const {
  const Join& join = joins_[table - 1];
  const Step& step = join.step;
  std::string_view kind = is_inner(table) ? "INNER" : "LEFT OUTER";
  std::string between = fmt::format("m{}", table);
  text += fmt::format(" {} JOIN {} {} ON {} = {}", kind, dialect_.quote(step.field->through->table),
                      between, column(join.parent, step.from().id()),
                      qualified(between, near_key(step)));
  if (!join.needs_target) return;
  text +=
      fmt::format(" {} JOIN {} {} ON {} = {}", kind, dialect_.quote(step.to().table), name(table),
                  qualified(between, far_key(step)), qualified(name(table), step.to().id()));
}

}  // namespace tt::orm::detail
