#include "orm/engine/sqlite/session.h"

#include "base/error.h"

namespace tt::orm::engine {

Connection& SqliteSession::connection() {
  if (place_ == Place::inside && !connection_.is_in_transaction()) {
    throw Error(Code::unavailable, "the transaction was rolled back by an earlier failure");
  }
  return connection_;
}

void SqliteSession::select(const Select& query, const TakeRow& take) {
  std::vector<Kind> kinds;
  if (query.fields.empty()) {
    for (const FieldInfo& field : query.model->fields) kinds.push_back(field.kind);
  } else {
    for (const FieldInfo* field : query.fields) kinds.push_back(field->kind);
  }
  connection().run(render_select(dialect_, query), kinds, take);
}

std::int64_t SqliteSession::count(const Select& query) {
  std::int64_t count = 0;
  auto take = [&](std::span<Value> cells) { count = as_integer(cells[0]); };
  connection().run(render_count(dialect_, query), {}, take);
  return count;
}

std::int64_t SqliteSession::insert(const Insert& query) {
  connection().run(render_insert(dialect_, query));
  return connection_.last_insert_id();
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
  connection().run(Statement{std::string(sql), std::move(values)}, {}, take);
  return rows;
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

std::string SqliteSession::change_schema(const SchemaChange& change) {
  std::string text = render_change(dialect_, change);
  connection().run_once(text);
  return text;
}

}  // namespace tt::orm::engine
