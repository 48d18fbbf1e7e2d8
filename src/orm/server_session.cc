#include "orm/server_session.h"

#include <fmt/format.h>

#include <algorithm>

#include "orm/schema_sql.h"

namespace tt::orm {
namespace {

void take_nothing(std::span<Value>) {}

std::vector<Kind> kinds_of(const Select& query) {
  std::vector<Kind> kinds;
  for (const CellType& type : result_types(query)) kinds.push_back(type.kind);
  return kinds;
}

// "the number of parameters cannot exceed 65535" [PostgreSQL protocol]; MariaDB has the same limit.
constexpr std::size_t parameters_max = 65'535;
constexpr std::size_t rows_max = 1000;

// A row without values has a statement for itself.
std::size_t rows_of_statement(const Insert& query) {
  return query.fields.empty() ? 1 : std::min(rows_max, parameters_max / query.fields.size());
}

}  // namespace

ServerConnection& ServerSession::connection() {
  if (depth_ > 0 && connection_.has_given_up()) {
    throw Error(Code::unavailable, "the transaction was rolled back by an earlier failure");
  }
  return connection_;
}

void ServerSession::select(const Select& query, const TakeRow& take) {
  connection().run(render_select(server_.dialect(), query), kinds_of(query), take);
}

std::int64_t ServerSession::count(const Select& query) {
  std::int64_t count = 0;
  auto take = [&](std::span<Value> cells) { count = as_integer(cells[0]); };
  connection().run(render_count(server_.dialect(), query), {}, take);
  return count;
}

std::vector<std::int64_t> ServerSession::insert(const Insert& query) {
  std::vector<std::int64_t> ids;
  ids.reserve(query.rows.size());
  std::size_t rows = rows_of_statement(query);
  if (query.rows.size() <= rows) {
    insert_some(query, ids);
    return ids;
  }
  transact([&](Session& inside) {
    Insert part{query.model, query.fields, {}};
    for (std::size_t at = 0; at < query.rows.size(); at += rows) {
      auto begin = query.rows.begin() + static_cast<std::ptrdiff_t>(at);
      auto end = begin + static_cast<std::ptrdiff_t>(std::min(rows, query.rows.size() - at));
      part.rows.assign(begin, end);
      static_cast<ServerSession&>(inside).insert_some(part, ids);
    }
  });
  return ids;
}

void ServerSession::insert_some(const Insert& query, std::vector<std::int64_t>& ids) {
  Statement statement = render_insert(server_.dialect(), query);
  statement.text += " RETURNING " + server_.dialect().quote(query.model->id().column);
  auto take = [&](std::span<Value> cells) { ids.push_back(as_integer(cells[0])); };
  connection().run(statement, {}, take);
  if (std::ranges::count(query.fields, &query.model->id()) > 0) ids_were_given(*query.model);
}

std::int64_t ServerSession::update(const Update& query) {
  return connection().run(render_update(server_.dialect(), query), {}, take_nothing);
}

std::int64_t ServerSession::erase(const Erase& query) {
  return connection().run(render_erase(server_.dialect(), query), {}, take_nothing);
}

std::vector<Row> ServerSession::query(std::string_view sql, std::vector<Value> values) {
  std::vector<Row> rows;
  auto take = [&](std::span<Value> cells) {
    rows.emplace_back(std::make_move_iterator(cells.begin()), std::make_move_iterator(cells.end()));
  };
  connection().run(server_.raw(sql, std::move(values)), {}, take);
  return rows;
}

std::int64_t ServerSession::execute(std::string_view sql, std::vector<Value> values) {
  return connection().run(server_.raw(sql, std::move(values)), {}, take_nothing);
}

void ServerSession::transact_with(const std::function<void(Session&)>& work) {
  if (depth_ > 0) return run_nested(work);
  connection_.begin();
  finish_transaction(work);
}

void ServerSession::finish_transaction(const std::function<void(Session&)>& work) {
  try {
    ServerSession inside(server_, connection_, 1);
    work(inside);
    inside.connection().run_text("COMMIT");
  } catch (...) {
    roll_back("ROLLBACK");
    throw;
  }
}

void ServerSession::run_nested(const std::function<void(Session&)>& work) {
  std::string name = fmt::format("nested_{}", depth_);
  connection().run_text("SAVEPOINT " + name);
  try {
    ServerSession inside(server_, connection_, depth_ + 1);
    work(inside);
    inside.connection().run_text("RELEASE SAVEPOINT " + name);
  } catch (...) {
    roll_back("ROLLBACK TO SAVEPOINT " + name);
    throw;
  }
}

// Where it fails the connection is lost, and the transaction with it.
void ServerSession::roll_back(const std::string& text) {
  if (!connection_.is_in_transaction()) return;
  try {
    connection_.run_text(text);
  } catch (const Error&) {
  }
}

bool ServerSession::has_table(std::string_view table) {
  return !query(server_.find_table(), {server_.stored_name(table)}).empty();
}

std::vector<std::string> ServerSession::schema_statements(const SchemaChange& change) const {
  return orm::schema_statements(server_.dialect(), change);
}

std::string ServerSession::change_schema(const SchemaChange& change) {
  std::string all;
  for (const std::string& statement : schema_statements(change)) {
    connection().run_text(statement);
    if (!all.empty()) all += ";\n";
    all += statement;
  }
  return all;
}

void ServerSession::ids_were_given(const ModelInfo& model) {
  server_.ids_were_given(connection(), model);
}

}  // namespace tt::orm
