#pragma once

// What a serializer says about its fields beyond their names; see serializer.h for examples.
// Everything here is made by the compiler.

#include <concepts>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "orm/queryset.h"
#include "web/rest/field.h"
#include "wire/json_writer.h"

namespace tt::web::rest {

// What a field has when a client sends none.
using DefaultValue = std::variant<std::monostate, bool, std::int64_t, double, std::string_view>;

// What is not said here stays as the model has it.
struct FieldOptions {
  bool read_only = false;
  bool write_only = false;
  std::optional<bool> required;
  std::optional<bool> allow_null;
  std::optional<bool> allow_blank;
  bool trim_whitespace = true;
  std::string_view source;  // "station.name": another field, also over relations (then read-only)
  std::string_view label;
  std::string_view help_text;
  std::string_view view_name;  // of hyperlinks: "station-detail"
  std::optional<std::size_t> min_length;
  std::optional<std::size_t> max_length;
  std::optional<std::int64_t> min_value;
  std::optional<std::int64_t> max_value;
  int max_digits = 0;
  int decimal_places = 0;
  orm::Validator validator = nullptr;
  DefaultValue default_value;
};

struct FieldDeclaration {
  std::string_view name;
  std::optional<FieldClass> type;  // absent: as the model has it
  Many many = Many::no;
  FieldOptions options;
  const SerializerInfo& (*nested)() = nullptr;
  MethodWriter method = nullptr;
};

template <class S>
const SerializerInfo& serializer_info();

// Options for a field of the model.
constexpr FieldDeclaration field(std::string_view name, FieldOptions options) {
  return {.name = name, .type = std::nullopt, .options = options};
}
// A field that the model does not have, or has as another class.
constexpr FieldDeclaration field_of(FieldClass type, std::string_view name,
                                    FieldOptions options = {}) {
  return {.name = name, .type = type, .options = options};
}
// A relation as the whole object that another serializer makes of it; read-only.
template <class S>
constexpr FieldDeclaration nested(std::string_view name, FieldOptions options = {}) {
  return {name, FieldClass::nested, Many::no, options, &serializer_info<S>};
}
// Many rows: of a many-to-many field, or of the model whose foreign key has that related name.
template <class S>
constexpr FieldDeclaration nested_list(std::string_view name, FieldOptions options = {}) {
  return {name, FieldClass::nested, Many::yes, options, &serializer_info<S>};
}

namespace detail {

template <class F>
struct MethodOf;
template <class R, class M>
struct MethodOf<R (*)(const M&)> {
  using Model = M;
};

template <auto function>
void write_method(std::span<const orm::Value> cells, wire::JsonWriter& json) {
  using Model = typename MethodOf<decltype(+function)>::Model;
  auto result = function(orm::detail::from_cells<Model>(cells));
  if constexpr (requires { result.has_value(); }) {
    result ? json.value(*result) : json.null();
  } else {
    json.value(result);
  }
}

}  // namespace detail

// A value computed from the row; read-only: method<[](const Reading& r) { return r.value > 20; }>.
// The function returns a truth value, a number, a text, a boost::json::value, or an optional.
template <auto function>
constexpr FieldDeclaration method(std::string_view name, FieldOptions options = {}) {
  return {name, FieldClass::method, Many::no, options, nullptr, &detail::write_method<function>};
}

}  // namespace tt::web::rest
