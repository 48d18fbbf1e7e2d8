#include "orm/migrations/questions.h"

#include <fmt/format.h>

#include "base/text.h"
#include "orm/fixtures/json_value.h"
#include "orm/migrations/names.h"
#include "wire/json.h"
#include "wire/json_writer.h"

namespace tt::orm::migrations {

bool TerminalQuestions::confirm(const std::string& question) {
  out_ << question << ' ' << std::flush;
  for (std::string line; std::getline(in_, line);) {
    std::string answer = to_lower(line);
    if (answer.empty() || answer == "n" || answer == "no") return false;
    if (answer == "y" || answer == "yes") return true;
    out_ << "Please answer yes or no: " << std::flush;
  }
  return false;
}

std::optional<Value> TerminalQuestions::value_for_rows(const std::string& question,
                                                       const FieldState& field) {
  out_ << question << "\nA value for them (a " << name_of(field.type)
       << "), or nothing: " << std::flush;
  for (std::string line; std::getline(in_, line) && !line.empty();) {
    if (auto value = value_from_answer(line, field)) return value;
    out_ << "That is no value of this field. Another one, or nothing: " << std::flush;
  }
  return std::nullopt;
}

std::optional<Value> value_from_answer(std::string_view answer, const FieldState& field) {
  Kind kind = kind_of(field.type);
  std::string quoted;
  wire::append_json_string(quoted, answer);
  bool is_quoted = answer.starts_with('"');
  for (std::string_view text : {answer, std::string_view(quoted)}) {
    if (kind == Kind::text && !is_quoted && text == answer) continue;
    auto document = wire::read_json(text, 64);
    if (!document) continue;
    auto value = fixtures::value_from_json(document->root(), kind);
    if (value && !std::holds_alternative<Null>(*value)) return std::move(*value);
    if (kind == Kind::json) break;
  }
  return std::nullopt;
}

}  // namespace tt::orm::migrations
