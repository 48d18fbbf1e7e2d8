#include "orm/engine/mysql/mysql.h"
#include "orm/migrations/servers.h"

using namespace tt;
using namespace tt::orm;
using namespace tt::orm::contract;

TEST_CASE("MariaDB passes the suite of migrations") {
  test::DatabaseServer server("mysql");
  auto open = [&] { return engine::open_mysql(options_for<engine::MysqlOptions>(server)); };
  check_migrations_contract(open);
  check_ids_go_on(*open());
}
