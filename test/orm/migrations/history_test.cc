#include "orm/migrations/history.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "orm/migrations/make.h"
#include "orm/migrations/texts.h"
#include "orm/migrations_project.h"

using namespace tt;
using namespace tt::orm;
using namespace tt::orm::migrations;

namespace {

Migration migration(MigrationKey key, std::vector<MigrationKey> dependencies,
                    const std::string& operations = "") {
  return {key, std::move(dependencies), migration_of(operations, key.app).operations};
}

const std::vector<App> apps{{.label = "a", .models = {}, .folder = "a"},
                            {.label = "b", .models = {}, .folder = "b"}};

std::string order(std::vector<Migration> migrations) {
  std::string names;
  for (const Migration& each : History(apps, std::move(migrations)).migrations()) {
    names += each.key.text() + " ";
  }
  return names;
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

}  // namespace

TEST_CASE("dependencies come first, whatever the order of files") {
  CHECK(order({migration({"a", "0002"}, {{"a", "0001"}, {"b", "0002"}}),
               migration({"b", "0002"}, {{"b", "0001"}}), migration({"a", "0001"}, {}),
               migration({"b", "0001"}, {{"a", "0001"}})}) == "a.0001 b.0001 b.0002 a.0002 ");
}

TEST_CASE("what is missing, and circles") {
  CHECK(failure([] { order({migration({"a", "0002"}, {{"a", "0001"}})}); }) ==
        "invalid: a/migrations/0002.json: depends on a.0001, but there is no file "
        "a/migrations/0001.json: restore it, or mend \"dependencies\"");
  CHECK(failure([] { order({migration({"a", "0002"}, {{"c", "0001"}})}); }) ==
        "invalid: a/migrations/0002.json: depends on c.0001, but there is no app c: add it to the "
        "apps of the project");
  CHECK(failure([] {
          order({migration({"a", "1"}, {}), migration({"a", "2"}, {{"a", "1"}, {"b", "1"}}),
                 migration({"b", "1"}, {{"a", "2"}})});
        }) ==
        "invalid: migrations depend on each other in a circle: a/migrations/2.json -> "
        "b/migrations/1.json -> a/migrations/2.json: take one of these out of \"dependencies\"");
  CHECK(failure([] {
          order({migration({"a", "1"}, {{"a", "1"}})});
        }).contains("in a circle: a/migrations/1.json -> a/migrations/1.json"));
}

TEST_CASE("leaves and prefixes") {
  History history(apps,
                  {migration({"a", "0001_x"}, {}), migration({"a", "0002_y"}, {{"a", "0001_x"}}),
                   migration({"a", "0002_z"}, {{"a", "0001_x"}})});
  CHECK(history.leaves("a").size() == 2);
  CHECK(history.leaves("b").empty());
  CHECK(failure([&] { history.require_one_leaf(); }) ==
        "conflict: the migrations of a have come apart: nothing follows a/migrations/0002_y.json, "
        "a/migrations/0002_z.json; put one of them into \"dependencies\" of the other");
  CHECK(history.find_by_prefix("a", "0001").key.name == "0001_x");
  CHECK(
      failure([&] { history.find_by_prefix("a", "0002"); }).starts_with("invalid: more than one"));
  CHECK(failure([&] { history.find_by_prefix("a", "0003"); }).starts_with("not_found"));
  CHECK(history.with_dependencies({"a", "0002_y"}).size() == 2);
  CHECK(history.with_dependants({"a", "0001_x"}).size() == 3);
}

TEST_CASE("an operation that does not fit is named") {
  History history(apps,
                  {migration({"a", "0001"}, {}, R"({"operation":"DeleteModel","model":"X"})")});
  CHECK(failure([&] { history.end(); }) ==
        "invalid: a/migrations/0001.json: operation 1 (Delete model X): there is no model a.X");
}
