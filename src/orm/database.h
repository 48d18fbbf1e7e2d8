#pragma once

// Database: the contract between models and the engine that keeps their rows.
//
// Calls block: on an event loop run them through rt::offload.  A Database may be used from many
// threads; reads run beside each other and beside a write.  Every write is durable when the call
// returns.  Application code seldom calls these functions but the querysets of queryset.h and
// transact():
//
//   database.transact([&](orm::Session& session) {
//     auto owner = orm::objects<Owner>(session).create({.name = "Ann"});
//     orm::objects<Station>(session).create({.name = "st1", .owner = owner});
//   });                         // both rows or, if anything throws, none
//
// Failures, from every engine alike: conflict (a unique value exists already, a row is still
// referred to, or a foreign key names no row), invalid (null where none may be), unavailable (the
// disk is full, read-only or failing, or another process holds the database), corrupt (the file is
// damaged).  The message names table and columns, never a value.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "orm/query.h"
#include "orm/value.h"

namespace tt::orm {

// --- changes of the schema, made by migrate.h --------------------------------------------------

struct ColumnChange {
  std::string name;
  Kind kind = Kind::text;
  bool is_null = false;
  Value initial;       // of the rows that exist
  std::string target;  // the table that a foreign key names
  models::OnDelete on_delete = models::OnDelete::restrict;
};
struct CreateTable {
  std::string table;
  std::vector<ColumnChange> columns;
};
struct AddColumn {
  std::string table;
  ColumnChange column;
};
struct CreateIndex {
  struct Column {
    std::string name;
    Direction direction = Direction::ascending;
  };
  std::string name;
  std::string table;
  std::vector<Column> columns;
  bool is_unique = false;
};
struct DropIndex {
  std::string name;
};
struct RunStatement {
  std::string sql;
};
using SchemaChange = std::variant<CreateTable, AddColumn, CreateIndex, DropIndex, RunStatement>;

// --- sessions ----------------------------------------------------------------------------------

// Where statements run: a Database (each write for itself) or a transaction.
class Session {
 public:
  virtual ~Session() = default;

  // Calls `take` with the cells of each row; it may move them out.
  using TakeRow = std::function<void(std::span<Value> cells)>;
  virtual void select(const Select& query, const TakeRow& take) = 0;
  // Rows that `query` would give, its limit and offset included.
  virtual std::int64_t count(const Select& query) = 0;
  // The id of the new row.
  virtual std::int64_t insert(const Insert& query) = 0;
  // The number of rows that the conditions found.
  virtual std::int64_t update(const Update& query) = 0;
  virtual std::int64_t erase(const Erase& query) = 0;

  // The engine's own language, for what querysets cannot say.  `?` stands for each of `values`.
  virtual std::vector<Row> query(std::string_view sql, std::vector<Value> values = {}) = 0;
  // The number of rows changed.
  virtual std::int64_t execute(std::string_view sql, std::vector<Value> values = {}) = 0;

  // Runs `work` in a transaction, inside another one in a nested one: all that it does through the
  // session it is given is kept, or nothing if it throws; the exception goes on to the caller.
  // Inside `work` use only that session: the Database itself would wait for it (it throws
  // internal instead).
  virtual void transact_with(const std::function<void(Session&)>& work) = 0;

  // The same, returning what `work` returns.
  template <class Work>
  std::invoke_result_t<Work&, Session&> transact(Work work) {
    using Out = std::invoke_result_t<Work&, Session&>;
    if constexpr (std::is_void_v<Out>) {
      transact_with(work);
    } else {
      std::optional<Out> out;
      transact_with([&](Session& session) { out.emplace(work(session)); });
      return std::move(*out);
    }
  }

  virtual bool has_table(std::string_view table) = 0;
  // Applies the change and returns the statement that did it.
  virtual std::string change_schema(const SchemaChange& change) = 0;
};

class Database : public Session {};

}  // namespace tt::orm
