#include "orm/engine/mongo/cell.h"

#include <bson/bson.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.h"

namespace tt::orm::engine {
namespace {

std::string_view text_at(const bson_iter_t* at) {
  std::uint32_t size = 0;
  const char* text = bson_iter_utf8(at, &size);
  return {text, size};
}

std::string decimal_text(const bson_iter_t* at) {
  bson_decimal128_t decimal;
  bson_iter_decimal128(at, &decimal);
  char text[BSON_DECIMAL128_STRING];
  bson_decimal128_to_string(&decimal, text);
  return text;
}

std::optional<std::int64_t> integer_at(const bson_iter_t* at) {
  if (BSON_ITER_HOLDS_INT(at)) return bson_iter_as_int64(at);
  if (BSON_ITER_HOLDS_DECIMAL128(at)) {
    auto decimal = read_decimal128(decimal_text(at));
    if (decimal) decimal = decimal->with_places(0);
    return decimal ? std::optional(decimal->unscaled) : std::nullopt;
  }
  if (!BSON_ITER_HOLDS_DOUBLE(at)) return std::nullopt;
  double real = bson_iter_double(at);
  if (std::trunc(real) != real || std::abs(real) >= 0x1p63) return std::nullopt;
  return static_cast<std::int64_t>(real);
}

std::optional<double> real_at(const bson_iter_t* at) {
  if (BSON_ITER_HOLDS_DOUBLE(at)) return bson_iter_double(at);
  if (BSON_ITER_HOLDS_INT(at)) return static_cast<double>(bson_iter_as_int64(at));
  if (BSON_ITER_HOLDS_DECIMAL128(at)) {
    std::string text = decimal_text(at);
    double real = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), real).ec == std::errc()) {
      return real;
    }
  }
  return std::nullopt;
}

std::optional<Decimal> decimal_at(const bson_iter_t* at) {
  if (BSON_ITER_HOLDS_DECIMAL128(at)) return read_decimal128(decimal_text(at));
  if (BSON_ITER_HOLDS_INT(at)) return read_decimal128(std::to_string(bson_iter_as_int64(at)));
  if (BSON_ITER_HOLDS_DOUBLE(at)) return read_decimal128(fmt::format("{}", bson_iter_double(at)));
  return std::nullopt;
}

Value binary_at(const bson_iter_t* at) {
  bson_subtype_t subtype;
  std::uint32_t size = 0;
  const std::uint8_t* bytes = nullptr;
  bson_iter_binary(at, &subtype, &size, &bytes);
  if (subtype == BSON_SUBTYPE_UUID && size == 16) {
    Uuid uuid;
    std::copy_n(bytes, 16, uuid.bytes.begin());
    return uuid;
  }
  return Bytes{std::string(reinterpret_cast<const char*>(bytes), size)};
}

std::string json_at(const bson_iter_t* at) {
  const std::uint8_t* bytes = nullptr;
  std::uint32_t size = 0;
  bool is_array = BSON_ITER_HOLDS_ARRAY(at);
  if (is_array) {
    bson_iter_array(at, &size, &bytes);
  } else {
    bson_iter_document(at, &size, &bytes);
  }
  bson_t inner;
  if (!bson_init_static(&inner, bytes, size)) {
    throw Error(Code::corrupt, "a stored document is damaged");
  }
  std::unique_ptr<char, decltype(&bson_free)> text(
      is_array ? bson_array_as_json(&inner, nullptr)
               : bson_as_relaxed_extended_json(&inner, nullptr),
      bson_free);
  return text ? text.get() : "";
}

Time time_of_ms(std::int64_t ms) { return Time(std::chrono::milliseconds(ms)); }

template <class T>
std::optional<Value> as_value(std::optional<T> found) {
  if (!found) return std::nullopt;
  return Value(*std::move(found));
}

std::optional<Value> time_at(const bson_iter_t* at) {
  if (BSON_ITER_HOLDS_DATE_TIME(at)) return time_of_ms(bson_iter_date_time(at));
  auto us = integer_at(at);
  if (!us) return std::nullopt;
  return from_us(*us);
}

std::optional<Value> date_at(const bson_iter_t* at) {
  std::optional<Value> time;
  if (BSON_ITER_HOLDS_DATE_TIME(at)) {
    time = time_of_ms(bson_iter_date_time(at));
  } else {
    time = time_at(at);
  }
  if (!time) return std::nullopt;
  return Date{std::chrono::floor<std::chrono::days>(std::get<Time>(*time))};
}

std::optional<Value> binary_at(const bson_iter_t* at, Kind kind) {
  if (!BSON_ITER_HOLDS_BINARY(at)) return std::nullopt;
  Value value = binary_at(at);
  if (std::holds_alternative<Uuid>(value) != (kind == Kind::uuid)) return std::nullopt;
  return value;
}

// nullopt: of another type.
std::optional<Value> value_at(const bson_iter_t* at, Kind kind) {
  switch (kind) {
    case Kind::id:
    case Kind::integer:
    case Kind::foreign_key: return as_value(integer_at(at));
    case Kind::real: return as_value(real_at(at));
    case Kind::boolean:
      if (BSON_ITER_HOLDS_BOOL(at)) return bson_iter_bool(at);
      return std::nullopt;
    case Kind::text:
    case Kind::json:
      if (BSON_ITER_HOLDS_UTF8(at)) return std::string(text_at(at));
      if (BSON_ITER_HOLDS_DOCUMENT(at) || BSON_ITER_HOLDS_ARRAY(at)) return json_at(at);
      return std::nullopt;
    case Kind::bytes:
    case Kind::uuid: return binary_at(at, kind);
    case Kind::time: return time_at(at);
    case Kind::date: return date_at(at);
    case Kind::decimal: return as_value(decimal_at(at));
    case Kind::virtual_many: break;
  }
  return std::nullopt;
}

bool is_null(const bson_iter_t* at) {
  return BSON_ITER_HOLDS_NULL(at) || BSON_ITER_HOLDS_UNDEFINED(at);
}

Value any_value_at(const bson_iter_t* at) {
  if (is_null(at)) return Null{};
  if (BSON_ITER_HOLDS_INT(at)) return bson_iter_as_int64(at);
  if (BSON_ITER_HOLDS_DOUBLE(at)) return bson_iter_double(at);
  if (BSON_ITER_HOLDS_BOOL(at)) return bson_iter_bool(at);
  if (BSON_ITER_HOLDS_UTF8(at)) return std::string(text_at(at));
  if (BSON_ITER_HOLDS_BINARY(at)) return binary_at(at);
  if (BSON_ITER_HOLDS_DATE_TIME(at)) return time_of_ms(bson_iter_date_time(at));
  if (BSON_ITER_HOLDS_DOCUMENT(at) || BSON_ITER_HOLDS_ARRAY(at)) return json_at(at);
  if (BSON_ITER_HOLDS_DECIMAL128(at)) {
    if (auto decimal = decimal_at(at)) return *decimal;
  }
  if (BSON_ITER_HOLDS_OID(at)) {
    char text[25];
    bson_oid_to_string(bson_iter_oid(at), text);
    return std::string(text);
  }
  throw Error(Code::unsupported,
              fmt::format("{}: a value of this type of BSON cannot be read", bson_iter_key(at)));
}

}  // namespace

namespace {

// A decimal has the places of its column; those of a computed one may be more.
Decimal with_places(Decimal value, int places) { return value.with_places(places).value_or(value); }

}  // namespace

std::vector<Value> read_cells(const bson_t& document, const std::vector<Cell>& cells) {
  std::vector<Value> values(cells.size(), Value(Null{}));
  bson_iter_t at;
  if (!bson_iter_init(&at, &document)) throw Error(Code::corrupt, "a stored document is damaged");
  while (bson_iter_next(&at)) {
    std::string_view name = bson_iter_key(&at);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].name != name || is_null(&at)) continue;
      auto value = value_at(&at, cells[i].type.kind);
      if (value && cells[i].type.kind == Kind::decimal) {
        value = with_places(std::get<Decimal>(*value), cells[i].type.decimal_places);
      }
      if (!value) {
        throw Error(Code::corrupt,
                    fmt::format("{}: a stored value is not of its column's type", name));
      }
      values[i] = *std::move(value);
    }
  }
  return values;
}

std::vector<Value> read_all(const bson_t& document) {
  std::vector<Value> values;
  bson_iter_t at;
  if (!bson_iter_init(&at, &document)) throw Error(Code::corrupt, "a stored document is damaged");
  while (bson_iter_next(&at)) values.push_back(any_value_at(&at));
  return values;
}

std::optional<std::int64_t> find_integer(const bson_t& document, std::string_view path) {
  bson_iter_t top, at;
  if (!bson_iter_init(&top, &document)) return std::nullopt;
  if (!bson_iter_find_descendant(&top, std::string(path).c_str(), &at)) return std::nullopt;
  return integer_at(&at);
}

std::optional<std::string> find_text(const bson_t& document, std::string_view path) {
  bson_iter_t top, at;
  if (!bson_iter_init(&top, &document)) return std::nullopt;
  if (!bson_iter_find_descendant(&top, std::string(path).c_str(), &at)) return std::nullopt;
  if (!BSON_ITER_HOLDS_UTF8(&at)) return std::nullopt;
  return std::string(text_at(&at));
}

CreateIndex read_index(const bson_t& document) {
  CreateIndex index;
  index.name = find_text(document, "name").value_or("");
  bson_iter_t at, key;
  if (bson_iter_init_find(&at, &document, "unique")) index.is_unique = bson_iter_as_bool(&at);
  if (!bson_iter_init_find(&at, &document, "key") || !bson_iter_recurse(&at, &key)) return index;
  while (bson_iter_next(&key)) {
    std::string_view name = bson_iter_key(&key);
    bool is_descending = integer_at(&key).value_or(1) < 0;
    index.columns.push_back({name == "_id" ? "id" : std::string(name),
                             is_descending ? Direction::descending : Direction::ascending});
  }
  return index;
}

std::string bytes_of(const bson_t& document) {
  return {reinterpret_cast<const char*>(bson_get_data(&document)), document.len};
}

// --- decimals ----------------------------------------------------------------------------------

namespace {

// Digits without a sign, and how many of them stand after the point.
struct Digits {
  std::string digits;
  int places = 0;
};

std::optional<Digits> split(std::string_view text) {
  Digits out;
  std::size_t exponent_at = text.find_first_of("eE");
  std::string_view mantissa = text.substr(0, exponent_at);
  bool is_after_point = false;
  for (char c : mantissa) {
    if (c == '.' && !is_after_point) {
      is_after_point = true;
    } else if (c >= '0' && c <= '9') {
      out.digits += c;
      out.places += is_after_point ? 1 : 0;
    } else {
      return std::nullopt;
    }
  }
  if (exponent_at == std::string_view::npos) return out;
  std::string_view exponent = text.substr(exponent_at + 1);
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  int shift = 0;
  auto end = exponent.data() + exponent.size();
  if (std::from_chars(exponent.data(), end, shift).ptr != end) return std::nullopt;
  out.places -= shift;
  return out;
}

// Half away from zero, as people round.
void round_to(Digits& number, std::size_t kept) {
  bool is_up = kept < number.digits.size() && number.digits[kept] >= '5';
  number.places -= static_cast<int>(number.digits.size() - kept);
  number.digits.resize(kept);
  std::size_t at = kept;
  while (is_up && at > 0) {
    is_up = number.digits[at - 1] == '9';
    number.digits[at - 1] = is_up ? '0' : static_cast<char>(number.digits[at - 1] + 1);
    --at;
  }
  if (is_up) number.digits.insert(0, "1");
}

}  // namespace

std::optional<Decimal> read_decimal128(std::string_view text) {
  bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  auto number = split(text);
  if (!number || number->digits.empty()) return std::nullopt;
  number->digits.erase(0, std::min(number->digits.find_first_not_of('0'), number->digits.size()));
  constexpr auto digits_max = static_cast<std::size_t>(decimal_digits_max);
  // Twice if rounding up gives one digit more.
  while (number->digits.size() > digits_max) round_to(*number, digits_max);
  while (number->places > decimal_digits_max && !number->digits.empty()) {
    round_to(*number, number->digits.size() - 1);
  }
  if (number->places < 0 && !number->digits.empty()) {
    number->digits.append(static_cast<std::size_t>(-number->places), '0');
  }
  if (number->digits.size() > digits_max) return std::nullopt;
  std::int64_t unscaled = 0;
  for (char c : number->digits) unscaled = unscaled * 10 + (c - '0');
  int places = std::clamp(number->places, 0, decimal_digits_max);
  return Decimal{is_negative ? -unscaled : unscaled, places};
}

}  // namespace tt::orm::engine
