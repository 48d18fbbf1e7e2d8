#pragma once

// Condition: what stands in {% if ... %}, compiled.  From weak to strong:
//
//   or | and | not | in, not in | is, is not, ==, !=, <, >, <=, >=
//
// As in the original, operators of one strength group from the left, and an operator whose operands
// do not fit is false.

#include <memory>
#include <string_view>
#include <vector>

#include "web/template/expression.h"

namespace tt::web {

class Condition {
 public:
  virtual ~Condition() = default;
  virtual Value evaluate(const Rendering& rendering) const = 0;
};

// Throws Error if the words are no condition.
std::unique_ptr<Condition> parse_condition(const std::vector<std::string_view>& words,
                                           const FilterTable& filters);

// False also if a variable that is needed is missing.
bool holds(const Condition& condition, const Rendering& rendering);

}  // namespace tt::web
