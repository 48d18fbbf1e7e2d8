#pragma once

// Server: what an engine says about a database server so that ServerDatabase can make a Database
// of it.  PostgreSQL and MariaDB are such engines; each gives connections and its Dialect, and
// everything about pools, transactions and retries is written once, in server_pool.h,
// server_session.h and server_database.h.

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "orm/database.h"
#include "orm/sql.h"

namespace tt::orm {

// The server cannot be reached, or went away while a statement was under way: that statement has
// had its effect or has not.
class ConnectionLost : public Error {
 public:
  explicit ConnectionLost(const std::string& message) : Error(Code::unavailable, message) {}
};

// Two transactions were in each other's way and the server has chosen this one to give up.
// Nothing of it was kept; tried again it may succeed.
class TransactionConflict : public Error {
 public:
  explicit TransactionConflict(const std::string& message) : Error(Code::conflict, message) {}
};

// One connection with its prepared statements.  One thread at a time uses it.
class ServerConnection {
 public:
  virtual ~ServerConnection() = default;

  // Runs a statement to its end and then calls `take` for each row.  `kinds` says what the columns
  // hold; where it says nothing a cell comes as the server types it.  After a failure the
  // transaction goes on as if the statement had not been run, unless has_given_up().  Returns the
  // number of rows changed.
  virtual std::int64_t run(const Statement& statement, std::span<const Kind> kinds,
                           const Session::TakeRow& take) = 0;
  // One statement or several, without values; not kept prepared.
  virtual void run_text(const std::string& text) = 0;
  // False once the connection is lost, and when the server has closed it while it was idle.  Does
  // not wait for the server.
  virtual bool is_usable() = 0;
  virtual bool is_in_transaction() const = 0;
  // The server has rolled the transaction back on its own.  Until the next begin().
  virtual bool has_given_up() const = 0;
  virtual void begin() = 0;
};

// How long a connection waits for an answer.
enum class Patience : unsigned char {
  bounded,  // for the time-outs of the options
  endless,  // changing the schema of a large table takes as long as it takes
};

class Server {
 public:
  virtual ~Server() = default;

  virtual const Dialect& dialect() const = 0;
  // Throws ConnectionLost, or unavailable if the server refuses the user.
  virtual std::unique_ptr<ServerConnection> connect(Patience patience) = 0;

  // A query that gives a row if the table `?` exists, which is called so there.
  virtual std::string_view find_table() const = 0;
  virtual std::string stored_name(std::string_view table) const = 0;
  // With the server's own placeholders for `?`.  Throws internal if there are not so many values.
  virtual Statement raw(std::string_view sql, std::vector<Value> values) const = 0;
  virtual bool has_transactional_schema() const = 0;
  virtual void ids_were_given(ServerConnection& connection, const ModelInfo& model) const = 0;
};

}  // namespace tt::orm
