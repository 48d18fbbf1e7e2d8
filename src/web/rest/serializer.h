#pragma once

// Serializers: which fields of a model an API shows and accepts, and how.
//
//   struct StationSerializer : rest::HyperlinkedModelSerializer<Station> {
//     static constexpr auto fields = rest::field_names("url", "name", "temperature", "warm");
//     static constexpr auto extra = rest::extra(
//         rest::field("temperature", {.min_value = -80}),
//         rest::method<[](const Station& row) { return *row.temperature > 20; }>("warm"));
//     static void validate(rest::Attributes& attributes) {          // all of it is optional
//       if (attributes.text("name") == "none") throw rest::ValidationError("name", "Not it.");
//     }
//   };
//
// A name is a field of the model, "url" (the object's own URL), "pk", or declared in `extra`;
// any other does not compile.  Without `fields` all fields of the model are shown.
//
//   struct CommandSerializer : rest::Serializer {                   // without a model
//     static constexpr auto extra = rest::extra(
//         rest::field_of(rest::FieldClass::character, "name", {.max_length = 10}),
//         rest::field_of(rest::FieldClass::integer, "level", {.default_value = std::int64_t{1}}));
//   };

#include <array>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "orm/record.h"
#include "web/rest/api_error.h"
#include "web/rest/attributes.h"
#include "web/rest/declaration.h"
#include "web/rest/field.h"
#include "web/rest/field_input.h"
#include "web/rest/input.h"

namespace tt::web::rest {

template <class... Names>
consteval auto field_names(const Names&... names) {
  return std::array<std::string_view, sizeof...(Names)>{names...};
}
template <class... D>
consteval auto extra(const D&... declarations) {
  return std::array<FieldDeclaration, sizeof...(D)>{declarations...};
}

struct Serializer {};
template <class M>
struct ModelSerializer {
  using Model = M;
  static constexpr Relations relations = Relations::primary_keys;
};
template <class M>
struct HyperlinkedModelSerializer {
  using Model = M;
  static constexpr Relations relations = Relations::hyperlinks;
};

// A serializer as everything else sees it; made once, lives for ever.
struct SerializerInfo {
  std::string name;                       // "StationSerializer"
  const orm::ModelInfo* model = nullptr;  // nullptr without one
  std::vector<Field> fields;
  std::vector<std::vector<const Field*>> unique_together;
  void (*validate)(Attributes& attributes) = nullptr;

  // nullptr if there is none.
  const Field* find(std::string_view field_name) const;
};

// What the templates below know of a serializer.
struct SerializerParts {
  std::string_view name;
  const orm::ModelInfo* model = nullptr;
  Relations relations = Relations::primary_keys;
  std::span<const std::string_view> fields;  // empty: all
  std::span<const std::string_view> read_only_fields;
  std::span<const FieldDeclaration> extra;
  void (*validate)(Attributes& attributes) = nullptr;
};
// Throws internal, naming serializer and field, for what the compiler could not check.
SerializerInfo make_serializer_info(const SerializerParts& parts);

// What `data` says, accepted; throws ValidationError with all messages.  Values that must not
// exist twice are looked up in the session.
Attributes validate(const SerializerInfo& serializer, const Input& data,
                    const FieldReading& reading);

// Stores a new row or, with `instance`, changes that one; the row as stored.  Throws what
// orm::save() throws.
orm::Record save(orm::Session& session, const SerializerInfo& serializer,
                 const Attributes& attributes, const orm::Record* instance);

namespace detail {

// "StationSerializer" of "…T = tt::weather::StationSerializer]".
constexpr std::string_view last_name(std::string_view pretty) {
  std::size_t end = pretty.rfind(']');
  std::size_t semicolon = pretty.rfind(';');
  if (semicolon != std::string_view::npos) end = semicolon;
  std::string_view name = pretty.substr(0, end);
  std::size_t begin = name.find_last_of(": =");
  return begin == std::string_view::npos ? name : name.substr(begin + 1);
}
template <class T>
constexpr std::string_view type_name() {
  return last_name(__PRETTY_FUNCTION__);
}

template <class S>
consteval bool is_declared(std::string_view name) {
  if constexpr (requires { S::extra; }) {
    for (const FieldDeclaration& declaration : S::extra) {
      if (declaration.name == name) return true;
    }
  }
  return false;
}

template <class S>
consteval bool names_are_known() {
  if constexpr (requires { S::fields; }) {
    for (std::string_view name : S::fields) {
      bool is_known = is_declared<S>(name);
      if constexpr (requires { typename S::Model; }) {
        using M = typename S::Model;
        is_known = is_known || name == "url" || name == "pk" ||
                   orm::detail::field_index<M>(name) < orm::detail::member_count<M>();
      }
      if (!is_known) return false;
    }
  }
  return true;
}

template <class S>
SerializerParts serializer_parts() {
  static_assert(names_are_known<S>(),
                "fields: a name is neither a field of the model nor declared in extra");
  SerializerParts parts{.name = type_name<S>()};
  if constexpr (requires { typename S::Model; }) {
    parts.model = &orm::model_info<typename S::Model>();
    parts.relations = S::relations;
  }
  if constexpr (requires { S::fields; }) parts.fields = S::fields;
  if constexpr (requires { S::read_only_fields; }) parts.read_only_fields = S::read_only_fields;
  if constexpr (requires { S::extra; }) parts.extra = S::extra;
  if constexpr (requires(Attributes& a) { S::validate(a); }) parts.validate = &S::validate;
  return parts;
}

}  // namespace detail

template <class S>
const SerializerInfo& serializer_info() {
  static const SerializerInfo info = make_serializer_info(detail::serializer_parts<S>());
  return info;
}

}  // namespace tt::web::rest
