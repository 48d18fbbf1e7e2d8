#include "web/template/expression.h"

#include <algorithm>

#include <fmt/format.h>

#include "web/template/rendering.h"
#include "web/template/text.h"

namespace tt::web {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Behind the quoted text at `at`, 0 if there is none that ends.
std::size_t quoted_end(std::string_view text, std::size_t at) {
  if (at >= text.size() || (text[at] != '"' && text[at] != '\'')) return 0;
  for (auto i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == text[at]) {
      return i + 1;
    }
  }
  return 0;
}

std::size_t constant_end(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with("_(")) return quoted_end(text, at);
  auto end = quoted_end(text, at + 2);
  return end != 0 && end < text.size() && text[end] == ')' ? end + 1 : 0;
}

// Behind the operand at `at`; `at` if there is none.
std::size_t operand_end(std::string_view text, std::size_t at) {
  if (auto end = constant_end(text, at)) return end;
  auto end = at;
  while (end < text.size() && (is_word(text[end]) || text[end] == '.')) ++end;
  if (end > at) return end;
  if (end < text.size() && (text[end] == '-' || text[end] == '+')) ++end;
  if (end >= text.size() || !is_digit(text[end])) return at;
  while (end < text.size() && (is_digit(text[end]) || text[end] == '.' || text[end] == 'e')) ++end;
  return end;
}

std::string unquoted(std::string_view text) {
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    bool escaped =
        text[i] == '\\' && i + 2 < text.size() && (text[i + 1] == text[0] || text[i + 1] == '\\');
    out += escaped ? text[++i] : text[i];
  }
  return out;
}

std::optional<Value> number_literal(std::string_view text) {
  if (!is_digit(text[0]) && text[0] != '-' && text[0] != '+' && text[0] != '.') return std::nullopt;
  if (text.ends_with('.')) return std::nullopt;
  bool real = text.find('.') != text.npos || text.find('e') != text.npos;
  if (!real) {
    auto number = parse_integer(text);
    return number ? std::optional(Value(*number)) : std::nullopt;
  }
  auto number = parse_real(text);
  return number ? std::optional(Value(*number)) : std::nullopt;
}

std::optional<Value> literal_of(std::string_view text) {
  if (text.starts_with("_(") && text.ends_with(")")) text = text.substr(2, text.size() - 3);
  if (quoted_end(text, 0) == text.size()) return Value::safe(unquoted(text));
  if (text == "True") return Value(true);
  if (text == "False") return Value(false);
  if (text == "None") return Value();
  return number_literal(text);
}

Error remainder_error(std::string_view remainder, std::string_view text) {
  return Error(Code::invalid,
               fmt::format("Could not parse the remainder: '{}' from '{}'", remainder, text));
}

}  // namespace

Operand::Operand(std::string_view text) : name_(text) {
  if (text.empty()) throw Error(Code::invalid, "an expression is empty");
  if (auto literal = literal_of(text)) {
    literal_ = *std::move(literal);
    return;
  }
  if (operand_end(text, 0) != text.size()) {
    throw remainder_error(text.substr(operand_end(text, 0)), text);
  }
  for (auto name : split(text, '.')) {
    if (name.starts_with('_')) {
      throw Error(
          Code::invalid,
          fmt::format("Variables and attributes may not begin with underscores: '{}'", text));
    }
    path_.emplace_back(name);
  }
}

const Value* Operand::find(const Rendering& rendering, Value& scratch) const {
  if (path_.empty()) return &literal_;
  auto value = rendering.find(path_.front());
  for (std::size_t i = 1; value && i <= path_.size(); ++i) {
    while (auto computed = value->as_computed()) {
      auto made = (*computed)();
      scratch = std::move(made);
      value = &scratch;
    }
    if (i < path_.size()) value = look_up(*value, path_[i], scratch);
  }
  return value;
}

Expression::Expression(std::string_view text, const FilterTable& filters) {
  auto at = operand_end(text, 0);
  if (at == 0) {
    throw Error(Code::invalid, text.starts_with('|') || text.empty()
                                   ? fmt::format("Could not find variable at start of {}.", text)
                                   : remainder_error(text, text).what());
  }
  head_ = std::make_unique<Operand>(text.substr(0, at));
  while (at < text.size()) parse_filter(text, at, filters);
}

void Expression::parse_filter(std::string_view text, std::size_t& at, const FilterTable& filters) {
  auto begin = at;
  while (at < text.size() && is_space(text[at])) ++at;
  if (at >= text.size() || text[at] != '|') throw remainder_error(text.substr(begin), text);
  do ++at;
  while (at < text.size() && is_space(text[at]));
  auto name_begin = at;
  while (at < text.size() && is_word(text[at])) ++at;
  if (at == name_begin) throw remainder_error(text.substr(begin), text);
  auto name = text.substr(name_begin, at - name_begin);
  Step step{filters.find(name), nullptr};
  if (!step.filter) throw Error(Code::invalid, fmt::format("Invalid filter: '{}'", name));
  if (at < text.size() && text[at] == ':') {
    auto end = operand_end(text, at + 1);
    if (end == at + 1) throw remainder_error(text.substr(at), text);
    step.argument = std::make_unique<Operand>(text.substr(at + 1, end - at - 1));
    at = end;
  }
  bool wrong =
      step.argument ? step.filter->takes == Takes::nothing : step.filter->takes == Takes::argument;
  if (wrong) {
    throw Error(Code::invalid, fmt::format("{} requires {} argument(s), {} provided", name,
                                           step.argument ? "no" : "1", step.argument ? 1 : 0));
  }
  steps_.push_back(std::move(step));
}

const Value* Expression::literal() const {
  return steps_.empty() && head_->is_literal() ? &head_->literal() : nullptr;
}

const Value& Expression::evaluate(const Rendering& rendering, Value& scratch,
                                  Missing missing) const {
  auto head = head_->find(rendering, scratch);
  if (!head) {
    const auto& text = rendering.settings().string_if_invalid;
    if (missing == Missing::becomes_null) {
      scratch = Value();
    } else {
      scratch = Value(replace_all(text, "%s", head_->name()));
      if (!text.empty()) return scratch;
    }
    head = &scratch;
  }
  return steps_.empty() ? *head : filtered(rendering, *head, scratch);
}

const Value& Expression::filtered(const Rendering& rendering, const Value& head,
                                  Value& scratch) const {
  const Value* value = &head;
  for (const auto& step : steps_) {
    Value argument_scratch;
    const Value* argument = nullptr;
    if (step.argument) {
      argument = step.argument->find(rendering, argument_scratch);
      if (!argument) {
        throw MissingVariable(Code::internal,
                              fmt::format("the argument {} of the filter {} is not there",
                                          step.argument->name(), step.filter->name));
      }
    }
    FilterCall call{argument, rendering.autoescape(), rendering.settings()};
    auto result = apply(*step.filter, *value, call);
    scratch = std::move(result);
    value = &scratch;
  }
  return *value;
}

Value Expression::value(const Rendering& rendering, Missing missing) const {
  Value scratch;
  auto& found = evaluate(rendering, scratch, missing);
  return &found == &scratch ? std::move(scratch) : found;
}

void FilterTable::add(Filter filter) {
  auto name = filter.name;
  filters_[name] = std::make_shared<const Filter>(std::move(filter));
}

std::shared_ptr<const Filter> FilterTable::find(std::string_view name) const {
  auto found = filters_.find(name);
  return found == filters_.end() ? nullptr : found->second;
}

std::vector<std::string> FilterTable::names() const {
  std::vector<std::string> names;
  for (const auto& [name, filter] : filters_) names.push_back(name);
  return names;
}

Value apply(const Filter& filter, const Value& input, const FilterCall& call) {
  auto result = filter.function(input, call);
  bool keeps = filter.safe_input == SafeInput::stays_safe && input.is_safe() && !result.is_safe();
  return keeps ? Value::safe(result.text()) : result;
}

std::string escaped_text(const Value& value) {
  return value.is_safe() ? value.text() : escape_html(value.text());
}

std::optional<std::int64_t> integer_of(const Value& value) {
  if (auto integer = value.as_integer()) return *integer;
  if (auto text = value.as_text()) return parse_integer(text->text);
  auto number = value.number();
  if (!number || !(std::abs(*number) < 9e18)) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

std::optional<double> real_of(const Value& value) {
  if (auto text = value.as_text()) return parse_real(text->text);
  return value.number();
}

}  // namespace tt::web
