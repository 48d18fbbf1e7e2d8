#include "web/rest/schema.h"

#include <set>

#include "base/text.h"
#include "web/rest/site.h"
#include "wire/header_value.h"
#include "wire/json_writer.h"

namespace tt::web::rest {
namespace {

using wire::JsonWriter;

// "Station" of "StationSerializer".
std::string component_of(const SerializerInfo& serializer) {
  std::string name = serializer.name;
  if (name.ends_with("Serializer")) name.resize(name.size() - 10);
  return name;
}

std::string reference_to(const SerializerInfo& serializer) {
  return "#/components/schemas/" + component_of(serializer);
}

struct TypeOf {
  std::string_view type, format;
};

TypeOf type_of(const Field& field) {
  switch (field.type) {
    case FieldClass::boolean: return {"boolean", ""};
    case FieldClass::integer: return {"integer", ""};
    case FieldClass::primary_key: return {"integer", ""};
    case FieldClass::real: return {"number", ""};
    case FieldClass::decimal: return {"string", "decimal"};
    case FieldClass::email: return {"string", "email"};
    case FieldClass::url:
    case FieldClass::hyperlink:
    case FieldClass::identity: return {"string", "uri"};
    case FieldClass::uuid: return {"string", "uuid"};
    case FieldClass::date_time: return {"string", "date-time"};
    case FieldClass::date: return {"string", "date"};
    case FieldClass::binary: return {"string", "byte"};
    case FieldClass::json: return {"object", ""};
    case FieldClass::method: return {"", ""};
    default: return {"string", ""};
  }
}

void write_limits(JsonWriter& json, const Field& field) {
  if (field.max_length) json.member("maxLength", *field.max_length);
  if (field.min_length) json.member("minLength", *field.min_length);
  if (field.max_value) json.member("maximum", *field.max_value);
  if (field.min_value) json.member("minimum", *field.min_value);
}

void write_type(JsonWriter& json, const Field& field) {
  if (field.nested != nullptr) {
    json.member("$ref", reference_to(*field.nested));
    return;
  }
  TypeOf type = type_of(field);
  if (field.type == FieldClass::choice) {
    json.key("enum").begin_array();
    for (const orm::Choice& choice : field.choices) {
      std::string value;
      append_value(value, field, choice.value);
      json.raw(value);
    }
    json.end_array();
  } else if (!type.type.empty()) {
    json.member("type", type.type);
  }
  if (!type.format.empty()) json.member("format", type.format);
}

void write_property(JsonWriter& json, const Field& field) {
  json.begin_object();
  if (field.many == Many::yes) {
    json.member("type", "array").key("items").begin_object();
    write_type(json, field);
    json.end_object();
  } else {
    write_type(json, field);
  }
  write_limits(json, field);
  if (field.read_only) json.member("readOnly", true);
  if (field.write_only) json.member("writeOnly", true);
  if (field.allow_null) json.member("nullable", true);
  if (!field.help_text.empty()) json.member("description", field.help_text);
  json.end_object();
}

void write_component(JsonWriter& json, const SerializerInfo& serializer) {
  json.begin_object().member("type", "object").key("properties").begin_object();
  for (const Field& field : serializer.fields) {
    json.key(field.name);
    write_property(json, field);
  }
  json.end_object();
  std::vector<std::string_view> required;
  for (const Field& field : serializer.fields) {
    if (field.required) required.push_back(field.name);
  }
  if (!required.empty()) {
    json.key("required").begin_array();
    for (std::string_view name : required) json.value(name);
    json.end_array();
  }
  json.end_object();
}

// A serializer and those that are nested in it, each once.
void collect(const SerializerInfo& serializer, std::vector<const SerializerInfo*>& all) {
  if (std::ranges::find(all, &serializer) != all.end()) return;
  all.push_back(&serializer);
  for (const Field& field : serializer.fields) {
    if (field.nested != nullptr) collect(*field.nested, all);
  }
}

void write_parameter(JsonWriter& json, std::string_view name, std::string_view where,
                     std::string_view type) {
  json.begin_object().member("name", name).member("in", where);
  json.member("required", where == "path");
  json.key("schema").begin_object().member("type", type).end_object().end_object();
}

class Document {
 public:
  Document(const std::vector<Route>& routes, const SchemaOptions& options,
           const RestSettings& settings)
      : routes_(routes), options_(options), settings_(settings), json_(text_) {}

  std::string write() {
    json_.begin_object().member("openapi", "3.0.3").key("info").begin_object();
    json_.member("title", options_.title).member("version", options_.version);
    if (!options_.description.empty()) json_.member("description", options_.description);
    json_.end_object().key("paths").begin_object();
    for (const Route& route : routes_) write_route(route);
    json_.end_object();
    write_components();
    json_.end_object();
    return std::move(text_);
  }

 private:
  const Pagination* pagination_of(const Route& route) const {
    const auto& pagination =
        route.viewset->pagination ? route.viewset->pagination : settings_.pagination;
    return pagination && pagination->style != PageStyle::whole ? &*pagination : nullptr;
  }

  void write_route(const Route& route) {
    json_.key(options_.path_prefix + route.path).begin_object();
    for (const std::string& method : route.view->methods()) {
      if (method == "HEAD" || method == "OPTIONS") continue;
      json_.key(to_lower(method)).begin_object();
      write_operation(route, method);
      json_.end_object();
    }
    json_.end_object();
  }

  static std::string operation_of(const Route& route, std::string_view method) {
    if (route.name.ends_with("-list") && method == "GET") return "list";
    if (method == "POST" && route.name.ends_with("-list")) return "create";
    if (method == "PUT") return "update";
    if (method == "PATCH") return "partialUpdate";
    if (method == "DELETE") return "destroy";
    if (route.name.ends_with("-detail")) return "retrieve";
    return to_lower(method) + "_" + route.name;
  }

  void write_operation(const Route& route, std::string_view method) {
    json_.member("operationId",
                 operation_of(route, method) + component_of(*route.viewset->serializer));
    json_.member("description", route.view->options().description);
    json_.key("tags").begin_array().value(route.viewset->model->verbose_name).end_array();
    bool is_list = method == "GET" && route.view->is_list();
    json_.key("parameters").begin_array();
    if (route.on == On::row) write_parameter(json_, "id", "path", "integer");
    if (is_list) write_list_parameters(route);
    json_.end_array();
    bool has_body = method == "POST" || method == "PUT" || method == "PATCH";
    if (has_body) write_body(*route.viewset->serializer);
    json_.key("responses").begin_object();
    write_responses(route, method, is_list);
    json_.end_object();
  }

  void write_list_parameters(const Route& route) {
    const Pagination* pagination = pagination_of(route);
    auto add = [&](std::string_view name, std::string_view type) {
      if (!name.empty()) write_parameter(json_, name, "query", type);
    };
    if (pagination != nullptr && pagination->style == PageStyle::numbers) {
      add(pagination->page_parameter, "integer");
      add(pagination->page_size_parameter, "integer");
    }
    if (pagination != nullptr && pagination->style == PageStyle::slices) {
      add(pagination->limit_parameter, "integer");
      add(pagination->offset_parameter, "integer");
    }
    if (pagination != nullptr && pagination->style == PageStyle::cursor) {
      add(pagination->cursor_parameter, "string");
    }
    const FilterFields& filters = route.viewset->filters;
    for (const std::string& name : filters.filter) add(name, "string");
    if (!filters.search.empty()) add(settings_.search_parameter, "string");
    if (!filters.ordering_fields.empty()) add(settings_.ordering_parameter, "string");
  }

  void write_body(const SerializerInfo& serializer) {
    json_.key("requestBody").begin_object().key("content").begin_object();
    for (std::string_view type :
         {"application/json", "application/x-www-form-urlencoded", "multipart/form-data"}) {
      json_.key(type).begin_object().key("schema").begin_object();
      json_.member("$ref", reference_to(serializer)).end_object().end_object();
    }
    json_.end_object().end_object();
  }

  void write_responses(const Route& route, std::string_view method, bool is_list) {
    if (method == "DELETE") {
      json_.key("204").begin_object().member("description", "").end_object();
      return;
    }
    bool is_creation = method == "POST" && route.name.ends_with("-list");
    json_.key(is_creation ? "201" : "200").begin_object().member("description", "");
    json_.key("content").begin_object().key("application/json").begin_object();
    json_.key("schema").begin_object();
    if (is_list) {
      write_list_schema(route);
    } else {
      json_.member("$ref", reference_to(*route.viewset->serializer));
    }
    json_.end_object().end_object().end_object().end_object();
  }

  void write_items(const Route& route) {
    json_.member("type", "array").key("items").begin_object();
    json_.member("$ref", reference_to(*route.viewset->serializer)).end_object();
  }

  void write_list_schema(const Route& route) {
    const Pagination* pagination = pagination_of(route);
    if (pagination == nullptr) return write_items(route);
    json_.member("type", "object").key("properties").begin_object();
    if (pagination->style != PageStyle::cursor) {
      json_.key("count").begin_object().member("type", "integer").end_object();
    }
    for (std::string_view link : {"next", "previous"}) {
      json_.key(link).begin_object().member("type", "string").member("nullable", true);
      json_.member("format", "uri").end_object();
    }
    json_.key("results").begin_object();
    write_items(route);
    json_.end_object().end_object();
  }

  void write_components() {
    std::vector<const SerializerInfo*> serializers;
    for (const Route& route : routes_) collect(*route.viewset->serializer, serializers);
    json_.key("components").begin_object().key("schemas").begin_object();
    std::set<std::string> written;
    for (const SerializerInfo* serializer : serializers) {
      if (!written.insert(component_of(*serializer)).second) continue;
      json_.key(component_of(*serializer));
      write_component(json_, *serializer);
    }
    json_.end_object().end_object();
  }

  const std::vector<Route>& routes_;
  const SchemaOptions& options_;
  const RestSettings& settings_;
  std::string text_;
  JsonWriter json_;
};

}  // namespace

std::string openapi_json(const std::vector<Route>& routes, const SchemaOptions& options,
                         const RestSettings& settings) {
  return Document(routes, options, settings).write();
}

View schema_view(const std::vector<const Router*>& routers, SchemaOptions options) {
  std::vector<Route> routes;
  for (const Router* router : routers) {
    for (Route& route : router->routes()) routes.push_back(std::move(route));
  }
  ViewOptions view_options;
  view_options.name = "Schema";
  auto answer = [routes = std::move(routes),
                 options = std::move(options)](const ApiRequest& request) {
    return Response::of(openapi_json(routes, options, request.site().settings()));
  };
  return api_view({"GET"}, std::move(answer), std::move(view_options));
}

}  // namespace tt::web::rest
