#pragma once

// Field: one entry of a serializer: how a value is written into an answer, and what is accepted
// from a client.  Made from a model's field or from a declaration (declaration.h); plain data.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "orm/model.h"
#include "orm/value.h"

namespace tt::wire {
class JsonWriter;
}

namespace tt::web::rest {

struct SerializerInfo;

enum class FieldClass : unsigned char {
  boolean,
  character,
  email,
  url,
  slug,
  uuid,
  integer,
  real,
  decimal,  // written as text, so that no digit is lost
  date_time,
  date,
  json,
  choice,
  binary,        // base64; read-only
  primary_key,   // the id of a row of `target`
  hyperlink,     // the URL of one
  related_text,  // what str() of one says; read-only
  identity,      // the URL of the object itself; read-only
  nested,        // what another serializer makes of it; read-only
  method,        // computed; read-only
};
// What OPTIONS calls it: "string".
std::string_view label_of(FieldClass type);

enum class Many : unsigned char { no, yes };

// Writes one value computed from the cells of a row.
using MethodWriter = void (*)(std::span<const orm::Value> cells, wire::JsonWriter& json);

struct Field {
  std::string name;
  FieldClass type = FieldClass::character;
  Many many = Many::no;
  bool read_only = false;
  bool write_only = false;
  bool required = true;
  bool allow_null = false;
  bool allow_blank = false;
  bool trim_whitespace = true;
  std::optional<std::size_t> min_length, max_length;  // in characters
  std::optional<std::int64_t> min_value, max_value;
  int max_digits = 0;
  int decimal_places = 0;
  std::string label;
  std::string help_text;
  std::vector<orm::Choice> choices;
  std::vector<orm::Validator> validators;
  bool is_unique = false;
  bool is_long_text = false;  // a textarea in forms
  std::optional<orm::Value> default_value;

  // Where the value is: the column of the model, reached over `path` for "station.name"; nullptr
  // for a field without a column.
  std::string source;
  const orm::FieldInfo* column = nullptr;
  std::vector<const orm::FieldInfo*> path;
  // Of relations.
  const orm::ModelInfo* target = nullptr;
  const orm::FieldInfo* back = nullptr;  // of a nested list: the foreign key that points here
  std::string view_name;                 // "station-detail"
  const SerializerInfo* nested = nullptr;
  MethodWriter method = nullptr;

  bool is_relation() const {
    return type == FieldClass::primary_key || type == FieldClass::hyperlink ||
           type == FieldClass::related_text;
  }
};

// As HyperlinkedModelSerializer or ModelSerializer makes relations.
enum class Relations : unsigned char { primary_keys, hyperlinks };

// The field that a serializer has for a field of a model.
Field field_for(const orm::FieldInfo& column, Relations relations);
// "station-detail"
std::string detail_view_name(const orm::ModelInfo& model);
// "First name" of "first_name".
std::string label_from_name(std::string_view name);

}  // namespace tt::web::rest
