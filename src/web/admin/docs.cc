// The documentation that follows from what is registered.

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "web/admin/views.h"
#include "web/core/application.h"

namespace tt::web::admin {
namespace {

std::vector<Crumb> doc_crumbs(const Page& page, std::string_view last) {
  std::vector<Crumb> crumbs = {{"Home", page.base}, {"Documentation", page.base + "doc/"}};
  crumbs.push_back({std::string(last), ""});
  return crumbs;
}

std::string doc_url(const Page& page, std::string_view app, const orm::ModelInfo& model) {
  return fmt::format("{}doc/models/{}.{}/", page.base, app, to_lower(model.name));
}

// "unique, indexed, may be empty; one of indoors, outdoors"
std::string description(const orm::FieldInfo& field) {
  std::vector<std::string> parts;
  if (field.verbose_name != field.name) parts.push_back(field.verbose_name);
  if (!field.help_text.empty()) parts.push_back(field.help_text);
  if (field.max_length > 0) parts.push_back(fmt::format("at most {} characters", field.max_length));
  if (field.is_unique) parts.emplace_back("unique");
  if (field.is_null) parts.emplace_back("may have no value");
  if (!field.is_editable) parts.emplace_back("not editable");
  if (!field.choices.empty()) {
    std::vector<std::string> labels;
    for (const orm::Choice& choice : field.choices) labels.push_back(choice.label);
    parts.push_back("one of " + forms::joined(labels, "or"));
  }
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : "; ") + part;
  return text;
}

HttpResponse name_list(const Page& page, std::string_view title, std::vector<std::string> names,
                       std::string_view note) {
  std::ranges::sort(names);
  return page.render("admin/doc_list.html", title, doc_crumbs(page, title),
                     {{"names", List(names.begin(), names.end())}, {"note", note}});
}

}  // namespace

HttpResponse doc_index(const Page& page) {
  return page.render("admin/doc_index.html", "Documentation", page.crumbs("Documentation"),
                     {{"doc_url", page.base + "doc/"}});
}

HttpResponse doc_models(const Page& page) {
  List apps;
  for (const App& app : page.request.application().apps()) {
    List models;
    for (const orm::ModelInfo* model : app.models) {
      models.push_back(Map{{"name", model->name},
                           {"label", model->verbose_name},
                           {"url", doc_url(page, app.label, *model)}});
    }
    if (models.empty()) continue;
    apps.push_back(Map{{"name", page.app_name(app.label)}, {"models", std::move(models)}});
  }
  return page.render("admin/doc_models.html", "Models", doc_crumbs(page, "Models"),
                     {{"apps", std::move(apps)}});
}

HttpResponse doc_model(const Page& page, std::string_view app_label, std::string_view name) {
  const orm::ModelInfo* found = nullptr;
  for (const App& app : page.request.application().apps()) {
    if (app.label != app_label) continue;
    for (const orm::ModelInfo* model : app.models) {
      if (to_lower(model->name) == name) found = model;
    }
  }
  if (found == nullptr) raise_404("There is no such model.");
  List fields;
  for (const orm::FieldInfo& field : found->fields) {
    Map value{{"name", field.name},
              {"type", orm::name_of(field.type)},
              {"description", description(field)}};
    if (field.target != nullptr) {
      const App* app = app_of(page.request.application().apps(), field.target());
      value.set("target", field.target().name);
      if (app != nullptr) value.set("url", doc_url(page, app->label, field.target()));
    }
    fields.push_back(std::move(value));
  }
  std::vector<Crumb> crumbs = doc_crumbs(page, found->name);
  crumbs.insert(crumbs.end() - 1, Crumb{"Models", page.base + "doc/models/"});
  return page.render("admin/doc_model.html", found->name, std::move(crumbs),
                     {{"fields", std::move(fields)}, {"table", found->table}});
}

HttpResponse doc_views(const Page& page) {
  return name_list(page, "Views", page.request.application().urls().routes(),
                   "Regular expressions of paths, in front of them what includes them.");
}

HttpResponse doc_tags(const Page& page) {
  return name_list(page, "Tags", page.request.application().templates().tag_names(),
                   "Written {% name … %}.");
}

HttpResponse doc_filters(const Page& page) {
  return name_list(page, "Filters", page.request.application().templates().filters().names(),
                   "Written {{ value|name }} or {{ value|name:argument }}.");
}

}  // namespace tt::web::admin
