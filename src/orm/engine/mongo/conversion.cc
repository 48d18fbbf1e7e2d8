#include "orm/engine/mongo/conversion.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace tt::orm::engine {
namespace {

std::optional<std::int64_t> to_integer(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? 1 : 0;
  if (const auto* real = std::get_if<double>(&value)) {
    if (std::trunc(*real) != *real || std::abs(*real) >= 0x1p63) return std::nullopt;
    return static_cast<std::int64_t>(*real);
  }
  if (const auto* decimal = std::get_if<Decimal>(&value)) {
    auto whole = decimal->with_places(0);
    return whole ? std::optional(whole->unscaled) : std::nullopt;
  }
  const auto* text = std::get_if<std::string>(&value);
  return text ? parse_number<std::int64_t>(*text) : std::nullopt;
}

std::optional<double> to_real(const Value& value) {
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* decimal = std::get_if<Decimal>(&value)) return decimal->real();
  const auto* text = std::get_if<std::string>(&value);
  auto real = text ? parse_number<double>(*text) : std::nullopt;
  return real && !std::isnan(*real) ? real : std::nullopt;
}

std::optional<Decimal> to_decimal(const Value& value, const ColumnChange& column) {
  std::optional<Decimal> decimal;
  if (const auto* held = std::get_if<Decimal>(&value)) {
    decimal = *held;
  } else {
    decimal = Decimal::parse(display_text(value));
  }
  if (decimal) decimal = decimal->with_places(column.decimal_places);
  if (!decimal || column.max_digits == 0) return decimal;
  std::int64_t bound = 1;
  for (int i = 0; i < std::min(column.max_digits, decimal_digits_max); ++i) bound *= 10;
  bool fits = decimal->unscaled > -bound && decimal->unscaled < bound;
  return fits ? decimal : std::nullopt;
}

std::optional<std::string> to_text(const Value& value, const ColumnChange& column) {
  if (std::holds_alternative<Bytes>(value)) return std::nullopt;
  const auto* held = std::get_if<std::string>(&value);
  std::string text = held ? *held : display_text(value);
  auto begins_character = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  auto length = static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
  if (column.max_length != 0 && length > column.max_length) return std::nullopt;
  return text;
}

std::optional<bool> to_truth(const Value& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  auto integer = to_integer(value);
  return integer && (*integer == 0 || *integer == 1) ? std::optional(*integer == 1) : std::nullopt;
}

std::optional<Time> to_time(const Value& value) {
  if (const auto* time = std::get_if<Time>(&value)) return *time;
  if (const auto* date = std::get_if<Date>(&value)) return Time(date->day);
  const auto* text = std::get_if<std::string>(&value);
  return text ? parse_time(*text) : std::nullopt;
}

std::optional<Date> to_date(const Value& value) {
  if (const auto* date = std::get_if<Date>(&value)) return *date;
  if (const auto* time = std::get_if<Time>(&value)) {
    return Date{std::chrono::floor<std::chrono::days>(*time)};
  }
  const auto* text = std::get_if<std::string>(&value);
  return text ? parse_date(*text) : std::nullopt;
}

std::optional<Uuid> to_uuid(const Value& value) {
  if (const auto* uuid = std::get_if<Uuid>(&value)) return *uuid;
  const auto* text = std::get_if<std::string>(&value);
  return text ? Uuid::parse(*text) : std::nullopt;
}

template <class T>
std::optional<Value> as_value(std::optional<T> found) {
  if (!found) return std::nullopt;
  return Value(*std::move(found));
}

}  // namespace

std::optional<Value> convert(const Value& value, const ColumnChange& column) {
  if (std::holds_alternative<Null>(value)) return value;
  switch (column.kind) {
    case Kind::id:
    case Kind::integer:
    case Kind::foreign_key: return as_value(to_integer(value));
    case Kind::real: return as_value(to_real(value));
    case Kind::boolean: return as_value(to_truth(value));
    case Kind::text:
    case Kind::json: return as_value(to_text(value, column));
    case Kind::time: return as_value(to_time(value));
    case Kind::date: return as_value(to_date(value));
    case Kind::decimal: return as_value(to_decimal(value, column));
    case Kind::uuid: return as_value(to_uuid(value));
    case Kind::bytes:
      if (std::holds_alternative<Bytes>(value)) return value;
      return std::nullopt;
    case Kind::virtual_many: break;
  }
  return std::nullopt;
}

}  // namespace tt::orm::engine
