#include "web/admin/page.h"

#include <algorithm>

#include <fmt/format.h>

#include "web/core/application.h"
#include "web/template/date_format.h"

namespace tt::web::admin {
namespace {

constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

constexpr std::string_view nothing = "-";

List crumb_list(const std::vector<Crumb>& crumbs) {
  List list;
  for (const Crumb& crumb : crumbs) {
    list.push_back(Map{{"label", crumb.label}, {"url", crumb.url}});
  }
  return list;
}

Map model_entry(const Page& page, const ModelAdmin& model) {
  const bool may_change = model.may(page.request, Permission::change);
  const bool may_view = model.may(page.request, Permission::view);
  const std::string url = page.list_url(model);
  return Map{{"name", model.name()},
             {"label", capitalized(model.plural())},
             {"singular", model.singular()},
             {"verb", may_change ? "Change" : "View"},
             {"url", may_view ? url : ""},
             {"add_url", model.may(page.request, Permission::add) ? url + "add/" : ""}};
}

}  // namespace

std::string Page::change_url(const ModelAdmin& model, std::int64_t id) const {
  return fmt::format("{}{}/change/", list_url(model), id);
}

std::string Page::change_url(const orm::Record& record) const {
  const ModelAdmin* model = registry.find(record.model());
  if (model == nullptr || !model->may(request, Permission::view)) return {};
  return change_url(*model, record.id());
}

bool Page::is_popup() const {
  return request.query().contains("_popup") ||
         (request.is_post() && request.form().contains("_popup"));
}

std::string Page::app_name(std::string_view app_label) const {
  for (const App& app : request.application().apps()) {
    if (app.label == app_label && !app.verbose_name.empty()) return app.verbose_name;
  }
  return forms::pretty_name(app_label);
}

std::vector<Crumb> Page::crumbs(std::string_view last) const {
  return {{"Home", base}, {std::string(last), ""}};
}

std::vector<Crumb> Page::crumbs(const ModelAdmin& model, std::string_view last) const {
  std::vector<Crumb> list = {{"Home", base},
                             {app_name(model.app_label()), base + model.app_label() + "/"}};
  list.push_back({capitalized(model.plural()), last.empty() ? "" : list_url(model)});
  if (!last.empty()) list.push_back({std::string(last), ""});
  return list;
}

std::vector<Crumb> Page::crumbs(const ModelAdmin& model, const orm::Record& record,
                                std::string_view last) const {
  std::vector<Crumb> list = crumbs(model, last);
  list.insert(list.end() - 1, Crumb{record.text(), change_url(model, record.id())});
  return list;
}

HttpResponse Page::render(std::string_view template_name, std::string_view title,
                          std::vector<Crumb> crumbs, Context context) const {
  const SiteOptions& options = registry.options();
  const UserPtr& user = request.user();
  context.set("title", title);
  context.set("breadcrumbs", crumb_list(crumbs));
  context.set("admin_url", base);
  context.set("site_header", options.header);
  context.set("site_title", options.title);
  context.set("site_url", options.site_url);
  context.set("has_permission", user->is_active && user->is_staff);
  context.set("user_name", user->first_name.empty() ? user->username : user->first_name);
  context.set("has_password_change", options.has_password_change);
  context.set("is_popup", is_popup());
  HttpResponse response = web::render(request, template_name, std::move(context));
  if (!request.settings().content_security_policy) {
    response.set("Content-Security-Policy", std::string(content_security_policy));
  }
  return response;
}

List Page::apps(std::string_view only_app) const {
  std::vector<std::pair<std::string, List>> found;
  for (const auto& model : registry.models()) {
    const bool is_wanted = only_app.empty() || only_app == model->app_label();
    if (!is_wanted || !model->may_anything(request)) continue;
    auto app = std::ranges::find(found, model->app_label(), &std::pair<std::string, List>::first);
    if (app == found.end()) app = found.insert(found.end(), {model->app_label(), {}});
    app->second.push_back(model_entry(*this, *model));
  }
  std::ranges::sort(found, {}, [&](const auto& app) { return app_name(app.first); });
  List list;
  for (auto& [label, models] : found) {
    auto label_of = [](const web::Value& model) { return model.as_map()->find("label")->text(); };
    std::ranges::sort(models, {}, label_of);
    list.push_back(Map{{"label", label},
                       {"name", app_name(label)},
                       {"url", base + label + "/"},
                       {"models", std::move(models)}});
  }
  return list;
}

web::Value shown(const orm::FieldInfo& field, const orm::Value& value) {
  if (std::holds_alternative<orm::Null>(value)) return nothing;
  for (const orm::Choice& choice : field.choices) {
    if (choice.value == value) return choice.label;
  }
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "Yes" : "No";
  if (const auto* time = std::get_if<Time>(&value)) {
    return web::format_date(web::Value(*time), "N j, Y, P").value_or("");
  }
  if (const auto* date = std::get_if<Date>(&value)) {
    return web::format_date(web::Value(*date), "N j, Y").value_or("");
  }
  return orm::display_text(value);
}

void RelatedTexts::load(const orm::FieldInfo& field, std::span<const orm::Record> records) {
  const orm::ModelInfo& target = field.target();
  std::vector<orm::Value> missing;
  for (const orm::Record& record : records) {
    const auto* id = std::get_if<std::int64_t>(&record.get(field));
    if (id != nullptr && texts_.emplace(std::pair(&target, *id), std::string()).second) {
      missing.emplace_back(*id);
    }
  }
  if (missing.empty()) return;
  const orm::Records rows(orm::current_session(), target);
  for (const orm::Record& row : rows.filter_in("id__in", std::move(missing)).rows()) {
    texts_[{&target, row.id()}] = row.text();
  }
}

std::string RelatedTexts::of(const orm::FieldInfo& field, const orm::Value& id) {
  const auto* number = std::get_if<std::int64_t>(&id);
  if (number == nullptr) return std::string(nothing);
  const auto [entry, is_new] = texts_.emplace(std::pair(&field.target(), *number), std::string());
  if (is_new) {
    const auto row = orm::Records(orm::current_session(), field.target()).find(*number);
    entry->second = row ? row->text() : fmt::format("{}", *number);
  }
  return entry->second;
}

void note(const Page& page, const ModelAdmin& model, const orm::Record& record, Done done) {
  JournalEntry entry;
  entry.at = page.request.application().clock().now();
  entry.user_id = page.request.user()->id;
  entry.app_label = model.app_label();
  entry.model = model.name();
  entry.object_id = fmt::format("{}", record.id());
  entry.object_text = record.text();
  entry.deed = done.deed;
  entry.message = std::move(done.message);
  page.registry.journal().add(entry);
}

}  // namespace tt::web::admin
