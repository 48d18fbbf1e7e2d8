#pragma once

// The answers of the HTTP API as JSON: {"status":"success","data":…} and
// {"status":"error","errorType":…,"error":…}.

#include <string>
#include <string_view>

#include "base/error.h"
#include "gateway/prometheus/evaluator.h"

namespace tt::gateway::prometheus {

// {"resultType":"vector","result":[{"metric":{…},"value":[1435781430.781,"1"]},…]}, or a "scalar".
std::string instant_result(const Answer& answer, const Steps& steps);
// {"resultType":"matrix","result":[{"metric":{…},"values":[[1435781430.781,"1"],…]},…]}
std::string range_result(const Answer& answer, const Steps& steps);

// `data` is JSON; `warning` is left out if it is empty.
std::string success(std::string_view data, std::string_view warning = {});
std::string failure(std::string_view type, std::string_view message);

// "bad_data", "execution", …
std::string_view type_of(Code code);

// "1", "0.1", "1000000000000000000000", "NaN", "+Inf": never with an exponent.
std::string value_text(double value);

}  // namespace tt::gateway::prometheus
