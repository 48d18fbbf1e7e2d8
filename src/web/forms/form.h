#pragma once

// Form: fields together with what was sent for them and what is wrong with it.
//
//   Form form({{.name = "name", .max_length = 100}, {.type = FieldClass::email, .name = "email"}});
//   form.bind(request);
//   if (form.is_valid()) store(form.text("name"), form.text("email"));
//
// In templates: {{ form }}, {{ form.as_p }}, {{ form.name }}, {{ form.name.errors }},
// {{ form.name.label_tag }}, {% for field in form %}, {{ form.non_field_errors }},
// {{ form.errors }}, {{ form.hidden_fields }}, {{ form.visible_fields }}.
// See declared.h for forms declared as structs.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "web/core/parameters.h"
#include "web/core/request.h"
#include "web/forms/field.h"
#include "web/template/value.h"

namespace tt::web::forms {

// The key of errors that belong to no field.
inline constexpr std::string_view non_field_errors = "__all__";

// Messages by field, in the order of the fields.
class Errors {
 public:
  void add(std::string_view field, std::string message);
  const std::vector<std::string>& of(std::string_view field) const;
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  std::vector<std::pair<std::string, std::vector<std::string>>> entries_;
};

class Form {
 public:
  explicit Form(std::vector<Field> fields, std::string prefix = {});
  virtual ~Form() = default;
  Form(const Form&) = default;
  Form& operator=(const Form&) = default;

  // What was sent; `data` and `files` are copied or outlive the form, as the request does.
  void bind(const Parameters& data, std::span<const UploadedFile> files = {});
  // Binds the body of a POST; leaves the form unbound for other methods.
  void bind(const HttpRequest& request);
  bool is_bound() const { return is_bound_; }
  // Checks at the first call; false for an unbound form.
  bool is_valid();
  const Errors& errors();
  // Also from a clean hook.  The field's cleaned value is dropped.
  void add_error(std::string_view field, std::string message);

  // After is_valid().  The form must have the field.
  const Cleaned& cleaned(std::string_view field) const;
  bool has_cleaned(std::string_view field) const { return cleaned_.contains(std::string(field)); }
  // Shorthand for texts; empty if nothing was entered.
  std::string text(std::string_view field) const;
  void set_cleaned(std::string_view field, Cleaned value);

  // Called after all fields were cleaned; may add_error() and set_cleaned().
  void on_clean(std::function<void(Form&)> hook) { hooks_.push_back(std::move(hook)); }

  bool has_changed() { return !changed_fields().empty(); }
  // The names of fields whose input differs from their initial value.
  std::vector<std::string> changed_fields() const;

  // The initial value of the field, which the widget shows until something was sent.
  void set_initial(std::string_view field, orm::Value value);
  const std::vector<Field>& fields() const { return fields_; }
  // nullptr if there is none.
  const Field* find(std::string_view name) const;
  Field* find(std::string_view name);
  const std::string& prefix() const { return prefix_; }
  // The name of the field in HTML: "prefix-name".
  std::string html_name(const Field& field) const;
  Input input_of(const Field& field) const;
  // Whether files may be sent, so that the HTML form needs enctype multipart/form-data.
  bool is_multipart() const;

  // As templates see it.  A copy: later changes of the form do not show.
  web::Value value() const;

 protected:
  // Checks of the whole form, before the hooks.
  virtual void check() {}

 private:
  void clean_all();

  std::vector<Field> fields_;
  std::string prefix_;
  bool is_bound_ = false;
  bool is_checked_ = false;
  std::shared_ptr<const Parameters> data_;
  std::span<const UploadedFile> files_;
  std::map<std::string, Cleaned> cleaned_;
  Errors errors_;
  std::vector<std::function<void(Form&)>> hooks_;
};

}  // namespace tt::web::forms
