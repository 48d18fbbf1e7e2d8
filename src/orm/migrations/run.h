#pragma once

// Running migrations: what the commands migrate, showmigrations and sqlmigrate do.
//
// The table thingtank_migrations holds a row for each migration that is applied.  On engines whose
// schema changes are part of transactions, a migration is applied as a whole or not at all.

#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "orm/database.h"
#include "orm/migrations/history.h"

namespace tt::orm::migrations {

enum class Running : unsigned char {
  apply,
  fake,  // only the records change
  plan,  // nothing changes; says what would
};

struct MigrateRequest {
  std::string app;   // empty: all
  std::string name;  // of a migration or its beginning; "zero": before the first; empty: the last
  Running running = Running::apply;
};

// Applies what is missing up to the target, or takes back what follows it, and says so to `out`.
// The migrations that were applied or taken back, in order.  Throws what History::read throws,
// not_found if there is no such app or migration, conflict if leaves are in conflict, unsupported
// if an operation cannot be undone, or what the engine throws, naming the migration: those before
// it stay.
std::vector<MigrationKey> migrate(Database& database, std::span<const App> apps,
                                  const MigrateRequest& request, std::ostream& out);

// Each app with its migrations, those that are applied with an X.  `labels`: empty for all.
// Throws not_found if there is no such app.
void show_migrations(Session& session, std::span<const App> apps,
                     std::span<const std::string> labels, std::ostream& out);

// The statements of migrate(), or of taking it back, for the engine of `session`.  Throws not_found
// or unsupported.
struct SqlRequest {
  std::string app;
  std::string name;
  enum class Direction : unsigned char { forwards, backwards } direction = Direction::forwards;
};
void sql_migrate(Session& session, std::span<const App> apps, const SqlRequest& request,
                 std::ostream& out);

}  // namespace tt::orm::migrations
