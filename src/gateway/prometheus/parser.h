#pragma once

// The query language: the part of PromQL that dashboards use.
//
//   expression  = operand { operator [ "bool" ] [ ("on" | "ignoring") labels ] operand }
//   operator    = "^" / "*" "/" "%" / "+" "-" / "==" "!=" "<" "<=" ">" ">="      strongest first
//   operand     = ( "-" | "+" ) operand | "(" expression ")" | number | selection
//               | aggregator [ grouping ] "(" expression ")" [ grouping ]
//               | function "(" [ expression | range ] ")"
//   range       = selection "[" duration "]" [ "offset" [ "-" ] duration ]
//   selection   = ( name [ matchers ] | matchers ) [ "offset" [ "-" ] duration ]
//   matchers    = "{" [ label ( "=" | "!=" | "=~" | "!~" ) string { "," … } [ "," ] ] "}"
//   grouping    = ( "by" | "without" ) labels        labels = "(" [ label { "," label } ] ")"
//   aggregator  = "sum" "avg" "min" "max" "count"
//   function    = with a range: avg_ min_ max_ sum_ count_ last_over_time, rate, increase, delta
//                 with a vector: abs ceil floor round sqrt ln exp, scalar; vector(scalar); time()
//
// A Problem says what was met and what would have been right, as "1:7: parse error: …".

#include <optional>

#include "base/error.h"
#include "gateway/prometheus/expression.h"

namespace tt::gateway::prometheus {

inline constexpr int query_depth_max = 60;
inline constexpr int query_operators_max = 500;

Result<ExpressionPtr> parse_query(std::string_view text);

// "up", "{feed=\"504\"}": what `match[]` holds.
Result<Matchers> parse_selector(std::string_view text);

// "5m", "1h30m", "250ms"; nullopt for anything else, zero among it.
std::optional<Microseconds> parse_duration(std::string_view text);

}  // namespace tt::gateway::prometheus
