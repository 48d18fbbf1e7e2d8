#pragma once

// Field: what one entry of a form accepts.  Plain data: forms are made of it by hand (see
// declared.h), from a model (model_form.h) or at run time.
//
// Messages and the order of the checks are Django's: what was entered becomes a value ("Enter a
// whole number."), then it must be there if it is required, be among the choices, fit the limits,
// and please the validators, all of which are asked.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "orm/model.h"
#include "orm/record.h"
#include "web/core/request.h"

namespace tt::web::forms {

enum class FieldClass : unsigned char {
  text,
  email,
  url,
  slug,
  integer,
  real,
  decimal,
  boolean,       // required means that it must be ticked
  null_boolean,  // yes, no or unknown
  choice,
  multiple_choice,
  date,
  date_time,
  uuid,
  json,
  file,
  model_choice,  // the id of a row of `target`
  model_multiple_choice,
};

enum class Widget : unsigned char {
  automatic,  // the usual one of the class
  text,
  password,  // never shows what was entered
  hidden,
  textarea,
  number,
  email,
  url,
  checkbox,
  null_select,
  select,
  radio,
  checkboxes,
  select_multiple,
  date,
  date_time,
  file,
};

struct Choice {
  std::string value;  // as it is sent
  std::string label;
};

// What a field's text became: a value (Null if nothing was entered), several, or a file.
struct Cleaned {
  orm::Value value;
  std::vector<orm::Value> values;
  const UploadedFile* file = nullptr;
  bool operator==(const Cleaned&) const = default;
};

// The message why a value is refused; nullopt if it is fine.
using Validator = std::function<std::optional<std::string>(const orm::Value&)>;
// Narrows the rows that a relation offers.
using RowLimit = std::function<orm::Records(orm::Records)>;
using Attributes = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::size_t choices_max = 1000;  // rows that a relation offers in a select

struct Field {
  FieldClass type = FieldClass::text;
  std::string name;
  std::string label;  // made of the name if empty: "first_name" is "First name"
  std::string help_text;
  bool is_required = true;
  bool is_disabled = false;  // shown, but what is sent is ignored
  Cleaned initial;
  Widget widget = Widget::automatic;
  Attributes attributes;  // of the HTML element, besides those that follow from the rest

  std::optional<std::size_t> max_length, min_length;  // in characters
  std::optional<std::int64_t> min_value, max_value;   // of numbers, both allowed themselves
  std::optional<int> max_digits, decimal_places;
  bool strip = true;                 // blanks around a text are taken away
  orm::Value empty = std::string();  // what an empty text becomes
  std::vector<Choice> choices;
  std::function<orm::Value(const std::string&)> coerce;  // what a choice means; absent: its text
  const orm::ModelInfo* target = nullptr;
  RowLimit limit_rows;
  std::vector<Validator> validators;
  std::map<std::string, std::string> error_messages;  // instead of "required", "invalid", …
};

// What was sent for one field.
struct Input {
  const std::string* text = nullptr;  // the last value; nullptr if there is none
  std::vector<std::string> texts;     // all of them
  const UploadedFile* file = nullptr;
};

// The cleaned value, or why it is refused: one message or more.
std::expected<Cleaned, std::vector<std::string>> clean(const Field& field, const Input& input);

// Whether `input` says something else than `initial`.
bool has_changed(const Field& field, const Cleaned& initial, const Input& input);

// "First name"
std::string label_of(const Field& field);
Widget widget_of(const Field& field);
bool is_multiple(const Field& field);
// A value as a widget holds it: "21.5", "2013-05-05T07:37"; empty for Null.
std::string input_text(const Field& field, const orm::Value& value);
// The choices that the field offers, those of relations read from the database of this thread
// (at most choices_max); with "---------" first where nothing may be chosen.
std::vector<Choice> choices_of(const Field& field);
// "First name" of "first_name".
std::string pretty_name(std::string_view name);

}  // namespace tt::web::forms
