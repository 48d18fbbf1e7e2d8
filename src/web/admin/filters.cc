// The filters of the side panel: which choices a field offers.

#include <algorithm>

#include <fmt/format.h>

#include "web/admin/change_list.h"
#include "web/core/application.h"

namespace tt::web::admin {
namespace {

constexpr std::size_t filter_choices_max = 100;

using Days = std::chrono::days;

void add_null_choice(FilterPanel& panel, const std::string& path) {
  panel.parameters.push_back(path + "__isnull");
  panel.choices.push_back({"-", {{path + "__isnull", "True"}}, false, {}});
}

void fill_boolean(FilterPanel& panel, const std::string& path, const orm::FieldInfo& field) {
  const std::string key = path + "__exact";
  panel.parameters = {key};
  panel.choices.push_back({"Yes", {{key, "1"}}, false, {}});
  panel.choices.push_back({"No", {{key, "0"}}, false, {}});
  if (!field.is_null) return;
  add_null_choice(panel, path);
  panel.choices.back().label = "Unknown";
}

void fill_choices(FilterPanel& panel, const std::string& path, const orm::FieldInfo& field) {
  const std::string key = path + "__exact";
  panel.parameters = {key};
  for (const orm::Choice& choice : field.choices) {
    panel.choices.push_back({choice.label, {{key, orm::display_text(choice.value)}}, false, {}});
  }
  if (field.is_null) add_null_choice(panel, path);
}

void fill_relation(FilterPanel& panel, const std::string& path, const orm::FieldInfo& field) {
  const std::string key = path + "__id__exact";
  panel.parameters = {key};
  const orm::Records rows(orm::current_session(), field.target());
  for (const orm::Record& row : rows.limit(filter_choices_max).rows()) {
    panel.choices.push_back({row.text(), {{key, fmt::format("{}", row.id())}}, false, {}});
  }
  if (field.is_null) add_null_choice(panel, path);
}

std::string bound_text(const orm::FieldInfo& field, Date day) {
  return field.kind == orm::Kind::date ? tt::format_date(day) : tt::format_date(day) + "T00:00:00Z";
}

void fill_dates(FilterPanel& panel, const std::string& path, const orm::FieldInfo& field,
                Time now) {
  const std::string from = path + "__gte";
  const std::string to = path + "__lt";
  panel.parameters = {from, to};
  const auto today = std::chrono::floor<Days>(now);
  const std::chrono::year_month_day parts(today);
  const auto tomorrow = today + Days(1);
  auto add = [&](std::string label, std::chrono::sys_days begin, std::chrono::sys_days end) {
    panel.choices.push_back(
        {std::move(label),
         {{from, bound_text(field, Date{begin})}, {to, bound_text(field, Date{end})}},
         false,
         {}});
  };
  add("Today", today, tomorrow);
  add("Past 7 days", today - Days(7), tomorrow);
  const auto month = parts.year() / parts.month();
  add("This month", std::chrono::sys_days(month / 1),
      std::chrono::sys_days((month + std::chrono::months(1)) / 1));
  add("This year", std::chrono::sys_days(parts.year() / 1 / 1),
      std::chrono::sys_days((parts.year() + std::chrono::years(1)) / 1 / 1));
  if (!field.is_null) return;
  add_null_choice(panel, path);
  panel.choices.back().label = "No date";
  panel.choices.push_back({"Has date", {{path + "__isnull", "False"}}, false, {}});
}

// The values that there are, each found as the next after the one before.
void fill_values(FilterPanel& panel, const std::string& path, const orm::FieldInfo& field,
                 const orm::Records& rows) {
  if (path.find("__") != std::string::npos) return;
  panel.parameters = {path};
  const std::vector<std::string> by_value = {path};
  orm::Records rest = rows.order_by(by_value).filter(path + "__isnull", false);
  auto next = rest.first();
  while (next && panel.choices.size() < filter_choices_max) {
    const orm::Value value = next->get(field);
    panel.choices.push_back(
        {shown(field, value).text(), {{path, orm::display_text(value)}}, false, {}});
    next = rest.filter(path + "__gt", value).first();
  }
  if (field.is_null) add_null_choice(panel, path);
}

FilterPanel panel_of(const Page& page, const ModelAdmin& model, const std::string& path) {
  const orm::FieldInfo& field = *field_at(model.model(), path);
  FilterPanel panel;
  panel.title = field.verbose_name;
  if (field.kind == orm::Kind::boolean) {
    fill_boolean(panel, path, field);
  } else if (!field.choices.empty()) {
    fill_choices(panel, path, field);
  } else if (field.is_relation()) {
    fill_relation(panel, path, field);
  } else if (field.kind == orm::Kind::time || field.kind == orm::Kind::date) {
    fill_dates(panel, path, field, page.request.application().clock().now());
  } else {
    fill_values(panel, path, field, model.rows(page.request));
  }
  const bool is_date = field.kind == orm::Kind::time || field.kind == orm::Kind::date;
  panel.choices.insert(panel.choices.begin(),
                       FilterChoice{is_date ? "Any date" : "All", {}, false, {}});
  return panel;
}

}  // namespace

std::vector<FilterPanel> filter_panels(const Page& page, const ModelAdmin& model) {
  std::vector<FilterPanel> panels;
  for (const std::string& path : model.options().list_filter) {
    panels.push_back(panel_of(page, model, path));
  }
  for (const Filter& filter : model.options().filters) {
    FilterPanel panel;
    panel.title = filter.title;
    panel.custom = &filter;
    panel.parameters = {filter.parameter};
    panel.choices.push_back({"All", {}, false, {}});
    for (const forms::Choice& choice : filter.choices) {
      panel.choices.push_back({choice.label, {{filter.parameter, choice.value}}, false, {}});
    }
    panels.push_back(std::move(panel));
  }
  // A filter with one choice filters nothing.
  std::erase_if(panels, [](const FilterPanel& panel) { return panel.choices.size() < 3; });
  return panels;
}

}  // namespace tt::web::admin
