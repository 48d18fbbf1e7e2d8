#include "orm/engine/postgres/postgres.h"
#include "orm/migrations/servers.h"

using namespace tt;
using namespace tt::orm;
using namespace tt::orm::contract;

TEST_CASE("PostgreSQL passes the suite of migrations") {
  test::DatabaseServer server("postgresql");
  auto open = [&] { return engine::open_postgres(options_for<engine::PostgresOptions>(server)); };
  check_migrations_contract(open);
  check_ids_go_on(*open());
}
