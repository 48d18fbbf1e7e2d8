#include "orm/engine/postgres/cells.h"

#include <bit>
#include <limits>

#include "base/bytes.h"
#include "base/error.h"
#include "base/text.h"

namespace tt::orm::engine::postgres {
namespace {

constexpr std::int64_t epoch_us = 946'684'800'000'000;  // 2000-01-01 after 1970-01-01
constexpr std::int64_t epoch_days = 10'957;
constexpr std::int64_t time_us_min = -211'813'488'000'000'000;  // 24 November 4714 BC
constexpr std::int64_t time_us_max = 9'223'371'331'199'999'999;
constexpr std::int64_t date_days_min = -2'451'545;
constexpr std::int64_t date_days_max = 2'145'031'948;

template <class Integer>
std::string big_endian(Integer value) {
  auto bits = static_cast<std::make_unsigned_t<Integer>>(value);
  std::string bytes(sizeof bits, '\0');
  for (std::size_t i = bytes.size(); i-- > 0; bits >>= 8) bytes[i] = static_cast<char>(bits & 0xff);
  return bytes;
}

[[noreturn]] void refuse(std::string_view reason) {
  throw Error(Code::invalid, std::string(reason));
}

struct ParameterWriter {
  Parameter operator()(Null) const { return {}; }
  Parameter operator()(bool value) const {
    return {Type::boolean, true, std::string(1, value ? '\1' : '\0')};
  }
  Parameter operator()(std::int64_t value) const { return {Type::int8, true, big_endian(value)}; }
  Parameter operator()(double value) const {
    return {Type::float8, true, big_endian(std::bit_cast<std::int64_t>(value))};
  }
  Parameter operator()(const std::string& value) const {
    if (value.contains('\0')) refuse("PostgreSQL keeps no text with a NUL");
    return {Type::unknown, false, value};
  }
  Parameter operator()(const Bytes& value) const { return {Type::bytea, true, value.bytes}; }
  Parameter operator()(Time value) const {
    std::int64_t us = to_us(value);
    if (us < time_us_min + epoch_us || us > time_us_max) refuse("a time outside of PostgreSQL's");
    return {Type::timestamptz, true, big_endian(us - epoch_us)};
  }
  Parameter operator()(Date value) const {
    std::int64_t days = value.day.time_since_epoch().count() - epoch_days;
    if (days < date_days_min || days > date_days_max) refuse("a date outside of PostgreSQL's");
    return {Type::date, true, big_endian(static_cast<std::int32_t>(days))};
  }
  Parameter operator()(const Decimal& value) const { return {Type::numeric, false, value.text()}; }
  Parameter operator()(const Uuid& value) const {
    const auto* data = reinterpret_cast<const char*>(value.bytes.data());
    return {Type::uuid, true, std::string(data, value.bytes.size())};
  }
};

// Takes digits and the sign after them off `text`.
std::optional<int> take_number(std::string_view& text, char sign) {
  std::size_t end = text.find(sign);
  auto value = parse_number<int>(text.substr(0, end));
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return value;
}

// "2013-05-05", "10000-01-01", "0044-03-15 BC"; the end is cut off `text`.
std::optional<std::chrono::sys_days> take_day(std::string_view& text) {
  bool is_before_christ = text.ends_with(" BC");
  if (is_before_christ) text.remove_suffix(3);
  auto year = take_number(text, '-');
  auto month = take_number(text, '-');
  auto day = take_number(text, ' ');
  if (!year || !month || !day) return std::nullopt;
  std::chrono::year_month_day date(std::chrono::year(is_before_christ ? 1 - *year : *year),
                                   std::chrono::month(static_cast<unsigned>(*month)),
                                   std::chrono::day(static_cast<unsigned>(*day)));
  // std::chrono::year has 16 bits.
  if (*year > 32'000 || !date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

// "07:37:54.582681+00"; the session's zone is UTC.
std::optional<Microseconds> take_clock(std::string_view text) {
  if (std::size_t zone = text.find('+'); zone != std::string_view::npos)
    text = text.substr(0, zone);
  auto hour = take_number(text, ':');
  auto minute = take_number(text, ':');
  auto second = take_number(text, '.');
  if (!hour || !minute || !second) return std::nullopt;
  std::string digits(text);
  digits.resize(6, '0');
  auto us = parse_number<std::int64_t>(digits);
  if (!us) return std::nullopt;
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second) +
         Microseconds(*us);
}

Value time_cell(std::string_view text) {
  std::string_view rest = text;
  auto day = take_day(rest);
  auto clock = take_clock(rest);
  if (!day || !clock) return std::string(text);
  return Time(*day) + *clock;
}

Value date_cell(std::string_view text) {
  std::string_view rest = text;
  if (auto day = take_day(rest)) return Date{*day};
  return std::string(text);
}

// A whole number without a point is what the sum of integers is.
Value numeric_cell(std::string_view text) {
  if (auto integer = parse_number<std::int64_t>(text)) return *integer;
  if (auto decimal = Decimal::parse(text)) return *decimal;
  if (auto real = parse_number<double>(text)) return *real;  // an average has more digits
  return std::numeric_limits<double>::quiet_NaN();
}

Value real_cell(std::string_view text) {
  if (auto real = parse_number<double>(text)) return *real;
  return std::string(text);
}

Value integer_cell(std::string_view text) {
  if (auto integer = parse_number<std::int64_t>(text)) return *integer;
  return std::string(text);
}

Value bytes_cell(std::string_view text) {
  auto bytes = text.starts_with("\\x") ? from_hex(text.substr(2)) : std::nullopt;
  if (!bytes) throw Error(Code::corrupt, "PostgreSQL: a bytea that is not in hexadecimal form");
  return Bytes{*std::move(bytes)};
}

}  // namespace

Parameter to_parameter(const Value& value) { return std::visit(ParameterWriter{}, value); }

Value from_cell(Type type, std::string_view text) {
  switch (type) {
    case Type::boolean: return text == "t";
    case Type::int2:
    case Type::int4:
    case Type::int8:
    case Type::oid: return integer_cell(text);
    case Type::float4:
    case Type::float8: return real_cell(text);
    case Type::bytea: return bytes_cell(text);
    case Type::timestamp:
    case Type::timestamptz: return time_cell(text);
    case Type::date: return date_cell(text);
    case Type::numeric: return numeric_cell(text);
    case Type::uuid:
      if (auto uuid = Uuid::parse(text)) return *uuid;
      break;
    default: break;
  }
  return std::string(text);
}

}  // namespace tt::orm::engine::postgres
