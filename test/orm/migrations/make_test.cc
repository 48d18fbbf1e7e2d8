#include "orm/migrations/make.h"

#include <doctest/doctest.h>

#include <sstream>

#include "base/error.h"
#include "base/random.h"
#include "orm/engine/sqlite/sqlite.h"
#include "orm/migrations/texts.h"
#include "orm/migrations_project.h"
#include "orm/orm.h"

using namespace tt;
using namespace tt::orm;
using namespace tt::orm::migrations;
using orm::contract::Project;

namespace {

namespace first {
struct Station : models::Model<Station> {
  models::AutoField id;
  models::CharField<10> name;
  static constexpr models::Meta meta{.table = "weather_station"};
};
}  // namespace first

namespace second {
struct Station : models::Model<Station> {
  models::AutoField id;
  models::CharField<10> name;
  models::FloatField<models::null> elevation;
  models::UUIDField<> token = Uuid::random();
  models::DateTimeField<models::auto_now_add> made;
  models::CharField<5, models::blank> note;
  static constexpr models::Meta meta{.table = "weather_station"};
};
}  // namespace second

// Two apps that need each other.
struct Child;
struct Parent : models::Model<Parent> {
  models::AutoField id;
  models::ForeignKey<Child, models::null> favourite;
  models::CharField<10> name;
  static constexpr models::Meta meta{.table = "one_parent",
                                     .unique_together = {{"favourite", "name"}}};
};
struct Child : models::Model<Child> {
  models::AutoField id;
  models::ForeignKey<Parent> parent;
  static constexpr models::Meta meta{.table = "two_child"};
};

template <class Work>
std::string failure(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return std::string(name_of(error.code())) + ": " + error.what();
  }
  return "ok";
}

}  // namespace

TEST_CASE("what makemigrations says and writes") {
  Project project;
  project.set_models(models_of<first::Station>());
  auto folder = project.folder().string();
  CHECK(project.make({.making = Making::dry_run}).size() == 1);
  CHECK(read_migrations(project.app()).empty());
  CHECK(project.make({.making = Making::check}).size() == 1);
  CHECK(read_migrations(project.app()).empty());
  project.make();
  CHECK(project.said == "Migrations for 'weather':\n  " + folder +
                            "/migrations/0001_initial.json\n    - Create model Station\n");
  CHECK(project.make().empty());
  CHECK(project.said == "No changes detected\n");
  CHECK(project.make({.labels = {"weather"}}).empty());
  CHECK(project.said == "No changes detected in app 'weather'\n");
  CHECK(project.make({.labels = {"weather"}, .name = "by_hand", .is_empty = true}) ==
        std::vector<std::string>{"0002_by_hand"});
  auto read = read_migrations(project.app());
  REQUIRE(read.size() == 2);
  CHECK(read[1].operations.empty());
  CHECK(read[1].dependencies == std::vector<MigrationKey>{{"weather", "0001_initial"}});
}

TEST_CASE("defaults that differ from row to row make one migration, once") {
  Project project;
  project.set_models(models_of<first::Station>());
  project.make();
  project.set_models(models_of<second::Station>());
  CHECK(project.make() ==
        std::vector<std::string>{"0002_station_elevation_station_token_station_made_and_more"});
  CHECK(project.questions.asked.empty());
  CHECK(project.make().empty());
  auto operations = read_migrations(project.app())[1].operations;
  CHECK(std::get<AddField>(operations[1]).field.has_computed_default);
  CHECK(std::holds_alternative<Uuid>(*std::get<AddField>(operations[1]).rows_get));
  CHECK(std::holds_alternative<Time>(*std::get<AddField>(operations[2]).rows_get));
  CHECK(std::get<AddField>(operations[3]).rows_get == Value(std::string()));
  project.set_models(models_of<first::Station>());
  CHECK(project.make() ==
        std::vector<std::string>{"0003_remove_station_elevation_remove_station_token_and_more"});
}

TEST_CASE("apps that need each other get two migrations") {
  Project one, two;
  std::vector<App> apps{{"one", models_of<Parent>(), one.folder()},
                        {"two", models_of<Child>(), two.folder()}};
  orm::contract::ScriptedQuestions questions;
  std::ostringstream out;
  auto made = make_migrations(apps, {}, questions, out);
  std::string text;
  for (const Migration& each : made) {
    text += each.key.text() + ":";
    for (const MigrationKey& key : each.dependencies) text += " " + key.text();
    for (const Operation& operation : each.operations) text += "; " + describe(operation);
    text += "\n";
  }
  CHECK(text ==
        "one.0001_initial:; Create model Parent\n"
        "one.0002_parent_favourite_alter_parent_unique_together: one.0001_initial two.0001_initial"
        "; Add field favourite to parent; Alter unique_together for parent (1 constraint(s))\n"
        "two.0001_initial:; Create model Child\n"
        "two.0002_child_parent: one.0001_initial two.0001_initial; Add field parent to child\n");
  CHECK(make_migrations(apps, {}, questions, out).empty());

  auto file = std::filesystem::temp_directory_path() / ("make-" + random_token(12));
  {
    auto database = engine::open_sqlite(file);
    CHECK(migrate(*database, apps, {}, out).size() == 4);
    auto parent = objects<Parent>(*database).create({.name = "p"});
    objects<Child>(*database).create({.parent = parent});
    CHECK(migrate(*database, apps, {.app = "one", .name = "zero"}, out).size() == 3);
  }
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
}

TEST_CASE("what stands in the way") {
  Project one, two;
  App first{"one", models_of<Parent>(), one.folder()};
  App second{"two", models_of<Child>(), two.folder()};
  orm::contract::ScriptedQuestions questions;
  std::ostringstream out;
  auto make = [&](std::vector<App> apps, MakeRequest request = {}) {
    return failure([&] { make_migrations(apps, request, questions, out); });
  };
  CHECK(make({first}) ==
        "invalid: Parent.favourite refers to Child, which is a model of none of the apps");
  CHECK(make({first, second}, {.labels = {"one"}}) ==
        "invalid: two.Child is in no migration yet: run makemigrations for the app two as well");
  CHECK(make({first, second}, {.labels = {"three"}}) == "not_found: there is no app three");
  CHECK(make({first, second}, {.name = "../x"}).starts_with("invalid: "));
  CHECK(make({first, second}, {.is_empty = true}) ==
        "invalid: an empty migration needs the label of its app");
  CHECK(make({{"o'ne", models_of<first::Station>(), one.folder()}}).starts_with("invalid: "));
  CHECK(make({{"one", models_of<first::Station>(), one.folder()},
              {"two", models_of<first::Station>(), two.folder()}}) ==
        "invalid: the model Station is in two apps: one and two");
  // An app without a folder has its tables from elsewhere.
  second.folder.clear();
  second.models = models_of<Child>();
  CHECK(make({first, second}) == "ok");
  CHECK(make({first, second}, {.labels = {"two"}}) ==
        "invalid: the app two has no folder, so it has no migrations");
}
