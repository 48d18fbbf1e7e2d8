#include "web/template/condition.h"

#include <array>

#include <fmt/format.h>

#include "web/template/rendering.h"

namespace tt::web {
namespace {

enum class Operator : std::uint8_t {
  logical_or,
  logical_and,
  logical_not,
  in,
  not_in,
  is,
  is_not,
  equal,
  not_equal,
  less,
  greater,
  less_equal,
  greater_equal,
};

struct Spelling {
  std::string_view text;
  Operator op;
  int strength;
};

constexpr std::array<Spelling, 13> spellings = {{{"or", Operator::logical_or, 6},
                                                 {"and", Operator::logical_and, 7},
                                                 {"not", Operator::logical_not, 8},
                                                 {"in", Operator::in, 9},
                                                 {"not in", Operator::not_in, 9},
                                                 {"is", Operator::is, 10},
                                                 {"is not", Operator::is_not, 10},
                                                 {"==", Operator::equal, 10},
                                                 {"!=", Operator::not_equal, 10},
                                                 {"<", Operator::less, 10},
                                                 {">", Operator::greater, 10},
                                                 {"<=", Operator::less_equal, 10},
                                                 {">=", Operator::greater_equal, 10}}};

const Spelling* find_operator(std::string_view word) {
  for (const auto& spelling : spellings) {
    if (spelling.text == word) return &spelling;
  }
  return nullptr;
}

class Single : public Condition {
 public:
  explicit Single(Expression expression) : expression_(std::move(expression)) {}
  Value evaluate(const Rendering& rendering) const override {
    return expression_.value(rendering, Missing::becomes_null);
  }

 private:
  Expression expression_;
};

class Not : public Condition {
 public:
  explicit Not(std::unique_ptr<Condition> operand) : operand_(std::move(operand)) {}
  Value evaluate(const Rendering& rendering) const override {
    try {
      return Value(!operand_->evaluate(rendering).truth());
    } catch (const MissingVariable&) {
      return Value(false);
    }
  }

 private:
  std::unique_ptr<Condition> operand_;
};

// Whether the two are one and the same thing: for what has no identity, equal and of one kind.
bool identical(const Value& left, const Value& right) {
  if (left.as_list()) return left.as_list() == right.as_list();
  if (left.as_map()) return left.as_map() == right.as_map();
  return left.kind() == right.kind() && left == right;
}

bool relation(Operator op, const Value& left, const Value& right) {
  switch (op) {
    case Operator::equal: return left == right;
    case Operator::not_equal: return !(left == right);
    case Operator::is: return identical(left, right);
    case Operator::is_not: return !identical(left, right);
    case Operator::in: return contains(right, left).value_or(false);
    case Operator::not_in: return !contains(right, left).value_or(true);
    default: break;
  }
  auto order = compare(left, right);
  if (!order) return false;
  switch (op) {
    case Operator::less: return *order < 0;
    case Operator::greater: return *order > 0;
    case Operator::less_equal: return *order <= 0;
    case Operator::greater_equal: return *order >= 0;
    default: return false;
  }
}

class Binary : public Condition {
 public:
  Binary(Operator op, std::unique_ptr<Condition> left, std::unique_ptr<Condition> right)
      : op_(op), left_(std::move(left)), right_(std::move(right)) {}

  Value evaluate(const Rendering& rendering) const override {
    try {
      auto left = left_->evaluate(rendering);
      if (op_ == Operator::logical_or) return left.truth() ? left : right_->evaluate(rendering);
      if (op_ == Operator::logical_and) return left.truth() ? right_->evaluate(rendering) : left;
      return Value(relation(op_, left, right_->evaluate(rendering)));
    } catch (const MissingVariable&) {
      return Value(false);
    }
  }

 private:
  Operator op_;
  std::unique_ptr<Condition> left_;
  std::unique_ptr<Condition> right_;
};

class ConditionParser {
 public:
  ConditionParser(const std::vector<std::string_view>& words, const FilterTable& filters)
      : words_(words), filters_(filters) {}

  std::unique_ptr<Condition> run() {
    auto condition = parse(0);
    if (at_ < words_.size()) {
      throw Error(Code::invalid, fmt::format("Unused '{}' at end of if expression.", words_[at_]));
    }
    return condition;
  }

 private:
  // The operator at at_, and of how many words it is.
  std::pair<const Spelling*, std::size_t> operator_here() const {
    if (at_ >= words_.size()) return {nullptr, 0};
    auto next = at_ + 1 < words_.size() ? words_[at_ + 1] : std::string_view();
    if (words_[at_] == "is" && next == "not") return {find_operator("is not"), 2};
    if (words_[at_] == "not" && next == "in") return {find_operator("not in"), 2};
    return {find_operator(words_[at_]), 1};
  }

  std::unique_ptr<Condition> parse(int strength) {
    auto left = prefix();
    while (true) {
      auto [op, length] = operator_here();
      if (!op || op->strength <= strength || op->op == Operator::logical_not) return left;
      at_ += length;
      left = std::make_unique<Binary>(op->op, std::move(left), parse(op->strength));
    }
  }

  std::unique_ptr<Condition> prefix() {
    if (at_ >= words_.size()) throw Error(Code::invalid, "Unexpected end of expression in if tag.");
    auto op = operator_here().first;
    if (op && op->op == Operator::logical_not) {
      if (++depth_ > depth_max) throw Error(Code::too_large, "too many 'not' in a condition");
      ++at_;
      return std::make_unique<Not>(parse(op->strength));
    }
    if (op) {
      throw Error(Code::invalid,
                  fmt::format("Not expecting '{}' in this position in if tag.", words_[at_]));
    }
    return std::make_unique<Single>(Expression(words_[at_++], filters_));
  }

  static constexpr int depth_max = 100;

  const std::vector<std::string_view>& words_;
  const FilterTable& filters_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

std::unique_ptr<Condition> parse_condition(const std::vector<std::string_view>& words,
                                           const FilterTable& filters) {
  return ConditionParser(words, filters).run();
}

bool holds(const Condition& condition, const Rendering& rendering) {
  try {
    return condition.evaluate(rendering).truth();
  } catch (const MissingVariable&) {
    return false;
  }
}

}  // namespace tt::web
