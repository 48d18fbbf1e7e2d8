#include "web/forms/field.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <boost/json/parse.hpp>

#include "base/text.h"
#include "orm/current.h"
#include "web/forms/dates.h"
#include "web/forms/validators.h"

namespace tt::web::forms {
namespace {

using Messages = std::vector<std::string>;
using Outcome = std::expected<Cleaned, Messages>;
using Parsed = std::expected<orm::Value, std::string>;

constexpr std::size_t json_depth_max = 32;

// The field's own message for `code`, or `otherwise`.
std::string message(const Field& field, const std::string& code, std::string otherwise) {
  const auto own = field.error_messages.find(code);
  return own == field.error_messages.end() ? std::move(otherwise) : own->second;
}

std::unexpected<std::string> invalid(const Field& field, std::string otherwise) {
  return std::unexpected(message(field, "invalid", std::move(otherwise)));
}

std::unexpected<std::string> no_choice(const Field& field, std::string_view value) {
  return std::unexpected(message(
      field, "invalid_choice",
      fmt::format("Select a valid choice. {} is not one of the available choices.", value)));
}

bool is_absent(const orm::Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return std::holds_alternative<orm::Null>(value) || (text != nullptr && text->empty());
}

// --- from text to value --------------------------------------------------------------------------

// "example.com" is meant as "http://example.com".
std::string with_scheme(std::string_view url) {
  if (url.starts_with("//")) return "http:" + std::string(url);
  const std::size_t end = url.find_first_of(":/?#");
  const bool has_scheme = end != std::string_view::npos && url[end] == ':' && end > 0;
  return has_scheme ? std::string(url) : "http://" + std::string(url);
}

Parsed text_value(const Field& field, std::string_view text) {
  if (field.strip) text = stripped(text);
  if (text.empty()) return field.empty;
  return field.type == FieldClass::url ? with_scheme(text) : std::string(text);
}

// "+12", "12.00" is 12 as well.
Parsed integer_value(const Field& field, std::string_view text) {
  std::string_view digits = text;
  if (const std::size_t dot = digits.find('.'); dot != std::string_view::npos) {
    if (digits.find_first_not_of('0', dot + 1) == std::string_view::npos) {
      digits = digits.substr(0, dot);
    }
  }
  const bool has_plus = digits.starts_with('+');
  if (has_plus) digits.remove_prefix(1);
  if (has_plus && digits.starts_with('-')) return invalid(field, "Enter a whole number.");
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (end != digits.data() + digits.size() || error == std::errc::invalid_argument) {
    return invalid(field, "Enter a whole number.");
  }
  if (error != std::errc::result_out_of_range) return number;
  if (digits.starts_with('-')) {
    return std::unexpected(fmt::format("Ensure this value is greater than or equal to {}.",
                                       field.min_value.value_or(INT64_MIN)));
  }
  return std::unexpected(fmt::format("Ensure this value is less than or equal to {}.",
                                     field.max_value.value_or(INT64_MAX)));
}

Parsed real_value(const Field& field, std::string_view text) {
  const bool has_plus = text.starts_with('+');
  if (has_plus) text.remove_prefix(1);
  const auto number = parse_number<double>(text);
  if ((has_plus && text.starts_with('-')) || !number || !std::isfinite(*number)) {
    return invalid(field, "Enter a number.");
  }
  return *number;
}

std::string_view plural(std::size_t count) { return count == 1 ? "" : "s"; }

Parsed decimal_value(const Field& field, std::string_view text) {
  const auto number = orm::Decimal::parse(text);
  if (!number) return invalid(field, "Enter a number.");
  std::string digits = fmt::format("{}", number->unscaled);
  if (digits.starts_with('-')) digits.erase(0, 1);
  const auto places = static_cast<std::size_t>(std::max(number->places, 0));
  const std::size_t total = std::max(digits.size(), places);
  const auto digits_max =
      static_cast<std::size_t>(field.max_digits.value_or(orm::decimal_digits_max));
  const auto places_max =
      static_cast<std::size_t>(field.decimal_places.value_or(orm::decimal_digits_max));
  if (total > digits_max) {
    return std::unexpected(fmt::format("Ensure that there are no more than {} digit{} in total.",
                                       digits_max, plural(digits_max)));
  }
  if (places > places_max) {
    return std::unexpected(fmt::format("Ensure that there are no more than {} decimal place{}.",
                                       places_max, plural(places_max)));
  }
  if (field.max_digits && field.decimal_places && total - places > digits_max - places_max) {
    return std::unexpected(
        fmt::format("Ensure that there are no more than {} digit{} before the decimal point.",
                    digits_max - places_max, plural(digits_max - places_max)));
  }
  if (field.decimal_places) {
    if (auto fitted = number->with_places(*field.decimal_places)) return *fitted;
  }
  return *number;
}

Parsed json_value(const Field& field, std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = json_depth_max;
  boost::system::error_code error;
  boost::json::parse(text, error, {}, options);
  if (error) return invalid(field, "Enter a valid JSON.");
  return std::string(text);
}

Parsed choice_value(const Field& field, std::string_view text) {
  const bool known = std::ranges::any_of(
      field.choices, [&](const Choice& choice) { return choice.value == text; });
  if (!known) return no_choice(field, text);
  return field.coerce ? field.coerce(std::string(text)) : orm::Value(std::string(text));
}

Parsed null_boolean_value(std::string_view text) {
  if (text == "True" || text == "true" || text == "1" || text == "2") return true;
  if (text == "False" || text == "false" || text == "0" || text == "3") return false;
  return orm::Null{};
}

// The id of a row that the relation may name.
std::optional<std::int64_t> row_id(const Field& field, std::string_view text) {
  const auto id = parse_number<std::int64_t>(text);
  if (!id) return std::nullopt;
  orm::Records rows(orm::current_session(), *field.target);
  if (field.limit_rows) rows = field.limit_rows(std::move(rows));
  return rows.find(*id) ? id : std::nullopt;
}

Parsed model_value(const Field& field, std::string_view text) {
  if (const auto id = row_id(field, text)) return *id;
  return std::unexpected(
      message(field, "invalid_choice",
              "Select a valid choice. That choice is not one of the available choices."));
}

Parsed parse(const Field& field, std::string_view text) {
  switch (field.type) {
    case FieldClass::text:
    case FieldClass::email:
    case FieldClass::url:
    case FieldClass::slug: return text_value(field, text);
    case FieldClass::null_boolean: return null_boolean_value(text);
    case FieldClass::choice: return text.empty() ? Parsed(field.empty) : choice_value(field, text);
    default: break;
  }
  text = stripped(text);
  if (text.empty()) return orm::Null{};
  switch (field.type) {
    case FieldClass::integer: return integer_value(field, text);
    case FieldClass::real: return real_value(field, text);
    case FieldClass::decimal: return decimal_value(field, text);
    case FieldClass::date:
      if (auto date = date_from(text)) return *date;
      return invalid(field, "Enter a valid date.");
    case FieldClass::date_time:
      if (auto time = time_from(text)) return *time;
      return invalid(field, "Enter a valid date/time.");
    case FieldClass::uuid:
      if (auto uuid = Uuid::parse(text)) return *uuid;
      return invalid(field, "Enter a valid UUID.");
    case FieldClass::json: return json_value(field, text);
    default: return model_value(field, text);
  }
}

// --- checks of the value -------------------------------------------------------------------------

void check_length(const Field& field, const std::string& text, Messages& found) {
  const std::size_t length = characters(text);
  if (field.max_length && length > *field.max_length) {
    found.push_back(message(field, "max_length",
                            fmt::format("Ensure this value has at most {} character{} (it has {}).",
                                        *field.max_length, plural(*field.max_length), length)));
  }
  if (field.min_length && length < *field.min_length) {
    found.push_back(
        message(field, "min_length",
                fmt::format("Ensure this value has at least {} character{} (it has {}).",
                            *field.min_length, plural(*field.min_length), length)));
  }
}

void check_text(const Field& field, const std::string& text, Messages& found) {
  if (field.type == FieldClass::json || field.type == FieldClass::choice) return;
  if (field.type == FieldClass::email && !is_email(text)) {
    found.push_back(message(field, "invalid", "Enter a valid email address."));
  }
  if (field.type == FieldClass::url && !is_url(text)) {
    found.push_back(message(field, "invalid", "Enter a valid URL."));
  }
  if (field.type == FieldClass::slug && !is_slug(text)) {
    found.push_back(message(field, "invalid",
                            "Enter a valid “slug” consisting of letters, numbers, underscores or "
                            "hyphens."));
  }
  check_length(field, text, found);
  if (text.find('\0') != std::string::npos) {
    found.push_back("Null characters are not allowed.");
  }
}

std::optional<std::partial_ordering> compared(const orm::Value& value, std::int64_t limit) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer <=> limit;
  if (const auto* real = std::get_if<double>(&value)) return *real <=> static_cast<double>(limit);
  if (const auto* decimal = std::get_if<orm::Decimal>(&value)) {
    return *decimal <=> orm::Decimal{limit, 0};
  }
  return std::nullopt;
}

void check_range(const Field& field, const orm::Value& value, Messages& found) {
  const bool is_number = field.type == FieldClass::integer || field.type == FieldClass::real ||
                         field.type == FieldClass::decimal;
  if (!is_number) return;
  if (field.max_value && compared(value, *field.max_value) == std::partial_ordering::greater) {
    found.push_back(
        message(field, "max_value",
                fmt::format("Ensure this value is less than or equal to {}.", *field.max_value)));
  }
  if (field.min_value && compared(value, *field.min_value) == std::partial_ordering::less) {
    found.push_back(message(
        field, "min_value",
        fmt::format("Ensure this value is greater than or equal to {}.", *field.min_value)));
  }
}

Messages check(const Field& field, const orm::Value& value) {
  Messages found;
  if (const auto* text = std::get_if<std::string>(&value)) check_text(field, *text, found);
  check_range(field, value, found);
  for (const Validator& validator : field.validators) {
    if (auto refused = validator(value)) found.push_back(std::move(*refused));
  }
  return found;
}

std::unexpected<Messages> required(const Field& field) {
  return std::unexpected(Messages{message(field, "required", "This field is required.")});
}

// --- whole fields --------------------------------------------------------------------------------

Outcome clean_boolean(const Field& field, const Input& input) {
  const bool ticked = input.text != nullptr && !input.text->empty() && *input.text != "False" &&
                      *input.text != "false" && *input.text != "0";
  if (field.is_required && !ticked) return required(field);
  return Cleaned{.value = ticked};
}

Outcome clean_file(const Field& field, const Input& input) {
  if (input.file == nullptr || input.file->name.empty()) {
    if (!field.is_required) return Cleaned{.value = orm::Null{}};
    return required(field);
  }
  if (field.max_length && characters(input.file->name) > *field.max_length) {
    return std::unexpected(Messages{
        fmt::format("Ensure this filename has at most {} character{} (it has {}).",
                    *field.max_length, plural(*field.max_length), characters(input.file->name))});
  }
  if (input.file->content.empty()) {
    return std::unexpected(Messages{message(field, "empty", "The submitted file is empty.")});
  }
  return Cleaned{.value = orm::Null{}, .file = input.file};
}

Parsed one_of_several(const Field& field, const std::string& text) {
  if (field.type == FieldClass::multiple_choice) return choice_value(field, text);
  if (!parse_number<std::int64_t>(text)) {
    return std::unexpected(fmt::format("“{}” is not a valid value.", text));
  }
  if (const auto id = row_id(field, text)) return *id;
  return no_choice(field, text);
}

Outcome clean_several(const Field& field, const Input& input) {
  if (input.texts.empty()) {
    if (field.is_required) return required(field);
    return Cleaned{.value = orm::Null{}};
  }
  Cleaned cleaned{.value = orm::Null{}};
  for (const std::string& text : input.texts) {
    Parsed parsed = one_of_several(field, text);
    if (!parsed) return std::unexpected(Messages{std::move(parsed.error())});
    if (std::ranges::find(cleaned.values, *parsed) == cleaned.values.end()) {
      cleaned.values.push_back(std::move(*parsed));
    }
  }
  return cleaned;
}

}  // namespace

std::expected<Cleaned, std::vector<std::string>> clean(const Field& field, const Input& input) {
  if (field.type == FieldClass::boolean) return clean_boolean(field, input);
  if (field.type == FieldClass::file) return clean_file(field, input);
  if (is_multiple(field)) return clean_several(field, input);
  Parsed parsed = parse(field, input.text == nullptr ? std::string_view() : *input.text);
  if (!parsed) return std::unexpected(Messages{std::move(parsed.error())});
  if (is_absent(*parsed)) {
    if (field.is_required && field.type != FieldClass::null_boolean) return required(field);
    return Cleaned{.value = std::move(*parsed)};
  }
  Messages found = check(field, *parsed);
  if (!found.empty()) return std::unexpected(std::move(found));
  return Cleaned{.value = std::move(*parsed)};
}

bool has_changed(const Field& field, const Cleaned& initial, const Input& input) {
  if (field.is_disabled) return false;
  if (field.type == FieldClass::file) return input.file != nullptr;
  if (field.type == FieldClass::boolean) {
    const auto* before = std::get_if<bool>(&initial.value);
    const auto now = clean_boolean(Field{.type = field.type, .is_required = false}, input);
    return (before != nullptr && *before) != std::get<bool>(now->value);
  }
  if (is_multiple(field)) {
    std::vector<std::string> before;
    for (const orm::Value& value : initial.values) before.push_back(orm::display_text(value));
    std::vector<std::string> now = input.texts;
    std::ranges::sort(before);
    std::ranges::sort(now);
    return before != now;
  }
  const Parsed parsed = parse(field, input.text == nullptr ? std::string_view() : *input.text);
  if (!parsed) return true;
  if (is_absent(initial.value) && is_absent(*parsed)) return false;
  return input_text(field, initial.value) != input_text(field, *parsed);
}

std::string pretty_name(std::string_view name) {
  std::string label(name);
  std::ranges::replace(label, '_', ' ');
  if (!label.empty() && label[0] >= 'a' && label[0] <= 'z') label[0] -= 32;
  return label;
}

std::string label_of(const Field& field) {
  return field.label.empty() ? pretty_name(field.name) : field.label;
}

bool is_multiple(const Field& field) {
  return field.type == FieldClass::multiple_choice ||
         field.type == FieldClass::model_multiple_choice;
}

Widget widget_of(const Field& field) {
  if (field.widget != Widget::automatic) return field.widget;
  switch (field.type) {
    case FieldClass::text:
    case FieldClass::slug:
    case FieldClass::uuid: return Widget::text;
    case FieldClass::email: return Widget::email;
    case FieldClass::url: return Widget::url;
    case FieldClass::integer:
    case FieldClass::real:
    case FieldClass::decimal: return Widget::number;
    case FieldClass::boolean: return Widget::checkbox;
    case FieldClass::null_boolean: return Widget::null_select;
    case FieldClass::choice:
    case FieldClass::model_choice: return Widget::select;
    case FieldClass::multiple_choice:
    case FieldClass::model_multiple_choice: return Widget::select_multiple;
    case FieldClass::date: return Widget::date;
    case FieldClass::date_time: return Widget::date_time;
    case FieldClass::json: return Widget::textarea;
    case FieldClass::file: return Widget::file;
  }
  return Widget::text;
}

std::string input_text(const Field& field, const orm::Value& value) {
  if (const auto* time = std::get_if<Time>(&value)) {
    // "2013-05-05T07:37:54.582681" without zone; the fraction only if there is one.
    std::string text = format_time(*time);
    text.pop_back();
    if (text.ends_with(".000000")) text.resize(text.size() - 7);
    if (widget_of(field) != Widget::date_time) text[10] = ' ';
    return text;
  }
  return orm::display_text(value);
}

std::vector<Choice> choices_of(const Field& field) {
  std::vector<Choice> choices;
  if (field.target == nullptr) return field.choices;
  const bool offers_none = !is_multiple(field) && widget_of(field) == Widget::select;
  if (offers_none) choices.push_back({"", "---------"});
  orm::Records rows(orm::current_session(), *field.target);
  if (field.limit_rows) rows = field.limit_rows(std::move(rows));
  for (const orm::Record& row : rows.limit(choices_max).rows()) {
    choices.push_back({fmt::format("{}", row.id()), row.text()});
  }
  return choices;
}

}  // namespace tt::web::forms
