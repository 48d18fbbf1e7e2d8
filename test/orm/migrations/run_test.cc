#include "orm/migrations/run.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "base/error.h"
#include "base/random.h"
#include "orm/engine/sqlite/sqlite.h"
#include "orm/migrations/records.h"
#include "orm/migrations/texts.h"
#include "orm/migrations_contract.h"
#include "orm/orm.h"

using namespace tt;
using namespace tt::orm;
using namespace tt::orm::migrations;
using orm::contract::Project;

namespace {

// A database file that is gone after the test.
class File {
 public:
  File() : path_(std::filesystem::temp_directory_path() / ("run-" + random_token(12))) {
    std::filesystem::create_directory(path_);
  }
  ~File() { std::filesystem::remove_all(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  std::unique_ptr<Database> open(const std::string& name = "test.db") const {
    return engine::open_sqlite(path_ / name);
  }

 private:
  std::filesystem::path path_;
};

// A migration file with these operations.
void write(Project& project, const std::string& name, const std::string& operations,
           const std::string& after = "") {
  auto dependencies = after.empty() ? "" : R"(["weather",")" + after + R"("])";
  project.write(name, R"({"name":")" + name + R"(","dependencies":[)" + dependencies +
                          R"(],"operations":[)" + operations + "]}");
}

template <class Work>
std::string failure(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return std::string(name_of(error.code())) + ": " + error.what();
  }
  return "ok";
}

std::string texts(Session& session, const std::string& sql) {
  std::string out;
  for (const Row& row : session.query(sql)) {
    for (const Value& cell : row) out += display_text(cell) + " ";
  }
  return out;
}

const std::string stations = model("Station", field("name", "CharField", R"("max_length":9)"));
const std::string visits = model("Visit", foreign_key("station", "weather.Station"));
constexpr auto add_n =
    R"({"operation":"AlterField","model":"Station","field":{"name":"name","type":"TextField",
        "null":true}})";

}  // namespace

TEST_CASE("SQLite passes the suite of migrations") {
  File file;
  int next = 0;
  orm::contract::check_migrations_contract([&] { return file.open(std::to_string(next++)); });
}

TEST_CASE("making a table anew keeps what refers to it, triggers, views, indexes and ids") {
  File file;
  auto database = file.open();
  Project project;
  write(project, "0001_initial", stations + "," + visits);
  project.migrate(*database);
  database->execute(R"(INSERT INTO "weather_Station" (name) VALUES ('one'), ('two'))");
  database->execute(R"(DELETE FROM "weather_Station" WHERE name = 'two')");
  database->execute(R"(INSERT INTO "weather_Visit" (station_id) VALUES (1))");
  database->execute(R"(CREATE TABLE log (line TEXT) STRICT)");
  database->execute(R"(CREATE TRIGGER watch AFTER INSERT ON "weather_Station"
                       BEGIN INSERT INTO log VALUES (new.name); END)");
  database->execute(R"(CREATE VIEW names AS SELECT name FROM "weather_Station")");
  database->execute(R"(CREATE INDEX by_hand ON "weather_Station" (name, id))");

  write(project, "0002_text", add_n, "0001_initial");
  project.migrate(*database);
  CHECK(texts(*database, R"(SELECT station_id FROM "weather_Visit")") == "1 ");
  CHECK(texts(*database, "SELECT name FROM names") == "one ");
  database->execute(R"(INSERT INTO "weather_Station" (name) VALUES (NULL), ('three'))");
  CHECK(texts(*database, R"(SELECT id FROM "weather_Station" ORDER BY id)") == "1 3 4 ");
  CHECK(texts(*database, "SELECT line FROM log") == " three ");
  CHECK(texts(*database, "SELECT name FROM sqlite_schema WHERE name = 'by_hand'") == "by_hand ");
  // Foreign keys are enforced again, and still mean the same table.
  CHECK(failure([&] {
          database->execute(R"(INSERT INTO "weather_Visit" (station_id) VALUES (99))");
        }).starts_with("conflict"));
  database->execute(R"(DELETE FROM "weather_Station" WHERE id = 1)");
  CHECK(texts(*database, R"(SELECT count(*) FROM "weather_Visit")") == "0 ");
}

TEST_CASE("foreign keys are checked before it is too late") {
  File file;
  auto database = file.open();
  Project project;
  write(project, "0001_initial", stations + "," + visits);
  project.migrate(*database);
  database->execute(R"(INSERT INTO "weather_Station" (name) VALUES ('one'))");
  database->execute(R"(INSERT INTO "weather_Visit" (station_id) VALUES (1))");
  write(project, "0002_gone", R"({"operation":"RunSQL","sql":["DELETE FROM \"weather_Station\""]})",
        "0001_initial");
  CHECK(failure([&] { project.migrate(*database); }) ==
        "conflict: weather.0002_gone: 1 rows of the table weather_Visit would refer to rows of "
        "weather_Station that do not exist");
  CHECK(texts(*database, R"(SELECT count(*) FROM "weather_Station")") == "1 ");
  CHECK(read_records(*database).size() == 1);
}

TEST_CASE("what migrate says") {
  File file;
  auto database = file.open();
  Project project;
  write(project, "0001_initial", stations);
  write(project, "0002_visit", visits, "0001_initial");
  CHECK(project.migrate(*database, "0001") ==
        "Operations to perform:\n  Target specific migration: 0001_initial, from weather\n"
        "Running migrations:\n  Applying weather.0001_initial... OK\n");
  CHECK(project.migrate(*database) ==
        "Operations to perform:\n  Apply all migrations: weather\n"
        "Running migrations:\n  Applying weather.0002_visit... OK\n");
  CHECK(project.migrate(*database) ==
        "Operations to perform:\n  Apply all migrations: weather\n"
        "Running migrations:\n  No migrations to apply.\n");
  CHECK(project.migrate(*database, "zero") ==
        "Operations to perform:\n  Unapply all migrations: weather\n"
        "Running migrations:\n  Unapplying weather.0002_visit... OK\n"
        "  Unapplying weather.0001_initial... OK\n");
  CHECK(failure([&] { project.migrate(*database, "0003"); }).starts_with("not_found"));
}

TEST_CASE("plans, fakes and lists") {
  File file;
  auto database = file.open();
  Project project;
  write(project, "0001_initial", stations);
  write(project, "0002_visit", visits, "0001_initial");
  std::vector<App> apps{project.app(), {.label = "empty", .models = {}, .folder = "nowhere"}};
  auto run = [&](MigrateRequest request) {
    std::ostringstream out;
    migrate(*database, apps, request, out);
    return out.str();
  };
  auto shown = [&](std::vector<std::string> labels) {
    std::ostringstream out;
    show_migrations(*database, apps, labels, out);
    return out.str();
  };
  CHECK(run({.running = Running::plan}) ==
        "Planned operations:\nweather.0001_initial\n    Create model Station\n"
        "weather.0002_visit\n    Create model Visit\n");
  CHECK_FALSE(database->has_table("thingtank_migrations"));
  CHECK(shown({}) == "empty\n (no migrations)\nweather\n [ ] 0001_initial\n [ ] 0002_visit\n");
  CHECK(run({.app = "weather", .name = "0001", .running = Running::fake})
            .ends_with("  Applying weather.0001_initial... FAKED\n"));
  CHECK_FALSE(database->has_table("weather_Station"));
  CHECK(shown({"weather"}) == "weather\n [X] 0001_initial\n [ ] 0002_visit\n");
  CHECK(run({.app = "weather", .name = "zero", .running = Running::plan}) ==
        "Planned operations:\nweather.0001_initial\n    Undo Create model Station\n");
  CHECK(run({.app = "weather", .name = "zero", .running = Running::fake})
            .ends_with("  Unapplying weather.0001_initial... FAKED\n"));
  CHECK(failure([&] { shown({"none"}); }) == "not_found: there is no app none");
  CHECK(failure([&] { run({.app = "none"}); }) == "not_found: there is no app none");
}

TEST_CASE("an applied file that was edited is warned of") {
  File file;
  auto database = file.open();
  Project project;
  write(project, "0001_initial", stations);
  project.migrate(*database);
  write(project, "0001_initial", stations + "," + visits);
  CHECK(project.migrate(*database).starts_with(
      "warning: weather/migrations/0001_initial.json was changed after it had been applied"));
  write(project, "0001_initial", " " + stations);
  CHECK_FALSE(project.migrate(*database).contains("warning"));
}

TEST_CASE("statements by hand, and what cannot be taken back") {
  File file;
  auto database = file.open();
  Project project;
  write(project, "0001_initial", stations);
  write(project, "0002_fill", R"json({"operation":"RunSQL",
      "sql":["INSERT INTO \"weather_Station\" (name) VALUES ('a')",
             "UPDATE \"weather_Station\" SET name = 'b'"],
      "reverse_sql":["DELETE FROM \"weather_Station\""]})json",
        "0001_initial");
  write(project, "0003_for_ever", R"({"operation":"RunSQL","sql":[]})", "0002_fill");
  project.migrate(*database);
  CHECK(texts(*database, R"(SELECT name FROM "weather_Station")") == "b ");
  CHECK(failure([&] { project.migrate(*database, "0002"); }) ==
        "unsupported: weather.0003_for_ever: operation 1 (Raw SQL operation) cannot be taken back: "
        "it has no \"reverse_sql\"");
  std::ostringstream out;
  App app = project.app();
  migrate(*database, {&app, 1}, {.app = "weather", .name = "0002", .running = Running::fake}, out);
  project.migrate(*database, "0001");
  CHECK(texts(*database, R"(SELECT count(*) FROM "weather_Station")") == "0 ");
}

TEST_CASE("a database of another history is refused") {
  File file;
  auto database = file.open();
  Project project;
  write(project, "0001_initial", stations);
  project.migrate(*database);
  write(project, "0000_before", "");
  write(project, "0001_initial", stations, "0000_before");
  CHECK(failure([&] { project.migrate(*database); }) ==
        "conflict: weather.0001_initial is applied before weather.0000_before, which it depends "
        "on; apply that by hand and record it with --fake");
}

TEST_CASE("the statements without running them") {
  File file;
  auto database = file.open();
  Project project;
  write(project, "0001_initial", stations);
  App app = project.app();
  auto sql = [&](SqlRequest request) {
    std::ostringstream out;
    sql_migrate(*database, {&app, 1}, request, out);
    return out.str();
  };
  auto forwards = sql({.app = "weather", .name = "0001"});
  CHECK(
      forwards.starts_with("BEGIN;\nCREATE TABLE \"weather_Station\" (\"id\" INTEGER PRIMARY KEY"));
  CHECK(forwards.ends_with(";\nCOMMIT;\n"));
  CHECK(sql({"weather", "0001", SqlRequest::Direction::backwards}) ==
        "BEGIN;\nDROP TABLE \"weather_Station\";\nCOMMIT;\n");
  CHECK_FALSE(database->has_table("weather_Station"));
  CHECK(failure([&] { sql({.app = "weather", .name = "0002"}); }).starts_with("not_found"));
}
