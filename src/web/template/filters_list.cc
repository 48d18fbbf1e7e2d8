// Filters about lists and lengths, and about dates.
#include <algorithm>

#include <fmt/format.h>

#include "base/random.h"
#include "web/template/date_format.h"
#include "web/template/filter.h"
#include "web/template/text.h"

namespace tt::web {
namespace {

Value length(const Value& value, const FilterCall&) { return value.size().value_or(0); }

Value length_is(const Value& value, const FilterCall& call) {
  auto expected = integer_of(*call.argument);
  if (!value.size() || !expected) return "";
  return static_cast<std::int64_t>(*value.size()) == *expected;
}

Value first(const Value& value, const FilterCall&) {
  auto all = value.elements();
  return all && !all->empty() ? all->front() : Value("");
}

Value last(const Value& value, const FilterCall&) {
  auto all = value.elements();
  return all && !all->empty() ? all->back() : Value("");
}

Value random(const Value& value, const FilterCall&) {
  auto all = value.elements();
  if (!all || all->empty()) return "";
  std::uint64_t number = 0;
  for (unsigned char byte : random_bytes(sizeof number)) number = number << 8 | byte;
  return (*all)[number % all->size()];
}

Value join(const Value& value, const FilterCall& call) {
  auto all = value.elements();
  if (!all) return value;
  bool escape = call.autoescape == Autoescape::on;
  auto separator = escape ? escaped_text(*call.argument) : call.argument->text();
  std::string out;
  for (std::size_t i = 0; i < all->size(); ++i) {
    if (i > 0) out += separator;
    out += escape ? escaped_text((*all)[i]) : (*all)[i].text();
  }
  return Value::safe(std::move(out));
}

// The bounds of "begin:end:step" over `size` elements.
struct Slice {
  std::int64_t begin;
  std::int64_t end;
  std::int64_t step = 1;
};

std::optional<Slice> slice_of(std::string_view text, std::int64_t size) {
  std::array<std::optional<std::int64_t>, 3> numbers;
  auto parts = split(text, ':');
  if (parts.size() > 3) return std::nullopt;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].empty()) continue;
    numbers[i] = parse_integer(parts[i]);
    if (!numbers[i]) return std::nullopt;
  }
  if (parts.size() == 1) std::swap(numbers[0], numbers[1]);  // "3" is ":3"
  auto step = numbers[2].value_or(1);
  if (step == 0) return std::nullopt;
  auto clamp = [&](std::int64_t at) {
    if (at < 0) at = at < -size ? -1 : at + size;
    return std::clamp<std::int64_t>(at, step < 0 ? -1 : 0, step < 0 ? size - 1 : size);
  };
  return Slice{numbers[0] ? clamp(*numbers[0]) : (step < 0 ? size - 1 : 0),
               numbers[1] ? clamp(*numbers[1]) : (step < 0 ? -1 : size), step};
}

Value slice(const Value& value, const FilterCall& call) {
  auto all = value.elements();
  if (!all) return value;
  auto size = static_cast<std::int64_t>(all->size());
  auto bounds = slice_of(call.argument->text(), size);
  if (!bounds) return value;
  List out;
  auto step = std::clamp<std::int64_t>(bounds->step, -size - 1, size + 1);
  for (auto i = bounds->begin; step > 0 ? i < bounds->end : i > bounds->end; i += step) {
    out.push_back((*all)[static_cast<std::size_t>(i)]);
  }
  if (!value.as_text()) return out;
  std::string text;
  for (const auto& character : out) text += character.text();
  return text;
}

// What the elements are sorted by: `path` of the element; nullopt if it leads nowhere.
std::optional<Value> key_of(const Value& element, const std::vector<std::string_view>& path) {
  Value scratch;
  const Value* value = &element;
  for (auto name : path) {
    if (name.starts_with('_')) return std::nullopt;
    value = look_up(*value, name, scratch);
    if (!value) return std::nullopt;
    if (auto computed = value->as_computed()) {
      auto made = (*computed)();
      scratch = std::move(made);
      value = &scratch;
    }
  }
  return *value;
}

std::optional<List> sorted(const Value& value, const Value& by) {
  auto all = value.as_text() ? nullptr : value.elements();
  if (!all) return std::nullopt;
  auto text = by.text();
  if (by.as_text() && parse_integer(text)) return std::nullopt;  // an index is a number
  auto path = split(text, '.');
  std::vector<std::pair<Value, const Value*>> keyed;
  for (const auto& element : *all) {
    auto key = key_of(element, path);
    if (!key) return std::nullopt;
    if (!keyed.empty() && !compare(keyed.front().first, *key)) return std::nullopt;
    keyed.emplace_back(*std::move(key), &element);
  }
  std::ranges::sort(keyed, [](const auto& left, const auto& right) {
    auto order = compare(left.first, right.first);
    if (order && *order != 0) return *order < 0;
    return left.second < right.second;  // equal keys keep their order
  });
  List out;
  for (const auto& entry : keyed) out.push_back(*entry.second);
  return out;
}

Value dictsort(const Value& value, const FilterCall& call) {
  auto list = sorted(value, *call.argument);
  return list ? Value(*std::move(list)) : Value("");
}

// Equal keys stay in their order, as if each were sorted downwards.
Value dictsortreversed(const Value& value, const FilterCall& call) {
  auto all = value.as_text() ? nullptr : value.elements();
  if (!all) return "";
  List backwards(all->rbegin(), all->rend());
  auto list = sorted(Value(std::move(backwards)), *call.argument);
  if (!list) return "";
  std::ranges::reverse(*list);
  return *std::move(list);
}

std::string format_of(const FilterCall& call, std::string_view otherwise) {
  auto text = call.argument ? call.argument->text() : "";
  return text.empty() ? std::string(otherwise) : text;
}

Value date(const Value& value, const FilterCall& call) {
  return format_date(value, format_of(call, "DATE_FORMAT")).value_or("");
}

Value time(const Value& value, const FilterCall& call) {
  return format_clock(value, format_of(call, "TIME_FORMAT")).value_or("");
}

std::optional<Time> moment(const Value& value) {
  if (auto time = value.as_time()) return *time;
  if (auto day = value.as_date()) return Time(day->day);
  return std::nullopt;
}

// The other end of a span: the argument, or now.
std::optional<Time> other_end(const FilterCall& call) {
  if (call.argument) return moment(*call.argument);
  return call.settings.clock->now();
}

Value timesince(const Value& value, const FilterCall& call) {
  auto begin = moment(value);
  auto end = other_end(call);
  return begin && end ? time_between(*begin, *end) : "";
}

Value timeuntil(const Value& value, const FilterCall& call) {
  auto begin = other_end(call);
  auto end = moment(value);
  return begin && end ? time_between(*begin, *end) : "";
}

}  // namespace

std::vector<Filter> list_filters() {
  constexpr auto safe = SafeInput::stays_safe;
  constexpr auto unsafe = SafeInput::becomes_unsafe;
  return {{"length", length, Takes::nothing, unsafe},
          {"length_is", length_is, Takes::argument, unsafe},
          {"first", first, Takes::nothing, unsafe},
          {"last", last, Takes::nothing, safe},
          {"random", random, Takes::nothing, safe},
          {"join", join, Takes::argument, safe},
          {"slice", slice, Takes::argument, safe},
          {"dictsort", dictsort, Takes::argument, unsafe},
          {"dictsortreversed", dictsortreversed, Takes::argument, unsafe}};
}

std::vector<Filter> date_filters() {
  return {{"date", date, Takes::maybe_argument, SafeInput::becomes_unsafe},
          {"time", time, Takes::maybe_argument, SafeInput::becomes_unsafe},
          {"timesince", timesince, Takes::maybe_argument, SafeInput::becomes_unsafe},
          {"timeuntil", timeuntil, Takes::maybe_argument, SafeInput::becomes_unsafe}};
}

}  // namespace tt::web
