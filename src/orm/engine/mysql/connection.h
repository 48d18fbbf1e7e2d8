#pragma once

// MysqlConnection: a connection by libmariadb with its prepared statements.

#include <list>
#include <unordered_map>

#include "orm/engine/mysql/mysql.h"
#include "orm/server.h"

struct st_mysql;
struct st_mysql_stmt;

namespace tt::orm::engine {

class MysqlConnection final : public ServerConnection {
 public:
  MysqlConnection(const MysqlOptions& options, Patience patience);

  std::int64_t run(const Statement& statement, std::span<const Kind> kinds,
                   const Session::TakeRow& take) override;
  void run_text(const std::string& text) override;
  bool is_usable() override;
  bool is_in_transaction() const override;
  bool has_given_up() const override { return is_lost_ || has_conflict_; }
  void begin() override;

 private:
  struct CloseConnection {
    void operator()(st_mysql* connection) const;
  };
  struct CloseStatement {
    void operator()(st_mysql_stmt* statement) const;
  };
  using StatementPtr = std::unique_ptr<st_mysql_stmt, CloseStatement>;
  struct Prepared {
    std::string text;
    StatementPtr statement;
  };

  void set_options(const MysqlOptions& options);
  void configure(const MysqlOptions& options);
  // A statement that is running is not among the kept ones.
  StatementPtr take_prepared(const std::string& text);
  StatementPtr prepare(const std::string& text);
  void keep(const std::string& text, StatementPtr statement);
  void execute(st_mysql_stmt* statement, const Statement& what);
  void take_rows(st_mysql_stmt* statement, std::span<const Kind> kinds,
                 const Session::TakeRow& take);
  [[noreturn]] void fail(st_mysql_stmt* statement, const std::string& text);
  [[noreturn]] void fail(const std::string& text);
  [[noreturn]] void fail(unsigned number, std::string message, const std::string& text);
  std::string columns_of_key(const std::string& table, const std::string& key);

  Patience patience_;
  std::size_t statements_max_;
  std::unique_ptr<st_mysql, CloseConnection> handle_;
  bool is_lost_ = false;
  bool has_conflict_ = false;
  std::list<Prepared> kept_;  // the one used last is first; closed before the connection
  std::unordered_map<std::string_view, std::list<Prepared>::iterator> by_text_;
};

}  // namespace tt::orm::engine
