#include "orm/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/bytes.h"
#include "base/error.h"

namespace tt::orm {

const FieldInfo* ModelInfo::find(std::string_view field_name) const {
  auto found = std::ranges::find(fields, field_name, &FieldInfo::name);
  return found == fields.end() ? nullptr : &*found;
}

// --- checks ------------------------------------------------------------------------------------

namespace {

std::size_t count_characters(std::string_view utf8) {
  auto begins_character = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  return static_cast<std::size_t>(std::ranges::count_if(utf8, begins_character));
}

[[noreturn]] void refuse(const FieldInfo& field, std::string_view reason) {
  throw Error(Code::invalid, fmt::format("{}: {}", field.name, reason));
}

void check_text(const FieldInfo& field, const std::string& text) {
  if (!is_utf8(text)) refuse(field, "the text is not UTF-8");
  if (text.contains('\0')) refuse(field, "null characters are not allowed");
  if (field.max_length == 0 || text.size() <= field.max_length) return;
  if (count_characters(text) <= field.max_length) return;
  refuse(field, fmt::format("at most {} characters are allowed", field.max_length));
}

}  // namespace

void check(const FieldInfo& field, const Value& value) {
  if (std::holds_alternative<Null>(value) && !field.is_null) refuse(field, "a value is required");
  if (const auto* text = std::get_if<std::string>(&value)) check_text(field, *text);
  if (const auto* real = std::get_if<double>(&value); real && std::isnan(*real)) {
    refuse(field, "not a number");
  }
}

}  // namespace tt::orm

namespace tt::orm::detail {

// --- values ------------------------------------------------------------------------------------

namespace {

template <class T>
T take(Value&& value) {
  if (T* held = std::get_if<T>(&value)) return std::move(*held);
  throw Error(Code::corrupt, "a stored value is not of its column's type");
}

}  // namespace

Value to_value(bool held) { return held; }
Value to_value(std::int32_t held) { return std::int64_t{held}; }
Value to_value(std::int64_t held) { return held; }
Value to_value(double held) { return held; }
Value to_value(Time held) { return held; }
Value to_value(const std::string& held, Kind kind) {
  if (kind == Kind::bytes) return Bytes{held};
  return held;
}

void from_value(bool& held, Value&& value) { held = take<bool>(std::move(value)); }
void from_value(std::int64_t& held, Value&& value) { held = take<std::int64_t>(std::move(value)); }
void from_value(std::int32_t& held, Value&& value) {
  auto wide = take<std::int64_t>(std::move(value));
  if (!std::in_range<std::int32_t>(wide)) {
    throw Error(Code::corrupt, "a stored integer is too large for its field");
  }
  held = static_cast<std::int32_t>(wide);
}
void from_value(double& held, Value&& value) { held = take<double>(std::move(value)); }
void from_value(Time& held, Value&& value) { held = take<Time>(std::move(value)); }
void from_value(std::string& held, Value&& value) {
  if (auto* bytes = std::get_if<Bytes>(&value)) {
    held = std::move(bytes->bytes);
  } else {
    held = take<std::string>(std::move(value));
  }
}

// --- names -------------------------------------------------------------------------------------

namespace {

// "RainGauge" -> "rain_gauge", "APIKey" -> "api_key".
std::string snake_case(std::string_view name) {
  auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    bool starts_word = i > 0 && is_upper(name[i]) &&
                       (!is_upper(name[i - 1]) || (i + 1 < name.size() && !is_upper(name[i + 1])));
    if (starts_word && out.back() != '_') out += '_';
    out += is_upper(name[i]) ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
  }
  return out;
}

// The struct's name, and the innermost namespace that has a name ("" in tt itself).
std::pair<std::string_view, std::string_view> split(std::string_view type_name) {
  std::string_view space;
  for (std::size_t end; (end = type_name.find("::")) != std::string_view::npos;) {
    if (type_name[0] != '(') space = type_name.substr(0, end);
    type_name.remove_prefix(end + 2);
  }
  if (space == "tt") space = {};
  return {type_name, space};
}

Order order_of(const ModelInfo& info, std::string_view name) {
  Order order;
  if (name.starts_with('-')) {
    order.direction = Direction::descending;
    name.remove_prefix(1);
  }
  order.field = info.find(name);
  TT_ASSERT(order.field != nullptr);
  return order;
}

void add_index(ModelInfo& info, std::vector<Order> columns, bool is_unique) {
  IndexInfo index;
  index.name = info.table;
  for (const Order& order : columns) index.name += "_" + order.field->column;
  index.name += is_unique ? "_unique" : "_index";
  index.columns = std::move(columns);
  index.is_unique = is_unique;
  info.indexes.push_back(std::move(index));
}

}  // namespace

void finish(ModelInfo& info, std::string_view type_name, const models::Meta& meta) {
  auto [name, space] = split(type_name);
  info.name = name;
  info.table = space.empty() ? snake_case(name) : fmt::format("{}_{}", space, snake_case(name));
  if (!meta.table.empty()) info.table = meta.table;

  for (std::string_view key : meta.ordering) {
    if (!key.empty()) info.ordering.push_back(order_of(info, key));
  }
  for (const FieldInfo& field : info.fields) {
    if (field.is_unique || field.has_index) add_index(info, {{&field}}, field.is_unique);
  }
  auto add_groups = [&](const auto& groups, bool is_unique) {
    for (const auto& group : groups) {
      std::vector<Order> columns;
      for (std::string_view key : group) {
        if (!key.empty()) columns.push_back(order_of(info, key));
      }
      if (!columns.empty()) add_index(info, std::move(columns), is_unique);
    }
  };
  add_groups(meta.unique_together, true);
  add_groups(meta.indexes, false);
}

}  // namespace tt::orm::detail
