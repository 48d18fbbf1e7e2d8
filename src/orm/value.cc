#include "orm/value.h"

#include <fmt/format.h>

#include "base/error.h"

namespace tt::orm {

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::id: return "id";
    case Kind::integer: return "integer";
    case Kind::real: return "real";
    case Kind::boolean: return "boolean";
    case Kind::text: return "text";
    case Kind::bytes: return "bytes";
    case Kind::time: return "time";
    case Kind::foreign_key: return "foreign_key";
  }
  TT_ASSERT(!"unknown kind");
}

std::int64_t as_integer(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  throw Error(Code::internal, "a raw query gave a cell that is not an integer");
}

const std::string& as_text(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  throw Error(Code::internal, "a raw query gave a cell that is not text");
}

}  // namespace tt::orm
