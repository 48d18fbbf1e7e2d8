#include "web/template/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "web/template/text.h"

namespace tt::web {
namespace {

constexpr std::size_t map_scanned_max = 8;  // larger maps have an index

std::string date_text(std::chrono::year_month_day day) {
  return fmt::format("{:04}-{:02}-{:02}", int(day.year()), unsigned(day.month()),
                     unsigned(day.day()));
}

std::string clock_text(Microseconds since_midnight) {
  std::chrono::hh_mm_ss clock(since_midnight);
  auto text = fmt::format("{:02}:{:02}:{:02}", clock.hours().count(), clock.minutes().count(),
                          clock.seconds().count());
  if (clock.subseconds().count() != 0) text += fmt::format(".{:06}", clock.subseconds().count());
  return text;
}

std::string time_text(Time time) {
  auto day = std::chrono::floor<std::chrono::days>(time);
  return date_text(day) + " " + clock_text(time - day);
}

std::string quoted(std::string_view text) {
  char quote = text.find('\'') != text.npos && text.find('"') == text.npos ? '"' : '\'';
  std::string out(1, quote);
  for (char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == quote || c == '\\') out += '\\';
    out += c;
  }
  return out + quote;
}

std::string list_text(const List& list) {
  std::string out = "[";
  for (const auto& element : list) {
    if (out.size() > 1) out += ", ";
    out += element.repr();
  }
  return out + "]";
}

std::string map_text(const Map& map) {
  std::string out = "{";
  for (const auto& [key, value] : map) {
    if (out.size() > 1) out += ", ";
    out += quoted(key) + ": " + value.repr();
  }
  return out + "}";
}

std::optional<Time> moment(const Value& value) {
  if (auto time = value.as_time()) return *time;
  if (auto date = value.as_date()) return Time(date->day);
  return std::nullopt;
}

std::optional<Value> calendar_part(std::chrono::year_month_day day, std::string_view name) {
  if (name == "year") return Value(int(day.year()));
  if (name == "month") return Value(unsigned(day.month()));
  if (name == "day") return Value(unsigned(day.day()));
  return std::nullopt;
}

std::optional<Value> clock_part(Microseconds since_midnight, std::string_view name) {
  std::chrono::hh_mm_ss clock(since_midnight);
  if (name == "hour") return Value(clock.hours().count());
  if (name == "minute") return Value(clock.minutes().count());
  if (name == "second") return Value(clock.seconds().count());
  if (name == "microsecond") return Value(clock.subseconds().count());
  return std::nullopt;
}

// The methods that a dictionary has in the original.
std::optional<Value> map_method(const Map& map, std::string_view name) {
  if (name != "items" && name != "keys" && name != "values") return std::nullopt;
  List out;
  for (const auto& [key, value] : map) {
    if (name == "items") {
      out.emplace_back(List{key, value});
    } else {
      out.push_back(name == "keys" ? Value(key) : value);
    }
  }
  return Value(std::move(out));
}

std::optional<Value> attribute(const Value& value, std::string_view name) {
  if (auto object = value.as_object()) return object->find(name);
  if (auto map = value.as_map()) return map_method(*map, name);
  if (auto time = value.as_time()) {
    auto day = std::chrono::floor<std::chrono::days>(*time);
    auto part = calendar_part(day, name);
    return part ? part : clock_part(*time - day, name);
  }
  if (auto date = value.as_date()) return calendar_part(date->day, name);
  if (auto time = value.as_time_of_day()) return clock_part(time->since_midnight, name);
  return std::nullopt;
}

bool is_index(std::string_view name) {
  return !name.empty() && name.size() < 10 &&
         std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

std::partial_ordering compare_lists(const List& left, const List& right, bool& comparable) {
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (left[i] == right[i]) continue;
    auto order = compare(left[i], right[i]);
    comparable = order.has_value();
    return order.value_or(std::partial_ordering::unordered);
  }
  return left.size() <=> right.size();
}

bool equal_maps(const Map& left, const Map& right) {
  if (left.size() != right.size()) return false;
  return std::ranges::all_of(left, [&](const Map::Entry& entry) {
    auto other = right.find(entry.first);
    return other && *other == entry.second;
  });
}

}  // namespace

Value::Value(Map map) : data_(std::make_shared<const Map>(std::move(map))) {}

bool Value::is_safe() const {
  if (auto text = as_text()) return text->safe;
  auto object = as_object();
  return object && object->is_safe();
}

const List* Value::as_list() const {
  auto list = std::get_if<std::shared_ptr<const List>>(&data_);
  return list ? list->get() : nullptr;
}

const Map* Value::as_map() const {
  auto map = std::get_if<std::shared_ptr<const Map>>(&data_);
  return map ? map->get() : nullptr;
}

const Computed* Value::as_computed() const {
  auto computed = std::get_if<std::shared_ptr<const Computed>>(&data_);
  return computed ? computed->get() : nullptr;
}

const Object* Value::as_object() const {
  auto object = std::get_if<std::shared_ptr<const Object>>(&data_);
  return object ? object->get() : nullptr;
}

bool Value::truth() const {
  switch (kind()) {
    case ValueKind::null: return false;
    case ValueKind::boolean: return *as_boolean();
    case ValueKind::integer: return *as_integer() != 0;
    case ValueKind::real: return *as_real() != 0;
    case ValueKind::decimal: return number() != 0.0;
    case ValueKind::text: return !as_text()->text.empty();
    case ValueKind::list: return !as_list()->empty();
    case ValueKind::map: return !as_map()->empty();
    case ValueKind::computed: return (*as_computed())().truth();
    case ValueKind::object: return as_object()->truth();
    default: return true;
  }
}

std::string Value::text() const {
  switch (kind()) {
    case ValueKind::null: return "None";
    case ValueKind::boolean: return *as_boolean() ? "True" : "False";
    case ValueKind::integer: return fmt::format_int(*as_integer()).str();
    case ValueKind::real: return real_text(*as_real());
    case ValueKind::decimal: return as_decimal()->text;
    case ValueKind::text: return as_text()->text;
    case ValueKind::list: return list_text(*as_list());
    case ValueKind::map: return map_text(*as_map());
    case ValueKind::time: return time_text(*as_time());
    case ValueKind::date: return date_text(as_date()->day);
    case ValueKind::time_of_day: return clock_text(as_time_of_day()->since_midnight);
    case ValueKind::computed: return (*as_computed())().text();
    case ValueKind::object: return as_object()->text();
  }
  return {};
}

std::string Value::repr() const { return is(ValueKind::text) ? quoted(as_text()->text) : text(); }

std::optional<double> Value::number() const {
  switch (kind()) {
    case ValueKind::boolean: return *as_boolean() ? 1.0 : 0.0;
    case ValueKind::integer: return static_cast<double>(*as_integer());
    case ValueKind::real: return *as_real();
    case ValueKind::decimal: return parse_real(as_decimal()->text);
    default: return std::nullopt;
  }
}

std::optional<std::size_t> Value::size() const {
  if (auto text = as_text()) return count_characters(text->text);
  if (auto list = as_list()) return list->size();
  if (auto map = as_map()) return map->size();
  if (!as_object()) return std::nullopt;
  auto all = as_object()->elements();
  return all ? std::optional(all->size()) : std::nullopt;
}

std::shared_ptr<const List> Value::elements() const {
  if (auto list = std::get_if<std::shared_ptr<const List>>(&data_)) return *list;
  if (auto object = as_object()) return object->elements();
  List out;
  if (auto map = as_map()) {
    for (const auto& entry : *map) out.emplace_back(entry.first);
  } else if (auto text = as_text()) {
    for (auto character : characters(text->text)) out.emplace_back(character);
  } else {
    return nullptr;
  }
  return std::make_shared<const List>(std::move(out));
}

bool operator==(const Value& left, const Value& right) {
  if (left.as_integer() && right.as_integer()) return *left.as_integer() == *right.as_integer();
  if (auto number = left.number()) return number == right.number();
  if (left.kind() != right.kind()) return false;
  switch (left.kind()) {
    case ValueKind::null: return true;
    case ValueKind::text: return left.as_text()->text == right.as_text()->text;
    case ValueKind::list: return *left.as_list() == *right.as_list();
    case ValueKind::map: return equal_maps(*left.as_map(), *right.as_map());
    case ValueKind::time: return *left.as_time() == *right.as_time();
    case ValueKind::date: return *left.as_date() == *right.as_date();
    case ValueKind::time_of_day: return *left.as_time_of_day() == *right.as_time_of_day();
    case ValueKind::object: return left.as_object() == right.as_object();
    default: return false;
  }
}

std::optional<std::partial_ordering> compare(const Value& left, const Value& right) {
  if (left.as_integer() && right.as_integer()) return *left.as_integer() <=> *right.as_integer();
  if (left.number() && right.number()) return *left.number() <=> *right.number();
  if (left.as_text() && right.as_text()) return left.as_text()->text <=> right.as_text()->text;
  if (moment(left) && moment(right)) return *moment(left) <=> *moment(right);
  if (left.as_time_of_day() && right.as_time_of_day()) {
    return left.as_time_of_day()->since_midnight <=> right.as_time_of_day()->since_midnight;
  }
  if (!left.as_list() || !right.as_list()) return std::nullopt;
  bool comparable = true;
  auto order = compare_lists(*left.as_list(), *right.as_list(), comparable);
  return comparable ? std::optional(order) : std::nullopt;
}

std::optional<bool> contains(const Value& container, const Value& element) {
  if (auto text = container.as_text()) {
    if (!element.as_text()) return std::nullopt;
    return text->text.find(element.as_text()->text) != std::string::npos;
  }
  if (auto map = container.as_map()) return map->contains(element.text());
  auto all = container.elements();
  if (!all) return std::nullopt;
  return std::ranges::find(*all, element) != all->end();
}

std::string real_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  auto size = std::abs(value);
  bool plain = size == 0 || (size >= 1e-4 && size < 1e16);
  char buffer[64];
  auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value, format).ptr;
  std::string text(buffer, end);
  if (plain && text.find('.') == text.npos) text += ".0";
  return text;
}

Map::Map(std::initializer_list<Entry> entries) {
  entries_.reserve(entries.size());
  for (const auto& [key, value] : entries) set(key, value);
}

void Map::set(std::string key, Value value) {
  if (auto found = find(key)) {
    const_cast<Value&>(*found) = std::move(value);  // an element of our own entries_
    return;
  }
  entries_.emplace_back(std::move(key), std::move(value));
  if (entries_.size() <= map_scanned_max) return;
  for (auto i = index_.size(); i < entries_.size(); ++i) index_.emplace(entries_[i].first, i);
}

const Value* Map::find(std::string_view key) const {
  if (!index_.empty()) {
    auto found = index_.find(key);
    return found == index_.end() ? nullptr : &entries_[found->second].second;
  }
  for (const auto& entry : entries_) {
    if (entry.first == key) return &entry.second;
  }
  return nullptr;
}

const Value* look_up(const Value& value, std::string_view name, Value& scratch) {
  if (auto map = value.as_map()) {
    if (auto found = map->find(name)) return found;
  }
  if (auto made = attribute(value, name)) {
    scratch = *std::move(made);
    return &scratch;
  }
  if (!is_index(name)) return nullptr;
  auto index = static_cast<std::size_t>(parse_integer(name).value_or(0));
  if (auto list = value.as_list()) return index < list->size() ? &(*list)[index] : nullptr;
  auto all = value.as_map() ? nullptr : value.elements();
  if (!all || index >= all->size()) return nullptr;
  auto element = (*all)[index];  // `all` may be the only owner
  scratch = std::move(element);
  return &scratch;
}

}  // namespace tt::web
