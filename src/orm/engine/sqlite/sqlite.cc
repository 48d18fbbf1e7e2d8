#include "orm/engine/sqlite/sqlite.h"

#include <condition_variable>
#include <mutex>
#include <vector>

#include "base/error.h"
#include "orm/engine/sqlite/copy.h"
#include "orm/engine/sqlite/session.h"
#include "orm/engine/sqlite/writer.h"
#include "orm/schema_sql.h"

namespace tt::orm::engine {
namespace {

// Connections for reading, opened when none is free, at most so many.
class Readers {
 public:
  Readers(std::string path, SqliteOptions options) : path_(std::move(path)), options_(options) {}

  // Waits for a free connection.
  std::unique_ptr<Connection> take() {
    std::unique_lock lock(mutex_);
    freed_.wait(lock, [&] { return !free_.empty() || open_ < options_.readers_max; });
    if (!free_.empty()) {
      auto connection = std::move(free_.back());
      free_.pop_back();
      return connection;
    }
    ++open_;
    lock.unlock();
    try {
      return std::make_unique<Connection>(path_, options_, Access::read);
    } catch (...) {
      give_back(nullptr);
      throw;
    }
  }

  // nullptr: the connection is no more.
  void give_back(std::unique_ptr<Connection> connection) {
    {
      std::lock_guard lock(mutex_);
      if (connection) {
        free_.push_back(std::move(connection));
      } else {
        --open_;
      }
    }
    freed_.notify_one();
  }

 private:
  std::string path_;
  SqliteOptions options_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> free_;
  unsigned open_ = 0;
};

class Reader {
 public:
  explicit Reader(Readers& readers) : readers_(readers), connection_(readers.take()) {}
  ~Reader() { readers_.give_back(std::move(connection_)); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  SqliteSession session() { return {*connection_, SqliteSession::Place::alone}; }

 private:
  Readers& readers_;
  std::unique_ptr<Connection> connection_;
};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const std::string& path, const SqliteOptions& options)
      : path_(path), writer_(path, options), readers_(path, options) {}

  void copy_to(const std::string& path) override { copy_sqlite(path_, path); }

  void select(const Select& query, const TakeRow& take) override {
    Reader(readers_).session().select(query, take);
  }
  std::int64_t count(const Select& query) override {
    return Reader(readers_).session().count(query);
  }
  std::vector<Row> query(std::string_view sql, std::vector<Value> values) override {
    return Reader(readers_).session().query(sql, std::move(values));
  }
  void query_each(std::string_view sql, std::vector<Value> values, const TakeRow& take) override {
    Reader(readers_).session().query_each(sql, std::move(values), take);
  }
  bool has_table(std::string_view table) override {
    return Reader(readers_).session().has_table(table);
  }

  std::vector<std::int64_t> insert(const Insert& query) override {
    std::vector<std::int64_t> ids;
    writer_.run([&](SqliteSession& session) { ids = session.insert(query); });
    return ids;
  }
  std::int64_t update(const Update& query) override {
    std::int64_t count = 0;
    writer_.run([&](SqliteSession& session) { count = session.update(query); });
    return count;
  }
  std::int64_t erase(const Erase& query) override {
    std::int64_t count = 0;
    writer_.run([&](SqliteSession& session) { count = session.erase(query); });
    return count;
  }
  // Alone: some statements (VACUUM, some PRAGMAs) are not for transactions.
  std::int64_t execute(std::string_view sql, std::vector<Value> values) override {
    std::int64_t count = 0;
    writer_.run_alone(
        [&](SqliteSession& session) { count = session.execute(sql, std::move(values)); });
    return count;
  }
  std::string change_schema(const SchemaChange& change) override {
    std::string text;
    writer_.run_alone([&](SqliteSession& session) { text = session.change_schema(change); });
    return text;
  }
  std::vector<std::string> schema_statements(const SchemaChange& change) const override {
    return orm::schema_statements(SqliteDialect(), change);
  }
  void transact_with(const std::function<void(Session&)>& work) override {
    writer_.run([&](SqliteSession& session) { work(session); });
  }
  void transact_schema(const std::function<void(Session&)>& work) override {
    writer_.run_alone([&](SqliteSession& session) { session.transact_schema(work); });
  }

 private:
  std::string path_;
  Writer writer_;
  Readers readers_;
};

}  // namespace

std::unique_ptr<Database> open_sqlite(const std::string& path, SqliteOptions options) {
  TT_ASSERT(options.readers_max > 0);
  return std::make_unique<SqliteDatabase>(path, options);
}

}  // namespace tt::orm::engine
