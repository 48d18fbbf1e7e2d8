#pragma once

// PostgresConnection: a connection by libpq with its prepared statements.
//
// Every statement goes out in one pipeline, inside a transaction with a savepoint around it:
//
//   [DEALLOCATE] [SAVEPOINT] [PREPARE] EXECUTE [RELEASE SAVEPOINT] sync
//
// so that it costs one round trip, and a statement that fails does not take the transaction along.
// The socket is never waited for without a limit, but with Patience::endless.

#include <list>
#include <unordered_map>
#include <vector>

#include "orm/engine/postgres/cells.h"
#include "orm/engine/postgres/postgres.h"
#include "orm/server.h"

struct pg_conn;
struct pg_result;

namespace tt::orm::engine {

class PostgresConnection final : public ServerConnection {
 public:
  PostgresConnection(const PostgresOptions& options, Patience patience);

  std::int64_t run(const Statement& statement, std::span<const Kind> kinds,
                   const Session::TakeRow& take) override;
  void run_text(const std::string& text) override;
  bool is_usable() override;
  bool is_in_transaction() const override;
  bool has_given_up() const override;
  void begin() override;

 private:
  using Clock = std::chrono::steady_clock;
  struct CloseConnection {
    void operator()(pg_conn* connection) const;
  };
  struct ClearResult {
    void operator()(pg_result* result) const;
  };
  using ResultPtr = std::unique_ptr<pg_result, ClearResult>;
  struct Prepared {
    std::string text;
    std::string name;
    std::vector<postgres::Type> types;
    bool is_prepared = false;
  };
  enum class Command : unsigned char { guard, prepare, execute };
  struct Answer {
    ResultPtr rows;
    ResultPtr failure;
    bool is_prepared = false;
  };

  void connect(const PostgresOptions& options);
  void configure(const PostgresOptions& options);

  Answer attempt(const Statement& statement);
  // The statement with this text; yet to be prepared if the server has none for these types.
  Prepared& keep(const std::string& text, const std::vector<postgres::Parameter>& parameters);
  void forget(const std::string& text);
  void send(const std::string& command);
  void send_prepare(const Prepared& prepared);
  void send_execute(const Prepared& prepared, const std::vector<postgres::Parameter>& parameters);
  // To what was sent.
  Answer receive();
  static Value cell(const pg_result* rows, int row, int column);
  ResultPtr next_result(Clock::time_point deadline);
  void refuse_copy(const pg_result* result);
  // Sends what is buffered and waits until the socket has something to say.
  void wait(Clock::time_point deadline);
  Clock::time_point deadline() const;
  [[noreturn]] void fail(const pg_result* result);
  [[noreturn]] void lose(const std::string& reason);

  Patience patience_;
  std::chrono::milliseconds answer_timeout_;
  std::size_t statements_max_;
  std::unique_ptr<pg_conn, CloseConnection> handle_;
  bool is_lost_ = false;
  bool is_talking_ = false;  // the answer to what was sent has not come
  bool has_conflict_ = false;
  std::list<Prepared> kept_;  // the one used last is first
  std::unordered_map<std::string_view, std::list<Prepared>::iterator> by_text_;
  std::vector<std::string> unused_;  // names that the server may forget
  std::vector<Command> sent_;
  std::uint64_t next_name_ = 1;
};

}  // namespace tt::orm::engine
