#include "orm/engine/mongo/mongo.h"

#include <atomic>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "orm/engine/mongo/session.h"
#include "orm/server.h"

namespace tt::orm::engine {
namespace {

using ThreadId = decltype(std::this_thread::get_id());

// Of a write that stands alone and meets somebody else's.
constexpr int conflict_attempts_max = 5;

class MongoDatabase final : public Database {
 public:
  explicit MongoDatabase(const MongoOptions& options) : pool_(options) {}

  void select(const Select& query, const TakeRow& take) override {
    Link link(pool_);
    MongoSession(link).select(query, take);
  }
  std::int64_t count(const Select& query) override {
    Link link(pool_);
    return MongoSession(link).count(query);
  }
  std::vector<Row> query(std::string_view sql, std::vector<Value> values) override {
    Link link(pool_);
    return MongoSession(link).query(sql, std::move(values));
  }
  bool has_table(std::string_view table) override {
    Link link(pool_);
    return MongoSession(link).has_table(table);
  }

  std::vector<std::int64_t> insert(const Insert& query) override {
    return write([&](Session& session) { return session.insert(query); });
  }
  std::int64_t update(const Update& query) override {
    return write([&](Session& session) { return session.update(query); });
  }
  std::int64_t erase(const Erase& query) override {
    return write([&](Session& session) { return session.erase(query); });
  }
  std::int64_t execute(std::string_view sql, std::vector<Value> values) override {
    return write([&](Session& session) { return session.execute(sql, values); });
  }
  std::string change_schema(const SchemaChange& change) override {
    return write([&](Session& session) { return session.change_schema(change); });
  }
  bool has_transactional_schema() const override { return false; }
  bool speaks_sql() const override { return false; }
  bool has_isolation() const override {
    Link link(pool_);
    return MongoSession(link).has_isolation();
  }

  void transact_with(const std::function<void(Session&)>& work) override {
    refuse_inside_transaction();
    std::lock_guard lock(turn_);
    struct Turn {
      std::atomic<ThreadId>& thread;
      explicit Turn(std::atomic<ThreadId>& t) : thread(t) { thread = std::this_thread::get_id(); }
      ~Turn() { thread = ThreadId(); }
    } turn(thread_);
    Link link(pool_);
    MongoSession(link).transact_with(work);
  }

 private:
  // A write on another connection would wait for what this thread's transaction holds.
  void refuse_inside_transaction() const {
    if (thread_ != std::this_thread::get_id()) return;
    throw Error(Code::internal, "inside a transaction only its own session can write");
  }

  template <class Work>
  std::invoke_result_t<Work&, Session&> write(Work work) {
    refuse_inside_transaction();
    for (int attempt = 1;; ++attempt) {
      try {
        Link link(pool_);
        MongoSession session(link);
        return work(session);
      } catch (const TransactionConflict&) {
        if (attempt == conflict_attempts_max) throw;
      }
    }
  }

  mutable Pool pool_;
  std::mutex turn_;  // of transactions
  std::atomic<ThreadId> thread_;
};

}  // namespace

std::unique_ptr<Database> open_mongo(const MongoOptions& options) {
  return std::make_unique<MongoDatabase>(options);
}

}  // namespace tt::orm::engine
