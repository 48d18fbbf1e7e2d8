#pragma once

// What a query says, as a tree.

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "gateway/prometheus/labels.h"

namespace tt::gateway::prometheus {

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

struct Number {
  double value = 0;
};

// time()
struct Clock {};

// What becomes of the readings of a window.
enum class WindowFunction { last, average, minimum, maximum, sum, count, rate, increase, delta };

// Readings of the series that the matchers select.  Without a window it is each series' newest
// reading; it then keeps its metric's name.
struct Selection {
  Matchers matchers;
  bool is_instant = true;
  Microseconds window{0};
  Microseconds offset{0};  // looks so far back
  WindowFunction function = WindowFunction::last;

  bool keeps_name() const { return function == WindowFunction::last; }
};

enum class MathFunction { absolute, ceiling, floor, round, square_root, logarithm, exponential };

struct Math {
  MathFunction function;
  ExpressionPtr argument;
};

// vector(1): a scalar as a series without labels; scalar(v): the other way round.
enum class Conversion { to_vector, to_scalar };
struct Convert {
  Conversion conversion;
  ExpressionPtr argument;
};

enum class Aggregator { sum, average, minimum, maximum, count };
enum class Grouping { none, by, without };

struct Aggregate {
  Aggregator aggregator;
  Grouping grouping = Grouping::none;
  std::vector<std::string> labels;
  ExpressionPtr argument;
};

enum class Operator {
  add,
  subtract,
  multiply,
  divide,
  modulo,
  power,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
};
constexpr bool is_comparison(Operator op) { return op >= Operator::equal; }

// Which labels must be equal for two series to meet; by default all but the name.
enum class Matching { all, on, ignoring };

struct Binary {
  Operator op;
  bool gives_truth = false;  // `bool`: 0 or 1 instead of leaving out what does not compare
  Matching matching = Matching::all;
  std::vector<std::string> labels;
  ExpressionPtr left, right;
};

enum class Type { scalar, vector };

struct Expression {
  std::variant<Number, Clock, Selection, Math, Convert, Aggregate, Binary> node;
  Type type = Type::vector;
};

}  // namespace tt::gateway::prometheus
