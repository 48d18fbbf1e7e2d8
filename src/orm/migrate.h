#pragma once

// Migrations: tables follow the models.
//
//   orm::Schema schema{.name = "registry", .models = orm::models_of<Feed, Channel>()};
//   orm::migrate(database, schema);
//
// migrate() compares the models with the state that was recorded last, and applies the difference
// in one transaction: new tables, new columns (rows that exist get the default), new and dropped
// indexes, new extra statements.  Each migration is kept in the table orm_migration with its text
// and the state it led to.
//
// What is in the database but not in the program is never dropped: the database was then made by a
// newer version of the program and is refused.  A field that changed its type, or lost its null,
// is refused as well.

#include <string>
#include <vector>

#include "orm/database.h"
#include "orm/model.h"

namespace tt::orm {

// A statement of the engine's own language, run once: full text tables, triggers.  Neither its
// name nor its text may change later; add another one instead.
struct ExtraStatement {
  std::string name;
  std::string sql;
};

// The tables of one module.
struct Schema {
  std::string name;
  std::vector<const ModelInfo*> models;
  std::vector<ExtraStatement> extra = {};
  // Raise it when older programs must not open the database any more although they know all of
  // its tables and columns, e.g. when the meaning of a column changes.
  int version = 1;
};

template <class... M>
std::vector<const ModelInfo*> models_of() {
  return {&model_info<M>()...};
}

// Brings the tables to the state of `schema`, or makes them; changes nothing if they are there
// already.  The statements that were run, in order.  Throws unsupported if the database was made
// by a newer version or would need a change of a kind that is not supported; then nothing changes.
std::vector<std::string> migrate(Database& database, const Schema& schema);

}  // namespace tt::orm
