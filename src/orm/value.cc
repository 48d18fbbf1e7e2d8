#include "orm/value.h"

#include <fmt/format.h>

#include "base/bytes.h"
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
    case Kind::date: return "date";
    case Kind::decimal: return "decimal";
    case Kind::uuid: return "uuid";
    case Kind::json: return "json";
    case Kind::virtual_many: return "virtual_many";
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

namespace {

struct DisplayWriter {
  std::string operator()(Null) const { return {}; }
  std::string operator()(bool value) const { return value ? "True" : "False"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const {
    std::string text = fmt::format("{}", value);
    bool looks_integral = text.find_first_not_of("-0123456789") == std::string::npos;
    return looks_integral ? text + ".0" : text;
  }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const Bytes& value) const { return to_hex(value.bytes); }
  std::string operator()(Time value) const { return format_time(value); }
  std::string operator()(Date value) const { return format_date(value); }
  std::string operator()(Decimal value) const { return value.text(); }
  std::string operator()(const Uuid& value) const { return value.text(); }
};

}  // namespace

std::string display_text(const Value& value) { return std::visit(DisplayWriter{}, value); }

}  // namespace tt::orm
