#pragma once

// Detecting: which operations lead from one state to another one.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "orm/migrations/operation.h"
#include "orm/migrations/questions.h"

namespace tt::orm::migrations {

// Of each app that has changed, in the order in which they are to be applied.  Only apps of
// `labels` are looked at.  The same states and answers give the same operations.  Throws invalid
// if a field needs a value for rows that exist and there is none, unsupported if a field changes
// so that what it holds would be lost.
struct Detection {
  const State& before;
  const State& after;
  const std::set<std::string>& labels;
};
std::map<std::string, std::vector<Operation>> detect(const Detection& detection,
                                                     Questions& questions);

// The models that fields of the operation refer to.
std::set<std::string> targets_of(const Operation& operation);

}  // namespace tt::orm::migrations
