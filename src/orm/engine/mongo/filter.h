#pragma once

// From the conditions of a query to a filter of MongoDB ($match).
//
// A comparison in a filter is false for null, as in SQL; $nor makes it true, as exclude() wants it.

#include <functional>
#include <string>
#include <vector>

#include "orm/engine/mongo/document.h"
#include "orm/engine/mongo/expression.h"
#include "orm/engine/mongo/joins.h"
#include "orm/query.h"

namespace tt::orm::engine {

// The values of the one column of a query, which is asked beforehand.
using ResolveValues = std::function<std::vector<Value>(const Select& query)>;

class FilterWriter {
 public:
  FilterWriter(const ModelInfo& model, Joins& joins, const ResolveValues& resolve)
      : model_(model), joins_(joins), resolve_(resolve) {}

  // After a $group: columns stand elsewhere.
  void set_place(PlaceOf place_of) { place_of_ = std::move(place_of); }

  Bson write(const Node& node) { return write(node, Parity::even); }

  // Stages that have to run before the filter: "there is such a row" of conditions that lead to
  // many rows, each into a member of its own.
  void write_lookups(Array& stages) const;
  bool has_lookups() const { return !lookups_.empty(); }

 private:
  // Of the none_of around a condition.
  enum class Parity : unsigned char { even, odd };

  Bson write(const Node& node, Parity parity);
  Array write_all(const std::vector<Node>& nodes, Parity parity);
  Bson write_condition(const Condition& condition, Parity parity);
  Bson write_comparison(const Condition& condition, const std::string& place);
  Bson write_exists(const Condition& condition);
  Bson write_expression_condition(const Condition& condition, const std::string& place);
  std::string place_of(const Path& path, unsigned call);

  const ModelInfo& model_;
  Joins& joins_;
  const ResolveValues& resolve_;
  PlaceOf place_of_;
  std::vector<Document> lookups_;
};

}  // namespace tt::orm::engine
