// The part of the contract suite that is about migrations: models of several versions of one
// program, all of which mean the same tables.

#include "orm/orm_contract.h"

namespace tt::orm::contract {
namespace {

inline namespace v1 {
struct Thing : models::Model<Thing> {
  models::AutoField id;
  models::CharField<10, models::db_index> name;
  static constexpr models::Meta meta{.table = "thing"};
};
}  // namespace v1

namespace v2 {
struct Thing : models::Model<Thing> {
  models::AutoField id;
  models::CharField<20, models::unique> name;  // another index, a longer text
  models::IntegerField<> size = 42;
  models::CharField<10> colour = "it's";
  models::DateTimeField<models::null> made;
  static constexpr models::Meta meta{.table = "thing", .indexes = {{"size", "-name"}}};
};
struct Part : models::Model<Part> {
  models::AutoField id;
  models::ForeignKey<Thing, models::cascade> thing;
  static constexpr models::Meta meta{.table = "part"};
};
}  // namespace v2

namespace other_type {
struct Thing : models::Model<Thing> {
  models::AutoField id;
  models::IntegerField<models::db_index> name;
  static constexpr models::Meta meta{.table = "thing"};
};
}  // namespace other_type

namespace needs_row {
struct Thing : models::Model<Thing> {
  models::AutoField id;
  models::CharField<10, models::db_index> name;
  models::ForeignKey<Thing> parent;
  static constexpr models::Meta meta{.table = "thing"};
};
}  // namespace needs_row

Schema first() { return {.name = "m", .models = models_of<v1::Thing>()}; }
Schema second() { return {.name = "m", .models = models_of<v2::Thing, v2::Part>()}; }

// The same in SQL and as a command of MongoDB.
struct Words {
  const char* sql;
  const char* command;
  const char* of(const Database& database) const { return database.speaks_sql() ? sql : command; }
};
constexpr Words count_migrations{"SELECT count(*) FROM orm_migration",
                                 R"({"count": "orm_migration"})"};
constexpr Words find_statements{
    "SELECT statements FROM orm_migration ORDER BY id",
    R"({"find": "orm_migration", "sort": {"_id": 1}, "projection": {"_id": 0, "statements": 1}})"};
constexpr Words write_new_format{"UPDATE orm_migration SET format = 99",
                                 R"({"update": "orm_migration",
        "updates": [{"q": {}, "u": {"$set": {"format": 99}}, "multi": true}]})"};

std::int64_t migrations(Database& database) {
  return as_integer(database.query(count_migrations.of(database))[0][0]);
}

void check_growth(Database& database) {
  CHECK(migrate(database, first()).size() == 2);  // a table, an index
  CHECK(migrate(database, first()).empty());
  CHECK(migrations(database) == 1);
  objects<v1::Thing>(database).create({.name = "old"});

  auto statements = migrate(database, second());
  CHECK(statements.size() == 8);  // 3 columns, 1 table, 1 index less, 3 more
  CHECK(migrate(database, second()).empty());
  CHECK(migrations(database) == 2);
  auto things = objects<v2::Thing>(database);
  auto old = things.get("name"_k = "old");
  CHECK(old.size == 42);
  CHECK(old.colour == "it's");
  CHECK(old.made == std::nullopt);
  CHECK(code_of([&] { things.create({.name = "old"}); }) == "conflict");
  objects<v2::Part>(database).create({.thing = old});
  CHECK(things.erase() == 1);
  CHECK(objects<v2::Part>(database).count() == 0);

  auto recorded = database.query(find_statements.of(database));
  for (const auto& statement : statements) {
    CHECK(as_text(recorded[1][0]).contains(statement));
  }
}

void check_refusals(Database& database) {
  migrate(database, second());
  CHECK(code_of([&] { migrate(database, first()); }) == "unsupported");  // an older program
  CHECK(migrations(database) == 1);
  Schema later = second();
  later.version = 2;
  migrate(database, later);
  CHECK(migrations(database) == 2);
  CHECK(code_of([&] { migrate(database, second()); }) == "unsupported");
  database.execute(write_new_format.of(database));
  CHECK(code_of([&] { migrate(database, later); }) == "unsupported");
}

namespace json {
struct Note : models::Model<Note> {
  models::AutoField id;
  models::JSONField<> text = "{}";
  models::JSONField<models::null> more;
  static constexpr models::Meta meta{.table = "note"};
};
}  // namespace json

// Fields that hold JSON were recorded as texts once.
void check_older_records(Database& database) {
  if (!database.speaks_sql()) return;  // older programs knew SQLite only
  Schema schema{.name = "m", .models = models_of<json::Note>()};
  migrate(database, schema);
  database.execute("UPDATE orm_migration SET state = replace(state, '= json', '= text')");
  objects<json::Note>(database).create({.text = "[1]"});
  CHECK(migrate(database, schema).empty());
  CHECK(objects<json::Note>(database).count() == 1);
}

void check_failures(Database& database) {
  migrate(database, first());
  Schema typed{.name = "m", .models = models_of<other_type::Thing>()};
  CHECK(code_of([&] { migrate(database, typed); }) == "unsupported");
  Schema needy{.name = "m", .models = models_of<needs_row::Thing>()};
  CHECK(code_of([&] { migrate(database, needy); }) == "unsupported");

  // Two rows of one name: the unique index cannot be made, so nothing is.
  objects<v1::Thing>(database).create({.name = "twice"});
  objects<v1::Thing>(database).create({.name = "twice"});
  CHECK(code_of([&] { migrate(database, second()); }) == "conflict");
  CHECK(migrations(database) == 1);
  if (!database.has_transactional_schema()) return;
  CHECK_FALSE(database.has_table("part"));
  CHECK(migrate(database, first()).empty());
  objects<v1::Thing>(database).limit(2).count();
  database.execute("DELETE FROM thing WHERE id = 1");
  CHECK(migrate(database, second()).size() == 8);
}

void check_extra(Database& database) {
  if (!database.speaks_sql()) return;
  Schema schema = first();
  schema.extra = {{"view", "CREATE VIEW names AS SELECT name FROM thing"}};
  migrate(database, schema);
  objects<v1::Thing>(database).create({.name = "seen"});
  CHECK(as_text(database.query("SELECT name FROM names")[0][0]) == "seen");
  CHECK(migrate(database, schema).empty());
  schema.extra[0].sql += " WHERE 1";
  CHECK(code_of([&] { migrate(database, schema); }) == "unsupported");
  CHECK(code_of([&] { migrate(database, first()); }) == "unsupported");

  Schema other{.name = "other", .models = models_of<Owner>()};  // side by side
  CHECK(migrate(database, other).size() == 2);
  CHECK(migrate(database, other).empty());
}

}  // namespace

void check_migrations(const MakeDatabase& make_empty) {
  for (auto check :
       {check_growth, check_refusals, check_failures, check_extra, check_older_records}) {
    auto database = make_empty();
    check(*database);
  }
}

}  // namespace tt::orm::contract
