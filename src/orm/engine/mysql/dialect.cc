#include "orm/engine/mysql/dialect.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/error.h"
#include "orm/server_names.h"

namespace tt::orm::engine {
namespace {

// "Databases, tables, columns, indexes … have a maximum length of 64 characters"
// [mariadb.com/kb/en/identifier-names]; counted in bytes, so that PostgreSQL's rule is nearly ours.
constexpr std::size_t name_bytes_max = 64;

}  // namespace

std::string MysqlDialect::stored_name(std::string_view name) {
  return short_name(name, name_bytes_max);
}

std::string MysqlDialect::quote(std::string_view name) const {
  std::string out = "`";
  for (char c : stored_name(name)) {
    if (c == '`') out += '`';
    out += c;
  }
  return out + '`';
}

// --- texts -------------------------------------------------------------------------------------

namespace {

// LOWER() of utf8mb4 folds the letters of all languages.  In geostd8 a byte is a character and only
// those of ASCII have another case, so the bytes of UTF-8 come out as they were.
constexpr std::string_view folded = "LOWER(CONVERT(CAST({} AS BINARY) USING geostd8))";

bool ignores_case(Lookup lookup) {
  return lookup == Lookup::iexact || lookup == Lookup::icontains || lookup == Lookup::istartswith ||
         lookup == Lookup::iendswith;
}

// SQL of a text lookup: {0} the expression, {1} the placeholder.
std::string_view template_of(Lookup lookup) {
  switch (lookup) {
    case Lookup::iexact: return "{0} = {1}";
    case Lookup::contains:
    case Lookup::icontains: return "INSTR({0}, {1}) > 0";
    case Lookup::startswith:
    case Lookup::istartswith:
    case Lookup::endswith:
    case Lookup::iendswith: return "{0} LIKE {1} ESCAPE '!'";
    case Lookup::regex: return "{0} REGEXP {1}";
    case Lookup::iregex: return "{0} REGEXP CONCAT('(?i)', {1})";
    default: break;
  }
  TT_ASSERT(!"not a lookup of texts");
}

// With wildcards where the lookup has them; an index finds the beginning of a text.
std::string pattern_of(Lookup lookup, std::string_view text) {
  bool is_start = lookup == Lookup::startswith || lookup == Lookup::istartswith;
  bool is_end = lookup == Lookup::endswith || lookup == Lookup::iendswith;
  if (!is_start && !is_end) return std::string(text);
  std::string out = is_end ? "%" : "";
  for (char c : text) {
    if (c == '%' || c == '_' || c == '!') out += '!';
    out += c;
  }
  return is_start ? out + '%' : out;
}

}  // namespace

void MysqlDialect::write_text_lookup(Statement& statement, std::string_view expression,
                                     Lookup lookup, std::string text) const {
  if (text.contains('\0') || !is_utf8(text)) {
    statement.text += "FALSE";  // no column holds it
    return;
  }
  std::string left(expression), right = "?";
  if (ignores_case(lookup)) {
    left = fmt::format(fmt::runtime(folded), left);
    right = fmt::format(fmt::runtime(folded), right);
  }
  statement.values.push_back(pattern_of(lookup, text));
  statement.text += fmt::format(fmt::runtime(template_of(lookup)), left, right);
}

// --- numbers and times -------------------------------------------------------------------------

std::string MysqlDialect::date_part(std::string_view expression, Kind, Lookup part) const {
  std::string_view name = part == Lookup::year ? "YEAR" : part == Lookup::month ? "MONTH" : "DAY";
  return fmt::format("{}({})", name, expression);
}

std::string MysqlDialect::cast(std::string_view expression, const CellType& to) const {
  switch (to.kind) {
    case Kind::integer: return fmt::format("CAST(TRUNCATE({}, 0) AS SIGNED)", expression);
    case Kind::decimal:
      return fmt::format("CAST({} AS DECIMAL(65, {}))", expression, to.decimal_places);
    default: return fmt::format("CAST({} AS DOUBLE)", expression);
  }
}

// Without ERROR_FOR_DIVISION_BY_ZERO in the sql_mode, x / 0 is NULL.
std::string MysqlDialect::quotient(std::string_view left, std::string_view right, Kind kind) const {
  std::string_view sign = kind == Kind::integer ? "DIV" : "/";
  return fmt::format("({} {} {})", left, sign, right);
}

// There is no OFFSET without LIMIT.
void MysqlDialect::write_slice(Statement& statement, const Select& query) const {
  if (!query.limit && query.offset == 0) return;
  statement.text += " LIMIT ";
  bind(statement, query.limit ? static_cast<std::int64_t>(*query.limit) : INT64_MAX);
  if (query.offset == 0) return;
  statement.text += " OFFSET ";
  bind(statement, static_cast<std::int64_t>(query.offset));
}

}  // namespace tt::orm::engine
