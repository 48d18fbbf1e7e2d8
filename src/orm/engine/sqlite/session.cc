#include "orm/engine/sqlite/session.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "orm/schema_sql.h"

namespace tt::orm::engine {

Connection& SqliteSession::connection() {
  if (place_ == Place::inside && !connection_.is_in_transaction()) {
    throw Error(Code::unavailable, "the transaction was rolled back by an earlier failure");
  }
  return connection_;
}

void SqliteSession::select(const Select& query, const TakeRow& take) {
  connection().run(render_select(dialect_, query), result_types(query), take);
}

std::int64_t SqliteSession::count(const Select& query) {
  std::int64_t count = 0;
  auto take = [&](std::span<Value> cells) { count = as_integer(cells[0]); };
  connection().run(render_count(dialect_, query), {}, take);
  return count;
}

std::vector<std::int64_t> SqliteSession::insert(const Insert& query) {
  Statement statement = render_insert(dialect_, query);
  std::vector<std::int64_t> ids;
  if (query.rows.size() == 1) {
    connection().run(statement);
    ids.push_back(connection_.last_insert_id());
    return ids;
  }
  statement.text += " RETURNING " + dialect_.quote(query.model->id().column);
  auto take = [&](std::span<Value> cells) { ids.push_back(as_integer(cells[0])); };
  connection().run(statement, {}, take);
  return ids;
}

std::int64_t SqliteSession::update(const Update& query) {
  connection().run(render_update(dialect_, query));
  return connection_.changed_rows();
}

std::int64_t SqliteSession::erase(const Erase& query) {
  connection().run(render_erase(dialect_, query));
  return connection_.changed_rows();
}

std::vector<Row> SqliteSession::query(std::string_view sql, std::vector<Value> values) {
  std::vector<Row> rows;
  auto take = [&](std::span<Value> cells) {
    rows.emplace_back(std::make_move_iterator(cells.begin()), std::make_move_iterator(cells.end()));
  };
  query_each(sql, std::move(values), take);
  return rows;
}

void SqliteSession::query_each(std::string_view sql, std::vector<Value> values,
                               const TakeRow& take) {
  connection().run(Statement{std::string(sql), std::move(values)}, {}, take);
}

std::int64_t SqliteSession::execute(std::string_view sql, std::vector<Value> values) {
  connection().run(Statement{std::string(sql), std::move(values)});
  return connection_.changed_rows();
}

void SqliteSession::transact_with(const std::function<void(Session&)>& work) {
  bool is_outermost = place_ == Place::alone;
  connection().run_once(is_outermost ? "BEGIN IMMEDIATE" : "SAVEPOINT nested");
  try {
    SqliteSession inside(connection_, Place::inside);
    work(inside);
    inside.connection().run_once(is_outermost ? "COMMIT" : "RELEASE nested");
  } catch (...) {
    // After some failures (disk full) SQLite has rolled back already.
    if (connection_.is_in_transaction()) {
      connection_.run_once(is_outermost ? "ROLLBACK" : "ROLLBACK TO nested; RELEASE nested");
    }
    throw;
  }
}

bool SqliteSession::has_table(std::string_view table) {
  constexpr std::string_view find = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?";
  return !query(find, {std::string(table)}).empty();
}

// --- changes of the schema ---------------------------------------------------------------------

std::vector<std::string> SqliteSession::attached_to(const std::string& table,
                                                    const TableShape& shape) {
  constexpr std::string_view find =
      "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') "
      "AND tbl_name = ? AND sql IS NOT NULL ORDER BY name";
  auto has_column = [&](const Row& row) {
    return std::ranges::count(shape.columns, as_text(row[0]), &ColumnChange::name) > 0;
  };
  std::vector<std::string> statements;
  for (const Row& row : query(find, {table})) {
    if (as_text(row[0]) == "index") {
      auto columns = query("SELECT ifnull(name, '') FROM pragma_index_info(?)", {row[1]});
      bool is_known = std::ranges::count(shape.indexes, as_text(row[1]), &CreateIndex::name) > 0;
      if (is_known || !std::ranges::all_of(columns, has_column)) continue;
    }
    statements.push_back(as_text(row[2]));
  }
  return statements;
}

std::vector<std::string> SqliteSession::schema_statements(const SchemaChange& change) const {
  return orm::schema_statements(dialect_, change);
}

std::string SqliteSession::change_schema(const SchemaChange& change) {
  std::vector<std::string> statements = schema_statements(change);
  auto rebuild = [&](const std::string& table, const TableShape& shape) {
    if (as_integer(query("PRAGMA foreign_keys", {})[0][0]) != 0) {
      throw Error(Code::internal, "a table is made anew only in transact_schema");
    }
    for (auto& statement : attached_to(table, shape)) statements.push_back(std::move(statement));
  };
  if (const auto* drop = std::get_if<DropColumn>(&change)) rebuild(drop->table, drop->after);
  if (const auto* alter = std::get_if<AlterColumn>(&change)) rebuild(alter->table, alter->after);

  std::string text;
  for (const std::string& statement : statements) {
    connection().run_once(statement);
    if (!text.empty()) text += ";\n";
    text += statement;
  }
  return text;
}

void SqliteSession::check_foreign_keys() {
  auto broken = query("PRAGMA foreign_key_check", {});
  if (broken.empty()) return;
  throw Error(Code::conflict,
              fmt::format("{} rows of the table {} would refer to rows of {} that do not exist",
                          std::ranges::count(broken, broken[0][0],
                                             [](const Row& row) -> const Value& { return row[0]; }),
                          as_text(broken[0][0]), as_text(broken[0][2])));
}

// "This pragma is a no-op within a transaction" [sqlite.org/pragma.html#pragma_foreign_keys], so
// it stands around it.
void SqliteSession::transact_schema(const std::function<void(Session&)>& work) {
  if (place_ == Place::inside) {
    throw Error(Code::internal, "transact_schema inside of another transaction");
  }
  struct Unenforced {
    Connection& connection;
    explicit Unenforced(Connection& c) : connection(c) {
      connection.run_once("PRAGMA foreign_keys = OFF");
    }
    ~Unenforced() {
      connection.run_once("PRAGMA legacy_alter_table = OFF; PRAGMA foreign_keys = ON");
    }
  } unenforced(connection_);
  transact_with([&](Session& session) {
    work(session);
    static_cast<SqliteSession&>(session).check_foreign_keys();
  });
}

}  // namespace tt::orm::engine
