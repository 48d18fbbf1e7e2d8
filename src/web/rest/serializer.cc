#include "web/rest/serializer.h"

#include <algorithm>

#include <fmt/format.h>

namespace tt::web::rest {
namespace {

[[noreturn]] void misdeclared(const SerializerParts& parts, std::string_view name,
                              std::string_view why) {
  throw Error(Code::internal, fmt::format("{}: field '{}': {}", parts.name, name, why));
}

const FieldDeclaration* find_declaration(const SerializerParts& parts, std::string_view name) {
  auto found = std::ranges::find(parts.extra, name, &FieldDeclaration::name);
  return found == parts.extra.end() ? nullptr : &*found;
}

Field identity_field(const SerializerParts& parts, std::string_view name) {
  Field field;
  field.name = name;
  field.source = "*";
  field.type = FieldClass::identity;
  field.read_only = true;
  field.required = false;
  field.label = label_from_name(name);
  field.view_name = detail_view_name(*parts.model);
  return field;
}

Field empty_field(std::string_view name, FieldClass type) {
  Field field;
  field.name = name;
  field.source = name;
  field.type = type;
  field.label = label_from_name(name);
  bool is_read = type == FieldClass::nested || type == FieldClass::method ||
                 type == FieldClass::identity || type == FieldClass::related_text ||
                 type == FieldClass::binary;
  field.read_only = is_read;
  field.required = !is_read;
  return field;
}

std::optional<orm::Value> value_of(const DefaultValue& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* text = std::get_if<std::string_view>(&value)) return std::string(*text);
  return std::nullopt;
}

template <class T>
void replace(T& value, const std::optional<T>& by) {
  if (by) value = *by;
}
template <class T>
void replace(std::optional<T>& value, const std::optional<T>& by) {
  if (by) value = by;
}
void replace(std::string& value, std::string_view by) {
  if (!by.empty()) value = by;
}

void apply(Field& field, const FieldOptions& options) {
  replace(field.allow_null, options.allow_null);
  replace(field.allow_blank, options.allow_blank);
  replace(field.min_length, options.min_length);
  replace(field.max_length, options.max_length);
  replace(field.min_value, options.min_value);
  replace(field.max_value, options.max_value);
  replace(field.label, options.label);
  replace(field.help_text, options.help_text);
  replace(field.view_name, options.view_name);
  replace(field.source, options.source);
  field.trim_whitespace = options.trim_whitespace;
  if (options.max_digits > 0) field.max_digits = options.max_digits;
  if (options.decimal_places > 0) field.decimal_places = options.decimal_places;
  if (options.validator != nullptr) field.validators.push_back(options.validator);
  field.default_value = value_of(options.default_value);
  if (field.default_value) field.required = false;
  field.read_only = field.read_only || options.read_only;
  field.write_only = options.write_only;
  replace(field.required, options.required);
  if (field.read_only) field.required = false;
}

// A foreign key of the nested serializer's model whose way back has that name.
const orm::FieldInfo* find_back(const SerializerInfo& nested, const orm::ModelInfo& model,
                                std::string_view related_name) {
  if (nested.model == nullptr) return nullptr;
  for (const orm::FieldInfo& column : nested.model->fields) {
    bool points_here = column.is_relation() && column.has_column() && &column.target() == &model;
    if (points_here && column.related_name == related_name) return &column;
  }
  return nullptr;
}

// Follows "station.name" over foreign keys; the last part is the column.
void find_source(const SerializerParts& parts, Field& field) {
  const orm::ModelInfo* model = parts.model;
  std::string_view rest = field.source;
  while (true) {
    std::size_t dot = rest.find('.');
    std::string_view part = rest.substr(0, dot);
    if (part == "pk") part = "id";
    const orm::FieldInfo* column = model->find(part);
    if (column == nullptr) misdeclared(parts, field.name, "the model has no such field");
    if (dot == std::string_view::npos) {
      field.column = column;
      break;
    }
    if (!column->is_relation() || !column->has_column()) {
      misdeclared(parts, field.name, "a path leads over foreign keys only");
    }
    field.path.push_back(column);
    model = &column->target();
    rest.remove_prefix(dot + 1);
  }
  if (!field.path.empty()) {
    field.read_only = true;
    field.required = false;
  }
}

void set_target(const SerializerParts& parts, Field& field) {
  if (field.column == nullptr || !field.column->is_relation()) {
    misdeclared(parts, field.name, "it is no relation of the model");
  }
  field.target = &field.column->target();
  if (field.view_name.empty()) field.view_name = detail_view_name(*field.target);
  if (!field.column->has_column()) field.many = Many::yes;
}

void find_nested_source(const SerializerParts& parts, Field& field) {
  if (field.source.find('.') == std::string::npos && field.many == Many::yes) {
    field.back = find_back(*field.nested, *parts.model, field.source);
    if (field.back != nullptr) return;
  }
  find_source(parts, field);
  set_target(parts, field);
}

// A field of the class that was declared, with what the model says about the column.
Field declared_field(const SerializerParts& parts, const FieldDeclaration& declaration) {
  std::string_view source = declaration.options.source;
  if (source.empty()) source = declaration.name;
  const orm::FieldInfo* column = parts.model == nullptr ? nullptr : parts.model->find(source);
  Field field = empty_field(declaration.name, declaration.type.value_or(FieldClass::character));
  bool keeps_column = column != nullptr && (!declaration.type || !field.read_only);
  if (keeps_column) field = field_for(*column, parts.relations);
  if (declaration.type) field.type = *declaration.type;
  field.name = declaration.name;
  if (!keeps_column || declaration.options.label.empty()) field.label = label_from_name(field.name);
  field.many = declaration.many == Many::yes ? Many::yes : field.many;
  field.nested = declaration.nested != nullptr ? &declaration.nested() : nullptr;
  field.method = declaration.method;
  apply(field, declaration.options);
  return field;
}

Field make_declared(const SerializerParts& parts, const FieldDeclaration& declaration) {
  Field field = declared_field(parts, declaration);
  if (field.type == FieldClass::method) return field;
  if (field.type == FieldClass::identity) {
    if (field.view_name.empty()) field.view_name = detail_view_name(*parts.model);
    return field;
  }
  if (parts.model == nullptr) return field;
  if (field.nested != nullptr) {
    find_nested_source(parts, field);
    return field;
  }
  bool is_dotted = field.source.find('.') != std::string::npos;
  if (is_dotted || parts.model->find(field.source) != nullptr || field.source == "pk") {
    find_source(parts, field);
    if (!declaration.type && is_dotted) {
      Field as_there = field_for(*field.column, parts.relations);
      field.type = as_there.type;
      field.target = as_there.target;
      field.view_name = field.view_name.empty() ? as_there.view_name : field.view_name;
    }
    if (field.is_relation()) set_target(parts, field);
  } else if (!declaration.type) {
    misdeclared(parts, field.name, "the model has no such field");
  }
  return field;
}

Field make_field(const SerializerParts& parts, std::string_view name) {
  if (const FieldDeclaration* declaration = find_declaration(parts, name)) {
    return make_declared(parts, *declaration);
  }
  if (name == "url" && parts.model->find("url") == nullptr) return identity_field(parts, name);
  const orm::FieldInfo* column = parts.model->find(name == "pk" ? "id" : name);
  if (column == nullptr) misdeclared(parts, name, "the model has no such field");
  Field field = field_for(*column, parts.relations);
  field.name = name;
  return field;
}

std::vector<std::string_view> names_of(const SerializerParts& parts) {
  if (!parts.fields.empty()) return {parts.fields.begin(), parts.fields.end()};
  std::vector<std::string_view> names;
  if (parts.model != nullptr) {
    if (parts.relations == Relations::hyperlinks) names.emplace_back("url");
    for (const orm::FieldInfo& column : parts.model->fields) {
      bool is_id = &column == &parts.model->id();
      if (!is_id || parts.relations == Relations::primary_keys) names.push_back(column.name);
    }
  }
  for (const FieldDeclaration& declaration : parts.extra) {
    if (std::ranges::find(names, declaration.name) == names.end()) {
      names.push_back(declaration.name);
    }
  }
  return names;
}

// Groups of the model that the serializer shows whole; their fields must be sent.
void add_unique_together(SerializerInfo& info) {
  if (info.model == nullptr) return;
  for (const orm::IndexInfo& index : info.model->indexes) {
    if (!index.is_unique || index.columns.size() < 2) continue;
    std::vector<const Field*> group;
    for (const orm::Order& part : index.columns) {
      auto shows = [&](const Field& field) {
        return field.column == part.field && field.path.empty();
      };
      auto found = std::ranges::find_if(info.fields, shows);
      if (found == info.fields.end()) break;
      bool has_default = part.field->has_default;
      if (!found->read_only && !has_default) found->required = true;
      if (!found->read_only && has_default && !found->default_value) {
        found->default_value = part.field->initial;
      }
      group.push_back(&*found);
    }
    if (group.size() == index.columns.size()) info.unique_together.push_back(std::move(group));
  }
}

// --- validation of an object -------------------------------------------------------------------

const orm::Value* value_for(const Field& field, const Attributes& attributes,
                            const FieldReading& reading) {
  if (const Attribute* attribute = attributes.find(field.column->name)) return &attribute->value;
  return reading.instance == nullptr ? nullptr : &reading.instance->get(*field.column);
}

void check_group(const SerializerInfo& serializer, const std::vector<const Field*>& group,
                 const Attributes& attributes, const FieldReading& reading) {
  orm::Records same(*reading.session, *serializer.model);
  std::string names;
  for (const Field* field : group) {
    const orm::Value* value = value_for(*field, attributes, reading);
    if (value == nullptr || std::holds_alternative<orm::Null>(*value)) return;
    same = same.filter(field->column->name, *value);
    if (!names.empty()) names += ", ";
    names += field->name;
  }
  auto rows = same.limit(1).rows();
  if (rows.empty() || (reading.instance != nullptr && rows[0].id() == reading.instance->id())) {
    return;
  }
  throw ValidationError(fmt::format("The fields {} must make a unique set.", names));
}

void check_is_object(const Input& data) {
  if (data.is(InputKind::null)) throw ValidationError("No data provided");
  if (data.is(InputKind::object)) return;
  throw ValidationError(
      fmt::format("Invalid data. Expected a dictionary, but got {}.", data.type_name()));
}

}  // namespace

const Field* SerializerInfo::find(std::string_view field_name) const {
  auto found = std::ranges::find(fields, field_name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

SerializerInfo make_serializer_info(const SerializerParts& parts) {
  SerializerInfo info{.name = std::string(parts.name),
                      .model = parts.model,
                      .fields = {},
                      .unique_together = {},
                      .validate = parts.validate};
  for (std::string_view name : names_of(parts)) {
    Field field = make_field(parts, name);
    if (std::ranges::find(parts.read_only_fields, name) != parts.read_only_fields.end()) {
      field.read_only = true;
      field.required = false;
    }
    info.fields.push_back(std::move(field));
  }
  add_unique_together(info);
  return info;
}

Attributes validate(const SerializerInfo& serializer, const Input& data,
                    const FieldReading& reading) {
  check_is_object(data);
  Attributes attributes;
  FieldErrors errors;
  for (const Field& field : serializer.fields) {
    FieldResult result = read_field(field, data, reading);
    if (!result) {
      for (std::string& message : result.error()) errors.add(field.name, std::move(message));
    } else if (*result) {
      attributes.add(**std::move(result));
    }
  }
  if (!errors.empty()) throw ValidationError(std::move(errors));
  if (reading.session != nullptr) {
    for (const auto& group : serializer.unique_together) {
      check_group(serializer, group, attributes, reading);
    }
  }
  if (serializer.validate != nullptr) serializer.validate(attributes);
  return attributes;
}

orm::Record save(orm::Session& session, const SerializerInfo& serializer,
                 const Attributes& attributes, const orm::Record* instance) {
  orm::Record record = instance != nullptr ? *instance : orm::Record(*serializer.model);
  bool has_many = false;
  for (const Attribute& attribute : attributes.all()) {
    const orm::FieldInfo* column = serializer.model->find(attribute.name);
    if (column == nullptr) continue;
    has_many = has_many || !column->has_column();
    if (column->has_column()) record.set(*column, attribute.value);
  }
  if (!has_many) {
    orm::save(session, record);
    return record;
  }
  session.transact_with([&](orm::Session& inner) {
    orm::save(inner, record);
    for (const Attribute& attribute : attributes.all()) {
      const orm::FieldInfo* column = serializer.model->find(attribute.name);
      if (column == nullptr || column->has_column()) continue;
      orm::set_linked_ids(inner, record, *column, attribute.ids);
    }
  });
  return record;
}

}  // namespace tt::web::rest
