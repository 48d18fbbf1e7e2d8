#pragma once

// The suite that every engine of the orm passes.
//
//   TEST_CASE("the contract of Database") { check_orm_contract([] { return open_…(); }); }
//
// `make_empty` returns an empty Database; it is called once for every part of the suite.

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "orm/orm.h"

namespace tt::orm::contract {

using MakeDatabase = std::function<std::unique_ptr<Database>()>;

struct Owner : models::Model<Owner> {
  models::AutoField id;
  models::CharField<40, models::unique> name;
  models::BooleanField<> is_active = true;
};

struct Station : models::Model<Station> {
  models::AutoField id;
  models::CharField<60> name;
  models::FloatField<models::null> temperature;
  models::IntegerField<> readings = 0;
  models::BigIntegerField<models::null> serial;
  models::DateTimeField<models::null> seen;
  models::TextField<models::null> note;
  models::BinaryField<models::null> image;
  models::JSONField<> settings = "{}";
  models::ForeignKey<Owner, models::null, models::cascade> owner;
  models::ForeignKey<Station, models::null, models::set_null> twin;

  static constexpr models::Meta meta{.unique_together = {{"owner", "serial"}},
                                     .indexes = {{"seen", "-readings"}}};
};

struct Visit : models::Model<Visit> {
  models::AutoField id;
  models::ForeignKey<Owner> owner;
};

// The code of the Error that `work` throws; "ok" if it throws none.
template <class Work>
std::string code_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    CHECK(std::string_view(error.what()) != "");
    return std::string(name_of(error.code()));
  }
  return "ok";
}

inline Schema schema() {
  return {.name = "contract", .models = models_of<Owner, Station, Visit>()};
}

// The parts, each on an empty database that has the tables above.
void check_round_trips(Database& database);
void check_lookups(Database& database);
void check_null(Database& database);
void check_relations(Database& database);
void check_querysets(Database& database);
void check_writes(Database& database);
void check_ids(Database& database);
void check_hostile_text(Database& database);
void check_transactions(Database& database);
void check_concurrency(Database& database);
// On a database without tables.
void check_migrations(const MakeDatabase& make_empty);

inline void check_orm_contract(const MakeDatabase& make_empty) {
  using Check = void (*)(Database&);
  constexpr std::pair<const char*, Check> parts[] = {{"round trips", check_round_trips},
                                                     {"lookups", check_lookups},
                                                     {"null", check_null},
                                                     {"relations", check_relations},
                                                     {"querysets", check_querysets},
                                                     {"writes", check_writes},
                                                     {"ids", check_ids},
                                                     {"hostile text", check_hostile_text},
                                                     {"transactions", check_transactions},
                                                     {"concurrency", check_concurrency}};
  for (const auto& [name, check] : parts) {
    INFO(std::string(name));
    auto database = make_empty();
    migrate(*database, schema());
    check(*database);
  }
  check_migrations(make_empty);
}

}  // namespace tt::orm::contract
