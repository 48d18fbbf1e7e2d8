#include "web/rest/field.h"

#include <limits>

#include "base/text.h"
#include "wire/header_value.h"

namespace tt::web::rest {
namespace {

using orm::FieldType;

FieldClass class_of(const orm::FieldInfo& column, Relations relations) {
  if (column.is_relation()) {
    return relations == Relations::hyperlinks ? FieldClass::hyperlink : FieldClass::primary_key;
  }
  if (!column.choices.empty()) return FieldClass::choice;
  switch (column.type) {
    case FieldType::auto_field:
    case FieldType::integer_field:
    case FieldType::big_integer_field:
    case FieldType::positive_integer_field: return FieldClass::integer;
    case FieldType::email_field: return FieldClass::email;
    case FieldType::url_field: return FieldClass::url;
    case FieldType::slug_field: return FieldClass::slug;
    case FieldType::float_field: return FieldClass::real;
    case FieldType::decimal_field: return FieldClass::decimal;
    case FieldType::boolean_field: return FieldClass::boolean;
    case FieldType::date_time_field: return FieldClass::date_time;
    case FieldType::date_field: return FieldClass::date;
    case FieldType::uuid_field: return FieldClass::uuid;
    case FieldType::json_field: return FieldClass::json;
    case FieldType::binary_field: return FieldClass::binary;
    default: return FieldClass::character;
  }
}

void set_integer_range(Field& field, const orm::FieldInfo& column) {
  field.min_value = column.min_value;
  field.max_value = column.max_value;
  if (field.type != FieldClass::integer) return;
  bool is_wide = column.type == FieldType::big_integer_field;
  std::int64_t low =
      is_wide ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int32_t>::min();
  std::int64_t high =
      is_wide ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int32_t>::max();
  if (column.type == FieldType::positive_integer_field) low = 0;
  // The column's own range is checked when a value is read, and not shown unless it was declared.
  field.min_value = field.min_value ? std::max(*field.min_value, low) : field.min_value;
  field.max_value = field.max_value ? std::min(*field.max_value, high) : field.max_value;
}

void set_relation(Field& field, const orm::FieldInfo& column) {
  field.target = &column.target();
  field.view_name = detail_view_name(*field.target);
  if (column.type == FieldType::many_to_many_field) field.many = Many::yes;
}

}  // namespace

std::string_view label_of(FieldClass type) {
  switch (type) {
    case FieldClass::boolean: return "boolean";
    case FieldClass::character:
    case FieldClass::uuid: return "string";
    case FieldClass::email: return "email";
    case FieldClass::url: return "url";
    case FieldClass::slug: return "slug";
    case FieldClass::integer: return "integer";
    case FieldClass::real: return "float";
    case FieldClass::decimal: return "decimal";
    case FieldClass::date_time: return "datetime";
    case FieldClass::date: return "date";
    case FieldClass::choice: return "choice";
    case FieldClass::nested: return "nested object";
    default: return "field";
  }
}

std::string detail_view_name(const orm::ModelInfo& model) {
  return to_lower(model.name) + "-detail";
}

std::string label_from_name(std::string_view name) {
  std::string label(name);
  for (char& sign : label) {
    if (sign == '_') sign = ' ';
    if (sign >= 'A' && sign <= 'Z') sign = static_cast<char>(sign - 'A' + 'a');
  }
  if (!label.empty() && label[0] >= 'a' && label[0] <= 'z') {
    label[0] = static_cast<char>(label[0] - 'a' + 'A');
  }
  return label;
}

Field field_for(const orm::FieldInfo& column, Relations relations) {
  Field field;
  field.name = column.name;
  field.source = column.name;
  field.column = &column;
  field.type = class_of(column, relations);
  std::string label = column.verbose_name;
  if (!label.empty() && label[0] >= 'a' && label[0] <= 'z') {
    label[0] = static_cast<char>(label[0] - 'a' + 'A');
  }
  field.label = label.empty() ? label_from_name(column.name) : label;
  field.help_text = column.help_text;
  field.allow_null = column.is_null;
  field.read_only = column.type == FieldType::auto_field || !column.is_editable ||
                    column.auto_now != orm::AutoNow::no || field.type == FieldClass::binary;
  field.required = !field.read_only && !column.has_default && !column.is_blank && !column.is_null;
  bool is_text = column.kind == orm::Kind::text;
  field.allow_blank = is_text && column.is_blank;
  field.is_long_text = column.type == FieldType::text_field || column.type == FieldType::json_field;
  field.choices = column.choices;
  field.validators = column.validators;
  field.is_unique = column.is_unique;
  if (is_text && column.max_length > 0) field.max_length = column.max_length;
  if (is_text && column.min_length > 0) field.min_length = column.min_length;
  set_integer_range(field, column);
  field.max_digits = column.max_digits;
  field.decimal_places = column.decimal_places;
  if (column.is_relation()) set_relation(field, column);
  return field;
}

}  // namespace tt::web::rest
