#pragma once

// Expression: what stands in {{ ... }} and as an argument of tags, compiled.
//
//   expression = operand { "|" filter [ ":" operand ] }
//   operand    = "text" | 'text' | _("text") | number | name { "." name }

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "web/template/filter.h"
#include "web/template/value.h"

namespace tt::web {

class Rendering;
class FilterTable;

// What a variable that is not there becomes: the text of the settings, or null.
enum class Missing : bool { becomes_text, becomes_null };

// A filter's argument that is not there; conditions take it for false.
class MissingVariable : public Error {
 public:
  using Error::Error;
};

// A literal or a path into the context.
class Operand {
 public:
  // Throws Error if `text` is neither.
  explicit Operand(std::string_view text);

  bool is_literal() const { return path_.empty(); }
  const Value& literal() const { return literal_; }
  // nullptr if the path leads nowhere.  The answer lives in the context, in the Operand or in
  // `scratch`.
  const Value* find(const Rendering& rendering, Value& scratch) const;
  const std::string& name() const { return name_; }

 private:
  std::string name_;  // as written
  std::vector<std::string> path_;
  Value literal_;
};

class Expression {
 public:
  // Throws Error: an unknown filter, a wrong number of arguments, a remainder.
  Expression(std::string_view text, const FilterTable& filters);

  // The answer lives in the context, in the Expression or in `scratch`.
  const Value& evaluate(const Rendering& rendering, Value& scratch,
                        Missing missing = Missing::becomes_text) const;
  // The same as a value of its own.
  Value value(const Rendering& rendering, Missing missing = Missing::becomes_text) const;

  // The literal, if this is one without filters; nullptr otherwise.
  const Value* literal() const;

 private:
  struct Step {
    std::shared_ptr<const Filter> filter;
    std::unique_ptr<Operand> argument;
  };
  void parse_filter(std::string_view text, std::size_t& at, const FilterTable& filters);
  const Value& filtered(const Rendering& rendering, const Value& head, Value& scratch) const;

  std::unique_ptr<Operand> head_;
  std::vector<Step> steps_;
};

// Filters by name.
class FilterTable {
 public:
  void add(Filter filter);
  // nullptr if there is none of that name.
  std::shared_ptr<const Filter> find(std::string_view name) const;
  std::vector<std::string> names() const;

 private:
  std::map<std::string, std::shared_ptr<const Filter>, std::less<>> filters_;
};

}  // namespace tt::web
