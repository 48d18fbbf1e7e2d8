// The first page, the page of an app, and what text fields for relations ask.

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "web/admin/views.h"

namespace tt::web::admin {
namespace {

constexpr std::size_t recent_max = 10;
constexpr std::size_t offered_max = 20;

std::string_view name_of(Deed deed) {
  switch (deed) {
    case Deed::addition: return "Added";
    case Deed::change: return "Changed";
    case Deed::deletion: return "Deleted";
  }
  return "Changed";
}

List recent_values(const Page& page) {
  List list;
  for (const JournalEntry& entry :
       page.registry.journal().recent(page.request.user()->id, recent_max)) {
    const ModelAdmin* model = page.registry.find(entry.app_label, entry.model);
    const bool has_page = model != nullptr && entry.deed != Deed::deletion &&
                          model->may(page.request, Permission::view);
    const std::string url =
        has_page ? page.list_url(*model) + entry.object_id + "/change/" : std::string();
    list.push_back(Map{{"kind", name_of(entry.deed)},
                       {"object", entry.object_text},
                       {"model", model != nullptr ? model->singular() : entry.model},
                       {"time", entry.at},
                       {"url", url}});
  }
  return list;
}

}  // namespace

HttpResponse index(const Page& page) {
  return page.render(
      "admin/index.html", page.registry.options().index_title, {},
      {{"apps", page.apps()}, {"recent", recent_values(page)}, {"shows_recent", true}});
}

HttpResponse app_index(const Page& page, std::string_view app_label) {
  List apps = page.apps(app_label);
  if (apps.empty()) raise_404("The requested admin page does not exist.");
  const std::string name = page.app_name(app_label);
  return page.render("admin/index.html", fmt::format("{} administration", name), page.crumbs(name),
                     {{"apps", std::move(apps)}});
}

// ?app_label=myapp&model_name=reading&field_name=device&term=… : rows that the field may name.
HttpResponse autocomplete(const Page& page) {
  const Parameters& query = page.request.query();
  const ModelAdmin* source = page.registry.find(query.get("app_label"), query.get("model_name"));
  const orm::FieldInfo* field =
      source == nullptr ? nullptr : source->model().find(query.get("field_name"));
  const bool is_relation = field != nullptr && field->is_relation();
  const ModelAdmin* model = is_relation ? page.registry.find(field->target()) : nullptr;
  if (model == nullptr || !model->may(page.request, Permission::view)) {
    throw Error(Code::denied, "");
  }
  const std::string term = query.get("term");
  orm::Records rows = model->rows(page.request);
  const auto& search_fields = model->options().search_fields;
  std::vector<orm::Record> found;
  if (!search_fields.empty()) {
    if (!term.empty()) rows = rows.search(search_fields, term);
    found = rows.limit(offered_max).rows();
  } else if (!term.empty()) {
    // Nothing says how to search these rows: by their id.
    std::int64_t id = 0;
    std::from_chars(term.data(), term.data() + term.size(), id);
    if (auto row = rows.find(id)) found.push_back(std::move(*row));
  } else {
    found = rows.limit(offered_max).rows();
  }
  boost::json::array results;
  for (const orm::Record& row : found) {
    results.push_back({{"id", fmt::format("{}", row.id())}, {"text", row.text()}});
  }
  return json_response(
      boost::json::serialize(boost::json::object{{"results", std::move(results)}}));
}

}  // namespace tt::web::admin
