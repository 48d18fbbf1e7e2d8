#include "web/rest/page_forms.h"

#include <boost/json/parse.hpp>

#include "orm/current.h"
#include "web/rest/json_text.h"
#include "web/rest/site.h"
#include "web/rest/view.h"
#include "wire/json.h"
#include "wire/json_writer.h"

namespace tt::web::rest {
namespace {

constexpr std::size_t choices_max = 1000;
constexpr std::size_t depth_max = 500;

// What a form is filled with, and what was wrong with it.
struct Filling {
  const orm::Record* row = nullptr;  // of a form that changes one
  const Input* sent = nullptr;       // instead, after a refusal
  boost::json::object errors;
};

boost::json::object object_from(std::string_view json) {
  auto tree = wire::parse_json(json, depth_max);
  if (!tree || !tree->is_object()) return {};
  return std::move(tree->as_object());
}

List errors_of(const Filling& filling, std::string_view field) {
  List messages;
  const boost::json::value* found = filling.errors.if_contains(field);
  if (found == nullptr) return messages;
  if (found->is_string()) messages.emplace_back(std::string(found->get_string()));
  if (!found->is_array()) return messages;
  for (const boost::json::value& message : found->get_array()) {
    if (message.is_string()) messages.emplace_back(std::string(message.get_string()));
  }
  return messages;
}

std::string widget_of(const Field& field) {
  if (field.is_relation() || field.type == FieldClass::choice) return "select";
  switch (field.type) {
    case FieldClass::boolean: return "checkbox";
    case FieldClass::integer:
    case FieldClass::real:
    case FieldClass::decimal: return "number";
    case FieldClass::email: return "email";
    case FieldClass::url: return "url";
    case FieldClass::date: return "date";
    case FieldClass::json: return "textarea";
    default: return field.is_long_text ? "textarea" : "text";
  }
}

std::string plain_text(const Field& field, const orm::Value& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "";
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  std::string json;
  append_value(json, field, value);
  if (json == "null") return "";
  bool is_quoted = json.size() >= 2 && json.front() == '"';
  return is_quoted ? json.substr(1, json.size() - 2) : json;
}

// The texts that stand in the field: one, or several of a field that holds many.
std::vector<std::string> values_of(const ApiRequest& request, const Field& field,
                                   const Filling& filling) {
  std::vector<std::string> values;
  if (filling.sent != nullptr) {
    for (const Input* input : filling.sent->find_all(field.name)) values.push_back(input->text());
    return values;
  }
  if (filling.row == nullptr) {
    if (field.default_value) values.push_back(plain_text(field, *field.default_value));
    if (values.empty() && field.column != nullptr && field.column->has_default) {
      values.push_back(plain_text(field, field.column->initial));
    }
    return values;
  }
  if (field.column == nullptr) return values;
  if (field.many == Many::yes) {
    for (std::int64_t id : orm::linked_ids(request.session(), *filling.row, *field.column)) {
      values.push_back(std::to_string(id));
    }
    return values;
  }
  return {plain_text(field, filling.row->get(*field.column))};
}

bool holds(const std::vector<std::string>& values, const std::string& value) {
  return std::ranges::find(values, value) != values.end();
}

// What is sent for a row: its id or its URL.
std::string key_of(const ApiRequest& request, const Field& field, std::int64_t id) {
  std::string key = std::to_string(id);
  if (field.type != FieldClass::hyperlink) return key;
  std::string link;
  append_link(link, request.site().links().detail(field.view_name), request.link_style(), key);
  return link;
}

List choices_of(const ApiRequest& request, const Field& field,
                const std::vector<std::string>& values) {
  List choices;
  for (const orm::Choice& choice : field.choices) {
    std::string value = orm::display_text(choice.value);
    choices.emplace_back(
        Map{{"value", value}, {"label", choice.label}, {"selected", holds(values, value)}});
  }
  if (!field.is_relation() || field.target == nullptr) return choices;
  auto rows = orm::Records(request.session(), *field.target).limit(choices_max).rows();
  for (const orm::Record& row : rows) {
    std::string key = key_of(request, field, row.id());
    bool is_selected = holds(values, key) || holds(values, std::to_string(row.id()));
    choices.emplace_back(Map{{"value", key}, {"label", row.text()}, {"selected", is_selected}});
  }
  return choices;
}

Map field_of_form(const ApiRequest& request, const Field& field, const Filling& filling) {
  std::vector<std::string> values = values_of(request, field, filling);
  std::string widget = widget_of(field);
  Map entry{{"name", field.name},
            {"label", field.label},
            {"help_text", field.help_text},
            {"widget", widget},
            {"value", values.empty() ? std::string() : values.back()},
            {"errors", errors_of(filling, field.name)},
            {"multiple", field.many == Many::yes},
            {"blank", field.many == Many::no && (field.allow_null || !field.required)}};
  if (field.max_length) entry.set("max_length", static_cast<std::int64_t>(*field.max_length));
  if (field.type == FieldClass::real || field.type == FieldClass::decimal) entry.set("step", "any");
  if (widget == "select") entry.set("choices", choices_of(request, field, values));
  return entry;
}

void write_initial(wire::JsonWriter& json, const Field& field) {
  if (field.many == Many::yes) {
    json.begin_array().end_array();
  } else if (field.type == FieldClass::boolean) {
    json.value(false);
  } else if (field.type == FieldClass::character || field.type == FieldClass::email ||
             field.type == FieldClass::url || field.type == FieldClass::slug) {
    json.value("");
  } else {
    json.null();
  }
}

// An object to start from: the row without what cannot be written, or nothing filled in.
std::string raw_json(const ApiRequest& request, const SerializerInfo& serializer,
                     const Filling& filling) {
  boost::json::object shown;
  if (filling.row != nullptr) {
    Representation representation(serializer, request.representation_context());
    if (representation.needs_related()) representation.load_related(std::span(filling.row, 1));
    std::string json;
    representation.write(json, filling.row->cells());
    shown = object_from(json);
  }
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object();
  for (const Field& field : serializer.fields) {
    if (field.read_only) continue;
    json.key(field.name);
    if (const boost::json::value* value = shown.if_contains(field.name)) {
      json.value(*value);
    } else if (field.default_value) {
      std::string value_text;
      append_value(value_text, field, *field.default_value);
      json.raw(value_text);
    } else {
      write_initial(json, field);
    }
  }
  json.end_object();
  return indent_json(text, 4);
}

Map form_for(const ApiRequest& request, const SerializerInfo& serializer, const std::string& method,
             const Filling& filling) {
  List fields;
  for (const Field& field : serializer.fields) {
    if (!field.read_only) fields.emplace_back(field_of_form(request, field, filling));
  }
  List raw_methods{method};
  if (method == "PUT" && request.view().has_method("PATCH")) raw_methods.emplace_back("PATCH");
  return Map{{"method", method},
             {"title", method == "POST" ? "Add" : "Change"},
             {"fields", std::move(fields)},
             {"errors", errors_of(filling, FieldErrors::non_field)},
             {"raw", raw_json(request, serializer, filling)},
             {"raw_methods", std::move(raw_methods)}};
}

// Views without a serializer take what they like.
Map form_without_fields(const std::string& method) {
  return Map{{"method", method},
             {"title", method == "POST" ? "Send" : "Change"},
             {"raw", "{}"},
             {"raw_methods", List{method}}};
}

}  // namespace

List page_forms(const ApiRequest& request, const Response& response) {
  List forms;
  const ApiView& view = request.view();
  for (const std::string method : {"POST", "PUT"}) {
    if (!view.has_method(method) || !view.may(request, method)) continue;
    const SerializerInfo* serializer = view.serializer(request.with_method(method));
    if (serializer == nullptr) {
      forms.emplace_back(form_without_fields(method));
      continue;
    }
    Filling filling;
    std::optional<orm::Record> row;
    if (method == "PUT") row = view.object(request);
    if (row) filling.row = &*row;
    bool was_refused = response.status == 400 && request.method() == method && response.json;
    if (was_refused) filling.errors = object_from(*response.json);
    if (was_refused && request.has_data()) filling.sent = &request.data();
    forms.emplace_back(form_for(request, *serializer, method, filling));
  }
  return forms;
}

}  // namespace tt::web::rest
