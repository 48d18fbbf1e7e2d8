#include "orm/engine/mysql/mysql.h"

#include <doctest/doctest.h>

#include <limits>

#include "orm/engine/mysql/failure.h"
#include "orm/orm_contract.h"
#include "orm/server_contract.h"

using namespace tt;
using namespace tt::orm;
using namespace tt::orm::contract;

namespace {

test::DatabaseServer& server() {
  static test::DatabaseServer server("mysql");
  return server;
}

engine::MysqlOptions options(const std::string& database) {
  engine::MysqlOptions options;
  options.host = server().host();
  options.user = server().user();
  options.password = server().password();
  options.database = database;
  return options;
}

ServerUnderTest under_test() {
  auto open = [](const std::string& name, const ServerLimits& limits) {
    auto with_limits = options(name);
    with_limits.connections_max = limits.connections_max;
    with_limits.wait_timeout = limits.wait_timeout;
    with_limits.statement_timeout = limits.statement_timeout;
    with_limits.statements_max = limits.statements_max;
    return engine::open_mysql(with_limits);
  };
  return {server(), open, "SELECT SLEEP(?)"};
}

}  // namespace

TEST_CASE("MariaDB keeps the contract of Database") {
  check_orm_contract([] { return engine::open_mysql(options(server().create_database())); });
}

TEST_CASE("MariaDB keeps the contract of a database server") {
  check_server_contract(under_test());
}

TEST_CASE("raw rows come typed by the server") {
  auto database = engine::open_mysql(options(server().create_database()));
  auto row = database->query(
      "SELECT ?, CAST(12.50 AS DECIMAL(9,2)), CAST(7 AS DECIMAL(9,0)), CAST('12:30:00' AS TIME), "
      "CAST(18446744073709551615 AS UNSIGNED), X'00ff', 'ä', ?, DATE '2013-05-05', NULL, b'101'",
      {std::int64_t{5}, *parse_time("2013-05-05T07:37:54.582681Z")})[0];
  CHECK(as_integer(row[0]) == 5);
  CHECK(std::get<Decimal>(row[1]) == *Decimal::parse("12.50"));
  CHECK(as_integer(row[2]) == 7);
  CHECK(as_text(row[3]) == "12:30:00");
  CHECK(std::get<double>(row[4]) == 18446744073709551615.0);
  CHECK(std::get<Bytes>(row[5]).bytes == std::string("\0\xff", 2));
  CHECK(as_text(row[6]) == "ä");
  CHECK(std::get<Time>(row[7]) == *parse_time("2013-05-05T07:37:54.582681Z"));
  CHECK(std::get<Date>(row[8]) == *parse_date("2013-05-05"));
  CHECK(std::holds_alternative<Null>(row[9]));
}

TEST_CASE("what MariaDB would change is refused") {
  auto database = engine::open_mysql(options(server().create_database()));
  auto select = [&](Value value) {
    return code_of([&] { database->query("SELECT ?", {std::move(value)}); });
  };
  CHECK(select(std::numeric_limits<double>::infinity()) == "invalid");
  CHECK(select(Time(std::chrono::sys_days(std::chrono::year(10000) / 1 / 1))) == "invalid");
  CHECK(select(Date{std::chrono::sys_days(std::chrono::year(-1) / 1 / 1)}) == "invalid");
  database->execute("CREATE TABLE narrow (a varchar(3), b tinyint, c datetime)");
  auto insert = [&](const char* column, Value value) {
    auto sql = std::string("INSERT INTO narrow (") + column + ") VALUES (?)";
    return code_of([&] { database->execute(sql, {std::move(value)}); });
  };
  CHECK(insert("a", std::string("four")) == "invalid");
  CHECK(insert("b", std::int64_t{1000}) == "invalid");
  CHECK(insert("c", std::string("2013-02-30")) == "invalid");
  CHECK(insert("c", std::string("0000-00-00")) == "invalid");
}

TEST_CASE("messages are understood without their values") {
  using namespace engine::mysql;
  CHECK(key_of("Duplicate entry 'x' for key 'y'' for key 'real'") == "real");
  CHECK(key_of("no key") == "");
  CHECK(table_of("INSERT INTO `a_b` (`c`) VALUES (?)") == "a_b");
  CHECK(table_of("SELECT 1") == "");
  CHECK(table_of("UPDATE plain SET a = 1") == "plain");
  CHECK(table_of("DELETE FROM `open") == "open");
  std::string text =
      describe({1366, "Incorrect integer value: 'secret' for column `d`.`t`.`c` at row 1",
                "INSERT INTO `t` (`c`) VALUES (?)"});
  CHECK(text == "MariaDB: a value does not fit its column `d`.`t`.`c` (t)");
}
