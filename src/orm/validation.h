#pragma once

// Validation: what people may be told about a row before it is stored.
//
//   ValidationMessages problems = validate(session, record);
//   if (!problems.empty()) throw ValidationError(std::move(problems));
//
// Forms, the admin and REST show the same messages, which are Django's.  Storing a row checks only
// what its columns cannot hold (check() in model.h).

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "orm/field_info.h"

namespace tt::orm {

class Session;
class Record;

// What messages about no single field are filed under.
inline constexpr std::string_view non_field_errors = "__all__";

struct ValidationMessage {
  std::string text;  // "This field cannot be blank."
  std::string code;  // "blank"
  bool operator==(const ValidationMessage&) const = default;
};

struct FieldMessages {
  std::string field;
  std::vector<ValidationMessage> messages;
};

// Messages by field, in the order in which they were found.
class ValidationMessages {
 public:
  void add(std::string_view field, ValidationMessage message);
  void add(const ValidationMessages& others);
  bool empty() const { return fields_.empty(); }
  // nullptr if there are none.
  const std::vector<ValidationMessage>* find(std::string_view field) const;
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<FieldMessages> fields_;
};

// Code invalid.  Thrown by clean() of a model: throw ValidationError("…") for the row as a whole,
// throw ValidationError("name", "…") for a field.
class ValidationError : public Error {
 public:
  explicit ValidationError(ValidationMessages messages);
  explicit ValidationError(std::string message, std::string code = "invalid");
  ValidationError(std::string_view field, std::string message, std::string code = "invalid");
  const ValidationMessages& messages() const { return messages_; }

 private:
  ValidationMessages messages_;
};

// What is wrong with one value of a field by itself: null, blank, choices, length, range, digits,
// the form of addresses, its validators.
std::vector<ValidationMessage> validate(const FieldInfo& field, const Value& value);

// The whole of Django's full_clean(): each field, then clean() of the model, then what must be
// unique and rows that must exist.  Fields among `excluded` are not looked at.
ValidationMessages validate(Session& session, const Record& record,
                            std::span<const std::string> excluded = {});

// Ready-made validators, see options.h: validator<validate_email>.
std::optional<std::string> validate_email(const Value& value);
std::optional<std::string> validate_url(const Value& value);
std::optional<std::string> validate_slug(const Value& value);

}  // namespace tt::orm
