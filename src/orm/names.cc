#include "orm/detail/names.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "orm/record.h"

namespace tt::orm::detail {
namespace {

// What the way back is called in queries: without "_set".
std::string_view query_name(const FieldInfo& field) {
  std::string_view name = field.related_name;
  if (name.ends_with("_set")) name.remove_suffix(4);
  return name;
}

std::vector<Step> ways_back(const ModelInfo& model) {
  std::vector<Step> steps;
  for (const ModelInfo* other : known_models()) {
    for (const FieldInfo& field : other->fields) {
      bool leads_here = field.is_relation() && &field.target() == &model;
      if (leads_here && !field.related_name.ends_with('+'))
        steps.push_back({&field, Way::backward});
    }
  }
  return steps;
}

const FieldInfo* find_field(const ModelInfo& model, std::string_view name) {
  if (name == "pk") return &model.id();
  for (const FieldInfo& field : model.fields) {
    if (field.name == name || (field.has_column() && field.column == name)) return &field;
  }
  return nullptr;
}

[[noreturn]] void refuse_name(const ModelInfo& model, std::string_view name) {
  std::vector<std::string> choices;
  for (const FieldInfo& field : model.fields) {
    choices.push_back(field.name);
    if (field.has_column() && field.column != field.name) choices.push_back(field.column);
  }
  for (const Step& step : ways_back(model)) choices.emplace_back(query_name(*step.field));
  std::ranges::sort(choices);
  throw Error(Code::invalid, fmt::format("Cannot resolve keyword '{}' into field. Choices are: {}",
                                         name, fmt::join(choices, ", ")));
}

[[noreturn]] void refuse_lookup(const FieldInfo& field, std::string_view name) {
  throw Error(Code::invalid,
              fmt::format("Unsupported lookup '{}' for {} or join on the field not permitted.",
                          name, orm::name_of(field.type)));
}

bool allows(const FieldInfo& field, Lookup lookup) {
  bool is_day = field.kind == Kind::time || field.kind == Kind::date;
  switch (lookup) {
    case Lookup::year:
    case Lookup::month:
    case Lookup::day: return is_day;
    case Lookup::date: return field.kind == Kind::time;
    default: return !is_text_lookup(lookup) || field.kind == Kind::text;
  }
}

// Follows a key part by part.
class Walk {
 public:
  explicit Walk(const ModelInfo& model) : model_(&model) {}

  void follow(std::string_view part) {
    if (lookup_) refuse_lookup(*end_, part);
    if (model_ && find_here(part)) return;
    if (!end_) refuse_name(*model_, part);
    lookup_ = find_lookup(part);
    if (!lookup_ || !allows(*end_, *lookup_)) refuse_lookup(*end_, part);
  }

  ResolvedKey result() const {
    bool ends_backward = !steps_.empty() && end_ == steps_.back().field;
    Path path = ends_backward ? path_to(steps_) : path_to(steps_, *end_);
    return {std::move(path), lookup_.value_or(Lookup::exact)};
  }

 private:
  bool find_here(std::string_view part) {
    if (const FieldInfo* field = find_field(*model_, part)) {
      if (end_ && (steps_.empty() || steps_.back().field != end_)) steps_.push_back({end_});
      end_ = field;
      model_ = field->is_relation() ? &field->target() : nullptr;
      return true;
    }
    for (const Step& step : ways_back(*model_)) {
      if (query_name(*step.field) != part) continue;
      if (end_ && (steps_.empty() || steps_.back().field != end_)) steps_.push_back({end_});
      steps_.push_back(step);
      end_ = step.field;
      model_ = &step.to();
      return true;
    }
    return false;
  }

  const ModelInfo* model_;  // where the next part is looked for; nullptr: nowhere
  std::vector<Step> steps_;
  const FieldInfo* end_ = nullptr;  // a field of the last model, or the last step itself
  std::optional<Lookup> lookup_;
};

}  // namespace

ResolvedKey resolve_key(const ModelInfo& model, std::string_view key) {
  Walk walk(model);
  for (;;) {
    std::size_t end = key.find("__");
    walk.follow(key.substr(0, end));
    if (end == std::string_view::npos) return walk.result();
    key.remove_prefix(end + 2);
  }
}

Path resolve_path(const ModelInfo& model, std::string_view key) {
  auto [path, lookup] = resolve_key(model, key);
  if (lookup != Lookup::exact || key.ends_with("__exact")) refuse_name(model, key);
  return path;
}

namespace {

[[noreturn]] void refuse_value(const FieldInfo& field, const Value& value) {
  throw Error(Code::invalid,
              fmt::format("Field '{}' expected a {} but got '{}'.", field.name,
                          field.kind == Kind::text ? "text" : "number", display_text(value)));
}

bool holds(Kind kind, const Value& value) {
  switch (kind) {
    case Kind::id:
    case Kind::integer:
    case Kind::foreign_key:
    case Kind::virtual_many: return std::holds_alternative<std::int64_t>(value);
    case Kind::real: return std::holds_alternative<double>(value);
    case Kind::boolean: return std::holds_alternative<bool>(value);
    case Kind::text:
    case Kind::json: return std::holds_alternative<std::string>(value);
    case Kind::bytes: return std::holds_alternative<Bytes>(value);
    case Kind::time: return std::holds_alternative<Time>(value);
    case Kind::date: return std::holds_alternative<Date>(value);
    case Kind::decimal: return std::holds_alternative<Decimal>(value);
    case Kind::uuid: return std::holds_alternative<Uuid>(value);
  }
  return false;
}

Value fitted_to(const FieldInfo& field, Value value) {
  if (std::holds_alternative<Null>(value) || holds(field.kind, value)) return value;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    if (field.kind == Kind::real) return static_cast<double>(*integer);
    if (field.kind == Kind::decimal) return Decimal{*integer, 0};
  }
  auto converted = value_from_text(field, display_text(value));
  if (!converted) refuse_value(field, value);
  return std::move(*converted);
}

}  // namespace

Value fitted_value(const FieldInfo& field, Lookup lookup, Value value) {
  FieldInfo kind;
  kind.name = field.name;
  switch (lookup) {
    case Lookup::isnull: kind.kind = Kind::boolean; break;
    case Lookup::year:
    case Lookup::month:
    case Lookup::day: kind.kind = Kind::integer; break;
    case Lookup::date: kind.kind = Kind::date; break;
    default: kind.kind = field.kind;
  }
  return fitted_to(kind, std::move(value));
}

}  // namespace tt::orm::detail
