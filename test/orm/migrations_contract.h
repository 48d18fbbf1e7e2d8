#pragma once

// The suite of migrations that every engine of the orm passes.
//
//   TEST_CASE("migrations") { check_migrations_contract([] { return open_…(); }); }
//
// `make_empty` returns an empty Database; it is called once for every part of the suite.

#include <doctest/doctest.h>

#include <functional>
#include <memory>

#include "orm/migrations_project.h"
#include "orm/orm.h"

namespace tt::orm::contract {

using MakeDatabase = std::function<std::unique_ptr<Database>()>;

// Every operation with rows that exist, and back again.
void check_operations(Database& database);
// A migration that fails halfway leaves nothing behind, if the engine can do that.
void check_failing_migration(Database& database);
// Rows that cannot be kept are refused.
void check_refused_values(Database& database);

void check_migrations_contract(const MakeDatabase& make_empty);

}  // namespace tt::orm::contract
