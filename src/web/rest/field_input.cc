#include "web/rest/field_input.h"

#include <limits>

#include <fmt/format.h>

#include "base/text.h"
#include "web/forms/validators.h"
#include "web/rest/field_relation.h"
#include "web/rest/json_decoder.h"
#include "web/rest/python_text.h"

namespace tt::web::rest {
namespace {

constexpr std::size_t number_text_max = 1000;

using Messages = std::vector<std::string>;
using Converted = std::expected<orm::Value, Messages>;

Converted refuse(std::string message) { return std::unexpected(Messages{std::move(message)}); }

bool is_text(const Input& input) { return input.is(InputKind::text); }
bool is_number(const Input& input) {
  return input.is(InputKind::integer) || input.is(InputKind::real);
}
bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

// --- conversions: one a class ------------------------------------------------------------------

Converted to_boolean(const Field& field, const Input& input) {
  constexpr std::string_view yes[] = {"t",    "T",    "y",  "Y",  "yes", "Yes", "YES",
                                      "true", "True", "on", "On", "ON",  "1",   "TRUE"};
  constexpr std::string_view no[] = {"f",     "F",     "n",   "N",   "no",  "No", "NO",
                                     "false", "False", "off", "Off", "OFF", "0",  "FALSE"};
  if (input.is(InputKind::boolean)) return input.as_bool();
  if (is_number(input)) {
    if (input.text() == "1" || input.text() == "1.0") return true;
    if (input.text() == "0" || input.text() == "0.0" || input.text() == "-0.0") return false;
  }
  if (is_text(input)) {
    if (is_one_of(input.text(), yes)) return true;
    if (is_one_of(input.text(), no)) return false;
    constexpr std::string_view nulls[] = {"null", "Null", "NULL", ""};
    if (field.allow_null && is_one_of(input.text(), nulls)) return orm::Null{};
  }
  return refuse("Must be a valid boolean.");
}

Converted to_text(const Field& field, const Input& input) {
  if (!is_text(input) && !is_number(input)) return refuse("Not a valid string.");
  std::string_view text = input.text();
  return std::string(field.trim_whitespace ? stripped(text) : text);
}

// What the column can hold, beyond what the field itself allows.
std::pair<std::int64_t, std::int64_t> range_of(const Field& field) {
  using Wide = std::numeric_limits<std::int64_t>;
  using Narrow = std::numeric_limits<std::int32_t>;
  if (field.column == nullptr || field.column->type == orm::FieldType::big_integer_field ||
      field.column->type == orm::FieldType::auto_field) {
    return {Wide::min(), Wide::max()};
  }
  bool is_positive = field.column->type == orm::FieldType::positive_integer_field;
  return {is_positive ? 0 : Narrow::min(), Narrow::max()};
}

Converted to_integer(const Field& field, const Input& input) {
  if (is_text(input) && count_characters(input.text()) > number_text_max) {
    return refuse("String value too large.");
  }
  std::string text = input.str();
  // "12.0" counts as 12.
  std::string_view whole = stripped(text);
  std::size_t point = whole.find('.');
  if (point != std::string_view::npos &&
      whole.find_first_not_of('0', point + 1) == std::string_view::npos) {
    whole = whole.substr(0, point);
  }
  auto digits = integer_digits(whole);
  if (!digits) return refuse("A valid integer is required.");
  // No number: the digits are more than 64 bits hold.
  auto value = parse_number<std::int64_t>(*digits);
  auto [low, high] = range_of(field);
  if (value ? *value < low : digits->starts_with('-')) {
    return refuse(fmt::format("Ensure this value is greater than or equal to {}.", low));
  }
  if (!value || *value > high) {
    return refuse(fmt::format("Ensure this value is less than or equal to {}.", high));
  }
  return *value;
}

Converted to_real(const Input& input) {
  if (is_text(input) && count_characters(input.text()) > number_text_max) {
    return refuse("String value too large.");
  }
  if (input.is(InputKind::boolean)) return input.as_bool() ? 1.0 : 0.0;
  std::optional<double> value;
  if (is_text(input) || is_number(input)) value = real_from(input.text());
  if (!value) return refuse("A valid number is required.");
  return *value;
}

std::optional<std::string> decimal_problem(const Field& field, const DecimalParts& parts) {
  int length = static_cast<int>(parts.digits.size());
  int total = length, whole = length, places = 0;
  if (parts.exponent >= 0) {
    total = whole = length + parts.exponent;
  } else if (length > -parts.exponent) {
    places = -parts.exponent;
    whole = length - places;
  } else {
    total = places = -parts.exponent;
    whole = 0;
  }
  if (total > field.max_digits) {
    return fmt::format("Ensure that there are no more than {} digits in total.", field.max_digits);
  }
  if (places > field.decimal_places) {
    return fmt::format("Ensure that there are no more than {} decimal places.",
                       field.decimal_places);
  }
  int whole_max = field.max_digits - field.decimal_places;
  if (whole > whole_max) {
    return fmt::format("Ensure that there are no more than {} digits before the decimal point.",
                       whole_max);
  }
  return std::nullopt;
}

Converted to_decimal(const Field& field, const Input& input) {
  std::string text = input.str();
  if (count_characters(stripped(text)) > number_text_max) return refuse("String value too large.");
  auto parts = is_text(input) || is_number(input) ? decimal_parts(text) : std::nullopt;
  if (!parts) return refuse("A valid number is required.");
  if (auto problem = decimal_problem(field, *parts)) return refuse(*std::move(problem));
  auto value = orm::Decimal::parse(
      fmt::format("{}{}e{}", parts->negative ? "-" : "", parts->digits, parts->exponent));
  if (value) value = value->with_places(field.decimal_places);
  if (!value) return refuse("A valid number is required.");
  return *value;
}

Converted to_time(const Input& input) {
  // A date alone is none.
  bool has_time = is_text(input) && input.text().find_first_of("T ") != std::string::npos;
  std::optional<Time> time = has_time ? parse_time(input.text()) : std::nullopt;
  if (time) return *time;
  return refuse(
      "Datetime has wrong format. Use one of these formats instead: "
      "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].");
}

Converted to_date(const Input& input) {
  std::optional<Date> date = is_text(input) ? parse_date(input.text()) : std::nullopt;
  if (date) return *date;
  return refuse("Date has wrong format. Use one of these formats instead: YYYY-MM-DD.");
}

Converted to_uuid(const Input& input) {
  std::string text = is_text(input) ? input.text() : "";
  for (std::string_view part : {"urn:", "uuid:"}) {
    if (text.starts_with(part)) text.erase(0, part.size());
  }
  if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
  std::erase(text, '-');
  if (auto uuid = Uuid::parse(text)) return *uuid;
  return refuse("Must be a valid UUID.");
}

// In a form the text is the JSON; in JSON the value itself is.
Converted to_json(const Input& input, bool is_form) {
  const Input* value = &input;
  Input decoded;
  if (is_form) {
    auto result = decode_json(input.text(), Charset::utf8, JsonLimits{});
    if (!result) return refuse("Value must be valid JSON.");
    decoded = *std::move(result);
    value = &decoded;
  }
  std::string text;
  value->write(text);
  return text;
}

Converted to_choice(const Field& field, const Input& input) {
  std::string text = input.str();
  if (text.empty() && field.allow_blank) return std::string();
  for (const orm::Choice& choice : field.choices) {
    if (orm::display_text(choice.value) == text) return choice.value;
  }
  return refuse(fmt::format("\"{}\" is not a valid choice.", text));
}

Converted convert(const Field& field, const Input& input, bool is_form) {
  switch (field.type) {
    case FieldClass::boolean: return to_boolean(field, input);
    case FieldClass::integer: return to_integer(field, input);
    case FieldClass::real: return to_real(input);
    case FieldClass::decimal: return to_decimal(field, input);
    case FieldClass::date_time: return to_time(input);
    case FieldClass::date: return to_date(input);
    case FieldClass::uuid: return to_uuid(input);
    case FieldClass::json: return to_json(input, is_form);
    case FieldClass::choice: return to_choice(field, input);
    default: return to_text(field, input);
  }
}

// --- validators --------------------------------------------------------------------------------

bool is_clean(std::string_view text) {
  return text.find('\0') == std::string_view::npos && !find_surrogate(text);
}

bool is_taken(const Field& field, const orm::Value& value, const FieldReading& reading) {
  if (reading.session == nullptr || field.column == nullptr || field.column->model == nullptr) {
    return false;
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text != nullptr && !is_clean(*text)) return false;
  orm::Records same(*reading.session, *field.column->model);
  auto rows = same.filter(field.column->name, value).limit(1).rows();
  if (rows.empty()) return false;
  return reading.instance == nullptr || rows[0].id() != reading.instance->id();
}

void check_range(const Field& field, const orm::Value& value, Messages& messages) {
  double number = 0;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    number = static_cast<double>(*integer);
  } else if (const auto* real = std::get_if<double>(&value)) {
    number = *real;
  } else if (const auto* decimal = std::get_if<orm::Decimal>(&value)) {
    number = decimal->real();
  } else {
    return;
  }
  if (field.max_value && number > static_cast<double>(*field.max_value)) {
    messages.push_back(
        fmt::format("Ensure this value is less than or equal to {}.", *field.max_value));
  }
  if (field.min_value && number < static_cast<double>(*field.min_value)) {
    messages.push_back(
        fmt::format("Ensure this value is greater than or equal to {}.", *field.min_value));
  }
}

std::optional<std::string> form_problem(const Field& field, std::string_view text) {
  if (field.type == FieldClass::email && !forms::is_email(text)) {
    return "Enter a valid email address.";
  }
  if (field.type == FieldClass::url && !forms::is_url(text)) return "Enter a valid URL.";
  if (field.type == FieldClass::slug && !forms::is_slug(text)) {
    return "Enter a valid \"slug\" consisting of letters, numbers, underscores or hyphens.";
  }
  return std::nullopt;
}

void check_text(const Field& field, std::string_view text, Messages& messages) {
  std::size_t length = count_characters(text);
  if (field.max_length && length > *field.max_length) {
    messages.push_back(
        fmt::format("Ensure this field has no more than {} characters.", *field.max_length));
  }
  if (field.min_length && length < *field.min_length) {
    messages.push_back(
        fmt::format("Ensure this field has at least {} characters.", *field.min_length));
  }
  if (text.find('\0') != std::string_view::npos) {
    messages.emplace_back("Null characters are not allowed.");
  }
  if (auto code = find_surrogate(text)) {
    messages.push_back(fmt::format("Surrogate characters are not allowed: U+{:X}.", *code));
  }
  if (auto problem = form_problem(field, text)) messages.push_back(*std::move(problem));
}

std::string taken_message(const Field& field) {
  if (field.column == nullptr || field.column->model == nullptr) {
    return "This field must be unique.";
  }
  return fmt::format("{} with this {} already exists.", field.column->model->verbose_name,
                     field.column->verbose_name);
}

Messages check_value(const Field& field, const orm::Value& value, const FieldReading& reading) {
  Messages messages;
  for (orm::Validator validator : field.validators) {
    if (auto problem = validator(value)) messages.push_back(*std::move(problem));
  }
  if (field.is_unique && is_taken(field, value, reading)) messages.push_back(taken_message(field));
  check_range(field, value, messages);
  bool is_plain_text = field.type == FieldClass::character || field.type == FieldClass::email ||
                       field.type == FieldClass::url || field.type == FieldClass::slug;
  const auto* text = std::get_if<std::string>(&value);
  if (is_plain_text && text != nullptr) check_text(field, *text, messages);
  return messages;
}

// --- one field of an object --------------------------------------------------------------------

// What the object holds for the field; nullptr if nothing.  In forms, what is empty may mean null
// or nothing; `stand_in` then holds what is meant.
const Input* find_input(const Field& field, const Input& object, Partial partial, Input& stand_in) {
  const Input* input = object.find(field.name);
  if (!object.is_form()) return input;
  if (input == nullptr) {
    if (partial == Partial::yes || field.type != FieldClass::boolean || field.default_value) {
      return nullptr;
    }
    stand_in = field.allow_null ? Input() : Input::boolean(false);
    return &stand_in;
  }
  if (!is_text(*input) || !input->text().empty() || field.allow_blank) return input;
  if (field.allow_null) return &(stand_in = Input());
  return field.required ? input : nullptr;
}

Attribute attribute_of(const Field& field, orm::Value value) {
  return {field.column != nullptr ? field.column->name : field.source,
          field.column,
          std::move(value),
          {}};
}

bool is_text_class(FieldClass type) {
  return type == FieldClass::character || type == FieldClass::email || type == FieldClass::url ||
         type == FieldClass::slug;
}

FieldResult read_single(const Field& field, const Input& input, const FieldReading& reading,
                        bool is_form) {
  if (is_text_class(field.type) && is_text(input)) {
    std::string_view text = input.text();
    bool is_blank = text.empty() || (field.trim_whitespace && stripped(text).empty());
    if (is_blank && !field.allow_blank) {
      return std::unexpected(Messages{"This field may not be blank."});
    }
    if (is_blank) return attribute_of(field, std::string());
  }
  bool is_empty_text = is_text(input) && input.text().empty();
  bool means_null = input.is(InputKind::null) || (is_empty_text && field.is_relation()) ||
                    (field.type == FieldClass::decimal && field.allow_null && is_text(input) &&
                     stripped(input.text()).empty());
  if (means_null) {
    if (field.allow_null) return attribute_of(field, orm::Null{});
    return std::unexpected(Messages{"This field may not be null."});
  }
  if (field.is_relation()) {
    auto id = read_relation(field, input, reading);
    if (!id) return std::unexpected(Messages{id.error()});
    if (field.is_unique && is_taken(field, *id, reading)) {
      return std::unexpected(Messages{taken_message(field)});
    }
    return attribute_of(field, *id);
  }
  Converted value = convert(field, input, is_form);
  if (!value) return std::unexpected(std::move(value.error()));
  if (std::holds_alternative<orm::Null>(*value)) return attribute_of(field, *std::move(value));
  Messages messages = check_value(field, *value, reading);
  if (!messages.empty()) return std::unexpected(std::move(messages));
  return attribute_of(field, *std::move(value));
}

FieldResult read_many(const Field& field, const std::vector<const Input*>& inputs,
                      const FieldReading& reading) {
  bool may_be_empty = field.column == nullptr || field.column->is_blank;
  if (inputs.empty() && !may_be_empty) {
    return std::unexpected(Messages{"This list may not be empty."});
  }
  Attribute attribute = attribute_of(field, orm::Null{});
  for (const Input* input : inputs) {
    if (input->is(InputKind::null)) return std::unexpected(Messages{"This field may not be null."});
    auto id = read_relation(field, *input, reading);
    if (!id) return std::unexpected(Messages{id.error()});
    if (std::ranges::find(attribute.ids, *id) == attribute.ids.end()) {
      attribute.ids.push_back(*id);
    }
  }
  return attribute;
}

FieldResult absent(const Field& field, const FieldReading& reading) {
  if (reading.partial == Partial::yes) return std::nullopt;
  if (field.default_value) return attribute_of(field, *field.default_value);
  if (field.required) return std::unexpected(Messages{"This field is required."});
  return std::nullopt;
}

FieldResult read_list(const Field& field, const Input& object, const FieldReading& reading) {
  if (object.is_form()) {
    if (object.find(field.name) == nullptr && reading.partial == Partial::yes) return std::nullopt;
    return read_many(field, object.find_all(field.name), reading);
  }
  const Input* input = object.find(field.name);
  if (input == nullptr) return absent(field, reading);
  if (input->is(InputKind::null)) return std::unexpected(Messages{"This field may not be null."});
  if (!input->is(InputKind::list)) {
    return std::unexpected(
        Messages{fmt::format("Expected a list of items but got type \"{}\".", input->type_name())});
  }
  std::vector<const Input*> inputs;
  for (const Input& element : input->elements()) inputs.push_back(&element);
  return read_many(field, inputs, reading);
}

}  // namespace

FieldResult read_field(const Field& field, const Input& object, const FieldReading& reading) {
  if (field.read_only) return std::nullopt;
  if (field.many == Many::yes) return read_list(field, object, reading);
  Input stand_in;
  const Input* input = find_input(field, object, reading.partial, stand_in);
  if (input == nullptr) return absent(field, reading);
  return read_single(field, *input, reading, object.is_form());
}

}  // namespace tt::web::rest
