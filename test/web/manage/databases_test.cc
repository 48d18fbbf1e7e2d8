#include "web/manage/databases.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace tt;
using namespace tt::web;

TEST_CASE("engines by their names; servers need not be there yet") {
  for (std::string engine : {"postgresql", "mysql", "mongodb"}) {
    DatabaseSettings settings{.engine = engine, .name = "cloud", .user = "ann"};
    CHECK(open_database(settings, 4) != nullptr);
  }
  DatabaseSettings memory{.engine = "sqlite3", .name = ":memory:"};
  CHECK(open_database(memory, 4) != nullptr);
}

TEST_CASE("what makes no sense is named") {
  DatabaseSettings oracle{.engine = "oracle"};
  CHECK_THROWS_WITH_AS(open_database(oracle, 4), doctest::Contains("no engine 'oracle'"), Error);
  for (std::string port : {"x", "0", "70000", "12x"}) {
    DatabaseSettings settings{.engine = "postgresql", .name = "cloud", .port = port};
    CHECK_THROWS_WITH_AS(open_database(settings, 4), doctest::Contains("not a port"), Error);
  }
}
