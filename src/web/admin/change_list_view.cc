// The page with the list, and the actions on chosen rows.

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "web/admin/change_list.h"
#include "web/admin/views.h"

namespace tt::web::admin {
namespace {

constexpr std::string_view delete_action = "delete_selected";
constexpr std::size_t chosen_max = 10'000;

List action_values(const Page& page, const ModelAdmin& model) {
  List list;
  if (page.is_popup()) return list;
  if (model.options().has_delete_action && model.may(page.request, Permission::remove)) {
    list.push_back(
        Map{{"name", delete_action}, {"label", fmt::format("Delete selected {}", model.plural())}});
  }
  for (const Action& action : model.options().actions) {
    if (!model.may(page.request, action.needs)) continue;
    list.push_back(
        Map{{"name", action.name},
            {"label", action.label.empty() ? forms::pretty_name(action.name) : action.label}});
  }
  return list;
}

bool is_allowed(const Page& page, const ModelAdmin& model, std::string_view name) {
  const List actions = action_values(page, model);
  return std::ranges::any_of(actions, [&](const web::Value& action) {
    return action.as_map()->find("name")->text() == name;
  });
}

std::optional<HttpResponse> run(const Page& page, const ModelAdmin& model, std::string_view name,
                                const orm::Records& chosen) {
  if (name == delete_action && model.options().has_delete_action) {
    return delete_chosen(page, model, chosen);
  }
  const auto action = std::ranges::find(model.options().actions, name, &Action::name);
  return action->run(page.request, chosen);
}

HttpResponse back(const Page& page) { return redirect(page.request.full_path()); }

HttpResponse act(const Page& page, const ModelAdmin& model, const ChangeList& list) {
  const Parameters& form = page.request.form();
  const std::string name = form.get("action");
  std::vector<orm::Value> ids;
  for (const std::string& text : form.get_all("_selected_action")) {
    if (const auto id = parse_number<std::int64_t>(text)) ids.emplace_back(*id);
  }
  if (ids.empty()) {
    page.request.add_message(
        message_warning,
        "Items must be selected in order to perform actions on them. No items have been changed.");
    return back(page);
  }
  if (!is_allowed(page, model, name)) {
    page.request.add_message(message_warning, "No action selected.");
    return back(page);
  }
  if (ids.size() > chosen_max) throw Error(Code::too_large, "too many rows are chosen");
  const bool is_across = form.get("select_across") == "1" && !form.contains("post");
  const orm::Records chosen =
      is_across ? list.chosen() : list.chosen().filter_in("id__in", std::move(ids));
  if (auto response = run(page, model, name, chosen)) return std::move(*response);
  return back(page);
}

HttpResponse shown_list(const Page& page, const ModelAdmin& model) {
  ChangeList list(page, model);
  if (page.request.is_post() && page.request.form().contains("action")) {
    return act(page, model, list);
  }
  Context context = list.context();
  context.set("actions", action_values(page, model));
  if (model.may(page.request, Permission::add)) {
    std::string url = page.list_url(model) + "add/";
    Parameters extra;
    if (page.is_popup()) extra.add("_popup", "1");
    Parameters kept = list.parameters();
    kept.erase("_popup");
    if (!kept.empty()) extra.add("_changelist_filters", kept.urlencode());
    if (!extra.empty()) url += "?" + extra.urlencode();
    context.set("add_url", url);
  }
  const std::string_view verb = model.may(page.request, Permission::change) ? "change" : "view";
  context.set("heading", capitalized(model.plural()));
  return page.render("admin/change_list.html",
                     fmt::format("Select {} to {}", model.singular(), verb), page.crumbs(model, ""),
                     std::move(context));
}

}  // namespace

HttpResponse change_list(const Page& page, const ModelAdmin& model) {
  if (!model.may(page.request, Permission::view)) throw Error(Code::denied, "");
  try {
    return shown_list(page, model);
  } catch (const Error& error) {
    // A parameter that means nothing: the list without it, once.
    if (error.code() == Code::denied && std::string_view(error.what()).starts_with("Filtering")) {
      throw Error(Code::invalid, error.what());
    }
    if (error.code() != Code::invalid || !page.request.is_get()) throw;
    if (page.request.query().contains("e")) {
      return page.render("admin/note.html", "Database error", page.crumbs(model, "Database error"),
                         {{"note",
                           "The list cannot be shown: the database does not have what it "
                           "should. Perhaps migrations were not applied."},
                          {"back_url", page.base},
                          {"back_label", "Home"}});
    }
    return redirect(page.request.path() + "?e=1");
  }
}

std::optional<orm::Record> find_row(const Page& page, const ModelAdmin& model,
                                    const std::string& id) {
  const auto number = parse_number<std::int64_t>(id);
  return number ? model.rows(page.request).find(*number) : std::nullopt;
}

HttpResponse redirect_missing(const Page& page, const ModelAdmin& model, const std::string& id) {
  page.request.add_message(
      message_warning,
      fmt::format("{} with ID “{}” doesn’t exist. Perhaps it was deleted?", model.singular(), id));
  return redirect(page.base);
}

std::string list_url_with_filters(const Page& page, const ModelAdmin& model) {
  const std::string filters = page.request.query().get("_changelist_filters");
  if (filters.empty()) return page.list_url(model);
  // Taken apart and put together again, so that nothing else can ride in it.
  return page.list_url(model) + "?" + parse_urlencoded(filters, 100).urlencode();
}

}  // namespace tt::web::admin
