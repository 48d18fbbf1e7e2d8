#include "web/forms/model_form.h"

#include <algorithm>

#include <fmt/format.h>

#include "orm/current.h"
#include "orm/validation.h"

namespace tt::web::forms {
namespace {

FieldClass class_of(const orm::FieldInfo& info) {
  using orm::FieldType;
  switch (info.type) {
    case FieldType::email_field: return FieldClass::email;
    case FieldType::url_field: return FieldClass::url;
    case FieldType::slug_field: return FieldClass::slug;
    case FieldType::auto_field:
    case FieldType::integer_field:
    case FieldType::big_integer_field:
    case FieldType::positive_integer_field: return FieldClass::integer;
    case FieldType::float_field: return FieldClass::real;
    case FieldType::decimal_field: return FieldClass::decimal;
    case FieldType::boolean_field:
      return info.is_null ? FieldClass::null_boolean : FieldClass::boolean;
    case FieldType::date_time_field: return FieldClass::date_time;
    case FieldType::date_field: return FieldClass::date;
    case FieldType::uuid_field: return FieldClass::uuid;
    case FieldType::json_field: return FieldClass::json;
    case FieldType::foreign_key:
    case FieldType::one_to_one_field: return FieldClass::model_choice;
    case FieldType::many_to_many_field: return FieldClass::model_multiple_choice;
    default: return FieldClass::text;
  }
}

// A select of the choices that the model lists, with a blank one unless a default is chosen.
void use_choices(const orm::FieldInfo& info, Field& field) {
  field.type = FieldClass::choice;
  field.widget = Widget::select;
  if (info.is_blank || !info.has_default) field.choices.push_back({"", "---------"});
  for (const orm::Choice& choice : info.choices) {
    field.choices.push_back({orm::display_text(choice.value), choice.label});
  }
  field.coerce = [choices = info.choices](const std::string& text) {
    for (const orm::Choice& choice : choices) {
      if (orm::display_text(choice.value) == text) return choice.value;
    }
    return orm::Value(text);
  };
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::vector<const orm::FieldInfo*> chosen(const orm::ModelInfo& model,
                                          const ModelFormOptions& options) {
  std::vector<const orm::FieldInfo*> infos;
  for (const std::string& name : options.fields) {
    const orm::FieldInfo* info = model.find(name);
    if (info == nullptr) {
      throw Error(Code::internal, fmt::format("{} has no field {}", model.name, name));
    }
    infos.push_back(info);
  }
  if (options.fields.empty()) {
    for (const orm::FieldInfo& info : model.fields) {
      if (info.is_editable) infos.push_back(&info);
    }
  }
  std::erase_if(infos, [&](const auto* info) { return contains(options.exclude, info->name); });
  return infos;
}

void set_initial_of(Field& field, const orm::FieldInfo& info, const orm::Record& record) {
  if (info.kind == orm::Kind::virtual_many) {
    if (record.id() == 0) return;
    for (std::int64_t id : orm::linked_ids(orm::current_session(), record, info)) {
      field.initial.values.emplace_back(id);
    }
    return;
  }
  const orm::Value& value = record.get(info);
  const bool is_unset = record.id() == 0 && !info.has_default && value == info.initial;
  field.initial.value = is_unset ? orm::Value(orm::Null{}) : value;
}

std::vector<Field> fields_of(const orm::Record& record, const ModelFormOptions& options) {
  std::vector<Field> fields;
  for (const orm::FieldInfo* info : chosen(record.model(), options)) {
    auto field = field_of(*info);
    if (!field) continue;
    if (auto limit = options.limit_rows.find(info->name); limit != options.limit_rows.end()) {
      field->limit_rows = limit->second;
    }
    set_initial_of(*field, *info, record);
    if (options.adjust) options.adjust(*field);
    fields.push_back(std::move(*field));
  }
  return fields;
}

}  // namespace

std::string capitalized(std::string_view text) {
  std::string made(text);
  if (!made.empty() && made[0] >= 'a' && made[0] <= 'z') made[0] -= 32;
  return made;
}

std::string joined(const std::vector<std::string>& parts, std::string_view last_word) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? fmt::format(" {} ", last_word) : ", ";
    text += parts[i];
  }
  return text;
}

std::optional<Field> field_of(const orm::FieldInfo& info) {
  const bool is_set_by_orm = info.auto_now != orm::AutoNow::no || info.kind == orm::Kind::id;
  if (is_set_by_orm || info.kind == orm::Kind::bytes) return std::nullopt;
  Field field;
  field.type = class_of(info);
  field.name = info.name;
  field.label = capitalized(info.verbose_name);
  field.help_text = info.help_text;
  const bool is_truth = info.kind == orm::Kind::boolean;
  field.is_required = !info.is_blank && !is_truth;
  if (info.max_length > 0) field.max_length = info.max_length;
  field.min_value = info.min_value;
  field.max_value = info.max_value;
  if (info.type == orm::FieldType::decimal_field) {
    field.max_digits = info.max_digits;
    field.decimal_places = info.decimal_places;
  }
  if (info.type == orm::FieldType::text_field) field.widget = Widget::textarea;
  field.empty = info.is_null ? orm::Value(orm::Null{}) : orm::Value(std::string());
  if (info.target != nullptr) field.target = &info.target();
  if (!info.choices.empty()) use_choices(info, field);
  for (orm::Validator validator : info.validators) field.validators.emplace_back(validator);
  return field;
}

ModelForm::ModelForm(const orm::ModelInfo& model, ModelFormOptions options)
    : ModelForm(orm::Record(model), std::move(options)) {}

ModelForm::ModelForm(orm::Record record, ModelFormOptions options)
    : Form(fields_of(record, options), options.prefix), record_(std::move(record)) {}

void ModelForm::take_cleaned() {
  for (const Field& field : fields()) {
    const orm::FieldInfo* info = model().find(field.name);
    if (info == nullptr || !info->has_column() || !has_cleaned(field.name)) continue;
    const orm::Value& value = cleaned(field.name).value;
    const bool keeps_default = std::holds_alternative<orm::Null>(value) && !info->is_null;
    if (!keeps_default) record_.set(*info, value);
  }
}

void ModelForm::check() {
  take_cleaned();
  std::vector<std::string> excluded;
  for (const orm::FieldInfo& info : model().fields) {
    const Field* field = find(info.name);
    const bool is_checked = field != nullptr && has_cleaned(info.name);
    // Nothing was entered, which the form allows though the model does not.
    const bool is_left_out = is_checked && !field->is_required && !info.is_blank &&
                             std::holds_alternative<orm::Null>(cleaned(info.name).value);
    if (!is_checked || is_left_out || !info.has_column()) excluded.push_back(info.name);
  }
  for (const auto& [name, messages] : orm::validate(orm::current_session(), record_, excluded)) {
    for (const orm::ValidationMessage& message : messages) add_error(name, message.text);
  }
}

void ModelForm::save_row() {
  take_cleaned();  // hooks may have set other values
  orm::save(orm::current_session(), record_);
}

void ModelForm::save_links() {
  for (const Field& field : fields()) {
    const orm::FieldInfo* info = model().find(field.name);
    if (info == nullptr || info->kind != orm::Kind::virtual_many) continue;
    std::vector<std::int64_t> ids;
    for (const orm::Value& value : cleaned(field.name).values) {
      ids.push_back(orm::as_integer(value));
    }
    orm::set_linked_ids(orm::current_session(), record_, *info, ids);
  }
}

orm::Record ModelForm::save() {
  orm::atomic([&] {
    save_row();
    save_links();
  });
  return record_;
}

}  // namespace tt::web::forms
