#pragma once

// SqliteSession: the statements of the orm on one connection.

#include "orm/engine/sqlite/connection.h"
#include "orm/engine/sqlite/dialect.h"

namespace tt::orm::engine {

class SqliteSession final : public Session {
 public:
  // inside: a transaction is open and every statement belongs to it.
  enum class Place { alone, inside };
  SqliteSession(Connection& connection, Place place) : connection_(connection), place_(place) {}

  void select(const Select& query, const TakeRow& take) override;
  std::int64_t count(const Select& query) override;
  std::vector<std::int64_t> insert(const Insert& query) override;
  std::int64_t update(const Update& query) override;
  std::int64_t erase(const Erase& query) override;
  std::vector<Row> query(std::string_view sql, std::vector<Value> values) override;
  void query_each(std::string_view sql, std::vector<Value> values, const TakeRow& take) override;
  std::int64_t execute(std::string_view sql, std::vector<Value> values) override;
  void transact_with(const std::function<void(Session&)>& work) override;
  bool has_table(std::string_view table) override;
  std::string change_schema(const SchemaChange& change) override;
  std::vector<std::string> schema_statements(const SchemaChange& change) const override;
  void transact_schema(const std::function<void(Session&)>& work) override;

 private:
  // What a rebuild would drop along with the table: its triggers and the indexes that are not in
  // `shape`, as statements that make them.
  std::vector<std::string> attached_to(const std::string& table, const TableShape& shape);
  void check_foreign_keys();
  // Throws unavailable if SQLite has given the transaction up: what follows would stand alone.
  Connection& connection();

  Connection& connection_;
  Place place_;
  SqliteDialect dialect_;
};

}  // namespace tt::orm::engine
