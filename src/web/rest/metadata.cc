#include "web/rest/metadata.h"

#include "web/rest/site.h"
#include "web/rest/view.h"
#include "wire/json_writer.h"

namespace tt::web::rest {
namespace {

using wire::JsonWriter;

std::string_view media_type_of(Renderer renderer) {
  return renderer == Renderer::json ? "application/json" : "text/html";
}

std::string_view media_type_of(Parser parser) {
  switch (parser) {
    case Parser::json: return "application/json";
    case Parser::form: return "application/x-www-form-urlencoded";
    case Parser::multipart: return "multipart/form-data";
  }
  return {};
}

void write_fields(JsonWriter& json, const SerializerInfo& serializer);

void write_choices(JsonWriter& json, const Field& field) {
  json.key("choices").begin_array();
  for (const orm::Choice& choice : field.choices) {
    std::string value;
    append_value(value, field, choice.value);
    json.begin_object().key("value").raw(value).member("display_name", choice.label).end_object();
  }
  json.end_array();
}

void write_field(JsonWriter& json, const Field& field) {
  bool is_list_of_nested = field.nested != nullptr && field.many == Many::yes;
  json.begin_object();
  json.member("type", is_list_of_nested ? std::string_view("field") : label_of(field.type));
  json.member("required", field.required);
  json.member("read_only", field.read_only);
  json.member("label", field.label);
  if (!field.help_text.empty()) json.member("help_text", field.help_text);
  if (field.min_length) json.member("min_length", *field.min_length);
  if (field.max_length) json.member("max_length", *field.max_length);
  if (field.min_value) json.member("min_value", *field.min_value);
  if (field.max_value) json.member("max_value", *field.max_value);
  if (is_list_of_nested) {
    json.key("child").begin_object();
    json.member("type", label_of(field.type)).member("required", true).member("read_only", true);
    json.key("children");
    write_fields(json, *field.nested);
    json.end_object();
  } else if (field.nested != nullptr) {
    json.key("children");
    write_fields(json, *field.nested);
  }
  if (!field.read_only && field.type == FieldClass::choice) write_choices(json, field);
  json.end_object();
}

void write_fields(JsonWriter& json, const SerializerInfo& serializer) {
  json.begin_object();
  for (const Field& field : serializer.fields) {
    json.key(field.name);
    write_field(json, field);
  }
  json.end_object();
}

void write_actions(JsonWriter& json, const ApiRequest& request) {
  const ApiView& view = request.view();
  const SerializerInfo* serializer = view.serializer(request);
  if (serializer == nullptr) return;
  bool is_open = false;
  for (std::string_view method : {"PUT", "POST"}) {
    if (!view.has_method(method) || !view.may(request, std::string(method))) continue;
    if (!is_open) json.key("actions").begin_object();
    is_open = true;
    json.key(method);
    write_fields(json, *serializer);
  }
  if (is_open) json.end_object();
}

}  // namespace

std::string metadata_json(const ApiRequest& request) {
  const ApiView& view = request.view();
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.member("name", view.options().name);
  json.member("description", view.options().description);
  json.key("renders").begin_array();
  for (Renderer renderer : view.renderers(request.site())) json.value(media_type_of(renderer));
  json.end_array();
  json.key("parses").begin_array();
  for (Parser parser : view.parsers(request.site())) json.value(media_type_of(parser));
  json.end_array();
  write_actions(json, request);
  json.end_object();
  return text;
}

}  // namespace tt::web::rest
