#include "gateway/prometheus/parser.h"

#include <doctest/doctest.h>

using namespace tt;
using namespace tt::gateway::prometheus;
using namespace std::chrono_literals;

namespace {

std::string text_of(const Expression& expression);

constexpr std::string_view signs[] = {"+",  "-",  "*", "/",  "%", "^",
                                      "==", "!=", "<", "<=", ">", ">="};
constexpr std::string_view kinds[] = {"=", "!=", "=~", "!~"};
constexpr std::string_view windows[] = {"last",  "avg",  "min",      "max",  "sum",
                                        "count", "rate", "increase", "delta"};
constexpr std::string_view aggregators[] = {"sum", "avg", "min", "max", "count"};

std::string list_of(const std::vector<std::string>& labels) {
  std::string text;
  for (const auto& label : labels) text += (text.empty() ? "" : ",") + label;
  return text;
}

std::string text_of(const Selection& selection) {
  std::string text;
  for (const auto& matcher : selection.matchers) {
    text += fmt::format("{}{}{};", matcher.label, kinds[int(matcher.kind)], matcher.text);
  }
  auto range = selection.is_instant ? "" : fmt::format(" {}us", selection.window.count());
  auto offset =
      selection.offset == 0us ? "" : fmt::format(" offset {}us", selection.offset.count());
  return fmt::format("{}({}{}{})", windows[int(selection.function)], text, range, offset);
}

// With every operation in parentheses.
std::string text_of(const Expression& expression) {
  if (auto* number = std::get_if<Number>(&expression.node)) return fmt::format("{}", number->value);
  if (std::get_if<Clock>(&expression.node)) return "time()";
  if (auto* selection = std::get_if<Selection>(&expression.node)) return text_of(*selection);
  if (auto* math = std::get_if<Math>(&expression.node)) {
    return fmt::format("math{}[{}]", int(math->function), text_of(*math->argument));
  }
  if (auto* convert = std::get_if<Convert>(&expression.node)) {
    return fmt::format("convert[{}]", text_of(*convert->argument));
  }
  if (auto* aggregate = std::get_if<Aggregate>(&expression.node)) {
    constexpr std::string_view groupings[] = {"", " by ", " without "};
    return fmt::format("{}{}{}[{}]", aggregators[int(aggregate->aggregator)],
                       groupings[int(aggregate->grouping)], list_of(aggregate->labels),
                       text_of(*aggregate->argument));
  }
  const auto& binary = std::get<Binary>(expression.node);
  constexpr std::string_view matchings[] = {"", " on ", " ignoring "};
  return fmt::format("({} {}{}{}{} {})", text_of(*binary.left), signs[int(binary.op)],
                     binary.gives_truth ? " bool" : "", matchings[int(binary.matching)],
                     list_of(binary.labels), text_of(*binary.right));
}

std::string parsed(std::string_view query) {
  auto tree = parse_query(query);
  return tree ? text_of(**tree) : tree.error().message;
}

}  // namespace

TEST_CASE("queries become trees") {
  struct Row {
    std::string_view query, tree;
  };
  constexpr Row rows[] = {
      {"temperature", "last(__name__=temperature;)"},
      {"{feed=\"504\"}", "last(feed=504;)"},
      {"a{b=\"1\",c!=\"2\",d=~\"3|4\",e!~'5',}", "last(__name__=a;b=1;c!=2;d=~3|4;e!~5;)"},
      {"a offset 1m", "last(__name__=a; offset 60000000us)"},
      {"a offset -1m", "last(__name__=a; offset -60000000us)"},
      {"rate(a[1m30s])", "rate(__name__=a; 90000000us)"},
      {"avg_over_time(a{b='c'}[5m] offset 1h)",
       "avg(__name__=a;b=c; 300000000us offset 3600000000us)"},
      // Strength and direction of the operators.
      {"1 + 2 * 3", "(1 + (2 * 3))"},
      {"1 - 2 - 3", "((1 - 2) - 3)"},
      {"2 ^ 3 ^ 2", "(2 ^ (3 ^ 2))"},
      {"-2 ^ 2", "(-1 * (2 ^ 2))"},
      {"2 * -3", "(2 * (-1 * 3))"},
      {"(1 + 2) * 3", "((1 + 2) * 3)"},
      {"1 < bool 2 + 3", "(1 < bool (2 + 3))"},
      {"a > 1", "(last(__name__=a;) > 1)"},
      {"a / on(feed, channel) b", "(last(__name__=a;) / on feed,channel last(__name__=b;))"},
      {"a - ignoring(channel) b", "(last(__name__=a;) - ignoring channel last(__name__=b;))"},
      {"sum(a)", "sum[last(__name__=a;)]"},
      {"sum by (feed) (a)", "sum by feed[last(__name__=a;)]"},
      {"avg(a) without (feed, unit)", "avg without feed,unit[last(__name__=a;)]"},
      {"SUM BY () (a)", "sum by [last(__name__=a;)]"},
      {"abs(a)", "math0[last(__name__=a;)]"},
      {"vector(1)", "convert[1]"},
      {"scalar(a) + 1", "(convert[last(__name__=a;)] + 1)"},
      {"time()", "time()"},
      {"1e3 + 0x10 + .5 + Inf", "(((1000 + 16) + 0.5) + inf)"},
      // Names that are also words of the language.
      {"sum", "last(__name__=sum;)"},
      {"rate", "last(__name__=rate;)"},
      {"a:b # a comment", "last(__name__=a:b;)"},
      {"{t=\"a\\\"b\\n\"}", "last(t=a\"b\n;)"},
      {"{t=`a\\b`}", "last(t=a\\b;)"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.query);
    CHECK(parsed(row.query) == row.tree);
  }
}

TEST_CASE("complaints say where and what") {
  struct Row {
    std::string_view query, complaint;
  };
  constexpr Row rows[] = {
      {"", "1:1: parse error: the query ends where a value should be"},
      {"1 +", "1:4: parse error: the query ends where a value should be"},
      {"a b", "1:3: parse error: 'b' is not expected here; an operator or the end would be"},
      {"a{b}", "1:4: parse error: expected =, !=, =~ or !~, met '}'"},
      {"a{b=c}", "1:5: parse error: expected a quoted string behind b, met 'c'"},
      {"a{b=\"c\"", "1:8: parse error: expected '}' behind the matchers, met the end of the query"},
      {"a{b=\"c}", "1:5: parse error: a string has no closing quote"},
      {"{}",
       "1:1: parse error: a selector needs a name or a matcher that does not match an empty "
       "label"},
      {"{a=~\".*\"}",
       "1:1: parse error: a selector needs a name or a matcher that does not match "
       "an empty label"},
      {"rate(a)", "1:7: parse error: rate needs a range behind the selector, e.g. [5m]; met ')'"},
      {"rate(1)",
       "1:6: parse error: rate takes a selector with a range, e.g. rate(temperature[5m])"},
      {"rate(a[5])",
       "1:8: parse error: expected a duration such as 5m or 1h30m in the brackets, met '5'"},
      {"rate(a[0s])",
       "1:8: parse error: expected a duration such as 5m or 1h30m in the brackets, met '0s'"},
      {"rate(a[5m:1m])", "1:10: parse error: subqueries are not supported"},
      {"a[5m]",
       "1:2: parse error: a selector with a range must be in a function, e.g. "
       "avg_over_time(…[5m])"},
      {"1 < 2", "1:3: parse error: comparisons between numbers must use 'bool', e.g. 1 < bool 2"},
      {"1 + bool 2", "1:5: parse error: 'bool' belongs behind a comparison"},
      {"a and b", "1:3: parse error: the operator 'and' is not supported"},
      {"a * on(x) group_left b",
       "1:11: parse error: 'group_left' is not supported; aggregate one "
       "side so that the series pair up"},
      {"a * on(x) 1", "1:3: parse error: 'on' and 'ignoring' belong between two vectors"},
      {"sum(1)", "1:5: parse error: sum takes series, not a number"},
      {"vector(a)", "1:8: parse error: vector takes a number"},
      {"histogram_quantile(0.9, a)",
       "1:1: parse error: the function 'histogram_quantile' is not supported"},
      {"a @ 5", "1:3: parse error: the modifier '@' is not supported"},
      {"a +\n  $b", "2:3: parse error: unexpected character in the query"},
      {"(1", "1:3: parse error: expected ')' to close the parenthesis, met the end of the query"},
      {"5m",
       "1:1: parse error: '5m' is a duration; it belongs into brackets behind a selector, "
       "e.g. temperature[5m]"},
      {"\"a\"", "1:1: parse error: a string is not a value; labels go into braces"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.query);
    CHECK(parsed(row.query) == row.complaint);
  }
  CHECK(parsed("a{b=~\"(\"}").starts_with("1:6: parse error: the regular expression is broken: "));
}

TEST_CASE("depth and length of a query are bounded") {
  std::string deep(1000, '(');
  CHECK(parsed(deep).ends_with("the query is nested deeper than 60 levels"));
  CHECK(parsed(std::string(1000, '-') + "1").ends_with("nested deeper than 60 levels"));
  std::string powers = "1", sums = "1";
  for (int i = 0; i < 1000; ++i) {
    powers += "^1";
    sums += "+1";
  }
  CHECK(parsed(powers).ends_with("nested deeper than 60 levels"));
  CHECK(parsed(sums).ends_with("the query has more than 500 operators"));
}

TEST_CASE("durations are numbers with units, added up") {
  CHECK(parse_duration("5m") == 5min);
  CHECK(parse_duration("1h30m") == 90min);
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("1w") == 168h);
  CHECK(parse_duration("1y") == 8760h);
  for (auto bad : {"", "5", "m", "5x", "0s", "5m5", "-5m", "1000y", "99999999999999999999s"}) {
    CAPTURE(bad);
    CHECK(!parse_duration(bad));
  }
}

TEST_CASE("names of channels become names of metrics") {
  CHECK(metric_name_of("temperature") == "temperature");
  CHECK(metric_name_of("wind-speed.max+1") == "wind_speed_max_1");
  CHECK(metric_name_of("0") == "_0");
  CHECK(metric_name_of("größe") == "gr__e");
}
