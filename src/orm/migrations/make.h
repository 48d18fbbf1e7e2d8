#pragma once

// Making migrations: what the command makemigrations does.

#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "orm/migrations/history.h"
#include "orm/migrations/questions.h"

namespace tt::orm::migrations {

enum class Making : unsigned char {
  write,
  dry_run,  // says what would be written
  check,    // the same; for tests of whether all migrations are there
};

struct MakeRequest {
  std::vector<std::string> labels;  // empty: all apps that have a folder
  std::string name;                 // behind the number, instead of one from the operations
  bool is_empty = false;            // one without operations for each of `labels`, to be filled in
  Making making = Making::write;
};

// Compares the models of the apps with what their migrations lead to, writes what is missing, and
// says so to `out`.  The migrations, none if nothing has changed.  Apps that refer to each other in
// a circle get two each.  Throws what History::read, detect and write_migration throw; then no
// file was written, unless it is one of those that write_migration throws.
std::vector<Migration> make_migrations(std::span<const App> apps, const MakeRequest& request,
                                       Questions& questions, std::ostream& out);

}  // namespace tt::orm::migrations
