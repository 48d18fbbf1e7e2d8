#include "orm/engine/mongo/comparison.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/error.h"
#include "orm/engine/mongo/expression.h"

namespace tt::orm::engine {

Document matches_all() { return {}; }
Document matches_none() { return Document{{"_id", Document{{"$in", Array()}}}}; }

const char* operator_of(Lookup lookup) {
  switch (lookup) {
    case Lookup::exact: return "$eq";
    case Lookup::gt: return "$gt";
    case Lookup::gte: return "$gte";
    case Lookup::lt: return "$lt";
    case Lookup::lte: return "$lte";
    default: throw Error(Code::invalid, "this lookup does not compare with an expression");
  }
}

std::string quoted_regex(std::string_view text, Fold fold) {
  auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  auto is_plain = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == ' ' || c == '\n' ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  std::string out;
  for (char c : text) {
    if (is_letter(c) && fold == Fold::ascii) {
      out += {'[', static_cast<char>(c | 0x20), static_cast<char>(c & ~0x20), ']'};
      continue;
    }
    if (!is_plain(c)) out += '\\';
    out += c;
  }
  return out;
}

namespace {

using namespace std::chrono;

// What MongoDB cannot hold is in no row.
bool is_storable(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return !text || is_utf8(*text);
}

const Value& not_null(const Comparison& comparison, const Value& value) {
  if (!std::holds_alternative<Null>(value)) return value;
  throw Error(Code::invalid,
              fmt::format("{}: null cannot be compared; use isnull", comparison.place));
}

Document condition(const Comparison& comparison, const char* sign, Bson value) {
  return Document{{comparison.place, Document{{sign, std::move(value)}}}};
}

Document compare_text(const Comparison& comparison) {
  const auto& text = std::get<std::string>(not_null(comparison, comparison.values[0]));
  if (!is_utf8(text) || text.contains('\0')) return matches_none();
  // \z: the very end, also after a line feed.
  std::string_view begin, end;
  Fold fold = Fold::no;
  std::string options;
  switch (comparison.lookup) {
    case Lookup::regex: return condition(comparison, "$regex", text);
    case Lookup::iregex:
      return Document{{comparison.place, Document{{"$regex", text}, {"$options", "i"}}}};
    case Lookup::iexact: fold = Fold::ascii, begin = "^", end = "\\z"; break;
    case Lookup::contains: break;
    case Lookup::icontains: fold = Fold::ascii; break;
    case Lookup::startswith: begin = "^"; break;
    case Lookup::istartswith: fold = Fold::ascii, begin = "^"; break;
    case Lookup::endswith: end = "\\z"; break;
    case Lookup::iendswith: fold = Fold::ascii, end = "\\z"; break;
    default: TT_ASSERT(!"no text lookup");
  }
  return condition(comparison, "$regex",
                   fmt::format("{}{}{}", begin, quoted_regex(text, fold), end));
}

// Days from `first` on and before `end`, as the column's kind holds them.
Document is_between_days(const Comparison& comparison, sys_days first, sys_days end) {
  auto value = [&](sys_days day) {
    return comparison.kind == Kind::date ? Value(Date{day}) : Value(Time(day));
  };
  return Document{{comparison.place, Document{{"$gte", value(first)}, {"$lt", value(end)}}}};
}

Document compare_calendar(const Comparison& comparison) {
  const Value& value = not_null(comparison, comparison.values[0]);
  if (comparison.lookup == Lookup::date) {
    sys_days day = std::get<Date>(value).day;
    return is_between_days(comparison, day, day + days(1));
  }
  std::int64_t number = std::get<std::int64_t>(value);
  if (comparison.lookup == Lookup::year) {
    if (number < year_min || number > year_max) return matches_none();
    year first(static_cast<int>(number));
    return is_between_days(comparison, first / January / 1, (first + years(1)) / January / 1);
  }
  const char* part = comparison.lookup == Lookup::month ? "$month" : "$dayOfMonth";
  Bson found = calendar_part(part, reference(comparison.place), comparison.kind);
  return expression_filter(Document{{"$eq", list(std::move(found), number)}});
}

Document is_null(const Comparison& comparison, bool expected) {
  return condition(comparison, expected ? "$eq" : "$ne", Value(Null{}));
}

Document compare_range(const Comparison& comparison) {
  Bson first = not_null(comparison, comparison.values.at(0));
  Bson last = not_null(comparison, comparison.values.at(1));
  return Document{
      {comparison.place, Document{{"$gte", std::move(first)}, {"$lte", std::move(last)}}}};
}

}  // namespace

Document is_one_of(const std::string& place, const std::vector<Value>& values) {
  Array wanted;
  for (const Value& value : values) {
    if (!std::holds_alternative<Null>(value) && is_storable(value)) wanted.add(value);
  }
  return Document{{place, Document{{"$in", std::move(wanted)}}}};
}

Document compare(const Comparison& comparison) {
  if (is_text_lookup(comparison.lookup)) return compare_text(comparison);
  switch (comparison.lookup) {
    case Lookup::isnull: return is_null(comparison, std::get<bool>(comparison.values[0]));
    case Lookup::range: return compare_range(comparison);
    case Lookup::year:
    case Lookup::month:
    case Lookup::day:
    case Lookup::date: return compare_calendar(comparison);
    case Lookup::in:
      if (comparison.values.size() <= in_values_max) {
        return is_one_of(comparison.place, comparison.values);
      }
      throw Error(Code::invalid,
                  fmt::format("{}: more than {} values", comparison.place, in_values_max));
    default: break;
  }
  const Value& value = comparison.values[0];
  if (comparison.lookup == Lookup::exact) {
    if (std::holds_alternative<Null>(value)) return is_null(comparison, true);
    if (!is_storable(value)) return matches_none();
  }
  if (!is_storable(value)) {
    throw Error(Code::invalid, fmt::format("{}: the text is not UTF-8", comparison.place));
  }
  return condition(comparison, operator_of(comparison.lookup), not_null(comparison, value));
}

}  // namespace tt::orm::engine
