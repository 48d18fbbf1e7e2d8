#pragma once

// Plan: a query as one command of MongoDB, find or aggregate, and how its answer is read.
//
// A query of one table without expressions becomes a find.  All else is a pipeline:
//
//   $match      what concerns the table's own columns
//   $lookup …   the relations (joins.h), and whether there is a row for conditions on many
//   $set        annotations that are no aggregates
//   $match      the other conditions on rows
//   $group      if there are aggregates: of each row, of each value of `group`, or of all
//   $set $match annotations made of aggregates, conditions on them
//   $group      distinct
//   $sort $skip $limit $project

#include <vector>

#include "orm/engine/mongo/cell.h"
#include "orm/engine/mongo/document.h"
#include "orm/engine/mongo/filter.h"
#include "orm/query.h"

namespace tt::orm::engine {

struct Plan {
  Document command;
  std::vector<Cell> cells;
  bool is_empty = false;       // there are no rows, nothing needs to be asked
  std::optional<Row> if_none;  // the one row if no document comes (aggregates of no rows)
};

// `resolve` is called for each query among the conditions.
Plan plan_select(const Select& query, const ResolveValues& resolve);
// One document comes, or none for 0: the member "n" is the number of rows.
Plan plan_count(const Select& query, const ResolveValues& resolve);

// The filter of an update or delete of one table; nullopt if it needs other tables, so that the
// ids have to be asked for first.
std::optional<Bson> plan_filter(const ModelInfo& model, const Node& where,
                                const ResolveValues& resolve);
// The ids of the rows, some perhaps several times.
Plan plan_ids(const ModelInfo& model, const Node& where, const ResolveValues& resolve);

}  // namespace tt::orm::engine
