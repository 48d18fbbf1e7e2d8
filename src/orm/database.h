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

// --- changes of the schema: by migrate.h and orm/migrations, rendered by schema_sql.h ------------

struct ColumnChange {
  std::string name;
  Kind kind = Kind::text;
  bool is_null = false;
  Value initial;       // of the rows that exist; Null: none
  std::string target;  // the table that a foreign key names
  models::OnDelete on_delete = models::OnDelete::restrict;
  std::size_t max_length = 0;  // of a text, in characters; 0: unlimited
  int max_digits = 0;          // of a decimal
  int decimal_places = 0;
  bool operator==(const ColumnChange&) const = default;
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
  std::string table;
};
struct RunStatement {
  std::string sql;
};
// A whole table as it is to be after a change, for engines that have to make it anew.
struct TableShape {
  std::vector<ColumnChange> columns;
  std::vector<CreateIndex> indexes;
};
struct DropTable {
  std::string table;
};
// What refers to the table refers to it afterwards, too; indexes keep their names.
struct RenameTable {
  std::string table;
  std::string new_name;
};
// No index has the column any more.
struct DropColumn {
  std::string table;
  ColumnChange column;
  TableShape after;
};
// Indexes keep their names and follow the column.
struct RenameColumn {
  std::string table;
  std::string column;
  std::string new_name;
};
// Another type, null, size or target; `before.name` is `column.name`.  Values are kept as far as
// they fit; if one does not, the change fails.
struct AlterColumn {
  std::string table;
  ColumnChange before;
  ColumnChange column;
  TableShape after;
};
// Rows whose `column` is null get `column.initial`.
struct FillColumn {
  std::string table;
  ColumnChange column;
};
using SchemaChange =
    std::variant<CreateTable, AddColumn, CreateIndex, DropIndex, RunStatement, DropTable,
                 RenameTable, DropColumn, RenameColumn, AlterColumn, FillColumn>;

// --- sessions ----------------------------------------------------------------------------------

// Where statements run: a Database (each write for itself) or a transaction.
class Session {
 public:
  virtual ~Session() = default;

  // Calls `take` with the cells of each row (result_types() says what they hold); it may move them
  // out.
  using TakeRow = std::function<void(std::span<Value> cells)>;
  virtual void select(const Select& query, const TakeRow& take) = 0;
  // Rows that `query` would give, its limit and offset included.
  virtual std::int64_t count(const Select& query) = 0;
  // The ids of the new rows, in their order.
  virtual std::vector<std::int64_t> insert(const Insert& query) = 0;
  // The number of rows that the conditions found.
  virtual std::int64_t update(const Update& query) = 0;
  virtual std::int64_t erase(const Erase& query) = 0;
  // Whether the database itself does what OnDelete says; otherwise the orm does.
  virtual bool has_foreign_keys() const { return true; }

  // The engine's own language, for what querysets cannot say.  `?` stands for each of `values`.
  virtual std::vector<Row> query(std::string_view sql, std::vector<Value> values = {}) = 0;
  // The same, row by row, for results that are too long to be kept.
  virtual void query_each(std::string_view sql, std::vector<Value> values, const TakeRow& take) {
    for (auto& row : query(sql, std::move(values))) take(row);
  }
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
  // Applies the change and returns the statements that did it, ";\n" between them.
  virtual std::string change_schema(const SchemaChange& change) = 0;
  // The statements that change_schema() would run.  Empty: the engine has no words for it (it is
  // no SQL engine).
  virtual std::vector<std::string> schema_statements(const SchemaChange&) const { return {}; }
  // transact_with() for work that changes the schema.  An engine that has to make tables anew for
  // it (SQLite) does not enforce foreign keys meanwhile, but checks all of them at the end, and
  // throws conflict if a row refers to none.  Not inside another transaction.
  virtual void transact_schema(const std::function<void(Session&)>& work) { transact_with(work); }
  // False if changes of the schema stay although the transaction around them failed (MariaDB,
  // MongoDB).
  virtual bool has_transactional_schema() const { return true; }
  // False if others see what a transaction does before it ends (a MongoDB that stands alone).
  virtual bool has_isolation() const { return true; }
  // False if query() and execute() take another language (MongoDB's commands).
  virtual bool speaks_sql() const { return true; }
  // Called after rows were inserted with ids that the engine did not choose: those that it
  // chooses from now on are greater.
  virtual void ids_were_given(const ModelInfo&) {}
};

class Database : public Session {
 public:
  // Writes all that was committed before the call to the new file `path`, as one moment had it,
  // which the engine opens as it opens its own.  Writers go on.  Throws unavailable if the disk is
  // full, unsupported if the engine is a server that has its own tools for that.
  virtual void copy_to(const std::string& path);
};

}  // namespace tt::orm
