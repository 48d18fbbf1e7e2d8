#pragma once

// MariaDB (10.11) as an engine of the orm; settings.json calls it mysql.
//
//   auto database = open_mysql({.host = "db.example", .database = "cloud", .user = "cloud",
//                               .password = secret});
//
// Nothing is connected before the first statement, so the program starts without the server; while
// it is away every call throws unavailable at once, and when it is back it is found again.
// Transactions are READ COMMITTED: a row that was read may be changed by others until this
// transaction has written it.  A change of the schema ends the transaction around it and stays.
//
// Tables are InnoDB, texts utf8mb4 and compared by code point, times in UTC.  A real number is
// finite; times and dates are of the years 0 to 9999; a text without max_length has no index but a
// unique one.  Identifiers longer than the 64 characters of MariaDB are cut and made distinct by a
// checksum.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "orm/database.h"

namespace tt::orm::engine {

struct MysqlOptions {
  enum class Tls : unsigned char {
    off,
    preferred,  // if the server has it; not checked who the server is
    required,   // not checked who the server is
    verified,   // by tls_ca_file, or the system's authorities; the name must be that of `host`
  };

  // A name or address; "/run/mysqld/mysqld.sock": the socket; empty, or "localhost" with the usual
  // port: the usual socket.
  std::string host;
  std::uint16_t port = 3306;
  std::string database;
  std::string user;
  std::string password;
  Tls tls = Tls::preferred;
  std::string tls_ca_file;

  unsigned connections_max = 8;
  std::chrono::milliseconds wait_timeout{5000};     // for a free connection
  std::chrono::milliseconds connect_timeout{5000};  // rounded up to seconds
  std::chrono::milliseconds statement_timeout{30000};
  std::size_t statements_max = 256;  // kept prepared, for each connection
};

// Failures beyond those of database.h: timeout (a statement took longer than statement_timeout, or
// waited so long for a row that others hold), conflict (a deadlock; the transaction is undone).
std::unique_ptr<Database> open_mysql(MysqlOptions options);

}  // namespace tt::orm::engine
