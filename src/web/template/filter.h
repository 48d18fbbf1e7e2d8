#pragma once

// A filter: {{ value|name:argument }}.
//
//   Value fahrenheit(const Value& celsius, const FilterCall&) {
//     return celsius.number().value_or(0) * 1.8 + 32;
//   }
//   engine.add_filter({.name = "fahrenheit", .function = fahrenheit});

#include <cstdint>
#include <functional>
#include <string>

#include "web/template/settings.h"
#include "web/template/value.h"

namespace tt::web {

enum class Takes : std::uint8_t { nothing, maybe_argument, argument };

// Whether the filter adds no character that is special in HTML, so that a safe text stays safe.
enum class SafeInput : std::uint8_t { becomes_unsafe, stays_safe };

struct FilterCall {
  const Value* argument;  // nullptr if there is none
  Autoescape autoescape;
  const TemplateSettings& settings;
};

struct Filter {
  std::string name;
  std::function<Value(const Value& input, const FilterCall& call)> function;
  Takes takes = Takes::nothing;
  SafeInput safe_input = SafeInput::becomes_unsafe;
};

// The filters that every template knows, by subject.
std::vector<Filter> text_filters();
std::vector<Filter> html_filters();
std::vector<Filter> number_filters();
std::vector<Filter> list_filters();
std::vector<Filter> date_filters();

// Calls `filter` and keeps a safe text safe if the filter promises so.
Value apply(const Filter& filter, const Value& input, const FilterCall& call);

// `value` as HTML: escaped unless it is safe.
std::string escaped_text(const Value& value);
// A whole number out of a number or a text that holds one, as Python's int() reads it.
std::optional<std::int64_t> integer_of(const Value& value);
std::optional<double> real_of(const Value& value);

}  // namespace tt::web
