#pragma once

// Values on their way to PostgreSQL and back: parameters typed, texts as texts and numbers and
// times in the binary form of the protocol; cells of results in their text form.

#include <optional>
#include <string>
#include <string_view>

#include "orm/value.h"

namespace tt::orm::engine::postgres {

// The types of PostgreSQL that values have (catalog/pg_type.dat).
enum class Type : unsigned {
  unknown = 0,  // the server infers it: texts, so that one fits a json column; null
  boolean = 16,
  bytea = 17,
  int8 = 20,
  int2 = 21,
  int4 = 23,
  text = 25,
  oid = 26,
  json = 114,
  float4 = 700,
  float8 = 701,
  date = 1082,
  timestamp = 1114,
  timestamptz = 1184,
  numeric = 1700,
  uuid = 2950,
};

struct Parameter {
  Type type = Type::unknown;
  bool is_binary = false;
  std::optional<std::string> bytes;  // nullopt: null
};

// Throws invalid for a text that holds a NUL and a time before 4714 BC.
Parameter to_parameter(const Value& value);

// A type that is not known gives its text.
Value from_cell(Type type, std::string_view text);

}  // namespace tt::orm::engine::postgres
