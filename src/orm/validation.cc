#include "orm/validation.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"
#include "orm/queryset.h"
#include "orm/record.h"
#include "wire/json.h"

namespace tt::orm {

// --- messages ----------------------------------------------------------------------------------

void ValidationMessages::add(std::string_view field, ValidationMessage message) {
  auto found = std::ranges::find(fields_, field, &FieldMessages::field);
  if (found == fields_.end()) found = fields_.insert(fields_.end(), {std::string(field), {}});
  found->messages.push_back(std::move(message));
}

void ValidationMessages::add(const ValidationMessages& others) {
  for (const FieldMessages& field : others) {
    for (const ValidationMessage& message : field.messages) add(field.field, message);
  }
}

const std::vector<ValidationMessage>* ValidationMessages::find(std::string_view field) const {
  auto found = std::ranges::find(fields_, field, &FieldMessages::field);
  return found == fields_.end() ? nullptr : &found->messages;
}

namespace {

std::string summary(const ValidationMessages& messages) {
  std::string text;
  for (const FieldMessages& field : messages) {
    for (const ValidationMessage& message : field.messages) {
      if (!text.empty()) text += ' ';
      text += field.field == non_field_errors ? message.text
                                              : fmt::format("{}: {}", field.field, message.text);
    }
  }
  return text;
}

ValidationMessages only(std::string_view field, ValidationMessage message) {
  ValidationMessages messages;
  messages.add(field, std::move(message));
  return messages;
}

}  // namespace

ValidationError::ValidationError(ValidationMessages messages)
    : Error(Code::invalid, summary(messages)), messages_(std::move(messages)) {}
ValidationError::ValidationError(std::string message, std::string code)
    : ValidationError(only(non_field_errors, {std::move(message), std::move(code)})) {}
ValidationError::ValidationError(std::string_view field, std::string message, std::string code)
    : ValidationError(only(field, {std::move(message), std::move(code)})) {}

// --- one field ---------------------------------------------------------------------------------

namespace {

using Messages = std::vector<ValidationMessage>;

bool is_empty(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  const auto* bytes = std::get_if<Bytes>(&value);
  return std::holds_alternative<Null>(value) || (text && text->empty()) ||
         (bytes && bytes->bytes.empty());
}

// "1 digit", "2 digits".
std::string counted(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// As Python writes a value: 'text' in quotes.
std::string quoted(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (!text) return display_text(value);
  bool has_single = text->contains('\'');
  char quote = has_single && !text->contains('"') ? '"' : '\'';
  std::string out(1, quote);
  for (char c : *text) {
    if (c == '\\' || c == quote) out += '\\';
    out += c;
  }
  return out + quote;
}

void validate_text(const FieldInfo& field, const std::string& text, Messages& out) {
  std::size_t size = count_characters(text);
  if (!is_utf8(text)) {
    out.push_back({"Enter text in UTF-8.", "invalid"});
  } else if (text.contains('\0')) {
    out.push_back({"Null characters are not allowed.", "null_characters_not_allowed"});
  }
  if (field.max_length != 0 && size > field.max_length) {
    out.push_back({fmt::format("Ensure this value has at most {} character{} (it has {}).",
                               field.max_length, field.max_length == 1 ? "" : "s", size),
                   "max_length"});
  }
  if (size < field.min_length) {
    out.push_back({fmt::format("Ensure this value has at least {} character{} (it has {}).",
                               field.min_length, field.min_length == 1 ? "" : "s", size),
                   "min_length"});
  }
}

template <class Number>
void validate_range(const FieldInfo& field, const Number& number, Messages& out) {
  auto bound = [](std::int64_t limit) {
    if constexpr (std::is_same_v<Number, Decimal>) {
      return Decimal{limit, 0};
    } else {
      return static_cast<Number>(limit);
    }
  };
  if (field.min_value && number < bound(*field.min_value)) {
    out.push_back(
        {fmt::format("Ensure this value is greater than or equal to {}.", *field.min_value),
         "min_value"});
  }
  if (field.max_value && number > bound(*field.max_value)) {
    out.push_back({fmt::format("Ensure this value is less than or equal to {}.", *field.max_value),
                   "max_value"});
  }
}

void validate_digits(const FieldInfo& field, Decimal decimal, Messages& out) {
  auto written = display_text(Decimal{decimal.unscaled, 0});
  int digits = static_cast<int>(written.size()) - (decimal.unscaled < 0 ? 1 : 0);
  digits = std::max(digits, decimal.places);
  int whole_max = field.max_digits - field.decimal_places;
  auto refuse = [&](std::string counted, std::string_view where, const char* code) {
    out.push_back({fmt::format("Ensure that there are no more than {}{}.", counted, where), code});
  };
  if (digits > field.max_digits) {
    refuse(counted(field.max_digits, "digit"), " in total", "max_digits");
  }
  if (decimal.places > field.decimal_places) {
    refuse(counted(field.decimal_places, "decimal place"), "", "max_decimal_places");
  }
  if (digits - decimal.places > whole_max) {
    refuse(counted(whole_max, "digit"), " before the decimal point", "max_whole_digits");
  }
}

void validate_type(const FieldInfo& field, const Value& value, Messages& out) {
  if (const auto* text = std::get_if<std::string>(&value)) validate_text(field, *text, out);
  if (const auto* number = std::get_if<std::int64_t>(&value)) validate_range(field, *number, out);
  if (const auto* number = std::get_if<double>(&value)) validate_range(field, *number, out);
  if (const auto* decimal = std::get_if<Decimal>(&value)) {
    validate_range(field, *decimal, out);
    validate_digits(field, *decimal, out);
  }
  auto run = [&](Validator validator) {
    if (auto message = validator(value)) out.push_back({std::move(*message), "invalid"});
  };
  if (field.type == FieldType::email_field) run(validate_email);
  if (field.type == FieldType::url_field) run(validate_url);
  if (field.type == FieldType::slug_field) run(validate_slug);
  for (Validator validator : field.validators) run(validator);
}

bool is_among_choices(const FieldInfo& field, const Value& value) {
  return field.choices.empty() || std::ranges::count(field.choices, value, &Choice::value) > 0;
}

// Deeper values are refused.
constexpr std::size_t json_depth_max = 100;

bool is_json(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return !text || wire::read_json(*text, json_depth_max).has_value();
}

}  // namespace

std::vector<ValidationMessage> validate(const FieldInfo& field, const Value& value) {
  Messages out;
  if (std::holds_alternative<Null>(value)) {
    if (!field.is_null)
      out.push_back({"This field cannot be null.", "null"});
    else if (!field.is_blank)
      out.push_back({"This field cannot be blank.", "blank"});
    return out;
  }
  bool is_blank = is_empty(value);
  if (is_blank) {
    if (!field.is_blank) out.push_back({"This field cannot be blank.", "blank"});
    return out;
  }
  if (!is_among_choices(field, value)) {
    out.push_back(
        {fmt::format("Value {} is not a valid choice.", quoted(value)), "invalid_choice"});
    return out;
  }
  if (field.kind == Kind::json && !is_json(value)) {
    out.push_back({"Value must be valid JSON.", "invalid"});
    return out;
  }
  validate_type(field, value, out);
  return out;
}

// --- a whole row -------------------------------------------------------------------------------

namespace {

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text;
}

// "A", "A and B", "A, B and C".
std::string list_of(const std::vector<std::string>& words) {
  if (words.size() < 2) return words.empty() ? "" : words.front();
  std::span<const std::string> first(words.data(), words.size() - 1);
  return fmt::format("{} and {}", fmt::join(first, ", "), words.back());
}

// One run of validate().
class RowValidation {
 public:
  RowValidation(Session& session, const Record& record, std::span<const std::string> excluded)
      : session_(session), record_(record), excluded_(excluded) {}

  ValidationMessages run() {
    for (const FieldInfo* field : record_.model().columns) {
      if (!is_excluded(*field)) check_field(*field);
    }
    check_clean();
    for (const IndexInfo& index : record_.model().indexes) {
      if (index.is_unique) check_unique(index);
    }
    return std::move(found_);
  }

 private:
  bool is_excluded(const FieldInfo& field) const {
    return std::ranges::count(excluded_, field.name) > 0;
  }

  void check_field(const FieldInfo& field) {
    const Value& value = record_.get(field);
    bool is_optional = field.kind == Kind::id || field.auto_now != AutoNow::no ||
                       (field.is_blank && is_empty(value));
    if (is_optional) return;
    if (is_unset_relation(field, value)) {
      found_.add(field.name, {"This field cannot be null.", "null"});
      return;
    }
    auto messages = validate(field, value);
    for (ValidationMessage& message : messages) found_.add(field.name, std::move(message));
    if (messages.empty() && field.is_relation() && !std::holds_alternative<Null>(value)) {
      check_row_exists(field, value);
    }
  }

  // A fresh foreign key that may not be null holds 0, which is no row's id.
  static bool is_unset_relation(const FieldInfo& field, const Value& value) {
    const auto* id = std::get_if<std::int64_t>(&value);
    return field.kind == Kind::foreign_key && id && *id == 0;
  }

  void check_row_exists(const FieldInfo& field, const Value& id) {
    const ModelInfo& target = field.target();
    Records rows(session_, target);
    if (rows.where(make_condition({{}, &target.id()}, Lookup::exact, {id})).exists()) return;
    found_.add(field.name, {fmt::format("{} instance with {} {} does not exist.",
                                        target.verbose_name, target.id().name, display_text(id)),
                            "invalid"});
  }

  // clean() reports by throwing, as application code does everywhere.
  void check_clean() {
    if (!record_.model().clean) return;
    try {
      record_.model().clean(record_.cells());
    } catch (const ValidationError& error) {
      found_.add(error.messages());
    }
  }

  void check_unique(const IndexInfo& index) {
    std::vector<Node> conditions;
    std::vector<std::string> labels;
    for (const Order& column : index.columns) {
      const FieldInfo& field = *column.field;
      const Value& value = record_.get(field);
      bool is_skipped =
          is_excluded(field) || found_.find(field.name) || std::holds_alternative<Null>(value);
      if (is_skipped) return;
      conditions.push_back(make_condition({{}, &field}, Lookup::exact, {value}));
      labels.push_back(capitalised(field.verbose_name));
    }
    Records rows(session_, record_.model());
    for (Node& condition : conditions) rows = rows.where(std::move(condition));
    if (record_.id() != 0) {
      rows = rows.where(
          negated(make_condition({{}, &record_.model().id()}, Lookup::exact, {record_.id()})));
    }
    if (!rows.exists()) return;
    bool is_single = index.columns.size() == 1;
    found_.add(is_single ? std::string_view(index.columns[0].field->name) : non_field_errors,
               {fmt::format("{} with this {} already exists.",
                            capitalised(record_.model().verbose_name), list_of(labels)),
                is_single ? "unique" : "unique_together"});
  }

  Session& session_;
  const Record& record_;
  std::span<const std::string> excluded_;
  ValidationMessages found_;
};

}  // namespace

ValidationMessages validate(Session& session, const Record& record,
                            std::span<const std::string> excluded) {
  return RowValidation(session, record, excluded).run();
}

}  // namespace tt::orm
