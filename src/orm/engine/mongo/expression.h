#pragma once

// From the expressions of a query to those of MongoDB's aggregations.

#include <functional>
#include <string>
#include <vector>

#include "orm/engine/mongo/document.h"
#include "orm/query.h"

namespace tt::orm::engine {

// The member path of a column.
using PlaceOf = std::function<std::string(const Path& path)>;

// Where the value of an annotation stands.
std::string annotation_member(const std::string& name);

// "$member.path"
Bson reference(const std::string& place);
// True if it is neither null nor missing: both come before all other values in the order of types.
Document has_value(Bson expression);
// In a $match: the expression is true.
Document expression_filter(Bson expression);

// The aggregates that expressions ask for, as accumulators of a $group.
class Accumulators {
 public:
  // Adds what the aggregate needs, over rows that `operand` speaks about; returns what it gives
  // after the $group.
  Bson add(const Expression& aggregate, Bson operand);
  // To be added to the members of the $group.
  const std::vector<Member>& members() const { return members_; }

 private:
  std::string add(Document accumulator);
  Bson add_distinct(Aggregate function, Bson operand);

  std::vector<Member> members_;
};

// `aggregates` takes those that the expression has; nullptr if it can have none.
Bson write_expression(const Expression& expression, const PlaceOf& place_of,
                      Accumulators* aggregates = nullptr);

// The part of a time (an integer of microseconds) or of a date: "$month", "$dayOfMonth".
Bson calendar_part(const char* part, Bson expression, Kind kind);

// What the expression gives for no rows at all.
Value value_of_nothing(const Expression& expression);

}  // namespace tt::orm::engine
