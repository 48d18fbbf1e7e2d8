#include "orm/migrations/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "orm/migrations/records.h"

namespace tt::orm::migrations {
namespace {

enum class Step : unsigned char { forwards, backwards };

struct PlannedStep {
  const Migration* migration = nullptr;
  Step step = Step::forwards;
};

const App& require_app(std::span<const App> apps, std::string_view label) {
  auto found = std::ranges::find(apps, label, &App::label);
  if (found != apps.end()) return *found;
  throw Error(Code::not_found, fmt::format("there is no app {}", label));
}

[[noreturn]] void fail_in(const MigrationKey& key, const Error& error, std::string_view more) {
  throw Error(error.code(), fmt::format("{}: {}{}", key.text(), error.what(), more));
}

// --- changes of one migration --------------------------------------------------------------------

// The changes that take `migration` from `state`, which becomes the one behind it.
std::vector<SchemaChange> changes_forwards(const Migration& migration, State& state) {
  std::vector<SchemaChange> changes;
  for (const Operation& operation : migration.operations) {
    State before = state;
    apply(operation, migration.key.app, state);
    for (SchemaChange& change : changes_of(operation, migration.key.app, before, state)) {
      changes.push_back(std::move(change));
    }
  }
  return changes;
}

// Those that take it back; `state` is the one before it.
std::vector<SchemaChange> changes_backwards(const Migration& migration, const State& state) {
  std::vector<State> states{state};
  for (const Operation& operation : migration.operations) {
    states.push_back(states.back());
    apply(operation, migration.key.app, states.back());
  }
  std::vector<SchemaChange> changes;
  for (std::size_t i = migration.operations.size(); i-- > 0;) {
    auto inverse = inverse_of(migration.operations[i], migration.key.app, states[i]);
    if (!inverse) {
      throw Error(Code::unsupported,
                  fmt::format("{}: operation {} ({}) cannot be taken back: it has no "
                              "\"reverse_sql\"",
                              migration.key.text(), i + 1, describe(migration.operations[i])));
    }
    for (SchemaChange& change : changes_of(*inverse, migration.key.app, states[i + 1], states[i])) {
      changes.push_back(std::move(change));
    }
  }
  return changes;
}

// --- plans ---------------------------------------------------------------------------------------

class Planner {
 public:
  Planner(const History& history, const Applied& applied) : history_(history), applied_(applied) {}

  std::vector<PlannedStep> plan(std::span<const App> apps, const MigrateRequest& request) {
    if (request.app.empty()) {
      TT_ASSERT(request.name.empty());
      for (const App& app : apps) add_missing(app.label);
    } else if (request.name.empty()) {
      add_missing(require_app(apps, request.app).label);
    } else if (request.name == "zero") {
      require_app(apps, request.app);
      for (const Migration& migration : history_.migrations()) {
        if (migration.key.app == request.app) take_back(migration.key);
      }
    } else {
      require_app(apps, request.app);
      plan_target(history_.find_by_prefix(request.app, request.name).key);
    }
    return sorted();
  }

 private:
  void add_missing(std::string_view app) {
    for (const MigrationKey& leaf : history_.leaves(app)) add(leaf);
  }

  void add(const MigrationKey& key) {
    for (const MigrationKey& each : history_.with_dependencies(key)) {
      if (!applied_.contains(each)) forwards_.insert(each);
    }
  }

  void take_back(const MigrationKey& key) {
    for (const MigrationKey& each : history_.with_dependants(key)) {
      if (applied_.contains(each)) backwards_.insert(each);
    }
  }

  // An applied target stays; what follows it in its app goes.
  void plan_target(const MigrationKey& key) {
    if (!applied_.contains(key)) return add(key);
    for (const MigrationKey& each : history_.with_dependants(key)) {
      if (each.app == key.app && each != key) take_back(each);
    }
  }

  std::vector<PlannedStep> sorted() const {
    std::vector<PlannedStep> steps;
    const auto& migrations = history_.migrations();
    for (std::size_t i = migrations.size(); i-- > 0;) {
      if (!backwards_.contains(migrations[i].key)) continue;
      steps.push_back({&migrations[i], Step::backwards});
    }
    for (const Migration& migration : migrations) {
      if (forwards_.contains(migration.key)) steps.push_back({&migration, Step::forwards});
    }
    return steps;
  }

  const History& history_;
  const Applied& applied_;
  std::set<MigrationKey> forwards_, backwards_;
};

void describe_request(const MigrateRequest& request, std::span<const App> apps,
                      const History& history, std::ostream& out) {
  out << "Operations to perform:\n";
  if (request.name == "zero") {
    out << fmt::format("  Unapply all migrations: {}\n", request.app);
  } else if (!request.name.empty()) {
    out << fmt::format("  Target specific migration: {}, from {}\n",
                       history.find_by_prefix(request.app, request.name).key.name, request.app);
  } else {
    std::vector<std::string> labels;
    for (const App& app : apps) {
      bool is_meant =
          request.app.empty() ? !history.leaves(app.label).empty() : app.label == request.app;
      if (is_meant) labels.push_back(app.label);
    }
    std::ranges::sort(labels);
    out << fmt::format("  Apply all migrations: {}\n",
                       labels.empty() ? "(none)" : fmt::format("{}", fmt::join(labels, ", ")));
  }
}

void describe_plan(const std::vector<PlannedStep>& steps, std::ostream& out) {
  out << "Planned operations:\n";
  if (steps.empty()) out << "  No planned migration operations.\n";
  for (const PlannedStep& step : steps) {
    out << step.migration->key.text() << '\n';
    const auto& operations = step.migration->operations;
    for (std::size_t i = 0; i < operations.size(); ++i) {
      if (step.step == Step::forwards) {
        out << "    " << describe(operations[i]) << '\n';
      } else {
        out << "    Undo " << describe(operations[operations.size() - 1 - i]) << '\n';
      }
    }
  }
}

// --- running -------------------------------------------------------------------------------------

class Runner {
 public:
  Runner(Database& database, const History& history, Applied applied)
      : database_(database), history_(history), applied_(std::move(applied)) {}

  void run(const PlannedStep& step, Running running, std::ostream& out) {
    const MigrationKey& key = step.migration->key;
    bool is_forwards = step.step == Step::forwards;
    out << fmt::format("  {} {}...", is_forwards ? "Applying" : "Unapplying", key.text())
        << std::flush;
    std::vector<SchemaChange> changes;
    if (running != Running::fake) changes = changes_of_step(step);
    change_database(step, changes);
    if (is_forwards) {
      applied_[key];
    } else {
      applied_.erase(key);
    }
    out << (running == Running::fake ? " FAKED\n" : " OK\n");
  }

 private:
  // Of the migrations before this one that are applied.
  State state_before(const MigrationKey& key) const {
    State state = history_.beginning();
    for (const Migration& migration : history_.migrations()) {
      if (migration.key == key) break;
      if (applied_.contains(migration.key)) history_.advance(state, migration);
    }
    return state;
  }

  std::vector<SchemaChange> changes_of_step(const PlannedStep& step) const {
    State state = state_before(step.migration->key);
    if (step.step == Step::backwards) return changes_backwards(*step.migration, state);
    State after = state;
    history_.advance(after, *step.migration);  // names the operation that does not fit
    return changes_forwards(*step.migration, state);
  }

  static void require_unchanged(Session& session, const PlannedStep& step) {
    bool is_applied = read_records(session).contains(step.migration->key);
    if (is_applied == (step.step == Step::backwards)) return;
    throw Error(Code::conflict, "another program is migrating this database");
  }

  void change_database(const PlannedStep& step, const std::vector<SchemaChange>& changes) {
    std::size_t done = 0;
    try {
      database_.transact_schema([&](Session& session) {
        require_unchanged(session, step);
        for (const SchemaChange& change : changes) {
          session.change_schema(change);
          ++done;
        }
        if (step.step == Step::forwards) {
          add_record(session, *step.migration);
        } else {
          remove_record(session, step.migration->key);
        }
      });
    } catch (const Error& error) {
      bool is_undone = database_.has_transactional_schema() || done == 0;
      fail_in(step.migration->key, error,
              is_undone ? ""
                        : fmt::format("; {} of its {} changes were made and stay, for the engine "
                                      "cannot undo them",
                                      done, changes.size()));
    }
  }

  Database& database_;
  const History& history_;
  Applied applied_;
};

void warn_of_edits(const History& history, const Applied& applied, std::ostream& out) {
  for (const auto& [key, digest] : applied) {
    const Migration* migration = history.find(key);
    if (!migration || digest_of(*migration) == digest) continue;
    out << fmt::format(
        "warning: {0}/migrations/{1}.json was changed after it had been applied: the database is "
        "as the old file says. Restore the file and write a new migration instead.\n",
        key.app, key.name);
  }
}

// A migration whose dependency is missing in the database was applied to another one.
void require_consistent(const History& history, const Applied& applied) {
  for (const Migration& migration : history.migrations()) {
    if (!applied.contains(migration.key)) continue;
    for (const MigrationKey& key : migration.dependencies) {
      if (applied.contains(key)) continue;
      throw Error(Code::conflict,
                  fmt::format("{} is applied before {}, which it depends on; apply that by hand "
                              "and record it with --fake",
                              migration.key.text(), key.text()));
    }
  }
}

}  // namespace

std::vector<MigrationKey> migrate(Database& database, std::span<const App> apps,
                                  const MigrateRequest& request, std::ostream& out) {
  History history = History::read(apps);
  history.require_one_leaf();
  Applied applied = read_records(database);
  warn_of_edits(history, applied, out);
  if (request.running != Running::fake) require_consistent(history, applied);
  auto steps = Planner(history, applied).plan(apps, request);
  if (request.running == Running::plan) {
    describe_plan(steps, out);
    return {};
  }
  describe_request(request, apps, history, out);
  out << "Running migrations:\n";
  if (steps.empty()) out << "  No migrations to apply.\n";
  if (!steps.empty()) database.transact_schema([](Session& session) { make_records(session); });
  std::vector<MigrationKey> done;
  Runner runner(database, history, std::move(applied));
  for (const PlannedStep& step : steps) {
    runner.run(step, request.running, out);
    done.push_back(step.migration->key);
  }
  return done;
}

void show_migrations(Session& session, std::span<const App> apps,
                     std::span<const std::string> labels, std::ostream& out) {
  History history = History::read(apps);
  Applied applied = read_records(session);
  std::vector<std::string> shown(labels.begin(), labels.end());
  for (const std::string& label : shown) require_app(apps, label);
  if (shown.empty()) {
    for (const App& app : apps) shown.push_back(app.label);
  }
  std::ranges::sort(shown);
  for (const std::string& label : shown) {
    out << label << '\n';
    bool is_empty = true;
    for (const Migration& migration : history.migrations()) {
      if (migration.key.app != label) continue;
      is_empty = false;
      out << fmt::format(" [{}] {}\n", applied.contains(migration.key) ? 'X' : ' ',
                         migration.key.name);
    }
    if (is_empty) out << " (no migrations)\n";
  }
}

void sql_migrate(Session& session, std::span<const App> apps, const SqlRequest& request,
                 std::ostream& out) {
  History history = History::read(apps);
  require_app(apps, request.app);
  const Migration& migration = history.find_by_prefix(request.app, request.name);
  State state = history.beginning();
  auto needed = history.with_dependencies(migration.key);
  for (const Migration& each : history.migrations()) {
    if (each.key != migration.key && needed.contains(each.key)) history.advance(state, each);
  }
  auto changes = request.direction == SqlRequest::Direction::backwards
                     ? changes_backwards(migration, state)
                     : changes_forwards(migration, state);
  bool has_transaction = session.has_transactional_schema() && !changes.empty();
  if (has_transaction) out << "BEGIN;\n";
  for (const SchemaChange& change : changes) {
    auto statements = session.schema_statements(change);
    if (statements.empty()) {
      throw Error(Code::unsupported, "the engine of this database has no statements to show");
    }
    for (const std::string& statement : statements) out << statement << ";\n";
  }
  if (has_transaction) out << "COMMIT;\n";
}

}  // namespace tt::orm::migrations
