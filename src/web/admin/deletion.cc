// Deleting one row or the chosen ones, after showing what goes with them.

#include <algorithm>

#include <fmt/format.h>

#include "web/admin/views.h"

namespace tt::web::admin {
namespace {

constexpr std::size_t branches_max = 1000;
// The question carries their ids, so that nothing goes that was not shown.
constexpr std::size_t chosen_max = 900;

Map branch_value(const Page& page, const orm::Deletion::Branch& branch) {
  List dependants;
  for (const auto& dependant : branch.dependants) {
    dependants.push_back(branch_value(page, dependant));
  }
  return Map{{"model", branch.record.model().verbose_name},
             {"text", branch.record.text()},
             {"url", page.change_url(branch.record)},
             {"branches", std::move(dependants)}};
}

List protected_values(const Page& page, const orm::Deletion& plan) {
  List list;
  for (const orm::Record& record : plan.protectors) {
    list.push_back(Map{{"model", record.model().verbose_name},
                       {"text", record.text()},
                       {"url", page.change_url(record)}});
  }
  return list;
}

List count_values(const orm::Deletion& plan) {
  List list;
  for (const auto& [model, count] : plan.counts) {
    if (count == 0) continue;
    list.push_back(Map{{"label", count == 1 ? model->verbose_name : model->verbose_name_plural},
                       {"count", count}});
  }
  return list;
}

// The names of models whose rows would go, though this person may not delete them.
List forbidden_values(const Page& page, const orm::Deletion& plan) {
  List list;
  for (const auto& [model, count] : plan.counts) {
    const ModelAdmin* registered = page.registry.find(*model);
    if (count == 0 || registered == nullptr) continue;
    if (!registered->may(page.request, Permission::remove)) {
      list.push_back(model->verbose_name);
    }
  }
  return list;
}

struct Confirmation {
  const orm::Deletion& plan;
  std::string what;  // "the station “st1”"
  std::string back_url;
  std::vector<Crumb> crumbs;
  std::string name;  // "station"
  std::vector<std::int64_t> selected;
};

HttpResponse ask(const Page& page, Confirmation confirmation) {
  List branches;
  for (const auto& branch : confirmation.plan.branches) {
    branches.push_back(branch_value(page, branch));
  }
  List selected(confirmation.selected.begin(), confirmation.selected.end());
  List protectors = protected_values(page, confirmation.plan);
  List forbidden = forbidden_values(page, confirmation.plan);
  const bool is_possible = protectors.empty() && forbidden.empty();
  Context context{{"what", confirmation.what},
                  {"branches", std::move(branches)},
                  {"protected", std::move(protectors)},
                  {"forbidden", std::move(forbidden)},
                  {"counts", count_values(confirmation.plan)},
                  {"back_url", confirmation.back_url}};
  if (!selected.empty()) context.set("action", "delete_selected");
  context.set("selected", std::move(selected));
  const std::string title =
      is_possible ? "Are you sure?" : fmt::format("Cannot delete {}", confirmation.name);
  return page.render("admin/delete.html", title, std::move(confirmation.crumbs),
                     std::move(context));
}

bool is_possible(const Page& page, const orm::Deletion& plan) {
  return plan.protectors.empty() && forbidden_values(page, plan).empty();
}

void erase(const Page& page, const ModelAdmin& model, std::span<const orm::Record> records) {
  orm::atomic([&] {
    std::vector<std::int64_t> ids;
    for (const orm::Record& record : records) {
      ids.push_back(record.id());
      if (model.options().delete_model) model.options().delete_model(page.request, record);
      note(page, model, record, {.deed = Deed::deletion});
    }
    if (!model.options().delete_model) orm::erase(orm::current_session(), model.model(), ids);
  });
}

}  // namespace

HttpResponse delete_view(const Page& page, const ModelAdmin& model, const std::string& id) {
  if (!model.may(page.request, Permission::remove)) throw Error(Code::denied, "");
  const auto record = find_row(page, model, id);
  if (!record) return redirect_missing(page, model, id);
  const std::int64_t row_id = record->id();
  const orm::Deletion plan = orm::plan_deletion(orm::current_session(), model.model(),
                                                std::span(&row_id, 1), branches_max);
  if (page.request.is_post() && plan.protectors.empty()) {
    if (!is_possible(page, plan)) throw Error(Code::denied, "");
    const std::string text = record->text();
    erase(page, model, std::span(&*record, 1));
    page.request.add_message(message_success, fmt::format("The {} “{}” was deleted successfully.",
                                                          model.singular(), text));
    return redirect(model.may(page.request, Permission::view) ? list_url_with_filters(page, model)
                                                              : page.base);
  }
  return ask(page, {.plan = plan,
                    .what = fmt::format("the {} “{}”", model.singular(), record->text()),
                    .back_url = page.change_url(model, row_id),
                    .crumbs = page.crumbs(model, *record, "Delete"),
                    .name = model.singular(),
                    .selected = {}});
}

std::optional<HttpResponse> delete_chosen(const Page& page, const ModelAdmin& model,
                                          const orm::Records& chosen) {
  const std::vector<orm::Record> records = chosen.limit(chosen_max + 1).rows();
  if (records.size() > chosen_max) {
    page.request.add_message(
        message_warning, fmt::format("At most {} {} can be deleted at once. Nothing was deleted.",
                                     chosen_max, model.plural()));
    return std::nullopt;
  }
  std::vector<std::int64_t> ids;
  for (const orm::Record& record : records) ids.push_back(record.id());
  const orm::Deletion plan =
      orm::plan_deletion(orm::current_session(), model.model(), ids, branches_max);
  const std::string& items = records.size() == 1 ? model.singular() : model.plural();
  if (page.request.form().contains("post") && plan.protectors.empty()) {
    if (!is_possible(page, plan)) throw Error(Code::denied, "");
    if (!records.empty()) {
      erase(page, model, records);
      page.request.add_message(message_success,
                               fmt::format("Successfully deleted {} {}.", records.size(), items));
    }
    return std::nullopt;
  }
  return ask(page, {.plan = plan,
                    .what = fmt::format("the selected {}", items),
                    .back_url = page.request.full_path(),
                    .crumbs = page.crumbs(model, "Delete multiple objects"),
                    .name = items,
                    .selected = std::move(ids)});
}

HttpResponse history_view(const Page& page, const ModelAdmin& model, const std::string& id) {
  if (!model.may(page.request, Permission::view)) throw Error(Code::denied, "");
  const auto record = find_row(page, model, id);
  if (!record) return redirect_missing(page, model, id);
  List entries;
  for (const JournalEntry& entry : page.registry.journal().history(
           model.app_label(), model.name(), fmt::format("{}", record->id()))) {
    entries.push_back(
        Map{{"time", entry.at}, {"user", entry.user}, {"message", change_text(entry.message)}});
  }
  return page.render("admin/history.html", fmt::format("Change history: {}", record->text()),
                     page.crumbs(model, *record, "History"), {{"entries", std::move(entries)}});
}

}  // namespace tt::web::admin
