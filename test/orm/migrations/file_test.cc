#include "orm/migrations/file.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "orm/migrations/texts.h"
#include "orm/migrations_project.h"

using namespace tt;
using namespace tt::orm;
using namespace tt::orm::migrations;

namespace {

constexpr std::string_view whole = R"({
  "name": "0002_all",
  "dependencies": [["accounts", "0003_user"], ["weather", "0001_initial"]],
  "operations": [
    {
      "operation": "CreateModel",
      "model": "Station",
      "table": "weather_station",
      "fields": [
        {"name": "id", "type": "AutoField"},
        {"name": "name", "type": "CharField", "max_length": 10, "unique": true, "default": "it's"},
        {"name": "price", "type": "DecimalField", "max_digits": 6, "decimal_places": 2},
        {"name": "made", "type": "DateTimeField", "default": "2013-05-05T07:37:54.582Z"},
        {"name": "token", "type": "UUIDField", "computed_default": true},
        {"name": "icon", "type": "BinaryField", "db_index": true, "default": "AP8="},
        {"name": "extra", "type": "JSONField", "default": {"a": [1.50, null]}},
        {
          "name": "owner",
          "type": "ForeignKey",
          "to": "accounts.User",
          "on_delete": "set_null",
          "null": true
        },
        {
          "name": "twin",
          "type": "OneToOneField",
          "to": "weather.Station",
          "on_delete": "cascade",
          "column": "twin",
          "unique": true
        },
        {
          "name": "tags",
          "type": "ManyToManyField",
          "to": "weather.Tag",
          "table": "weather_station_tags",
          "from_column": "station_id",
          "to_column": "tag_id"
        }
      ],
      "unique_together": [["owner", "name"]],
      "indexes": [{"name": "by_made", "fields": ["-made", "name"]}],
      "ordering": ["-made"]
    },
    {"operation": "DeleteModel", "model": "Old"},
    {"operation": "RenameModel", "model": "A", "new_name": "B", "table": "weather_b"},
    {"operation": "AlterModelTable", "model": "B", "table": "weather_c"},
    {
      "operation": "AddField",
      "model": "B",
      "field": {"name": "n", "type": "IntegerField"},
      "rows_get": 4
    },
    {"operation": "AlterField", "model": "B", "field": {"name": "t", "type": "FloatField"}},
    {"operation": "RemoveField", "model": "B", "field": "x"},
    {"operation": "RenameField", "model": "B", "field": "y", "new_name": "z"},
    {"operation": "AddIndex", "model": "B", "index": {"name": "i", "fields": ["n"]}},
    {"operation": "RemoveIndex", "model": "B", "index": "j"},
    {"operation": "AlterUniqueTogether", "model": "B", "unique_together": []},
    {"operation": "AlterModelOptions", "model": "B", "ordering": []},
    {"operation": "RunSQL", "sql": ["UPDATE x SET y = 'z'"], "reverse_sql": []},
    {"operation": "RunSQL", "sql": []}
  ]
}
)";

std::string failure(const std::string& text) {
  try {
    from_text(text, {"weather", "n"});
  } catch (const Error& error) {
    CHECK(error.code() == Code::invalid);
    return error.what();
  }
  return "ok";
}

std::string failure_of(const std::string& operation) {
  return failure(R"({"name":"n","dependencies":[],"operations":[)" + operation + "]}");
}

}  // namespace

TEST_CASE("every operation as text and back") {
  auto migration = from_text(whole, {"weather", "0002_all"});
  CHECK(migration.operations.size() == 14);
  CHECK(migration.dependencies.size() == 2);
  CHECK(to_text(migration) == whole);
  CHECK(digest_of(migration).size() == 64);
  std::string spaced(whole);
  spaced.insert(1, "   ");
  CHECK(digest_of(from_text(spaced, {"weather", "0002_all"})) == digest_of(migration));
}

TEST_CASE("files that are none") {
  CHECK(failure("").contains("(at byte 0)"));
  CHECK(failure("[]") == "the migration must be an object");
  CHECK(failure("{}") == "the migration has no \"name\"");
  CHECK(failure(R"({"name":"m"})") == "the file is called after \"n\", but its \"name\" is \"m\"");
  CHECK(failure(R"({"name":7})") == "\"name\" of the migration must be a text");
  CHECK(failure(R"({"name":"n","name":"n"})") == "the migration has the key \"name\" twice");
  CHECK(failure(R"({"name":"n","dependencies":[["a"]],"operations":[]})") ==
        "a dependency is [\"app\", \"name of its migration\"]");
  CHECK(failure(R"({"name":"n","dependencies":[["../x","y"]],"operations":[]})")
            .contains("cannot be the label of an app"));
  CHECK(failure(R"({"name":"n","dependencies":[],"operations":[],"x":1})") ==
        "the migration has an unknown key \"x\"");
  CHECK(failure(R"({"name":"n","dependencies":[],"operations":)" + std::string(20, '[') +
                std::string(20, ']') + "}")
            .contains("at byte"));
}

TEST_CASE("operations that are none") {
  CHECK(failure_of("7") == "operation 1: the operation must be an object");
  CHECK(failure_of("{}") == "operation 1: the operation has no \"operation\"");
  CHECK(failure_of(R"({"operation":"DropAll","model":"A"})") ==
        "operation 1: there is no operation called \"DropAll\"");
  CHECK(failure_of(R"({"operation":"DeleteModel","model":"a\"; DROP TABLE x"})")
            .contains("cannot be \"model\" of the operation"));
  CHECK(failure_of(R"({"operation":"DeleteModel","model":"A","Model":"B"})") ==
        "operation 1: the operation has an unknown key \"Model\"");
  CHECK(failure_of(R"({"operation":"AlterModelTable","model":"A","table":"../x"})")
            .contains("cannot be \"table\""));
  auto add = [](const std::string& given) {
    return failure_of(R"({"operation":"AddField","model":"A","field":)" + given + "}");
  };
  CHECK(add(field("x'", "TextField")).contains("cannot be \"name\" of a field"));
  CHECK(add(field("x", "Text")) == "operation 1: there is no type of field called \"Text\"");
  CHECK(add(field("x", "TextField", R"("nul":true)")) ==
        "operation 1: a field has an unknown key \"nul\"");
  CHECK(add(field("x", "TextField", R"("null":1)")) ==
        "operation 1: \"null\" of a field must be true or false");
  CHECK(add(field("x", "CharField", R"("max_length":-1)"))
            .contains("\"max_length\" of a field must be a number from 0"));
  CHECK(add(field("x", "IntegerField", R"("default":"y")")) ==
        "operation 1: the value of the field x must be an integer");
  CHECK(add(field("x", "DecimalField")).contains("has no \"max_digits\""));
  CHECK(add(field("x", "ForeignKey")).contains("has no \"to\""));
  CHECK(add(field("x", "ForeignKey", R"("to":"User","on_delete":"cascade")"))
            .contains("\"to\" is \"app.Model\", not \"User\""));
  CHECK(add(field("x", "ForeignKey", R"("to":"a.B","on_delete":"nothing")"))
            .contains("\"on_delete\" is restrict, cascade or set_null"));
  CHECK(add(field("x", "ForeignKey", R"("to":"a.B","on_delete":"set_null")"))
            .contains("set_null needs null"));
  CHECK(failure_of(R"({"operation":"AddIndex","model":"A","index":{"name":"i","fields":[]}})")
            .contains("must not be empty"));
  CHECK(failure_of(R"({"operation":"RunSQL","sql":"DROP"})").contains("must be an array"));
}

TEST_CASE("operations that do not fit the state") {
  auto fails = [](const std::string& operation) {
    State state = state_of_text(
        model("A", field("n", "IntegerField")) + "," +
        model("B", foreign_key("a", "weather.A"), R"("unique_together":[["a","id"]])"));
    try {
      add_to(state, operation);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("ok");
  };
  CHECK(fails(R"({"operation":"DeleteModel","model":"X"})") == "there is no model weather.X");
  CHECK(fails(R"({"operation":"DeleteModel","model":"A"})") ==
        "the model A cannot be deleted: B refers to it");
  CHECK(fails(model("A")) == "the table weather_A is that of weather.A already");
  CHECK(fails(model("C", foreign_key("x", "weather.X")))
            .contains("refers to weather.X, which does not exist at this point"));
  CHECK(fails(model("C", field("n", "AutoField"))) ==
        "the first field of the model C must be its AutoField id");
  CHECK(fails(model("C", field("n", "TextField") + "," + field("n", "TextField"))) ==
        "the model C has two fields n");
  CHECK(fails(model("C", field("x_id", "TextField") + "," + foreign_key("x", "weather.A")))
            .contains("have the same column"));
  CHECK(fails(R"({"operation":"RemoveField","model":"A","field":"x"})") ==
        "the model A has no field x");
  CHECK(fails(R"({"operation":"RemoveField","model":"B","field":"a"})") ==
        "a is part of unique_together");
  CHECK(fails(R"({"operation":"RemoveField","model":"A","field":"id"})") ==
        "the id cannot be removed");
  CHECK(fails(R"({"operation":"AddField","model":"A","field":)" + field("n", "TextField") + "}") ==
        "the model A has a field n already");
  CHECK(fails(R"({"operation":"RenameField","model":"A","field":"n","new_name":"id"})") ==
        "the model A has a field id already");
  CHECK(fails(R"({"operation":"AddIndex","model":"A","index":{"name":"i","fields":["x"]}})") ==
        "the model A has no field x");
  CHECK(fails(R"({"operation":"RemoveIndex","model":"A","index":"i"})") ==
        "the model A has no index i");
}

TEST_CASE("reading and writing folders") {
  orm::contract::Project project;
  const App& app = project.app();
  CHECK(read_migrations(app).empty());
  CHECK(read_migrations(App{.label = "none"}).empty());
  Migration migration{{"weather", "0001_initial"}, {}, {}};
  write_migration(app, migration);
  REQUIRE(read_migrations(app).size() == 1);
  CHECK(read_migrations(app)[0].key.name == "0001_initial");
  CHECK_THROWS_WITH_AS(
      write_migration(app, migration),
      (path_of(app, "0001_initial").string() + ": the file is there already").c_str(), Error);
  CHECK_THROWS_AS(path_of(app, "../x"), Error);
  CHECK_THROWS_AS(path_of(app, ""), Error);
  project.write("0002_damaged", "{");
  try {
    read_migrations(app);
    FAIL("read");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).starts_with(path_of(app, "0002_damaged").string() + ": "));
  }
  project.write("0002_damaged", std::string(file_size_bytes_max + 1, ' '));
  CHECK_THROWS_AS(read_migrations(app), Error);
}
