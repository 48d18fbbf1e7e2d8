#pragma once

// Options: how the admin shows one model.  All have usual values:
//
//   site.add<Reading>({.list_display = {"id", "value", "device", "warm"},
//                      .list_filter = {"device", "is_valid"},
//                      .search_fields = {"device__serial", "=id"},
//                      .columns = {{.name = "warm", .label = "Warm?", .value = is_warm}}});
//
// Every name is checked when the site starts (Site::urls()).

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orm/record.h"
#include "web/core/request.h"
#include "web/core/response.h"
#include "web/forms/model_form.h"

namespace tt::web::admin {

// A column of the list, or a read-only line of the form, that is computed.
struct Column {
  std::string name;   // to be used in list_display and readonly_fields
  std::string label;  // made of the name if empty
  std::function<web::Value(const orm::Record&)> value;
  std::string order_field;  // what a click on the head sorts by; empty: nothing
};

// A filter of the side panel that no field makes by itself.
struct Filter {
  std::string title;
  std::string parameter;  // in the address: "decade"
  std::vector<forms::Choice> choices;
  std::function<orm::Records(orm::Records rows, const std::string& value)> apply;
};

// A group of lines of the form.
struct Fieldset {
  std::string title;  // may be empty
  std::vector<std::string> fields;
  std::string description;
  bool is_collapsed = false;
};

// Rows of another model that refer to this one, edited on its page as a table.
struct Inline {
  const orm::ModelInfo* model = nullptr;  // &orm::model_info<Reading>()
  std::string foreign_key;                // empty: the only one that leads here
  std::vector<std::string> fields;        // empty: all editable
  std::size_t extra = 3;                  // empty forms
  std::optional<std::size_t> max_rows;
  bool can_delete = true;
  std::string title;                           // the plural name if empty
  std::vector<std::string> fixed_fields = {};  // cannot be changed in rows that exist
  // As adjust_field, save_model and delete_model of Options.
  std::function<void(const HttpRequest&, forms::Field&)> adjust_field = {};
  std::function<void(const HttpRequest&, forms::ModelForm&)> save_row = {};
  std::function<void(const HttpRequest&, const orm::Record&)> delete_row = {};
};

enum class Permission : unsigned char { view, add, change, remove };

// What can be done with the chosen rows of a list.
struct Action {
  std::string name;   // "mark_valid"
  std::string label;  // "Mark selected readings as valid"
  Permission needs = Permission::view;
  // Answers with a page of its own, or with nothing: then the list is shown again.
  std::function<std::optional<HttpResponse>(const HttpRequest&, const orm::Records& chosen)> run;
};

enum class Saving : unsigned char { added, changed };

struct Options {
  // --- the list ---
  std::vector<std::string> list_display = {"__str__"};  // fields, columns or "__str__"
  std::vector<std::string> list_display_links;          // empty: the first column
  std::vector<std::string> list_filter;                 // fields, also over relations
  std::vector<std::string>
      search_fields;                  // "name", "^name" (starts with), "=serial", "owner__name"
  std::vector<std::string> ordering;  // empty: the model's
  std::size_t list_per_page = 100;
  std::size_t list_max_show_all = 200;
  std::string date_hierarchy;  // a date or time field to drill down by
  bool show_full_result_count = true;
  bool show_filter_counts = false;  // one query more for each choice
  std::vector<Column> columns;
  std::vector<Filter> filters;
  std::vector<Action> actions;
  bool has_delete_action = true;

  // --- the form ---
  std::vector<std::string> fields;  // empty: all editable
  std::vector<std::string> exclude;
  std::vector<Fieldset> fieldsets;  // instead of `fields`
  std::vector<std::string> readonly_fields;
  std::vector<std::string> raw_id_fields;        // relations shown as an id with a look-up
  std::vector<std::string> autocomplete_fields;  // … as a text that offers rows; large ones always
  std::vector<Inline> inlines;
  bool save_as = false;
  bool save_on_top = false;

  // --- instead of what the admin does by itself ---
  // Which rows there are, for this person.
  std::function<orm::Records(const HttpRequest&, orm::Records)> queryset;
  // nullopt: what the person's permissions say.
  std::function<std::optional<bool>(const HttpRequest&, Permission)> allow;
  // Changes the fields of the form.
  std::function<void(const HttpRequest&, forms::Field&)> adjust_field;
  // A further check of a sent form; may add_error().
  std::function<void(const HttpRequest&, forms::ModelForm&)> clean;
  // Stores form.record(), which has what was entered; must give it an id.
  std::function<void(const HttpRequest&, forms::ModelForm&, Saving)> save_model;
  std::function<void(const HttpRequest&, const orm::Record&)> delete_model;
};

}  // namespace tt::web::admin
