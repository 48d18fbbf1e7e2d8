#include "orm/migrations/detect.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "orm/migrations/texts.h"
#include "orm/migrations_project.h"

using namespace tt;
using namespace tt::orm;
using namespace tt::orm::migrations;
using orm::contract::ScriptedQuestions;

namespace {

// What leads from the one state to the other, as text.
std::string changes(const std::string& before, const std::string& after,
                    std::map<std::string, Value> answers = {}) {
  ScriptedQuestions questions;
  questions.answers = std::move(answers);
  auto operations = detect({state_of_text(before), state_of_text(after), {"weather"}}, questions);
  return operations.empty() ? "" : text_of(operations.at("weather"));
}

std::string failure(const std::string& before, const std::string& after) {
  try {
    changes(before, after);
  } catch (const Error& error) {
    return std::string(name_of(error.code())) + ": " + error.what();
  }
  return "ok";
}

const std::string real = field("t", "FloatField", R"("null":true)");

}  // namespace

TEST_CASE("nothing has changed") {
  CHECK(changes("", "") == "");
  auto all = model("A", real, R"("ordering":["-t"],"unique_together":[["id","t"]])");
  CHECK(changes(all, all) == "");
}

TEST_CASE("models come and go") {
  CHECK(changes("", model("A", real)) == text_of(model("A", real)));
  CHECK(changes(model("A", real), "") == text_of(R"({"operation":"DeleteModel","model":"A"})"));
  // What is referred to comes first, and goes last.
  auto a = model("A", foreign_key("b", "weather.B"));
  auto b = model("B");
  CHECK(changes("", b + "," + a) == text_of(b + "," + a));
  CHECK(changes(b + "," + a, "") ==
        text_of(
            R"({"operation":"DeleteModel","model":"A"},{"operation":"DeleteModel","model":"B"})"));
}

TEST_CASE("models that refer to each other are made one after the other") {
  auto a = model("A");
  auto b = model("B", foreign_key("a", "weather.A"));
  auto back = R"({"operation":"AddField","model":"A","field":)" +
              foreign_key("b", "weather.B", R"("null":true)") + "}";
  auto both = a + "," + b + "," + back;
  CHECK(changes("", both) == text_of(both));
  CHECK(changes(both, "") == text_of(R"({"operation":"RemoveField","model":"A","field":"b"},
                   {"operation":"DeleteModel","model":"B"},
                   {"operation":"DeleteModel","model":"A"})"));
}

TEST_CASE("a field of a circle takes its groups and indexes along") {
  auto a = model("A", field("n", "IntegerField", R"("default":0)"));
  auto b = model("B", foreign_key("a", "weather.A"));
  auto rest = R"({"operation":"AddField","model":"A","field":)" +
              foreign_key("b", "weather.B", R"("null":true)") + R"(},
      {"operation":"AlterUniqueTogether","model":"A","unique_together":[["b","n"]]},
      {"operation":"AddIndex","model":"A","index":{"name":"i","fields":["b","-n"]}},
      {"operation":"AlterModelOptions","model":"A","ordering":["b"]})";
  CHECK(changes("", a + "," + b + "," + rest) == text_of(a + "," + b + "," + rest));
}

TEST_CASE("fields come, change and go") {
  auto before = model("A", real);
  CHECK(changes(before, model("A")) ==
        text_of(R"({"operation":"RemoveField","model":"A","field":"t"})"));
  CHECK(changes(model("A"), before) ==
        text_of(R"({"operation":"AddField","model":"A","field":)" + real + "}"));
  auto unique = field("t", "FloatField", R"("null":true,"unique":true)");
  CHECK(changes(before, model("A", unique)) ==
        text_of(R"({"operation":"AlterField","model":"A","field":)" + unique + "}"));
  auto text = field("t", "CharField", R"("max_length":30,"null":true)");
  CHECK(changes(before, model("A", text)) ==
        text_of(R"({"operation":"AlterField","model":"A","field":)" + text + "}"));
  // The order of fields is no change.
  auto n = field("n", "IntegerField");
  CHECK(changes(model("A", real + "," + n), model("A", n + "," + real)) == "");
}

TEST_CASE("a field that becomes something else altogether is removed and added") {
  auto to = model("B") + ",";
  auto many = field("x", "ManyToManyField",
                    R"("to":"weather.B","table":"a_x","from_column":"a_id","to_column":"b_id")");
  CHECK(changes(to + model("A", foreign_key("x", "weather.B")), to + model("A", many)) ==
        text_of(R"({"operation":"RemoveField","model":"A","field":"x"},
                   {"operation":"AddField","model":"A","field":)" +
                many + "}"));
  // The foreign key's column is called as the other field's was.
  CHECK(changes(to + model("A", field("x_id", "IntegerField")),
                to + model("A", foreign_key("x", "weather.B", R"("null":true)"))) ==
        text_of(R"({"operation":"RemoveField","model":"A","field":"x_id"},
                   {"operation":"AddField","model":"A","field":)" +
                foreign_key("x", "weather.B", R"("null":true)") + "}"));
}

TEST_CASE("what would lose its values is refused") {
  auto time = field("t", "DateTimeField", R"("null":true)");
  auto message = failure(model("A", real), model("A", time));
  CHECK(message ==
        "unsupported: A.t: a FloatField cannot become a DateTimeField with what it holds; give the "
        "new field another name, so that t is removed and the other one added");
}

TEST_CASE("a field that rows need a value for") {
  auto added = field("n", "IntegerField");
  CHECK(failure(model("A"), model("A", added)) ==
        "invalid: A.n is new and may not be null: give it a default or models::null, or run "
        "makemigrations at a terminal and answer its question");
  CHECK(changes(model("A"), model("A", added), {{"n", std::int64_t{4}}}) ==
        text_of(R"({"operation":"AddField","model":"A","rows_get":4,"field":)" + added + "}"));
  auto with_default = field("n", "IntegerField", R"("default":7)");
  CHECK(changes(model("A"), model("A", with_default)) ==
        text_of(R"({"operation":"AddField","model":"A","field":)" + with_default + "}"));
  // One that loses its null may do without.
  auto strict = field("t", "FloatField");
  CHECK(changes(model("A", real), model("A", strict), {{"t", 0.5}}) ==
        text_of(R"({"operation":"AlterField","model":"A","rows_get":0.5,"field":)" + strict + "}"));
  CHECK(changes(model("A", real), model("A", strict)) ==
        text_of(R"({"operation":"AlterField","model":"A","field":)" + strict + "}"));
}

TEST_CASE("renamed fields are asked for") {
  auto before = model("A", real, R"("unique_together":[["id","t"]],"ordering":["-t"])");
  auto temperature = field("temperature", "FloatField", R"("null":true)");
  auto after = model("A", temperature,
                     R"("unique_together":[["id","temperature"]],"ordering":["-temperature"])");
  std::string question = "Did you rename a.t to a.temperature (a FloatField)? [y/N]";
  CHECK(changes(before, after, {{question, true}}) ==
        text_of(R"({"operation":"RenameField","model":"A","field":"t","new_name":"temperature"})"));
  CHECK(changes(before, after) ==
        text_of(R"({"operation":"AlterUniqueTogether","model":"A","unique_together":[]},
                   {"operation":"RemoveField","model":"A","field":"t"},
                   {"operation":"AddField","model":"A","field":)" +
                temperature + R"(},
                   {"operation":"AlterUniqueTogether","model":"A",
                    "unique_together":[["id","temperature"]]},
                   {"operation":"AlterModelOptions","model":"A","ordering":["-temperature"]})"));
  // Another definition is not asked for.
  ScriptedQuestions questions;
  detect({state_of_text(before),
          state_of_text(model("A", field("x", "TextField", R"("null":true)"))),
          {"weather"}},
         questions);
  CHECK(questions.asked.empty());
}

TEST_CASE("renamed models are asked for, and what refers to them follows") {
  auto before = model("A", real + "," + foreign_key("self", "weather.A", R"("null":true)")) + "," +
                model("C", foreign_key("a", "weather.A"));
  auto after = model("B", real + "," + foreign_key("self", "weather.B", R"("null":true)")) + "," +
               model("C", foreign_key("a", "weather.B"));
  CHECK(changes(before, after, {{"Did you rename the weather.A model to B? [y/N]", true}}) ==
        text_of(R"({"operation":"RenameModel","model":"A","new_name":"B","table":"weather_B"})"));
}

TEST_CASE("indexes, groups, options, tables") {
  auto n = field("n", "IntegerField");
  auto plain = model("A", n);
  auto indexed = model("A", n, R"("indexes":[{"name":"i","fields":["-n","id"]}])");
  CHECK(changes(plain, indexed) == text_of(R"({"operation":"AddIndex","model":"A",
                                   "index":{"name":"i","fields":["-n","id"]}})"));
  CHECK(changes(indexed, plain) ==
        text_of(R"({"operation":"RemoveIndex","model":"A","index":"i"})"));
  auto unique = model("A", n, R"("unique_together":[["n","id"]])");
  CHECK(changes(plain, unique) == text_of(R"({"operation":"AlterUniqueTogether","model":"A",
                                   "unique_together":[["n","id"]]})"));
  auto table = plain;
  table.replace(table.find("weather_A"), 9, "gauges");
  CHECK(changes(plain, table) ==
        text_of(R"({"operation":"AlterModelTable","model":"A","table":"gauges"})"));
}

TEST_CASE("an app that is not meant stays as it is") {
  ScriptedQuestions questions;
  CHECK(detect({State(), state_of_text(model("A")), {"other"}}, questions).empty());
}

TEST_CASE("answers of people") {
  auto value = [](const std::string& answer, FieldType type) {
    FieldState asked;
    asked.type = type;
    auto found = value_from_answer(answer, asked);
    return found ? display_text(*found) : "none";
  };
  CHECK(value("st1", FieldType::char_field) == "st1");
  CHECK(value("\"st1\"", FieldType::char_field) == "st1");
  CHECK(value("12", FieldType::char_field) == "12");
  CHECK(value("12", FieldType::integer_field) == "12");
  CHECK(value("x", FieldType::integer_field) == "none");
  CHECK(value("21.5", FieldType::float_field) == "21.5");
  CHECK(value("true", FieldType::boolean_field) == "True");
  CHECK(value("2013-05-05", FieldType::date_field) == "2013-05-05");
  CHECK(value("2013-15-05", FieldType::date_field) == "none");
  CHECK(value("null", FieldType::integer_field) == "none");
}

TEST_CASE("questions at a terminal") {
  std::istringstream in("maybe\nY\n\nabc\n7\n");
  std::ostringstream out;
  TerminalQuestions questions(in, out);
  CHECK(questions.confirm("Did you? [y/N]"));
  CHECK_FALSE(questions.confirm("Did you? [y/N]"));
  FieldState asked;
  asked.type = FieldType::integer_field;
  CHECK(questions.value_for_rows("Rows need one.", asked) == Value(std::int64_t{7}));
  CHECK_FALSE(questions.confirm("Did you? [y/N]"));  // the end
  CHECK(out.str().starts_with("Did you? [y/N] Please answer yes or no: Did you? [y/N] "));
}
