#include "web/manage/databases.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "orm/engine/mongo/mongo.h"
#include "orm/engine/mysql/mysql.h"
#include "orm/engine/postgres/postgres.h"
#include "orm/engine/sqlite/sqlite.h"

namespace tt::web {
namespace {

// `otherwise` if the settings name none.
std::uint16_t port_of(const DatabaseSettings& settings, std::uint16_t otherwise) {
  if (settings.port.empty()) return otherwise;
  auto port = parse_number<std::uint16_t>(settings.port);
  if (!port || *port == 0) {
    throw Error(Code::invalid,
                fmt::format("DATABASES: PORT is '{}', which is not a port", settings.port));
  }
  return *port;
}

// What the options of all servers have in common.
template <class Options>
Options server_options(const DatabaseSettings& settings, unsigned threads) {
  Options options;
  if (!settings.host.empty()) options.host = settings.host;
  options.port = port_of(settings, options.port);
  options.database = settings.name;
  options.user = settings.user;
  options.password = settings.password;
  options.connections_max = settings.connections_max > 0 ? settings.connections_max : threads;
  options.connect_timeout = settings.timeout;
  options.statement_timeout = settings.timeout;
  return options;
}

std::unique_ptr<orm::Database> open_file(const DatabaseSettings& settings, unsigned threads) {
  orm::engine::SqliteOptions options;
  options.readers_max = settings.connections_max > 0 ? settings.connections_max : threads;
  options.busy_timeout = settings.timeout;
  return orm::engine::open_sqlite(settings.name, options);
}

}  // namespace

std::unique_ptr<orm::Database> open_database(const DatabaseSettings& settings, unsigned threads) {
  using namespace orm::engine;
  if (settings.engine == "sqlite3") return open_file(settings, threads);
  if (settings.engine == "postgresql") {
    return open_postgres(server_options<PostgresOptions>(settings, threads));
  }
  if (settings.engine == "mysql") {
    return open_mysql(server_options<MysqlOptions>(settings, threads));
  }
  if (settings.engine == "mongodb") {
    return open_mongo(server_options<MongoOptions>(settings, threads));
  }
  throw Error(Code::invalid, fmt::format("DATABASES: there is no engine '{}'; use sqlite3, "
                                         "postgresql, mysql or mongodb",
                                         settings.engine));
}

}  // namespace tt::web
