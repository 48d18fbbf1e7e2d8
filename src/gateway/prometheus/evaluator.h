#pragma once

// From the series that a query selects to its answer: pure calculation.

#include <map>
#include <vector>

#include "gateway/prometheus/expression.h"
#include "gateway/prometheus/steps.h"

namespace tt::gateway::prometheus {

// All selections of a query, in the order of its text.
std::vector<const Selection*> selections_of(const Expression& query);

// Their series, with one value a step; labels are still whole.
using Selected = std::map<const Selection*, std::vector<Series>>;

// What came out: a scalar is one series without labels.  Series without any value are left out;
// they ascend by labels.
struct Answer {
  Type type = Type::vector;
  std::vector<Series> series;
};

// Takes the series out of `selected`.  Throws unprocessable if two series of one side of an
// operator have the same labels, so that it is not clear which pairs up.
Answer evaluate(const Expression& query, Selected& selected, const Steps& steps);

}  // namespace tt::gateway::prometheus
