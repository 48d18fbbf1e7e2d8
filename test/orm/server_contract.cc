#include "orm/server_contract.h"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <limits>
#include <thread>

#include "orm/orm_contract.h"
#include "orm/server_cells.h"

namespace tt::orm::contract {

using namespace std::chrono_literals;

std::string ServerUnderTest::make_database() const {
  std::string name = server.create_database();
  migrate(*open(name, {}), schema());
  return name;
}

std::unique_ptr<Database> ServerUnderTest::open_ready(const ServerLimits& limits) const {
  return open(make_database(), limits);
}

namespace {

std::int64_t owners(Session& session) { return objects<Owner>(session).count(); }
void add_owner(Session& session, std::string name) {
  objects<Owner>(session).create({.name = std::move(name)});
}

// What the Error says; empty if there is none.
template <class Work>
std::string message_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

// --- the server goes away ----------------------------------------------------------------------

// Leaves several connections open and idle.
void open_connections(Database& database) {
  database.transact([&](Session& session) {
    CHECK(owners(session) == owners(database));
    CHECK(owners(database) == 1);
  });
}

void check_killed_server(const ServerUnderTest& under_test) {
  auto database = under_test.open_ready();
  add_owner(*database, "before");
  open_connections(*database);
  under_test.server.kill();
  for (int i = 0; i < 3; ++i) {
    CHECK(code_of([&] { owners(*database); }) == "unavailable");
    CHECK(code_of([&] { add_owner(*database, "lost"); }) == "unavailable");
    CHECK(code_of([&] { database->transact([](Session&) {}); }) == "unavailable");
  }
  under_test.server.start();
  CHECK(owners(*database) == 1);
  add_owner(*database, "after");
  CHECK(owners(*database) == 2);
}

// Nobody notices that the server was started again between two requests.
void check_restarted_server(const ServerUnderTest& under_test) {
  for (bool is_write_first : {true, false}) {
    auto database = under_test.open_ready();
    add_owner(*database, "before");
    open_connections(*database);
    under_test.server.stop();
    under_test.server.start();
    if (is_write_first) add_owner(*database, "after");
    database->transact([](Session& session) { add_owner(session, "in a transaction"); });
    CHECK(owners(*database) == (is_write_first ? 3 : 2));
  }
}

void check_killed_in_transaction(const ServerUnderTest& under_test) {
  auto database = under_test.open_ready();
  CHECK(code_of([&] {
          database->transact([&](Session& session) {
            add_owner(session, "a");
            under_test.server.kill();
            CHECK(code_of([&] { add_owner(session, "b"); }) == "unavailable");
            CHECK(code_of([&] { owners(session); }) == "unavailable");
          });
        }) == "unavailable");
  under_test.server.start();
  CHECK(owners(*database) == 0);
}

void check_unreachable(const ServerUnderTest& under_test) {
  auto database = under_test.open("no_such_database", {});
  std::string message = message_of([&] { database->has_table("x"); });
  CHECK(message.contains("no_such_database"));
  CHECK_FALSE(message.contains(under_test.server.password()));
  CHECK(code_of([&] { database->has_table("x"); }) == "unavailable");
}

// --- the pool ----------------------------------------------------------------------------------

void check_pool(const ServerUnderTest& under_test) {
  auto narrow = under_test.open_ready({.connections_max = 1, .wait_timeout = 20ms});
  narrow->transact([&](Session& session) {
    CHECK(owners(session) == 0);
    CHECK(code_of([&] { owners(*narrow); }) == "unavailable");  // no other connection
  });
  CHECK(owners(*narrow) == 0);

  auto shared = under_test.open_ready({.connections_max = 2});
  std::atomic<int> made = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i) {
      threads.emplace_back([&, i] {
        for (int round = 0; round < 10; ++round) {
          add_owner(*shared, std::to_string(i * 100 + round));
          ++made;
        }
      });
    }
  }
  CHECK(made == 60);
  CHECK(owners(*shared) == 60);
}

void check_statements_kept(const ServerUnderTest& under_test) {
  auto database = under_test.open_ready({.connections_max = 1, .statements_max = 2});
  auto stations = objects<Station>(*database);
  for (int round = 0; round < 3; ++round) {
    // One statement with cells of changing types, among others that push it out.
    Station full = stations.create({.temperature = 1.5, .serial = 7, .note = "x"});
    Station empty = stations.create({.name = "empty"});
    CHECK(stations.get("id"_k = full.id) == full);
    CHECK(stations.get("id"_k = empty.id) == empty);
    CHECK(stations.filter("temperature__isnull"_k = true).erase() == 1);
    CHECK(stations.erase() == 1);
  }
}

// --- time --------------------------------------------------------------------------------------

void check_statement_timeout(const ServerUnderTest& under_test) {
  auto database = under_test.open_ready({.statement_timeout = 60ms});
  auto sleep = [&](Session& session, double seconds) {
    session.query(under_test.sleep, {seconds});
  };
  CHECK(code_of([&] { sleep(*database, 60.0); }) == "timeout");
  sleep(*database, 0.0);
  database->transact([&](Session& session) {
    add_owner(session, "a");
    CHECK(code_of([&] { sleep(session, 60.0); }) == "timeout");
    add_owner(session, "b");
  });
  CHECK(owners(*database) == 2);
  database->transact_schema([&](Session& session) { sleep(session, 0.1); });
}

// --- transactions in each other's way ----------------------------------------------------------

void check_lock_wait(const ServerUnderTest& under_test) {
  std::string name = under_test.make_database();
  auto one = under_test.open(name, {});
  auto two = under_test.open(name, {.statement_timeout = 60ms});
  add_owner(*one, "a");
  one->transact([&](Session& session) {
    objects<Owner>(session).update("is_active"_k = false);
    CHECK(code_of([&] { objects<Owner>(*two).update("name"_k = "b"); }) == "timeout");
    CHECK(objects<Owner>(*two).get().is_active == true);  // reads do not wait
  });
  CHECK(objects<Owner>(*two).update("name"_k = "b") == 1);
}

void check_deadlock(const ServerUnderTest& under_test) {
  auto database = under_test.open_ready();
  for (const char* name : {"a", "b"}) add_owner(*database, name);
  std::barrier both_hold_one(2);
  auto update = [&](const char* first, const char* second) {
    return code_of([&] {
      database->transact([&](Session& session) {
        auto inside = objects<Owner>(session);
        inside.filter("name"_k = first).update("is_active"_k = false);
        both_hold_one.arrive_and_wait();
        std::string code =
            code_of([&] { inside.filter("name"_k = second).update("is_active"_k = false); });
        if (code == "ok") return;
        CHECK(code == "conflict");
        // What follows would stand alone.
        CHECK(code_of([&] { add_owner(session, "c"); }) == "unavailable");
        throw Error(Code::conflict, "as the caller would see it");
      });
    });
  };
  std::string codes[2];
  {
    std::jthread one([&] { codes[0] = update("a", "b"); });
    std::jthread two([&] { codes[1] = update("b", "a"); });
  }
  CHECK(std::ranges::count(codes, "ok") == 1);
  CHECK(std::ranges::count(codes, "conflict") == 1);
  CHECK(objects<Owner>(*database).filter("is_active"_k = false).count() == 2);
  CHECK(owners(*database) == 2);
}

void check_unique_race(const ServerUnderTest& under_test) {
  constexpr int names = 12;
  auto database = under_test.open_ready();
  std::atomic<int> made = 0, refused = 0;
  auto compete = [&] {
    for (int i = 0; i < names; ++i) {
      std::string code = code_of([&] { add_owner(*database, std::to_string(i)); });
      if (code == "ok") ++made;
      if (code == "conflict") ++refused;
    }
  };
  {
    std::jthread one(compete), two(compete);
  }
  CHECK(made == names);
  CHECK(refused == names);
  CHECK(owners(*database) == names);
}

// --- what is said about failures ---------------------------------------------------------------

void check_messages(const ServerUnderTest& under_test) {
  auto database = under_test.open_ready();
  auto says = [](const std::string& message, std::initializer_list<const char*> parts) {
    INFO(message);
    CHECK(message != "");
    for (const char* part : parts) CHECK(message.contains(part));
    CHECK_FALSE(message.contains("secret"));
  };
  Owner ann{.name = "secret for key 'x'"};
  objects<Owner>(*database).create(ann);
  says(message_of([&] { objects<Owner>(*database).create(ann); }), {"contract_owner", "name"});
  Station station{.serial = 1, .owner = objects<Owner>(*database).get()};
  objects<Station>(*database).create(station);
  says(message_of([&] { objects<Station>(*database).create(station); }),
       {"contract_station", "owner_id", "serial"});
  says(message_of([&] { objects<Visit>(*database).create({.owner = 999}); }),
       {"contract_visit", "owner_id"});

  auto insert = [&](std::string_view sql, std::vector<Value> values) {
    return [&database, sql, values] { database->execute(sql, values); };
  };
  auto null = insert("INSERT INTO contract_owner (name, is_active) VALUES (?, ?)",
                     {Null{}, std::string("1")});
  CHECK(code_of(null) == "invalid");
  says(message_of(null), {"contract_owner", "name"});
  auto not_a_number =
      insert("INSERT INTO contract_station (name, readings, settings) VALUES (?, ?, ?)",
             {std::string("x"), std::string("secret"), std::string("{}")});
  CHECK(code_of(not_a_number) == "invalid");
  says(message_of(not_a_number), {});
  CHECK(code_of(insert("INSERT INTO contract_owner (name) VALUES (?)", {})) == "internal");
  CHECK(code_of(insert("INSERT INTO no_such_table (name) VALUES (1)", {})) == "internal");
  CHECK(code_of(insert("", {})) == "internal");
}

// --- names and values --------------------------------------------------------------------------

void check_hostile_names(const ServerUnderTest& under_test) {
  auto database = under_test.open_ready();
  std::string long_name(200, 'n');
  for (const std::string& name :
       {std::string("a\"b`c'd"), std::string("x; DROP TABLE contract_owner"), std::string("select"),
        long_name + "1", long_name + "2"}) {
    INFO(name);
    CHECK_FALSE(database->has_table(name));
    CreateTable create{name, {{.name = "id", .kind = Kind::id}, {.name = name, .max_length = 50}}};
    create.columns[1].initial = std::string("it's \\ \"`");
    database->change_schema(create);
    CHECK(database->has_table(name));
    database->change_schema(CreateIndex{name + "_i", name, {{name}}, true});
    database->change_schema(DropIndex{name + "_i", name});
  }
  CHECK(database->has_table("contract_owner"));
}

// Through a column of every kind, and back as that kind.
struct KindValue {
  Kind kind;
  Value value;
};

std::vector<KindValue> kind_values() {
  using namespace std::string_literals;
  std::vector<KindValue> all;
  auto add = [&](Kind kind, std::initializer_list<Value> values) {
    for (const Value& value : values) all.push_back({kind, value});
    all.push_back({kind, Null{}});
  };
  auto date = [](std::string_view text) { return *parse_date(text); };
  auto time = [](std::string_view text) { return *parse_time(text); };
  add(Kind::integer, {std::int64_t{0}, INT64_MAX, INT64_MIN, std::int64_t{-1}});
  add(Kind::real, {0.0, 1e308, -1e-308, 5e-324, 0.1, std::numeric_limits<double>::max()});
  add(Kind::boolean, {true, false});
  add(Kind::text, {""s, " "s, "trailing "s, "\U0001F327\U0001F600"s, "Füße"s, "a\nb\r\t\x7f"s,
                   "NULL"s, "\\0"s, std::string(200'000, 'y')});
  add(Kind::bytes, {Bytes{""}, Bytes{"\0\xff\\x00'"s}, Bytes{std::string(100'000, '\0')}});
  add(Kind::time,
      {time("1970-01-01"), time("1969-12-31T23:59:59.999999Z"), time("0001-01-01T00:00:00.000001Z"),
       time("9999-12-31T23:59:59.999999Z"), time("2024-02-29T12:00:00.5Z")});
  add(Kind::date, {date("1970-01-01"), date("0001-01-01"), date("9999-12-31"), date("1900-02-28")});
  add(Kind::decimal,
      {*Decimal::parse("0.00"), *Decimal::parse("-21.50"), *Decimal::parse("9999999999999999.99"),
       *Decimal::parse("-9999999999999999.99")});
  add(Kind::uuid, {Uuid{}, Uuid::random(), *Uuid::parse("ffffffffffffffffffffffffffffffff")});
  add(Kind::json, {"{}"s, "[1, \"€\"]"s, "\"it's\""s, "null"s, "true"s});
  return all;
}

void check_kinds(const ServerUnderTest& under_test) {
  auto database = under_test.open_ready();
  for (const auto& [kind, value] : kind_values()) {
    INFO(name_of(kind));
    std::string table = "kind_" + std::string(name_of(kind));
    if (!database->has_table(table)) {
      ColumnChange column{.name = "cell", .kind = kind, .is_null = true};
      column.max_digits = 18;
      column.decimal_places = 2;
      database->change_schema(CreateTable{table, {column}});
    }
    database->execute("DELETE FROM " + table);
    CHECK(database->execute("INSERT INTO " + table + " (cell) VALUES (?)", {value}) == 1);
    auto rows = database->query("SELECT cell FROM " + table);
    REQUIRE(rows.size() == 1);
    CHECK(fitted(rows[0][0], kind) == value);
  }
  // No text is cut at a NUL.
  std::string nul("a\0b", 3);
  CHECK(code_of([&] { database->query("SELECT cell FROM kind_text WHERE cell = ?", {nul}); }) !=
        "conflict");
}

// --- changes of the schema ---------------------------------------------------------------------

ColumnChange text_column(std::string name, std::size_t max_length = 20) {
  return {.name = std::move(name), .initial = std::string(), .max_length = max_length};
}
ColumnChange key_column(std::string name, std::string target) {
  return {.name = std::move(name),
          .kind = Kind::foreign_key,
          .is_null = true,
          .target = std::move(target)};
}

void check_changed_tables(const ServerUnderTest& under_test) {
  auto database = under_test.open_ready();
  auto change = [&](const SchemaChange& change) { CHECK(database->change_schema(change) != ""); };
  ColumnChange id{.name = "id", .kind = Kind::id};
  change(CreateTable{"one", {id, text_column("name")}});
  change(CreateTable{"two", {id}});
  change(AddColumn{"two", key_column("one_id", "one")});
  change(CreateIndex{"two_one_index", "two", {{"one_id"}}});
  database->execute("INSERT INTO one (id, name) VALUES (1, '12'), (2, 'it''s')");
  database->execute("INSERT INTO two (one_id) VALUES (1)");
  auto insert_two = [&](std::int64_t one) {
    return code_of([&] { database->execute("INSERT INTO two (one_id) VALUES (?)", {one}); });
  };

  // What refers to the table refers to it afterwards.
  change(RenameTable{"one", "eins"});
  change(RenameColumn{"eins", "name", "label"});
  CHECK_FALSE(database->has_table("one"));
  CHECK(insert_two(2) == "ok");
  CHECK(insert_two(3) == "conflict");

  // Another type: values are kept as far as they fit.
  ColumnChange number{.name = "label", .kind = Kind::integer, .initial = std::int64_t{0}};
  AlterColumn to_number{"eins", text_column("label"), number, {{id, number}, {}}};
  CHECK(code_of([&] { database->change_schema(to_number); }) == "invalid");
  database->execute("UPDATE eins SET label = '-7' WHERE id = 2");
  change(to_number);
  CHECK(as_integer(database->query("SELECT label FROM eins WHERE id = 2")[0][0]) == -7);

  // A null more, and a null less once none is there.
  ColumnChange maybe = number;
  maybe.is_null = true;
  change(AlterColumn{"eins", number, maybe, {{id, maybe}, {}}});
  database->execute("UPDATE eins SET label = NULL WHERE id = 1");
  CHECK(code_of([&] { database->change_schema(AlterColumn{"eins", maybe, number, {}}); }) ==
        "invalid");
  change(FillColumn{"eins", number});
  change(AlterColumn{"eins", maybe, number, {{id, number}, {}}});
  CHECK(as_integer(database->query("SELECT label FROM eins WHERE id = 1")[0][0]) == 0);

  // Another target.
  change(CreateTable{"three", {id}});
  ColumnChange before = key_column("one_id", "eins"), after = key_column("one_id", "three");
  database->execute("DELETE FROM two");
  change(AlterColumn{"two", before, after, {{id, after}, {}}});
  CHECK(insert_two(1) == "conflict");
  database->execute("INSERT INTO three (id) VALUES (1)");
  CHECK(insert_two(1) == "ok");

  // In the order of migrations: the index goes before its column.
  change(DropIndex{"two_one_index", "two"});
  change(DropColumn{"two", after, {{id}, {}}});
  change(DropTable{"three"});
  CHECK(as_integer(database->query("SELECT count(*) FROM two")[0][0]) == 1);
}

void check_defaults(const ServerUnderTest& under_test) {
  auto database = under_test.open_ready();
  ColumnChange id{.name = "id", .kind = Kind::id};
  database->change_schema(CreateTable{"filled", {id}});
  database->execute("INSERT INTO filled (id) VALUES (1)");
  for (const auto& [kind, value] : kind_values()) {
    bool is_short =
        !std::holds_alternative<std::string>(value) || std::get<std::string>(value).size() < 1000;
    bool is_small =
        !std::holds_alternative<Bytes>(value) || std::get<Bytes>(value).bytes.size() < 1000;
    if (std::holds_alternative<Null>(value) || !is_short || !is_small) continue;
    INFO(name_of(kind));
    ColumnChange column{.name = "cell", .kind = kind, .initial = value};
    column.max_digits = 18;
    column.decimal_places = 2;
    database->change_schema(AddColumn{"filled", column});
    CHECK(fitted(database->query("SELECT cell FROM filled")[0][0], kind) == value);
    database->change_schema(DropColumn{"filled", column, {{id}, {}}});
  }
}

}  // namespace

void check_server_contract(const ServerUnderTest& under_test) {
  using Check = void (*)(const ServerUnderTest&);
  constexpr std::pair<const char*, Check> parts[] = {
      {"killed server", check_killed_server},
      {"restarted server", check_restarted_server},
      {"killed in a transaction", check_killed_in_transaction},
      {"unreachable", check_unreachable},
      {"pool", check_pool},
      {"statements kept", check_statements_kept},
      {"statement timeout", check_statement_timeout},
      {"lock wait", check_lock_wait},
      {"deadlock", check_deadlock},
      {"unique race", check_unique_race},
      {"messages", check_messages},
      {"hostile names", check_hostile_names},
      {"kinds", check_kinds},
      {"changed tables", check_changed_tables},
      {"defaults", check_defaults}};
  for (const auto& [name, check] : parts) {
    INFO(std::string(name));
    check(under_test);
  }
}

}  // namespace tt::orm::contract
