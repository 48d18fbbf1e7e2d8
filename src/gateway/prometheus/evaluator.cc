#include "gateway/prometheus/evaluator.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace tt::gateway::prometheus {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

double calculate(Operator op, double left, double right) {
  switch (op) {
    case Operator::add: return left + right;
    case Operator::subtract: return left - right;
    case Operator::multiply: return left * right;
    case Operator::divide: return left / right;
    case Operator::modulo: return std::fmod(left, right);
    case Operator::power: return std::pow(left, right);
    case Operator::equal: return left == right;
    case Operator::not_equal: return left != right;
    case Operator::less: return left < right;
    case Operator::less_equal: return left <= right;
    case Operator::greater: return left > right;
    case Operator::greater_equal: return left >= right;
  }
  return absent;
}

double calculate(MathFunction function, double value) {
  switch (function) {
    case MathFunction::absolute: return std::abs(value);
    case MathFunction::ceiling: return std::ceil(value);
    case MathFunction::floor: return std::floor(value);
    // "Ties are resolved by rounding up."
    case MathFunction::round: return std::floor(value + 0.5);
    case MathFunction::square_root: return std::sqrt(value);
    case MathFunction::logarithm: return std::log(value);
    case MathFunction::exponential: return std::exp(value);
  }
  return absent;
}

// The values of one group at one step.
struct Group {
  double sum = 0, min = 0, max = 0;
  std::uint64_t count = 0;

  void add(double value) {
    bool replaces = count == 0 || std::isnan(min);  // any number beats NaN
    min = replaces || value < min ? value : min;
    max = replaces || value > max ? value : max;
    sum += value;
    ++count;
  }

  double value_of(Aggregator aggregator) const {
    if (count == 0) return absent;
    switch (aggregator) {
      case Aggregator::sum: return sum;
      case Aggregator::average: return sum / static_cast<double>(count);
      case Aggregator::minimum: return min;
      case Aggregator::maximum: return max;
      case Aggregator::count: return static_cast<double>(count);
    }
    return absent;
  }
};

Labels group_of(const Labels& labels, const Aggregate& aggregate) {
  switch (aggregate.grouping) {
    case Grouping::none: return {};
    case Grouping::by: return labels.only(aggregate.labels);
    case Grouping::without: return labels.without_name().without(aggregate.labels);
  }
  return {};
}

Labels signature_of(const Labels& labels, const Binary& binary) {
  switch (binary.matching) {
    case Matching::all: return labels.without_name();
    case Matching::on: return labels.only(binary.labels);
    case Matching::ignoring: return labels.without_name().without(binary.labels);
  }
  return {};
}

class Evaluation {
 public:
  Evaluation(Selected& selected, const Steps& steps) : selected_(selected), steps_(steps) {}

  std::vector<Series> evaluate(const Expression& expression) {
    return std::visit(Overloaded{[&](const Number& number) { return constant(number.value); },
                                 [&](const Clock&) { return clock(); },
                                 [&](const Selection& selection) { return selected(selection); },
                                 [&](const Math& math) { return calculated(math); },
                                 [&](const Convert& convert) { return converted(convert); },
                                 [&](const Aggregate& aggregate) { return aggregated(aggregate); },
                                 [&](const Binary& binary) { return combined(binary); }},
                      expression.node);
  }

 private:
  std::vector<Series> constant(double value) {
    return {{Labels(), std::vector<double>(steps_.count, value)}};
  }

  std::vector<Series> clock() {
    auto series = constant(0);
    for (std::size_t i = 0; i < steps_.count; ++i) {
      series[0].values[i] = static_cast<double>(to_us(steps_.at(i))) / 1e6;
    }
    return series;
  }

  std::vector<Series> selected(const Selection& selection) {
    auto series = std::move(selected_[&selection]);
    if (selection.keeps_name()) return series;
    for (auto& one : series) one.labels = one.labels.without_name();
    return series;
  }

  std::vector<Series> calculated(const Math& math) {
    auto series = evaluate(*math.argument);
    for (auto& one : series) {
      one.labels = one.labels.without_name();
      for (auto& value : one.values) {
        if (!is_absent(value)) value = calculate(math.function, value);
      }
    }
    return series;
  }

  std::vector<Series> converted(const Convert& convert) {
    auto series = evaluate(*convert.argument);
    if (convert.conversion == Conversion::to_vector) return series;
    // "scalar(v) returns the sample value of that single element as a scalar.  If the input
    //  vector does not have exactly one element, scalar will return NaN."
    auto scalar = constant(std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < steps_.count; ++i) {
      std::size_t present = 0;
      double value = 0;
      for (const auto& one : series) {
        if (is_absent(one.values[i])) continue;
        value = one.values[i];
        ++present;
      }
      if (present == 1) scalar[0].values[i] = value;
    }
    return scalar;
  }

  std::vector<Series> aggregated(const Aggregate& aggregate) {
    std::map<Labels, std::vector<Group>> groups;
    for (const auto& one : evaluate(*aggregate.argument)) {
      auto& group = groups[group_of(one.labels, aggregate)];
      group.resize(steps_.count);
      for (std::size_t i = 0; i < steps_.count; ++i) {
        if (!is_absent(one.values[i])) group[i].add(one.values[i]);
      }
    }
    std::vector<Series> series;
    for (const auto& [labels, group] : groups) {
      Series one{labels, {}};
      one.values.reserve(steps_.count);
      for (const auto& at : group) one.values.push_back(at.value_of(aggregate.aggregator));
      series.push_back(std::move(one));
    }
    return series;
  }

  std::vector<Series> combined(const Binary& binary) {
    auto left = evaluate(*binary.left);
    auto right = evaluate(*binary.right);
    bool left_is_scalar = binary.left->type == Type::scalar;
    bool right_is_scalar = binary.right->type == Type::scalar;
    if (!left_is_scalar && !right_is_scalar) return paired(binary, left, right);
    // Of a scalar and a vector the vector's series stay; its values are what a filter shows.
    auto& kept = left_is_scalar && !right_is_scalar ? right : left;
    for (auto& one : kept) {
      const auto& first = left_is_scalar ? left[0].values : one.values;
      const auto& second = right_is_scalar ? right[0].values : one.values;
      one.values = values_of(binary, {first, second, one.values});
      if (drops_name(binary)) one.labels = one.labels.without_name();
    }
    return std::move(kept);
  }

  // "A result keeps its metric's name only if it is filtered."
  static bool drops_name(const Binary& binary) {
    return !is_comparison(binary.op) || binary.gives_truth;
  }

  struct Operands {
    const std::vector<double>& left;
    const std::vector<double>& right;
    const std::vector<double>& shown;  // by a comparison that holds
  };

  std::vector<double> values_of(const Binary& binary, const Operands& operands) {
    std::vector<double> values(steps_.count, absent);
    bool filters = is_comparison(binary.op) && !binary.gives_truth;
    for (std::size_t i = 0; i < steps_.count; ++i) {
      double left = operands.left[i], right = operands.right[i];
      if (is_absent(left) || is_absent(right)) continue;
      double result = calculate(binary.op, left, right);
      if (!filters) {
        values[i] = result;
      } else if (result != 0) {
        values[i] = operands.shown[i];
      }
    }
    return values;
  }

  std::vector<Series> paired(const Binary& binary, std::vector<Series>& left,
                             std::vector<Series>& right) {
    auto others = by_signature(binary, right);
    by_signature(binary, left);
    std::vector<Series> series;
    for (const auto& one : left) {
      auto found = others.find(signature_of(one.labels, binary));
      if (found == others.end()) continue;
      Series made;
      made.values = values_of(binary, {one.values, found->second->values, one.values});
      made.labels = drops_name(binary) ? one.labels.without_name() : one.labels;
      if (binary.matching == Matching::on) made.labels = made.labels.only(binary.labels);
      if (binary.matching == Matching::ignoring) made.labels = made.labels.without(binary.labels);
      series.push_back(std::move(made));
    }
    return series;
  }

  static std::map<Labels, const Series*> by_signature(const Binary& binary,
                                                      const std::vector<Series>& series) {
    std::map<Labels, const Series*> found;
    for (const auto& one : series) {
      if (found.emplace(signature_of(one.labels, binary), &one).second) continue;
      throw Error(Code::unprocessable,
                  "several series on one side of an operator match the same series on the other; "
                  "say with 'on' or 'ignoring' which labels count, or aggregate one side");
    }
    return found;
  }

  Selected& selected_;
  const Steps& steps_;
};

void collect(const Expression& expression, std::vector<const Selection*>& found) {
  std::visit(Overloaded{[](const Number&) {}, [](const Clock&) {},
                        [&](const Selection& selection) { found.push_back(&selection); },
                        [&](const Math& math) { collect(*math.argument, found); },
                        [&](const Convert& convert) { collect(*convert.argument, found); },
                        [&](const Aggregate& aggregate) { collect(*aggregate.argument, found); },
                        [&](const Binary& binary) {
                          collect(*binary.left, found);
                          collect(*binary.right, found);
                        }},
             expression.node);
}

}  // namespace

std::vector<const Selection*> selections_of(const Expression& query) {
  std::vector<const Selection*> found;
  collect(query, found);
  return found;
}

Answer evaluate(const Expression& query, Selected& selected, const Steps& steps) {
  Answer answer{query.type, Evaluation(selected, steps).evaluate(query)};
  std::erase_if(answer.series, [](const Series& one) {
    return std::all_of(one.values.begin(), one.values.end(), is_absent);
  });
  std::ranges::sort(answer.series, {}, &Series::labels);
  return answer;
}

}  // namespace tt::gateway::prometheus
