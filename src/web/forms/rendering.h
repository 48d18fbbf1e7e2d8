#pragma once

// Forms as HTML and as templates see them.

#include <string>
#include <string_view>
#include <vector>

#include "web/forms/form.h"

namespace tt::web::forms {

// One field with what it shows, ready to be written; see also value_of() below.
struct BoundField {
  Field field;
  std::string html_name;           // "prefix-name"
  std::vector<std::string> shown;  // the texts that the widget holds
  std::vector<std::string> errors;
  bool is_bound = false;

  // "id_prefix-name"
  std::string html_id() const { return "id_" + html_name; }
};
BoundField bound_field(const Form& form, const Field& field, const Errors& errors);

// The element that a person fills in.  Everything is escaped.
std::string widget_html(const BoundField& bound);
// <label for="id_name">Name:</label>
std::string label_html(const BoundField& bound);
// <ul class="errorlist"><li>…</li></ul>; empty without errors.
std::string error_list_html(const std::vector<std::string>& errors, std::string_view extra_class);

// A field as templates see it: {{ field }}, .errors, .label, .label_tag, .help_text, .html_name,
// .id_for_label, .name, .value, .is_hidden, .is_required, .is_checkbox.
web::Value value_of(BoundField bound);
// A form as templates see it.
web::Value object_of(const Form& form, const Errors& errors);

}  // namespace tt::web::forms
