#pragma once

// ReadOnlyDatabase: the database as the console's pages see it.
//
// Identity and registry alone write their tables, as they also keep caches and end the callers of
// what has gone.  Pages therefore get this: they read, and whatever would write throws internal.
//
// A transaction here is none: identity and registry write on threads of their own, and would wait
// for ever for a real one of the thread that waits for them.

#include "orm/database.h"

namespace tt::console {

class ReadOnlyDatabase final : public orm::Database {
 public:
  // `database` must outlive this.
  explicit ReadOnlyDatabase(orm::Database& database) : database_(database) {}

  void select(const orm::Select& query, const TakeRow& take) override {
    database_.select(query, take);
  }
  std::int64_t count(const orm::Select& query) override { return database_.count(query); }
  bool has_table(std::string_view table) override { return database_.has_table(table); }
  bool has_foreign_keys() const override { return database_.has_foreign_keys(); }
  bool speaks_sql() const override { return database_.speaks_sql(); }
  void transact_with(const std::function<void(Session&)>& work) override { work(*this); }

  std::vector<std::int64_t> insert(const orm::Insert& query) override;
  std::int64_t update(const orm::Update& query) override;
  std::int64_t erase(const orm::Erase& query) override;
  std::vector<orm::Row> query(std::string_view sql, std::vector<orm::Value> values) override;
  std::int64_t execute(std::string_view sql, std::vector<orm::Value> values) override;
  std::string change_schema(const orm::SchemaChange& change) override;

 private:
  orm::Database& database_;
};

}  // namespace tt::console
