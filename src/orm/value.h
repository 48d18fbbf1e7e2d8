#pragma once

// Value: one cell of a table on its way to or from an engine.  Values are always bound to a
// statement, never written into its text.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "orm/decimal.h"

namespace tt::orm {

struct Null {
  bool operator==(const Null&) const = default;
};

// A string of bytes that is not text.
struct Bytes {
  std::string bytes;
  bool operator==(const Bytes&) const = default;
};

using Value =
    std::variant<Null, bool, std::int64_t, double, std::string, Bytes, Time, Date, Decimal, Uuid>;
using Row = std::vector<Value>;

// What a column holds; an engine chooses the type of its own for each.
enum class Kind : unsigned char {
  id,       // 64 bits, given by the engine, never given twice
  integer,  // 64 bits
  real,     // IEEE 754 double
  boolean,
  text,  // UTF-8 without NUL, compared by code point
  bytes,
  time,         // microseconds since 1970
  foreign_key,  // an id of another table
  date,
  decimal,  // FieldInfo::max_digits, decimal_places
  uuid,
  json,          // a JSON text, normalised by the engine if it likes
  virtual_many,  // many-to-many: no column, a table between
};

// "integer", as recorded by migrations.
std::string_view name_of(Kind kind);

// Shorthands for raw rows, which come back as the engine stores them: a Time as an integer of
// microseconds, a bool as 0 or 1.  Each throws internal if the value is of another type.
std::int64_t as_integer(const Value& value);
const std::string& as_text(const Value& value);

// For people: "21.5", "True", "2013-05-05", "" for Null, hexadecimal digits for Bytes.
std::string display_text(const Value& value);

}  // namespace tt::orm
