#pragma once

// Migrations and fixtures on an engine that needs a server of its own.

#include <doctest/doctest.h>

#include "orm/fixtures/load.h"
#include "orm/migrations_contract.h"
#include "orm/orm.h"
#include "support/database_server.h"

namespace tt::orm::contract {

template <class Options>
Options options_for(test::DatabaseServer& server) {
  Options options;
  options.host = server.host();
  options.user = server.user();
  options.password = server.password();
  options.database = server.create_database();
  return options;
}

struct FixtureTag : models::Model<FixtureTag> {
  models::AutoField id;
  models::CharField<5> name;
};

// Ids that a fixture gives are not given again.
inline void check_ids_go_on(Database& database) {
  migrate(database, {.name = "tags", .models = models_of<FixtureTag>()});
  App app{"tags", models_of<FixtureTag>(), {}};
  fixtures::load_data(
      database, {&app, 1},
      {"tags.json", R"([{"model": "tags.fixturetag", "pk": 7, "fields": {"name": "wet"}}])"});
  CHECK(objects<FixtureTag>(database).create({.name = "next"}).id == 8);
}

}  // namespace tt::orm::contract
