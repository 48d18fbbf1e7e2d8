#include "orm/engine/postgres/postgres.h"

#include <doctest/doctest.h>

#include <cmath>

#include "orm/engine/postgres/dialect.h"
#include "orm/orm_contract.h"
#include "orm/server_contract.h"

using namespace tt;
using namespace tt::orm;
using namespace tt::orm::contract;

namespace {

test::DatabaseServer& server() {
  static test::DatabaseServer server("postgresql");
  return server;
}

engine::PostgresOptions options(const std::string& database) {
  engine::PostgresOptions options;
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
    return engine::open_postgres(with_limits);
  };
  return {server(), open, "SELECT pg_sleep(?)::text"};
}

}  // namespace

TEST_CASE("PostgreSQL keeps the contract of Database") {
  check_orm_contract([] { return engine::open_postgres(options(server().create_database())); });
}

TEST_CASE("PostgreSQL keeps the contract of a database server") {
  check_server_contract(under_test());
}

TEST_CASE("question marks of raw SQL become numbers where they mean values") {
  auto numbered_placeholders = [](std::string_view sql) {
    return engine::numbered_placeholders(sql).text;
  };
  CHECK(engine::numbered_placeholders("?, '?', ?").placeholders == 2);
  CHECK(numbered_placeholders("SELECT ?, a + ? FROM b") == "SELECT $1, a + $2 FROM b");
  CHECK(numbered_placeholders("'?' \"?\" -- ?\n? /* ? */ ?") == "'?' \"?\" -- ?\n$1 /* ? */ $2");
  CHECK(numbered_placeholders("'it''s ?' ?") == "'it''s ?' $1");
  CHECK(numbered_placeholders("$$ ? $$ $tag$ ? $$ $tag$ ?") == "$$ ? $$ $tag$ ? $$ $tag$ $1");
  CHECK(numbered_placeholders("a ?? b AND c = ?") == "a ? b AND c = $1");
  CHECK(numbered_placeholders("'open ?") == "'open ?");
  CHECK(numbered_placeholders("$1 ? $") == "$1 $1 $");
  CHECK(numbered_placeholders("") == "");
}

TEST_CASE("raw rows come typed by the server") {
  auto database = engine::open_postgres(options("postgres"));
  auto row = database->query(
      "SELECT ?, ?, ?, 2::smallint, 1.5::real, 12.50::numeric, 7::numeric, "
      "'0044-03-15 BC'::date, '10000-01-01'::date, 'NaN'::numeric, ?, 'x'::name",
      {std::int64_t{5}, true, 2.5, *parse_time("2013-05-05T07:37:54.5Z")})[0];
  CHECK(as_integer(row[0]) == 5);
  CHECK(std::get<bool>(row[1]));
  CHECK(std::get<double>(row[2]) == 2.5);
  CHECK(as_integer(row[3]) == 2);
  CHECK(std::get<double>(row[4]) == 1.5);
  CHECK(std::get<Decimal>(row[5]) == *Decimal::parse("12.50"));
  CHECK(as_integer(row[6]) == 7);
  CHECK(std::get<Date>(row[7]).day == std::chrono::sys_days(std::chrono::year(-43) / 3 / 15));
  CHECK(std::get<Date>(row[8]).day == std::chrono::sys_days(std::chrono::year(10000) / 1 / 1));
  CHECK(std::isnan(std::get<double>(row[9])));
  CHECK(std::get<Time>(row[10]) == *parse_time("2013-05-05T07:37:54.5Z"));
  CHECK(as_text(row[11]) == "x");
  Time too_early = Time(std::chrono::sys_days(std::chrono::year(-5000) / 1 / 1));
  CHECK(code_of([&] { database->query("SELECT ?", {too_early}); }) == "invalid");
}

TEST_CASE("zero keeps its sign") {
  auto database = engine::open_postgres(options("postgres"));
  CHECK(std::signbit(std::get<double>(database->query("SELECT ?", {-0.0})[0][0])));
}

TEST_CASE("a statement whose columns have changed their types is prepared anew") {
  auto open = options(server().create_database());
  open.connections_max = 1;
  auto database = engine::open_postgres(open);
  database->execute("CREATE TABLE changing (a bigint)");
  database->execute("INSERT INTO changing VALUES (1)");
  auto read = [](Session& session) { return session.query("SELECT * FROM changing")[0][0]; };
  CHECK(as_integer(read(*database)) == 1);
  database->execute("ALTER TABLE changing ALTER COLUMN a TYPE text");
  CHECK(as_text(read(*database)) == "1");
  database->execute("ALTER TABLE changing ALTER COLUMN a TYPE bigint USING a::bigint");
  database->transact([&](Session& session) { CHECK(as_integer(read(session)) == 1); });
}

TEST_CASE("ids that were given are not given again") {
  auto database = engine::open_postgres(options(server().create_database()));
  migrate(*database, schema());
  database->execute("INSERT INTO contract_owner (id, name) VALUES (500, 'given')");
  database->ids_were_given(model_info<Owner>());
  CHECK(objects<Owner>(*database).create({.name = "next"}).id == 501);
  database->execute("DELETE FROM contract_owner");
  database->ids_were_given(model_info<Owner>());  // not backwards
  CHECK(objects<Owner>(*database).create({.name = "after"}).id == 502);
}
