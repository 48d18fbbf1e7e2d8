#include "web/forms/form.h"

#include <algorithm>

#include "web/forms/rendering.h"

namespace tt::web::forms {

void Errors::add(std::string_view field, std::string message) {
  auto entry =
      std::ranges::find(entries_, field, [](const auto& e) -> std::string_view { return e.first; });
  if (entry == entries_.end()) {
    entry = entries_.insert(entry, {std::string(field), {}});
  }
  entry->second.push_back(std::move(message));
}

const std::vector<std::string>& Errors::of(std::string_view field) const {
  static const std::vector<std::string> none;
  for (const auto& [name, messages] : entries_) {
    if (name == field) return messages;
  }
  return none;
}

Form::Form(std::vector<Field> fields, std::string prefix)
    : fields_(std::move(fields)),
      prefix_(std::move(prefix)),
      data_(std::make_shared<const Parameters>()) {}

void Form::bind(const Parameters& data, std::span<const UploadedFile> files) {
  data_ = std::make_shared<const Parameters>(data);
  files_ = files;
  is_bound_ = true;
  is_checked_ = false;
}

void Form::bind(const HttpRequest& request) {
  if (request.is_post()) bind(request.form(), request.files());
}

const Field* Form::find(std::string_view name) const {
  const auto field = std::ranges::find(fields_, name, &Field::name);
  return field == fields_.end() ? nullptr : &*field;
}

Field* Form::find(std::string_view name) {
  const auto field = std::ranges::find(fields_, name, &Field::name);
  return field == fields_.end() ? nullptr : &*field;
}

std::string Form::html_name(const Field& field) const {
  return prefix_.empty() ? field.name : prefix_ + "-" + field.name;
}

Input Form::input_of(const Field& field) const {
  const std::string name = html_name(field);
  Input input;
  input.text = data_->find(name);
  input.texts = data_->get_all(name);
  for (const UploadedFile& file : files_) {
    if (file.field == name) input.file = &file;
  }
  return input;
}

bool Form::is_multipart() const {
  return std::ranges::any_of(fields_, [](const Field& f) { return f.type == FieldClass::file; });
}

void Form::set_initial(std::string_view field, orm::Value value) {
  if (Field* found = find(field)) found->initial.value = std::move(value);
}

void Form::add_error(std::string_view field, std::string message) {
  cleaned_.erase(std::string(field));
  errors_.add(field.empty() ? non_field_errors : field, std::move(message));
}

void Form::clean_all() {
  is_checked_ = true;
  errors_ = {};
  cleaned_.clear();
  for (const Field& field : fields_) {
    if (field.is_disabled) {
      cleaned_[field.name] = field.initial;
      continue;
    }
    auto cleaned = clean(field, input_of(field));
    if (cleaned) {
      cleaned_[field.name] = std::move(*cleaned);
    } else {
      for (std::string& message : cleaned.error()) errors_.add(field.name, std::move(message));
    }
  }
  check();
  for (const auto& hook : hooks_) hook(*this);
}

bool Form::is_valid() {
  if (is_bound_ && !is_checked_) clean_all();
  return is_bound_ && errors_.empty();
}

const Errors& Form::errors() {
  if (is_bound_ && !is_checked_) clean_all();
  return errors_;
}

const Cleaned& Form::cleaned(std::string_view field) const {
  const auto found = cleaned_.find(std::string(field));
  if (found == cleaned_.end()) {
    throw Error(Code::internal, "the form has no cleaned value of " + std::string(field));
  }
  return found->second;
}

std::string Form::text(std::string_view field) const {
  return orm::display_text(cleaned(field).value);
}

void Form::set_cleaned(std::string_view field, Cleaned value) {
  cleaned_[std::string(field)] = std::move(value);
}

std::vector<std::string> Form::changed_fields() const {
  std::vector<std::string> names;
  if (!is_bound_) return names;
  for (const Field& field : fields_) {
    if (forms::has_changed(field, field.initial, input_of(field))) names.push_back(field.name);
  }
  return names;
}

web::Value Form::value() const { return object_of(*this, errors_); }

}  // namespace tt::web::forms
