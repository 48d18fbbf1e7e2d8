#pragma once

// MongoDB (4.2 and later) as an engine of the orm.
//
//   auto database = open_mongo({.host = "db.example", .database = "cloud", .user = "cloud",
//                               .password = secret});
//
// Nothing is connected before the first statement; while the server is away every call throws
// unavailable within `connect_timeout`, and when it is back it is found again.
//
// A table is a collection, a row a document: `_id` is the id, an int64 of the collection
// tt_counters; the other members are the columns, of the types that document.h lists.  A column
// that is null has no member.  tt_columns holds what MongoDB does not know of a table: which
// columns it has, which may be null, and to which table a foreign key leads.
//
// What a table of SQL does by itself, and this engine does for MongoDB:
//   * A unique index leaves out rows where a column is null, as SQL does.
//   * Foreign keys are looked up before a row is written; deleting follows them (cascade, set
//     null, restrict).  Nothing holds the row that was looked up: somebody else may delete it a
//     moment later.
//   * Null is refused where none may be, for rows that come through the orm.
//
// Transactions are those of the server, with snapshot isolation, if it is a member of a replica
// set or a mongos; within one process they take turns, and one that meets a change by somebody else
// throws conflict (TransactionConflict), to be tried again as a whole.  A server that stands alone
// has none: then the statements take effect one by one, others see them at once, and when the work
// throws what it changed is written back, row by row, as far as the server still answers.  The log
// says so when such a server is met.  Changes of the schema are never part of a transaction: they
// end it, and what follows them is another one.
//
// query() and execute() take a command as JSON (MongoDB's extended JSON), `?` for each value:
//
//   session.query(R"({"find": "weather_station", "filter": {"name": ?}})", {"st1"});
//
// query() gives one row for each document of the answer's cursor, cells in the order of its
// members; without a cursor one row of one cell, what the member "n" of the answer says.
// execute() gives "n", or 0.  Conditions in the engine's own words are filters of the same kind.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "orm/database.h"

namespace tt::orm::engine {

struct MongoOptions {
  enum class Tls : unsigned char {
    off,
    required,  // not checked who the server is
    verified,  // by tls_ca_file, or the system's authorities; the name must be that of `host`
  };

  // A name or an address, empty: 127.0.0.1; or the whole address of a cluster, in place of host,
  // port and replica_set: "mongodb://a,b,c/?replicaSet=rs0".
  std::string host;
  std::uint16_t port = 27017;
  std::string database;
  std::string user;
  std::string password;
  std::string replica_set;  // its name; empty: only the server at `host`
  Tls tls = Tls::off;
  std::string tls_ca_file;

  unsigned connections_max = 8;
  std::chrono::milliseconds wait_timeout{5000};     // for a free connection
  std::chrono::milliseconds connect_timeout{5000};  // also to find a server that takes writes
  std::chrono::milliseconds statement_timeout{30000};
};

// Throws invalid if the options make no sense.  Failures beyond those of database.h: timeout (a
// statement took longer than statement_timeout), too_large (a row of more than 16 MiB), denied (the
// server refuses the user), unsupported (a server before 4.2).
std::unique_ptr<Database> open_mongo(const MongoOptions& options);

}  // namespace tt::orm::engine
