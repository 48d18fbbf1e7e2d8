#pragma once

// Questions: what makemigrations cannot know and a person does.

#include <istream>
#include <optional>
#include <ostream>
#include <string>

#include "orm/migrations/state.h"

namespace tt::orm::migrations {

class Questions {
 public:
  virtual ~Questions() = default;
  // "Did you rename station.temp to station.temperature (a FloatField)? [y/N]"
  virtual bool confirm(const std::string& question) = 0;
  // The value that rows that exist get for `field`; nullopt: none, they are left as they are.
  virtual std::optional<Value> value_for_rows(const std::string& question,
                                              const FieldState& field) = 0;
};

// No, and no value.
class NoQuestions final : public Questions {
 public:
  bool confirm(const std::string&) override { return false; }
  std::optional<Value> value_for_rows(const std::string&, const FieldState&) override {
    return std::nullopt;
  }
};

// At a terminal.  The end of the input is an answer: no.
class TerminalQuestions final : public Questions {
 public:
  TerminalQuestions(std::istream& in, std::ostream& out) : in_(in), out_(out) {}
  bool confirm(const std::string& question) override;
  std::optional<Value> value_for_rows(const std::string& question,
                                      const FieldState& field) override;

 private:
  std::istream& in_;
  std::ostream& out_;
};

// What a person writes for a value of the field: `21.5`, `st1`, `"st1"`, `true`, `2013-05-05`.
std::optional<Value> value_from_answer(std::string_view answer, const FieldState& field);

}  // namespace tt::orm::migrations
