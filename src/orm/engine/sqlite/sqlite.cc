#include "orm/engine/sqlite/sqlite.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/error.h"
#include "orm/engine/sqlite/session.h"

namespace tt::orm::engine {
namespace {

using ThreadId = decltype(std::this_thread::get_id());

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
      : writer_(path, options, Access::write), readers_(path, options) {}

  void select(const Select& query, const TakeRow& take) override {
    Reader(readers_).session().select(query, take);
  }
  std::int64_t count(const Select& query) override {
    return Reader(readers_).session().count(query);
  }
  std::vector<Row> query(std::string_view sql, std::vector<Value> values) override {
    return Reader(readers_).session().query(sql, std::move(values));
  }
  bool has_table(std::string_view table) override {
    return Reader(readers_).session().has_table(table);
  }

  std::int64_t insert(const Insert& query) override {
    return write([&](Session& session) { return session.insert(query); });
  }
  std::int64_t update(const Update& query) override {
    return write([&](Session& session) { return session.update(query); });
  }
  std::int64_t erase(const Erase& query) override {
    return write([&](Session& session) { return session.erase(query); });
  }
  std::int64_t execute(std::string_view sql, std::vector<Value> values) override {
    return write([&](Session& session) { return session.execute(sql, std::move(values)); });
  }
  std::string change_schema(const SchemaChange& change) override {
    return write([&](Session& session) { return session.change_schema(change); });
  }
  void transact_with(const std::function<void(Session&)>& work) override {
    write([&](Session& session) { session.transact_with(work); });
  }

 private:
  // Runs `work` on the connection that writes, when it is this thread's turn.
  template <class Work>
  std::invoke_result_t<Work&, Session&> write(Work work) {
    if (writing_thread_ == std::this_thread::get_id()) {
      throw Error(Code::internal, "inside a transaction only its own session can write");
    }
    std::lock_guard lock(writing_);
    struct Turn {
      std::atomic<ThreadId>& thread;
      explicit Turn(std::atomic<ThreadId>& t) : thread(t) { thread = std::this_thread::get_id(); }
      ~Turn() { thread = ThreadId(); }
    } turn(writing_thread_);
    SqliteSession session(writer_, SqliteSession::Place::alone);
    return work(session);
  }

  std::mutex writing_;
  std::atomic<ThreadId> writing_thread_;
  Connection writer_;
  Readers readers_;
};

}  // namespace

std::unique_ptr<Database> open_sqlite(const std::string& path, SqliteOptions options) {
  TT_ASSERT(options.readers_max > 0);
  return std::make_unique<SqliteDatabase>(path, options);
}

}  // namespace tt::orm::engine
