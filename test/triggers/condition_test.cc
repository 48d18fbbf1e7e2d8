#include "triggers/condition.h"

#include <doctest/doctest.h>

namespace tt::triggers {

TEST_CASE("numbers are read as sensors write them") {
  CHECK(numeric("21.5") == 21.5);
  CHECK(numeric(" 21.5\r\n") == 21.5);
  CHECK(numeric("+3") == 3);
  CHECK(numeric("-1e3") == -1000);
  for (const char* text :
       {"", " ", "error", "21,5", "nan", "inf", "-inf", "1e999", "0x10", "+-3", "++3", "3 4"}) {
    CAPTURE(text);
    CHECK_FALSE(numeric(text));
  }
}

TEST_CASE("conditions with a threshold") {
  struct Row {
    Condition condition;
    std::string_view value;
    std::optional<bool> expected;
  };
  const Row rows[] = {
      {Condition::gt, "30", false},  {Condition::gt, "30.01", true},  {Condition::gt, "-31", false},
      {Condition::gte, "30", true},  {Condition::gte, "29.9", false}, {Condition::lt, "30", false},
      {Condition::lt, "29.9", true}, {Condition::lte, "30.0", true},  {Condition::lte, "31", false},
      {Condition::eq, "3e1", true},  {Condition::eq, "30.000", true}, {Condition::eq, "31", false},
      {Condition::gt, "error", {}},  {Condition::lt, "", {}},         {Condition::eq, "nan", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(to_text(row.condition));
    CAPTURE(row.value);
    CHECK(holds(row.condition, "30", row.value) == row.expected);
  }
}

TEST_CASE("eq compares texts where the threshold is one") {
  CHECK(holds(Condition::eq, "open", "open") == true);
  CHECK(holds(Condition::eq, "open", " open ") == true);
  CHECK(holds(Condition::eq, "open", "Open") == false);
  CHECK(holds(Condition::eq, "open", "30") == false);
}

TEST_CASE("names of conditions and severities") {
  for (const char* name : {"gt", "gte", "lt", "lte", "eq", "change", "frozen", "live"}) {
    auto condition = condition_from(name);
    REQUIRE(condition);
    CHECK(to_text(*condition) == name);
  }
  CHECK_FALSE(condition_from("GT"));
  CHECK(needs_threshold(Condition::eq));
  CHECK_FALSE(needs_threshold(Condition::change));
  CHECK(severity_from("critical") == Severity::critical);
  CHECK_FALSE(severity_from("worst"));
}

}  // namespace tt::triggers
