#include "web/admin/registry.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace tt::web::admin {
namespace {

[[noreturn]] void refuse(const orm::ModelInfo& model, std::string_view option,
                         std::string_view what) {
  throw Error(Code::invalid, fmt::format("admin of {}: {}: {}", model.name, option, what));
}

std::string_view verb_of(Permission permission) {
  switch (permission) {
    case Permission::view: return "view";
    case Permission::add: return "add";
    case Permission::change: return "change";
    case Permission::remove: return "delete";
  }
  return "view";
}

}  // namespace

const orm::FieldInfo* field_at(const orm::ModelInfo& model, std::string_view path) {
  const orm::ModelInfo* current = &model;
  while (true) {
    const std::size_t end = path.find("__");
    const orm::FieldInfo* field = current->find(path.substr(0, end));
    if (field == nullptr || end == std::string_view::npos) return field;
    if (field->target == nullptr) return nullptr;
    current = &field->target();
    path.remove_prefix(end + 2);
  }
}

const orm::FieldInfo& foreign_key_of(const Inline& rows, const orm::ModelInfo& parent) {
  const orm::FieldInfo* found = nullptr;
  for (const orm::FieldInfo& field : rows.model->fields) {
    const bool fits = field.has_column() && field.is_relation() && &field.target() == &parent &&
                      (rows.foreign_key.empty() || rows.foreign_key == field.name);
    if (!fits) continue;
    if (found != nullptr) {
      refuse(parent, "inlines",
             fmt::format("{} has several foreign keys to it: say which", rows.model->name));
    }
    found = &field;
  }
  if (found == nullptr) {
    refuse(parent, "inlines", fmt::format("{} has no foreign key to it", rows.model->name));
  }
  return *found;
}

ModelAdmin::ModelAdmin(const orm::ModelInfo& model, Options options)
    : model_(model), options_(std::move(options)), name_(to_lower(model.name)) {
  if (options_.list_display.empty()) options_.list_display = {"__str__"};
}

bool ModelAdmin::may(const HttpRequest& request, Permission permission) const {
  if (options_.allow) {
    if (const auto answer = options_.allow(request, permission)) return *answer;
  }
  auto has = [&](Permission wanted) {
    return request.user()->has_perm(fmt::format("{}.{}_{}", app_label(), verb_of(wanted), name_));
  };
  return has(permission) || (permission == Permission::view && has(Permission::change));
}

bool ModelAdmin::may_anything(const HttpRequest& request) const {
  return may(request, Permission::view) || may(request, Permission::add) ||
         may(request, Permission::change) || may(request, Permission::remove);
}

orm::Records ModelAdmin::rows(const HttpRequest& request) const {
  orm::Records all(orm::current_session(), model_);
  return options_.queryset ? options_.queryset(request, std::move(all)) : all;
}

const Column* ModelAdmin::find_column(std::string_view name) const {
  const auto column = std::ranges::find(options_.columns, name, &Column::name);
  return column == options_.columns.end() ? nullptr : &*column;
}

void ModelAdmin::check_names(std::string_view option, std::span<const std::string> names) const {
  for (const std::string& name : names) {
    const bool exists =
        name == "__str__" || model_.find(name) != nullptr || find_column(name) != nullptr;
    if (!exists) refuse(model_, option, fmt::format("there is no field or column {}", name));
  }
}

void ModelAdmin::check_paths(std::string_view option, std::span<const std::string> paths) const {
  for (std::string_view path : paths) {
    if (path.starts_with('^') || path.starts_with('=') || path.starts_with('-')) {
      path.remove_prefix(1);
    }
    if (field_at(model_, path) == nullptr) {
      refuse(model_, option, fmt::format("there is no field {}", path));
    }
  }
}

void ModelAdmin::check_relations(std::string_view option,
                                 std::span<const std::string> names) const {
  for (const std::string& name : names) {
    const orm::FieldInfo* field = model_.find(name);
    if (field == nullptr || !field->is_relation()) {
      refuse(model_, option, fmt::format("{} is no relation", name));
    }
  }
}

void ModelAdmin::check_hierarchy() const {
  if (options_.date_hierarchy.empty()) return;
  const orm::FieldInfo* field = model_.find(options_.date_hierarchy);
  const bool fits =
      field != nullptr && (field->kind == orm::Kind::time || field->kind == orm::Kind::date);
  if (!fits) {
    refuse(model_, "date_hierarchy",
           fmt::format("{} is no date or time field", options_.date_hierarchy));
  }
}

void ModelAdmin::check_inlines() const {
  for (const Inline& rows : options_.inlines) {
    if (rows.model == nullptr) refuse(model_, "inlines", "the model is missing");
    foreign_key_of(rows, model_);
    for (const std::string& name : rows.fields) {
      if (rows.model->find(name) == nullptr) {
        refuse(model_, "inlines", fmt::format("{} has no field {}", rows.model->name, name));
      }
    }
  }
}

void ModelAdmin::check() const {
  check_names("list_display", options_.list_display);
  for (const std::string& name : options_.list_display_links) {
    if (std::ranges::find(options_.list_display, name) == options_.list_display.end()) {
      refuse(model_, "list_display_links", fmt::format("{} is not in list_display", name));
    }
  }
  check_paths("list_filter", options_.list_filter);
  check_paths("search_fields", options_.search_fields);
  check_paths("ordering", options_.ordering);
  check_names("fields", options_.fields);
  check_names("exclude", options_.exclude);
  check_names("readonly_fields", options_.readonly_fields);
  for (const Fieldset& set : options_.fieldsets) check_names("fieldsets", set.fields);
  check_relations("raw_id_fields", options_.raw_id_fields);
  check_relations("autocomplete_fields", options_.autocomplete_fields);
  for (const Column& column : options_.columns) {
    if (!column.value) refuse(model_, "columns", fmt::format("{} has no value", column.name));
    if (!column.order_field.empty()) check_paths("columns", std::span(&column.order_field, 1));
  }
  if (options_.list_per_page == 0) refuse(model_, "list_per_page", "must not be 0");
  check_hierarchy();
  check_inlines();
}

Registry::Registry(SiteOptions options) : options_(std::move(options)) {
  if (options_.journal == nullptr) options_.journal = make_orm_journal();
}

void Registry::add(const orm::ModelInfo& model, Options options) {
  if (find(model) != nullptr) {
    throw Error(Code::invalid, fmt::format("admin: {} is registered already", model.name));
  }
  models_.push_back(std::make_unique<ModelAdmin>(model, std::move(options)));
}

const ModelAdmin* Registry::find(const orm::ModelInfo& model) const {
  for (const auto& registered : models_) {
    if (&registered->model() == &model) return registered.get();
  }
  return nullptr;
}

const ModelAdmin* Registry::find(std::string_view app_label, std::string_view name) const {
  for (const auto& registered : models_) {
    if (registered->app_label() == app_label && registered->name() == name) {
      return registered.get();
    }
  }
  return nullptr;
}

void Registry::check() const {
  for (const auto& registered : models_) registered->check();
}

}  // namespace tt::web::admin
