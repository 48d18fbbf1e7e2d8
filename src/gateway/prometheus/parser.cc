#include "gateway/prometheus/parser.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "gateway/prometheus/lexer.h"

namespace tt::gateway::prometheus {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

struct Unit {
  std::string_view name;
  Microseconds length;
};
// "y - years - assuming a year has always 365d"
constexpr Unit units[] = {{"ms", milliseconds(1)}, {"s", seconds(1)}, {"m", minutes(1)},
                          {"h", hours(1)},         {"d", days(1)},    {"w", days(7)},
                          {"y", days(365)}};
constexpr Microseconds duration_max = days(365 * 100);

template <class T>
struct Named {
  std::string_view name;
  T value;
};

constexpr Named<WindowFunction> window_functions[] = {{"avg_over_time", WindowFunction::average},
                                                      {"min_over_time", WindowFunction::minimum},
                                                      {"max_over_time", WindowFunction::maximum},
                                                      {"sum_over_time", WindowFunction::sum},
                                                      {"count_over_time", WindowFunction::count},
                                                      {"last_over_time", WindowFunction::last},
                                                      {"rate", WindowFunction::rate},
                                                      {"increase", WindowFunction::increase},
                                                      {"delta", WindowFunction::delta}};

constexpr Named<MathFunction> math_functions[] = {
    {"abs", MathFunction::absolute},     {"ceil", MathFunction::ceiling},
    {"floor", MathFunction::floor},      {"round", MathFunction::round},
    {"sqrt", MathFunction::square_root}, {"ln", MathFunction::logarithm},
    {"exp", MathFunction::exponential}};

constexpr Named<Aggregator> aggregators[] = {{"sum", Aggregator::sum},
                                             {"avg", Aggregator::average},
                                             {"min", Aggregator::minimum},
                                             {"max", Aggregator::maximum},
                                             {"count", Aggregator::count}};

struct OperatorSign {
  std::string_view sign;
  Operator op;
  int strength;
};
constexpr OperatorSign operators[] = {
    {"==", Operator::equal, 1},      {"!=", Operator::not_equal, 1},
    {"<=", Operator::less_equal, 1}, {">=", Operator::greater_equal, 1},
    {"<", Operator::less, 1},        {">", Operator::greater, 1},
    {"+", Operator::add, 2},         {"-", Operator::subtract, 2},
    {"*", Operator::multiply, 3},    {"/", Operator::divide, 3},
    {"%", Operator::modulo, 3},      {"^", Operator::power, 4}};
constexpr int power_strength = 4;

template <class T, std::size_t n>
std::optional<T> find(const Named<T> (&table)[n], std::string_view name) {
  for (const auto& entry : table) {
    if (entry.name == name) return entry.value;
  }
  return std::nullopt;
}

std::optional<double> number_of(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) {
    std::uint64_t value = 0;
    auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), value, 16);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return static_cast<double>(value);
  }
  return parse_number<double>(text);
}

// "Inf" and "NaN", in any case.
std::optional<double> special_number(std::string_view name) {
  auto lower = to_lower(name);
  if (lower == "inf") return std::numeric_limits<double>::infinity();
  if (lower == "nan") return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

template <class Node>
ExpressionPtr make(Node node, Type type) {
  auto made = std::make_unique<Expression>();
  made->node = std::move(node);
  made->type = type;
  return made;
}

std::string shown(const Token& token) {
  if (token.kind == TokenKind::end) return "the end of the query";
  if (token.kind == TokenKind::string) return fmt::format("the string \"{}\"", token.text);
  return fmt::format("'{}'", token.text);
}

// Functions return nothing once something was wrong; the first complaint stays.
class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  ExpressionPtr query() {
    auto parsed = expression(0);
    if (parsed && peek().kind != TokenKind::end) {
      return fail(
          fmt::format("{} is not expected here; an operator or the end would be", shown(peek())));
    }
    return parsed;
  }

  std::optional<Matchers> selector() {
    if (peek().kind != TokenKind::name && !is_sign("{")) {
      fail(fmt::format("expected the name of a metric or '{{', met {}", shown(peek())));
      return std::nullopt;
    }
    Selection selection;
    bool good = matchers(selection.matchers);
    if (good && peek().kind != TokenKind::end) {
      fail(fmt::format("{} is not expected behind a selector", shown(peek())));
      good = false;
    }
    return good ? std::optional(std::move(selection.matchers)) : std::nullopt;
  }

  Problem problem() const { return problem_.value_or(Problem{"the query is broken", 0}); }

 private:
  const Token& peek() const { return tokens_[at_]; }
  bool is_sign(std::string_view sign) const {
    return peek().kind == TokenKind::sign && peek().text == sign;
  }
  bool is_word(std::string_view word) const {
    return peek().kind == TokenKind::name && to_lower(peek().text) == word;
  }
  Token take() { return at_ + 1 < tokens_.size() ? tokens_[at_++] : tokens_[at_]; }
  bool take_sign(std::string_view sign) {
    if (!is_sign(sign)) return false;
    take();
    return true;
  }
  bool take_word(std::string_view word) {
    if (!is_word(word)) return false;
    take();
    return true;
  }

  ExpressionPtr fail(std::string message) { return fail_at(peek().offset, std::move(message)); }
  ExpressionPtr fail_at(std::size_t offset, std::string message) {
    if (!problem_) problem_ = Problem{std::move(message), offset};
    return nullptr;
  }

  bool need(std::string_view sign, std::string_view where) {
    if (take_sign(sign)) return true;
    fail(fmt::format("expected '{}' {}, met {}", sign, where, shown(peek())));
    return false;
  }

  const OperatorSign* operator_here() const {
    if (peek().kind != TokenKind::sign) return nullptr;
    const auto* found = std::ranges::find(operators, peek().text, &OperatorSign::sign);
    return found == std::end(operators) ? nullptr : found;
  }

  // Operators stronger than `weakest`; those of one strength from the left, "^" from the right.
  ExpressionPtr expression(int weakest) {
    if (depth_ >= query_depth_max) {
      return fail(fmt::format("the query is nested deeper than {} levels", query_depth_max));
    }
    ++depth_;
    auto parsed = expression_within(weakest);
    --depth_;
    return parsed;
  }

  ExpressionPtr expression_within(int weakest) {
    auto left = operand();
    while (left) {
      for (auto word : {"and", "or", "unless", "atan2"}) {
        if (is_word(word)) return fail(fmt::format("the operator '{}' is not supported", word));
      }
      const auto* found = operator_here();
      if (!found || found->strength <= weakest) return left;
      auto offset = take().offset;
      Binary binary;
      binary.op = found->op;
      if (!modifiers(binary)) return nullptr;
      bool from_right = found->strength == power_strength;
      binary.right = expression(from_right ? found->strength - 1 : found->strength);
      if (!binary.right) return nullptr;
      binary.left = std::move(left);
      left = combined(std::move(binary), offset);
    }
    return left;
  }

  bool modifiers(Binary& binary) {
    if (is_word("bool")) {
      if (!is_comparison(binary.op)) {
        fail("'bool' belongs behind a comparison");
        return false;
      }
      take();
      binary.gives_truth = true;
    }
    bool on = is_word("on");
    if (!on && !is_word("ignoring")) return true;
    take();
    binary.matching = on ? Matching::on : Matching::ignoring;
    if (!label_list(binary.labels)) return false;
    if (!is_word("group_left") && !is_word("group_right")) return true;
    fail(fmt::format("'{}' is not supported; aggregate one side so that the series pair up",
                     peek().text));
    return false;
  }

  ExpressionPtr combined(Binary binary, std::size_t offset) {
    if (++operators_ > query_operators_max) {
      return fail_at(offset,
                     fmt::format("the query has more than {} operators", query_operators_max));
    }
    bool scalars = binary.left->type == Type::scalar && binary.right->type == Type::scalar;
    if (scalars && is_comparison(binary.op) && !binary.gives_truth) {
      return fail_at(offset, "comparisons between numbers must use 'bool', e.g. 1 < bool 2");
    }
    bool one_scalar = binary.left->type == Type::scalar || binary.right->type == Type::scalar;
    if (one_scalar && binary.matching != Matching::all) {
      return fail_at(offset, "'on' and 'ignoring' belong between two vectors");
    }
    return make(std::move(binary), scalars ? Type::scalar : Type::vector);
  }

  ExpressionPtr operand() {
    const auto& token = peek();
    switch (token.kind) {
      case TokenKind::number: return number();
      case TokenKind::name: return named();
      case TokenKind::sign: return signed_operand();
      case TokenKind::duration:
        return fail(
            fmt::format("{} is a duration; it belongs into brackets behind a selector, "
                        "e.g. temperature[{}]",
                        shown(token), token.text));
      case TokenKind::string: return fail("a string is not a value; labels go into braces");
      case TokenKind::end: break;
    }
    return fail("the query ends where a value should be");
  }

  ExpressionPtr number() {
    auto value = number_of(peek().text);
    if (!value) return fail(fmt::format("{} is not a number", shown(peek())));
    take();
    return make(Number{*value}, Type::scalar);
  }

  ExpressionPtr signed_operand() {
    if (is_sign("{")) return selection();
    if (take_sign("(")) {
      auto inner = expression(0);
      return inner && need(")", "to close the parenthesis") ? std::move(inner) : nullptr;
    }
    bool negative = is_sign("-");
    if (!negative && !is_sign("+")) {
      return fail(fmt::format("expected a value, met {}", shown(peek())));
    }
    auto offset = take().offset;
    // "-2^2" is -(2^2).
    auto inner = expression(power_strength - 1);
    if (!inner || !negative) return inner;
    Binary times;
    times.op = Operator::multiply;
    times.left = make(Number{-1}, Type::scalar);
    times.right = std::move(inner);
    return combined(std::move(times), offset);
  }

  ExpressionPtr named() {
    auto name = peek().text;
    bool is_call = tokens_[at_ + 1].kind == TokenKind::sign && tokens_[at_ + 1].text == "(";
    auto aggregator = find(aggregators, to_lower(name));
    auto next = to_lower(tokens_[at_ + 1].text);
    bool is_grouped =
        tokens_[at_ + 1].kind == TokenKind::name && (next == "by" || next == "without");
    if (aggregator && (is_call || is_grouped)) return aggregate(*aggregator);
    if (is_call) return call(name);
    if (auto value = special_number(name)) {
      take();
      return make(Number{*value}, Type::scalar);
    }
    return selection();
  }

  ExpressionPtr aggregate(Aggregator aggregator) {
    auto name = take().text;
    Aggregate made;
    made.aggregator = aggregator;
    if (!grouping(made) || !need("(", fmt::format("behind {}", name))) return nullptr;
    auto offset = peek().offset;
    made.argument = expression(0);
    if (!made.argument) return nullptr;
    if (made.argument->type == Type::scalar) {
      return fail_at(offset, fmt::format("{} takes series, not a number", name));
    }
    if (!need(")", fmt::format("to close {}(", name))) return nullptr;
    if (made.grouping == Grouping::none && !grouping(made)) return nullptr;
    return make(std::move(made), Type::vector);
  }

  bool grouping(Aggregate& aggregate) {
    bool by = is_word("by");
    if (!by && !is_word("without")) return true;
    take();
    aggregate.grouping = by ? Grouping::by : Grouping::without;
    return label_list(aggregate.labels);
  }

  bool label_list(std::vector<std::string>& labels) {
    if (!need("(", "before the names of labels")) return false;
    while (!is_sign(")")) {
      if (peek().kind != TokenKind::name) {
        fail(fmt::format("expected the name of a label, met {}", shown(peek())));
        return false;
      }
      labels.push_back(take().text);
      if (!take_sign(",")) break;
    }
    return need(")", "behind the names of labels");
  }

  ExpressionPtr call(const std::string& name) {
    auto offset = take().offset;
    take();  // "("
    if (auto function = find(window_functions, name)) return over_time(name, *function);
    if (name == "time") {
      return need(")", "behind time(") ? make(Clock{}, Type::scalar) : nullptr;
    }
    auto function = find(math_functions, name);
    bool to_vector = name == "vector";
    if (!function && !to_vector && name != "scalar") {
      return fail_at(offset, fmt::format("the function '{}' is not supported", name));
    }
    auto at = peek().offset;
    auto argument = expression(0);
    if (!argument || !need(")", fmt::format("to close {}(", name))) return nullptr;
    if ((argument->type == Type::scalar) != to_vector) {
      return fail_at(at, fmt::format("{} takes {}", name, to_vector ? "a number" : "series"));
    }
    if (function) return make(Math{*function, std::move(argument)}, Type::vector);
    auto conversion = to_vector ? Conversion::to_vector : Conversion::to_scalar;
    return make(Convert{conversion, std::move(argument)}, to_vector ? Type::vector : Type::scalar);
  }

  ExpressionPtr over_time(const std::string& name, WindowFunction function) {
    Selection selection;
    selection.is_instant = false;
    selection.function = function;
    if (peek().kind != TokenKind::name && !is_sign("{")) {
      return fail(
          fmt::format("{} takes a selector with a range, e.g. {}(temperature[5m])", name, name));
    }
    if (!matchers(selection.matchers)) return nullptr;
    if (!is_sign("[")) {
      return fail(fmt::format("{} needs a range behind the selector, e.g. [5m]; met {}", name,
                              shown(peek())));
    }
    take();
    if (!duration(selection.window, "in the brackets")) return nullptr;
    if (is_sign(":") || peek().kind == TokenKind::name) return fail("subqueries are not supported");
    if (!need("]", "behind the duration") || !modifiers(selection)) return nullptr;
    if (!need(")", fmt::format("to close {}(", name))) return nullptr;
    return make(std::move(selection), Type::vector);
  }

  bool duration(Microseconds& length, std::string_view where) {
    auto parsed = parse_duration(peek().text);
    if (peek().kind != TokenKind::duration || !parsed) {
      fail(fmt::format("expected a duration such as 5m or 1h30m {}, met {}", where, shown(peek())));
      return false;
    }
    take();
    length = *parsed;
    return true;
  }

  ExpressionPtr selection() {
    Selection selection;
    if (!matchers(selection.matchers) || !modifiers(selection)) return nullptr;
    if (is_sign("[")) {
      return fail("a selector with a range must be in a function, e.g. avg_over_time(…[5m])");
    }
    return make(std::move(selection), Type::vector);
  }

  bool modifiers(Selection& selection) {
    if (take_word("offset")) {
      bool forward = take_sign("-");
      if (!duration(selection.offset, "behind 'offset'")) return false;
      if (forward) selection.offset = -selection.offset;
    }
    if (!is_sign("@")) return true;
    fail("the modifier '@' is not supported");
    return false;
  }

  bool matchers(Matchers& matchers) {
    auto start = peek().offset;
    bool is_named = peek().kind == TokenKind::name;
    if (is_named) matchers.push_back({std::string(name_label), MatchKind::equal, take().text, {}});
    if (take_sign("{")) {
      while (!is_sign("}")) {
        if (!matcher(matchers)) return false;
        if (!take_sign(",")) break;
      }
      if (!need("}", "behind the matchers")) return false;
    }
    // "Vector selectors must either specify a name or at least one label matcher that does not
    //  match the empty string."
    if (std::ranges::any_of(matchers, [](const auto& one) { return !one.accepts(""); }))
      return true;
    fail_at(start, "a selector needs a name or a matcher that does not match an empty label");
    return false;
  }

  bool matcher(Matchers& matchers) {
    if (peek().kind != TokenKind::name) {
      fail(fmt::format("expected the name of a label, met {}", shown(peek())));
      return false;
    }
    Matcher made;
    made.label = take().text;
    auto kind = match_kind();
    if (!kind) return false;
    made.kind = *kind;
    if (peek().kind != TokenKind::string) {
      fail(fmt::format("expected a quoted string behind {}, met {}", made.label, shown(peek())));
      return false;
    }
    auto token = take();
    made.text = token.text;
    if (made.kind == MatchKind::matches || made.kind == MatchKind::not_matches) {
      if (auto wrong = compile(made); !wrong.empty()) {
        fail_at(token.offset, fmt::format("the regular expression is broken: {}", wrong));
        return false;
      }
    }
    matchers.push_back(std::move(made));
    return true;
  }

  std::optional<MatchKind> match_kind() {
    constexpr Named<MatchKind> kinds[] = {{"=", MatchKind::equal},
                                          {"!=", MatchKind::not_equal},
                                          {"=~", MatchKind::matches},
                                          {"!~", MatchKind::not_matches}};
    auto found = peek().kind == TokenKind::sign ? find(kinds, peek().text) : std::nullopt;
    if (found) {
      take();
    } else {
      fail(fmt::format("expected =, !=, =~ or !~, met {}", shown(peek())));
    }
    return found;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  int operators_ = 0;
  std::optional<Problem> problem_;
};

// "1:7: parse error: …": line and column from 1.
std::unexpected<Problem> placed(std::string_view text, const Problem& problem) {
  auto before = text.substr(0, problem.offset);
  auto line = std::ranges::count(before, '\n') + 1;
  auto line_start = before.rfind('\n');
  auto column =
      count_characters(line_start == before.npos ? before : before.substr(line_start + 1));
  return std::unexpected(Problem{
      fmt::format("{}:{}: parse error: {}", line, column + 1, problem.message), problem.offset});
}

}  // namespace

Result<ExpressionPtr> parse_query(std::string_view text) {
  auto tokens = split_into_tokens(text);
  if (!tokens) return placed(text, tokens.error());
  Parser parser(std::move(*tokens));
  auto parsed = parser.query();
  if (!parsed) return placed(text, parser.problem());
  return parsed;
}

Result<Matchers> parse_selector(std::string_view text) {
  auto tokens = split_into_tokens(text);
  if (!tokens) return placed(text, tokens.error());
  Parser parser(std::move(*tokens));
  auto parsed = parser.selector();
  if (!parsed) return placed(text, parser.problem());
  return std::move(*parsed);
}

std::optional<Microseconds> parse_duration(std::string_view text) {
  Microseconds total{0};
  while (!text.empty()) {
    auto digits = text.find_first_not_of("0123456789");
    if (digits == text.npos || digits == 0) return std::nullopt;
    auto number = parse_number<std::int64_t>(text.substr(0, digits));
    text.remove_prefix(digits);
    auto letters = std::min(text.find_first_of("0123456789"), text.size());
    const auto* unit = std::ranges::find(units, text.substr(0, letters), &Unit::name);
    text.remove_prefix(letters);
    if (!number || unit == std::end(units) || *number > duration_max / unit->length) {
      return std::nullopt;
    }
    total += unit->length * *number;
    if (total > duration_max) return std::nullopt;
  }
  return total.count() > 0 ? std::optional(total) : std::nullopt;
}

}  // namespace tt::gateway::prometheus
