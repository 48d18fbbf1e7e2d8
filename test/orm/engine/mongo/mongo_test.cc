#include "orm/engine/mongo/mongo.h"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "mongo_server.h"
#include "orm/migrations_contract.h"
#include "orm/orm_contract.h"
#include "orm/server.h"

using namespace tt;
using namespace tt::orm;
using namespace tt::orm::contract;
using namespace std::chrono_literals;
using test::server_alone;
using test::server_of_replica_set;

namespace {

std::unique_ptr<Database> open_ready(test::MongoServer& server) {
  auto database = engine::open_mongo(server.fresh());
  migrate(*database, schema());
  return database;
}

std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("MongoDB keeps the contract of Database: a replica set") {
  check_orm_contract([] { return engine::open_mongo(server_of_replica_set().fresh()); });
}

TEST_CASE("MongoDB keeps the contract of Database: a server that stands alone") {
  check_orm_contract([] { return engine::open_mongo(server_alone().fresh()); });
}

TEST_CASE("MongoDB keeps the contract of migrations") {
  SUBCASE("a replica set") {
    check_migrations_contract([] { return engine::open_mongo(server_of_replica_set().fresh()); });
  }
  SUBCASE("a server that stands alone") {
    check_migrations_contract([] { return engine::open_mongo(server_alone().fresh()); });
  }
}

TEST_CASE("what a user writes is never read as an operator") {
  auto database = open_ready(server_alone());
  auto stations = objects<Station>(*database);
  for (std::string hostile : {"$ne", "$$ROOT", "$name", "a.b", R"({"$gt": ""})", ".*", "^", "$",
                              "(", "[a", "\\", "a|b", "(?i)x", "\\Q", "{1,", "x\n", "+", "?"}) {
    INFO(hostile);
    auto found = [&](auto condition) { return stations.filter(condition).count(); };
    CHECK(found("name"_k = hostile) == 0);
    CHECK(found("name__contains"_k = hostile) == 0);
    auto made =
        stations.create({.name = hostile, .note = hostile, .settings = R"({"$set": {"a.b": 1}})"});
    CHECK(stations.get("name"_k = hostile) == made);
    CHECK(found("name__iexact"_k = hostile) == 1);
    CHECK(found("name__icontains"_k = hostile) == 1);
    CHECK(found("name__startswith"_k = hostile) == 1);
    CHECK(found("name__endswith"_k = hostile) == 1);
    CHECK(found(f<&Station::name>.in({hostile})) == 1);
    CHECK(stations.filter("id"_k = made.id).update("note"_k = hostile + "$x") == 1);
    // In a computed change, too, where a text that begins with '$' would name a member.
    CHECK(stations.filter("id"_k = made.id)
              .update("note"_k = hostile, "readings"_k = "readings"_f + 1) == 1);
    CHECK(stations.get("note"_k = hostile).readings == 1);
    CHECK(stations.filter("name"_k = hostile).erase() == 1);
  }
}

TEST_CASE("a regular expression that is none is refused") {
  auto database = open_ready(server_alone());
  CHECK(code_of([&] { objects<Station>(*database).filter("name__regex"_k = "(").count(); }) ==
        "invalid");
}

TEST_CASE("a row that is too large is refused, and says so") {
  auto database = open_ready(server_alone());
  auto stations = objects<Station>(*database);
  std::string huge(17 * 1024 * 1024, 'x');
  CHECK(message_of([&] { stations.create({.note = huge}); }).contains("16 MiB"));
  CHECK(code_of([&] { stations.update("note"_k = huge); }) == "too_large");
  // Two that fit alone, but not together.
  std::string half(9 * 1024 * 1024, 'x');
  CHECK(code_of([&] { stations.create({.note = half, .image = half}); }) == "too_large");
  CHECK(stations.count() == 0);
  stations.create({.note = half});
  CHECK((*stations.get().note)->size() == half.size());
}

TEST_CASE("a conflict names table and columns, never the value") {
  auto database = open_ready(server_alone());
  auto owners = objects<Owner>(*database);
  auto stations = objects<Station>(*database);
  Owner ann = owners.create({.name = "secret"});
  CHECK(message_of([&] { owners.create({.name = "secret"}); }) ==
        "contract_owner: there is a row with this name already");
  stations.create({.serial = 7, .owner = ann});
  CHECK(message_of([&] { stations.create({.serial = 7, .owner = ann}); }) ==
        "contract_station: there is a row with this owner_id, serial already");
  Owner again{.name = "other"};
  again.id = ann.id;
  CHECK(message_of([&] { owners.create(again); }) ==
        "contract_owner: there is a row with this id already");
}

// --- transactions ------------------------------------------------------------------------------

TEST_CASE("in a replica set a duplicate does not end the transaction") {
  auto database = open_ready(server_of_replica_set());
  auto owners = objects<Owner>(*database);
  owners.create({.name = "Ann"});
  database->transact([](Session& session) {
    auto inside = objects<Owner>(session);
    CHECK(code_of([&] { inside.create({.name = "Ann"}); }) == "conflict");
    CHECK(code_of([&] {
            session.transact([&](Session& nested) {
              objects<Owner>(nested).create({.name = "Bob"});
              objects<Owner>(nested).create({.name = "Ann"});
            });
          }) == "conflict");
    inside.create({.name = "Cid"});
  });
  CHECK(owners.count() == 2);
}

TEST_CASE("a transaction that the server has ended keeps nothing") {
  auto database = open_ready(server_of_replica_set());
  auto owners = objects<Owner>(*database);
  owners.create({.name = "Ann"});
  auto work = [&] {
    database->transact([](Session& session) {
      auto inside = objects<Owner>(session);
      inside.create({.name = "Bob"});
      CHECK(code_of([&] { inside.filter("name"_k = "Bob").update("name"_k = "Ann"); }) ==
            "conflict");
      CHECK(code_of([&] { inside.create({.name = "alone"}); }) == "unavailable");
    });
  };
  CHECK(code_of(work) == "unavailable");
  CHECK(owners.count() == 1);
}

TEST_CASE("two transactions that change the same: one is told to try again") {
  auto options = server_of_replica_set().fresh();
  auto one = engine::open_mongo(options), other = engine::open_mongo(options);
  migrate(*one, schema());
  objects<Owner>(*one).create({.name = "Ann"});
  auto work = [&] {
    one->transact([&](Session& session) {
      CHECK(objects<Owner>(session).count() == 1);
      objects<Owner>(*other).update("is_active"_k = false);
      objects<Owner>(session).update("is_active"_k = true);
    });
  };
  CHECK_THROWS_AS(work(), TransactionConflict);
  CHECK(objects<Owner>(*one).get().is_active == false);
}

TEST_CASE("standing alone: what a failed transaction did is written back") {
  auto database = open_ready(server_alone());
  auto owners = objects<Owner>(*database);
  auto stations = objects<Station>(*database);
  Owner ann = owners.create({.name = "Ann"});
  Station kept = stations.create({.name = "kept", .temperature = 1.5, .owner = ann});
  auto before = stations.rows();
  CHECK(code_of([&] {
          database->transact([&](Session& session) {
            objects<Station>(session).update("temperature"_k = "temperature"_f * 2, "note"_k = "n");
            objects<Station>(session).create({.name = "new"});
            objects<Owner>(session).filter("id"_k = ann.id).erase();
            CHECK(objects<Station>(session).count() == 1);
            throw Error(Code::denied, "on purpose");
          });
        }) == "denied");
  CHECK(stations.rows() == before);
  CHECK(owners.get() == ann);
}

// --- the server goes away ----------------------------------------------------------------------

namespace {

engine::MongoOptions hasty(test::MongoServer& server) {
  auto options = server.fresh();
  options.connect_timeout = 300ms;
  options.statement_timeout = 300ms;
  options.wait_timeout = 200ms;
  return options;
}

// Until the client has found the server again.
void await(Database& database) {
  auto deadline = std::chrono::steady_clock::now() + 20s;
  while (code_of([&] { database.has_table("x"); }) != "ok") {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
  }
}

}  // namespace

TEST_CASE("a server that is not there: unavailable, in time") {
  test::MongoServer server;
  auto options = hasty(server);
  server.kill();
  auto database = engine::open_mongo(options);
  auto begin = std::chrono::steady_clock::now();
  CHECK(code_of([&] { objects<Owner>(*database).count(); }) == "unavailable");
  CHECK(code_of([&] { objects<Owner>(*database).create({.name = "x"}); }) == "unavailable");
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  server.start();
  await(*database);
  CHECK(objects<Owner>(*database).count() == 0);
}

TEST_CASE("a server that is killed and comes back is found again") {
  test::MongoServer server;
  auto database = engine::open_mongo(hasty(server));
  migrate(*database, schema());
  objects<Owner>(*database).create({.name = "Ann"});
  server.kill();
  CHECK(code_of([&] { objects<Owner>(*database).create({.name = "Bob"}); }) == "unavailable");
  CHECK(code_of([&] {
          database->transact([](Session& session) { objects<Owner>(session).count(); });
        }) == "unavailable");
  server.start();
  await(*database);
  migrate(*database, schema());  // it held everything in memory
  CHECK(objects<Owner>(*database).create({.name = "Bob"}).id == 1);
}

TEST_CASE("a server that does not answer: unavailable, in time") {
  test::MongoServer server;
  auto database = engine::open_mongo(hasty(server));
  migrate(*database, schema());
  server.stall();
  auto begin = std::chrono::steady_clock::now();
  CHECK(code_of([&] { objects<Owner>(*database).count(); }) == "unavailable");
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  server.go_on();
  await(*database);
  CHECK(objects<Owner>(*database).count() == 0);
}

TEST_CASE("connections that are all in use are waited for, but not for ever") {
  auto options = hasty(server_alone());
  options.connections_max = 1;
  auto database = engine::open_mongo(options);
  migrate(*database, schema());
  database->transact([&](Session& session) {
    CHECK(objects<Owner>(session).count() == 0);
    CHECK(code_of([&] { objects<Owner>(*database).count(); }) == "unavailable");
  });
  CHECK(objects<Owner>(*database).count() == 0);
}

TEST_CASE("options that make no sense are refused") {
  auto open = [](auto change) {
    engine::MongoOptions options{.database = "x"};
    change(options);
    return code_of([&] { engine::open_mongo(options); });
  };
  CHECK(open([](auto&) {}) == "ok");
  CHECK(open([](auto& options) { options.database = ""; }) == "invalid");
  CHECK(open([](auto& options) { options.database = "a.b"; }) == "invalid");
  CHECK(open([](auto& options) { options.host = "http://x"; }) == "invalid");
  CHECK(open([](auto& options) { options.connections_max = 0; }) == "invalid");
}

// --- raw commands ------------------------------------------------------------------------------

TEST_CASE("raw commands are JSON, with ? for each value") {
  auto database = open_ready(server_alone());
  auto owners = objects<Owner>(*database);
  owners.create({.name = "a?b"});
  owners.create({.name = "$x", .is_active = false});
  auto rows = database->query(
      R"({"find": "contract_owner", "filter": {"name": ?}, "projection": {"name": 1}})",
      {std::string("$x")});
  REQUIRE(rows.size() == 1);
  CHECK(rows[0] == Row{std::int64_t{2}, std::string("$x")});
  rows = database->query(
      R"({"aggregate": "contract_owner", "pipeline": [{"$match": {"name": "a?b"}},
          {"$project": {"_id": 0, "is_active": 1, "n": {"$literal": ?}}}], "cursor": {}})",
      {Bytes{"raw"}});
  CHECK(rows == std::vector<Row>{{true, Bytes{"raw"}}});
  CHECK(as_integer(database->query(R"({"count": "contract_owner"})")[0][0]) == 2);
  CHECK(database->execute(
            R"({"delete": "contract_owner", "deletes": [{"q": {"_id": ?}, "limit": 1}]})",
            {std::int64_t{1}}) == 1);
  CHECK(owners.count() == 1);

  CHECK(code_of([&] { database->query("SELECT 1"); }) == "invalid");
  CHECK(code_of([&] { database->query(""); }) == "invalid");
  CHECK(code_of([&] { database->query("{}"); }) == "invalid");
  CHECK(code_of([&] { database->query(R"({"count": ?})", {}); }) == "invalid");
  CHECK(code_of([&] { database->query(R"({"count": "x"})", {true}); }) == "invalid");
  CHECK(code_of([&] { database->query(R"({"nosuch": 1})"); }) == "unsupported");
}

TEST_CASE("conditions and rows in the engine's own words") {
  auto database = open_ready(server_alone());
  auto stations = objects<Station>(*database);
  for (int i = 0; i < 5; ++i) stations.create({.name = std::to_string(i), .readings = i});
  CHECK(stations.filter(sql<Station>(R"({"readings": {"$gte": ?}})", 3)).count() == 2);
  CHECK(stations.exclude(sql<Station>(R"({"readings": {"$gte": ?}})", 3)).count() == 3);
  auto last = raw<Station>(*database,
                           R"({"aggregate": "contract_station",
                               "pipeline": [{"$match": {"readings": {"$gt": ?}}}]})",
                           1);
  CHECK(last.order_by("-id").values<&Station::readings>() == std::vector<std::int32_t>{4, 3, 2});
  CHECK(last.filter("readings__lt"_k = 4).count() == 2);
  CHECK(code_of([&] { raw<Station>(*database, R"({"find": "contract_station"})").rows(); }) ==
        "unsupported");
}

TEST_CASE("statements that a schema adds are commands") {
  auto database = engine::open_mongo(server_alone().fresh());
  Schema adding = schema();
  adding.extra = {{"fast", R"({"createIndexes": "contract_owner",
                              "indexes": [{"key": {"is_active": 1}, "name": "fast"}]})"}};
  migrate(*database, adding);
  CHECK(migrate(*database, adding).empty());
  CHECK(database->query(R"({"listIndexes": "contract_owner"})").size() == 3);
}

TEST_CASE("a stored value of another type is reported, not misread") {
  auto database = open_ready(server_alone());
  database->execute(R"({"insert": "contract_owner",
                        "documents": [{"_id": 1, "name": "x", "is_active": "yes"}]})");
  CHECK(code_of([&] { objects<Owner>(*database).rows(); }) == "corrupt");
  CHECK(message_of([&] { objects<Owner>(*database).rows(); }) ==
        "is_active: a stored value is not of its column's type");
}
