#pragma once

// PostgreSQL (15) as an engine of the orm.
//
//   auto database = open_postgres({.host = "db.example", .database = "cloud", .user = "cloud",
//                                  .password = secret});
//
// Nothing is connected before the first statement, so the program starts without the server; while
// it is away every call throws unavailable at once, and when it is back it is found again.
// Transactions are READ COMMITTED: a row that was read may be changed by others until this
// transaction has written it.  Changes of the schema are part of their transaction.
//
// Identifiers longer than the 63 bytes of PostgreSQL are cut and made distinct by a checksum.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "orm/database.h"

namespace tt::orm::engine {

struct PostgresOptions {
  enum class Tls : unsigned char {
    off,
    preferred,  // if the server has it; not checked who the server is
    required,   // not checked who the server is
    verified,   // by tls_ca_file, or the system's authorities; the name must be that of `host`
  };

  std::string host;           // a name or address; "/run/postgresql": the folder of the socket;
                              // empty: the usual socket
  std::uint16_t port = 5432;  // also part of the socket's name
  std::string database;
  std::string user;
  std::string password;
  Tls tls = Tls::preferred;
  std::string tls_ca_file;

  unsigned connections_max = 8;
  std::chrono::milliseconds wait_timeout{5000};  // for a free connection
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds statement_timeout{30000};
  std::size_t statements_max = 256;  // kept prepared, for each connection
};

// Failures beyond those of database.h: timeout (a statement took longer than statement_timeout, the
// waiting for a row that others hold included), conflict (a deadlock; the transaction is undone).
std::unique_ptr<Database> open_postgres(PostgresOptions options);

}  // namespace tt::orm::engine
