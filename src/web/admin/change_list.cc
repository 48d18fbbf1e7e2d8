#include "web/admin/change_list.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "web/forms/rendering.h"

namespace tt::web::admin {
namespace {

constexpr std::size_t in_values_max = 1000;
constexpr std::string_view own_parameters[] = {"q", "p",      "o",         "all",
                                               "e", "_popup", "_to_field", "_changelist_filters"};

bool is_own(std::string_view name) {
  return std::ranges::find(own_parameters, name) != std::end(own_parameters);
}

std::optional<bool> truth_in(std::string_view text) {
  if (text == "1" || text == "True" || text == "true") return true;
  if (text == "0" || text == "False" || text == "false") return false;
  return std::nullopt;
}

[[noreturn]] void refuse(std::string_view key) {
  throw Error(Code::invalid, fmt::format("the list cannot be filtered by {}", key));
}

// A lookup's key, taken apart: the fields on its way, and the comparison.
struct LookupPath {
  std::vector<const orm::FieldInfo*> fields;
  std::string fields_text;  // "device__owner"
  std::string_view comparison = "exact";
};

LookupPath taken_apart(const orm::ModelInfo& model, std::string_view key) {
  LookupPath path;
  const orm::ModelInfo* current = &model;
  std::string_view rest = key;
  while (true) {
    const std::size_t end = rest.find("__");
    const std::string_view part = rest.substr(0, end);
    const orm::FieldInfo* field = current == nullptr ? nullptr : current->find(part);
    if (part == "pk" && current != nullptr) field = &current->id();
    if (field == nullptr) {
      if (path.fields.empty() || end != std::string_view::npos) refuse(key);
      path.comparison = part;
      return path;
    }
    path.fields.push_back(field);
    if (!path.fields_text.empty()) path.fields_text += "__";
    path.fields_text += field->name;
    current = field->target == nullptr ? nullptr : &field->target();
    if (end == std::string_view::npos) return path;
    rest.remove_prefix(end + 2);
  }
}

// Own fields always; over a relation only to its id, or where a filter leads.
bool is_offered(const ModelAdmin& model, const LookupPath& path) {
  if (path.fields.size() == 1) return true;
  if (path.fields.size() == 2 && path.fields[1]->kind == orm::Kind::id) return true;
  return std::ranges::any_of(model.options().list_filter, [&](const std::string& filter) {
    return path.fields_text == filter || path.fields_text == filter + "__id";
  });
}

std::vector<orm::Value> listed_values(const std::string& text) {
  std::vector<orm::Value> values;
  std::size_t begin = 0;
  while (begin <= text.size() && values.size() < in_values_max) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    values.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return values;
}

}  // namespace

ChangeList::ChangeList(const Page& page, const ModelAdmin& model)
    : page_(page),
      model_(model),
      parameters_(page.request.query()),
      all_(model.rows(page.request)),
      chosen_(all_) {
  parameters_.erase("e");
  parameters_.erase("_changelist_filters");
  panels_ = filter_panels(page, model);
  read_columns();
  read_order();
  chosen_ = narrowed(all_, parameters_);
  const std::vector<std::string> keys = order_keys();
  if (!keys.empty()) chosen_ = chosen_.order_by(keys);
  count_ = chosen_.count();
  const auto per_page = static_cast<std::int64_t>(model.options().list_per_page);
  pages_ = std::max<std::int64_t>(1, (count_ + per_page - 1) / per_page);
  const bool may_show_all = count_ <= static_cast<std::int64_t>(model.options().list_max_show_all);
  shows_all_ = parameters_.contains("all") && may_show_all;
  page_number_ = parse_number<std::int64_t>(parameters_.get("p", "1")).value_or(1);
  read_panels();
}

void ChangeList::read_columns() {
  for (const std::string& name : model_.options().list_display) {
    ListColumn column{.name = name};
    column.computed = model_.find_column(name);
    column.field = column.computed == nullptr ? model_.model().find(name) : nullptr;
    if (column.computed != nullptr) {
      column.label =
          column.computed->label.empty() ? forms::pretty_name(name) : column.computed->label;
      column.order_field = column.computed->order_field;
    } else if (column.field != nullptr) {
      column.label = capitalized(column.field->verbose_name);
      if (column.field->kind == orm::Kind::id) column.label = "ID";
      if (column.field->has_column()) column.order_field = name;
    } else {
      column.label = capitalized(model_.singular());
    }
    columns_.push_back(std::move(column));
  }
}

void ChangeList::read_order() {
  const std::string text = parameters_.get("o");
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('.', begin), text.size());
    std::string_view part = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    const bool is_descending = part.starts_with('-');
    if (is_descending) part.remove_prefix(1);
    const auto number = parse_number<std::int64_t>(part).value_or(0);
    if (number < 1 || number > static_cast<std::int64_t>(columns_.size())) continue;
    const auto column = static_cast<std::size_t>(number - 1);
    const bool is_new = std::ranges::find(sorting_, column, &Sorting::column) == sorting_.end();
    if (columns_[column].order_field.empty() || !is_new) continue;
    sorting_.push_back(
        {column, is_descending ? orm::Direction::descending : orm::Direction::ascending});
  }
}

std::vector<std::string> ChangeList::order_keys() const {
  std::vector<std::string> keys;
  for (const Sorting& sorting : sorting_) {
    const std::string& field = columns_[sorting.column].order_field;
    keys.push_back(sorting.direction == orm::Direction::descending ? "-" + field : field);
  }
  if (keys.empty()) keys = model_.options().ordering;
  if (keys.empty()) {
    for (const orm::Order& order : model_.model().ordering) {
      keys.push_back((order.direction == orm::Direction::descending ? "-" : "") +
                     order.field->name);
    }
  }
  // The same order on every page, whatever is equal.
  const bool has_id =
      std::ranges::any_of(keys, [](const std::string& key) { return key == "id" || key == "-id"; });
  if (!has_id) keys.push_back("-id");
  return keys;
}

orm::Records ChangeList::with_lookup(orm::Records rows, std::string_view key,
                                     const std::string& text) const {
  const LookupPath path = taken_apart(model_.model(), key);
  if (!is_offered(model_, path)) {
    throw Error(Code::denied, fmt::format("Filtering by {} not allowed", key));
  }
  const std::string name = fmt::format("{}__{}", path.fields_text, path.comparison);
  if (path.comparison == "in") return rows.filter_in(name, listed_values(text));
  const bool is_truth =
      path.comparison == "isnull" || path.fields.back()->kind == orm::Kind::boolean;
  if (!is_truth) return rows.filter(name, text);
  const auto truth = truth_in(text);
  if (!truth) refuse(key);
  return rows.filter(name, *truth);
}

orm::Records ChangeList::narrowed(orm::Records rows, const Parameters& parameters) const {
  for (const auto& [name, value] : parameters) {
    if (is_own(name)) continue;
    const auto panel = std::ranges::find_if(panels_, [&](const FilterPanel& p) {
      return p.custom != nullptr && p.custom->parameter == name;
    });
    rows = panel == panels_.end() ? with_lookup(std::move(rows), name, value)
                                  : panel->custom->apply(std::move(rows), value);
  }
  const std::string words = parameters.get("q");
  if (words.empty() || model_.options().search_fields.empty()) return rows;
  if (words.find('\0') != std::string::npos) refuse("q");
  return rows.search(model_.options().search_fields, words);
}

void ChangeList::read_panels() {
  is_narrowed_ = !parameters_.get("q").empty();
  for (const auto& [name, value] : parameters_) is_narrowed_ |= !is_own(name);
  for (FilterPanel& panel : panels_) {
    bool is_any_selected = false;
    for (FilterChoice& choice : panel.choices) {
      if (choice.set.empty()) continue;
      choice.is_selected = std::ranges::all_of(choice.set, [&](const auto& pair) {
        const std::string* value = parameters_.find(pair.first);
        return value != nullptr && *value == pair.second;
      });
      is_any_selected |= choice.is_selected;
    }
    const bool is_set = std::ranges::any_of(
        panel.parameters, [&](const std::string& name) { return parameters_.contains(name); });
    panel.choices.front().is_selected = !is_any_selected && !is_set;
  }
}

std::vector<orm::Record> ChangeList::page_rows() {
  if (shows_all_) return chosen_.limit(model_.options().list_max_show_all).rows();
  if (page_number_ < 1 || page_number_ > pages_) {
    throw Error(Code::invalid, "there is no such page");
  }
  const std::size_t per_page = model_.options().list_per_page;
  return chosen_.offset(static_cast<std::size_t>(page_number_ - 1) * per_page)
      .limit(per_page)
      .rows();
}

std::string ChangeList::link(std::vector<std::pair<std::string, std::string>> changes) const {
  Parameters changed = parameters_;
  for (auto& [name, value] : changes) {
    changed.erase(name);
    if (!value.empty()) changed.add(std::move(name), std::move(value));
  }
  return "?" + changed.urlencode();
}

std::string ChangeList::order_link(std::vector<Sorting> sorting) const {
  std::string text;
  for (const Sorting& part : sorting) {
    if (!text.empty()) text += '.';
    text += fmt::format("{}{}", part.direction == orm::Direction::descending ? "-" : "",
                        part.column + 1);
  }
  return link({{"o", text}, {"p", ""}});
}

namespace {
bool is_number(const ListColumn& column) {
  if (column.field == nullptr || !column.field->choices.empty()) return false;
  const orm::Kind kind = column.field->kind;
  return kind == orm::Kind::integer || kind == orm::Kind::real || kind == orm::Kind::decimal;
}
}  // namespace

List ChangeList::header_values() const {
  List headers;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    Map header{{"text", columns_[i].label}, {"is_number", is_number(columns_[i])}};
    if (!columns_[i].order_field.empty()) {
      const auto current = std::ranges::find(sorting_, i, &Sorting::column);
      const bool is_sorted = current != sorting_.end();
      const bool is_ascending = is_sorted && current->direction == orm::Direction::ascending;
      // A click sorts by this column first, and turns the order of the one that is first already.
      std::vector<Sorting> next = {
          {i, is_ascending ? orm::Direction::descending : orm::Direction::ascending}};
      std::vector<Sorting> without;
      for (const Sorting& other : sorting_) {
        if (other.column == i) continue;
        next.push_back(other);
        without.push_back(other);
      }
      header.set("url", order_link(std::move(next)));
      header.set("is_sorted", is_sorted);
      if (is_sorted) {
        header.set("aria_sort", is_ascending ? "ascending" : "descending");
        header.set("priority", std::int64_t{current - sorting_.begin()} + 1);
        header.set("remove_url", order_link(std::move(without)));
      }
    }
    headers.push_back(std::move(header));
  }
  return headers;
}

bool ChangeList::is_link(const ListColumn& column) const {
  const auto& links = model_.options().list_display_links;
  if (links.empty()) return &column == &columns_.front();
  return std::ranges::find(links, column.name) != links.end();
}

Map ChangeList::cell_value(const ListColumn& column, const orm::Record& record,
                           RelatedTexts& texts) const {
  Map cell{{"name", column.name}, {"label", column.label}, {"is_number", is_number(column)}};
  web::Value value;
  if (column.computed != nullptr) {
    value = column.computed->value(record);
  } else if (column.field == nullptr) {
    value = record.text();
  } else if (column.field->is_relation() && column.field->has_column()) {
    value = texts.of(*column.field, record.get(*column.field));
  } else {
    value = shown(*column.field, record.get(*column.field));
    const auto* truth = std::get_if<bool>(&record.get(*column.field));
    if (truth != nullptr) cell.set("truth", *truth ? "yes" : "no");
  }
  if (const auto* truth = value.as_boolean()) {
    cell.set("truth", *truth ? "yes" : "no");
    value = *truth ? "Yes" : "No";
  }
  if (value.text().empty()) value = "-";
  cell.set("is_head", &column == &columns_.front());
  if (is_link(column)) {
    std::string url = page_.change_url(model_, record.id());
    Parameters kept = parameters_;
    kept.erase("_popup");
    if (!kept.empty()) {
      Parameters filters;
      filters.add("_changelist_filters", kept.urlencode());
      url += "?" + filters.urlencode();
    }
    cell.set("url", std::move(url));
  }
  cell.set("value", std::move(value));
  return cell;
}

List ChangeList::row_values(std::span<const orm::Record> rows) {
  RelatedTexts texts;
  for (const ListColumn& column : columns_) {
    const bool is_relation =
        column.field != nullptr && column.field->is_relation() && column.field->has_column();
    if (is_relation) texts.load(*column.field, rows);
  }
  List list;
  for (const orm::Record& record : rows) {
    List cells;
    for (const ListColumn& column : columns_) cells.push_back(cell_value(column, record, texts));
    list.push_back(Map{{"id", record.id()}, {"text", record.text()}, {"cells", std::move(cells)}});
  }
  return list;
}

List ChangeList::panel_values() {
  List list;
  for (const FilterPanel& panel : panels_) {
    List choices;
    for (const FilterChoice& choice : panel.choices) {
      std::vector<std::pair<std::string, std::string>> changes = {{"p", ""}};
      for (const std::string& name : panel.parameters) changes.emplace_back(name, "");
      Parameters others = parameters_;
      for (const auto& [name, value] : changes) others.erase(name);
      for (const auto& [name, value] : choice.set) others.set(name, value);
      Map value{{"label", choice.label},
                {"url", "?" + others.urlencode()},
                {"is_selected", choice.is_selected}};
      if (model_.options().show_filter_counts) {
        value.set("count", narrowed(all_, others).count());
        value.set("has_count", true);
      }
      choices.push_back(std::move(value));
    }
    list.push_back(Map{{"title", panel.title}, {"choices", std::move(choices)}});
  }
  return list;
}

// 1 2 … 7 [8] 9 … 41 42
List ChangeList::page_values() const {
  List list;
  if (shows_all_ || pages_ < 2) return list;
  constexpr std::int64_t near = 3;
  constexpr std::int64_t ends = 2;
  bool is_gap = false;
  for (std::int64_t page = 1; page <= pages_; ++page) {
    const bool is_shown =
        page <= ends || page > pages_ - ends || std::abs(page - page_number_) <= near;
    if (!is_shown) {
      if (!is_gap) list.push_back(Map{{"is_gap", true}});
      is_gap = true;
      page = page < page_number_ ? page_number_ - near - 1 : pages_ - ends;
      continue;
    }
    is_gap = false;
    list.push_back(Map{{"number", page},
                       {"is_current", page == page_number_},
                       {"url", link({{"p", page == 1 ? "" : fmt::format("{}", page)}})}});
  }
  return list;
}

Context ChangeList::context() {
  const std::vector<orm::Record> rows = page_rows();
  const Options& options = model_.options();
  List kept;
  for (const auto& [name, value] : parameters_) {
    if (name != "q" && name != "p") kept.push_back(Map{{"name", name}, {"value", value}});
  }
  bool has_filter = false;
  std::vector<std::pair<std::string, std::string>> without_filters = {{"p", ""}};
  for (const auto& [name, value] : parameters_) {
    if (is_own(name)) continue;
    has_filter = true;
    without_filters.emplace_back(name, "");
  }
  Context context{{"singular", model_.singular()},
                  {"plural", model_.plural()},
                  {"has_search", !options.search_fields.empty()},
                  {"query", parameters_.get("q")},
                  {"kept", std::move(kept)},
                  {"is_narrowed", is_narrowed_},
                  {"result_count", count_},
                  {"headers", header_values()},
                  {"sorted_count", sorting_.size()},
                  {"rows", row_values(rows)},
                  {"filters", panel_values()},
                  {"pages", page_values()}};
  if (has_filter) context.set("clear_url", link(std::move(without_filters)));
  if (is_narrowed_) {
    context.set("full_count",
                options.show_full_result_count ? web::Value(all_.count()) : web::Value(""));
  }
  const bool may_show_all = count_ <= static_cast<std::int64_t>(options.list_max_show_all);
  if (pages_ > 1 && !shows_all_ && may_show_all) {
    context.set("show_all_url", link({{"all", "1"}, {"p", ""}}));
  }
  if (auto hierarchy = hierarchy_value()) context.set("hierarchy", std::move(*hierarchy));
  return context;
}

// Years, then the months of one, then the days of one; each choice is a range of the date.
std::optional<Map> ChangeList::hierarchy_value() const {
  const std::string& name = model_.options().date_hierarchy;
  if (name.empty()) return std::nullopt;
  const orm::FieldInfo& field = *model_.model().find(name);
  const std::string from = name + "__gte";
  const std::string to = name + "__lt";
  auto day_of = [&](const orm::Value& value) -> std::chrono::year_month_day {
    if (const auto* date = std::get_if<Date>(&value)) return date->day;
    return std::chrono::floor<std::chrono::days>(std::get<Time>(value));
  };
  auto text_of = [&](std::chrono::year_month_day day) {
    const std::string text = tt::format_date(Date{std::chrono::sys_days(day)});
    return field.kind == orm::Kind::date ? text : text + "T00:00:00Z";
  };
  const std::vector<std::string> upward = {name};
  const std::vector<std::string> downward = {"-" + name};
  const orm::Records known = chosen_.filter(name + "__isnull", false);
  const auto first = known.order_by(upward).first();
  const auto last = known.order_by(downward).first();
  if (!first) return std::nullopt;
  const auto begin = day_of(first->get(field));
  const auto end = day_of(last->get(field));
  List choices;
  auto add = [&](std::string label, std::chrono::year_month_day a, std::chrono::year_month_day b) {
    choices.push_back(Map{{"label", std::move(label)},
                          {"url", link({{from, text_of(a)}, {to, text_of(b)}, {"p", ""}})}});
  };
  constexpr std::string_view months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
  const bool is_one_year = begin.year() == end.year();
  const bool is_one_month = is_one_year && begin.month() == end.month();
  if (!is_one_year) {
    for (auto year = begin.year(); year <= end.year(); ++year) {
      add(fmt::format("{}", int(year)), year / 1 / 1, (year + std::chrono::years(1)) / 1 / 1);
    }
  } else if (!is_one_month) {
    for (auto month = begin.year() / begin.month(); month <= end.year() / end.month();
         month += std::chrono::months(1)) {
      add(fmt::format("{} {}", months[unsigned(month.month()) - 1], int(month.year())), month / 1,
          (month + std::chrono::months(1)) / 1);
    }
  } else {
    for (auto day = std::chrono::sys_days(begin); day <= std::chrono::sys_days(end);
         day += std::chrono::days(1)) {
      const std::chrono::year_month_day parts(day);
      add(fmt::format("{} {}", months[unsigned(parts.month()) - 1], unsigned(parts.day())), parts,
          day + std::chrono::days(1));
    }
  }
  Map hierarchy{{"label", field.verbose_name}, {"choices", std::move(choices)}};
  if (parameters_.contains(from)) {
    hierarchy.set("back",
                  Map{{"label", "All dates"}, {"url", link({{from, ""}, {to, ""}, {"p", ""}})}});
  }
  return hierarchy;
}

}  // namespace tt::web::admin
