#pragma once

// The parameters of a request, from its query and, of a POST, from its form.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "gateway/prometheus/expression.h"
#include "gateway/prometheus/steps.h"

namespace tt::gateway::prometheus {

using Parameters = std::vector<std::pair<std::string, std::string>>;

// The first of that name; empty if there is none.
std::string_view value_of(const Parameters& parameters, std::string_view name);
std::vector<std::string_view> values_of(const Parameters& parameters, std::string_view name);

// All of these throw invalid with the parameter's name.

ExpressionPtr query_of(const Parameters& parameters, const Limits& limits);
// One for each `match[]`.
std::vector<Matchers> selectors_of(const Parameters& parameters, const Limits& limits);
// `time`, or else now.
Steps instant_of(const Parameters& parameters, Time now);
// start, start + step, … not after `end`.
Steps range_of(const Parameters& parameters, const Limits& limits);

// "1435781430.781", "2015-07-01T20:10:30.781Z"
std::optional<Time> parse_instant(std::string_view text);

}  // namespace tt::gateway::prometheus
