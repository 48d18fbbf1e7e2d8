#include "orm/server_database.h"

#include <algorithm>

#include "orm/schema_sql.h"
#include "orm/server_session.h"

namespace tt::orm {
namespace {

constexpr int conflict_attempts_max = 4;

// The databases that this thread is in a transaction of.
std::vector<const Database*>& transacting() {
  thread_local std::vector<const Database*> databases;
  return databases;
}

class Transacting {
 public:
  explicit Transacting(const Database& database) { transacting().push_back(&database); }
  ~Transacting() { transacting().pop_back(); }
  Transacting(const Transacting&) = delete;
  Transacting& operator=(const Transacting&) = delete;
};

class ServerDatabase final : public Database {
 public:
  ServerDatabase(std::unique_ptr<Server> server, PoolOptions options)
      : server_(std::move(server)), pool_(*server_, options) {}

  void select(const Select& query, const TakeRow& take) override {
    read([&](Session& session) { session.select(query, take); });
  }
  std::int64_t count(const Select& query) override {
    return read([&](Session& session) { return session.count(query); });
  }
  std::vector<Row> query(std::string_view sql, std::vector<Value> values) override {
    return once([&](Session& session) { return session.query(sql, values); });
  }
  bool has_table(std::string_view table) override {
    return read([&](Session& session) { return session.has_table(table); });
  }

  std::vector<std::int64_t> insert(const Insert& query) override {
    return write_alone([&](Session& session) { return session.insert(query); });
  }
  std::int64_t update(const Update& query) override {
    return write_alone([&](Session& session) { return session.update(query); });
  }
  std::int64_t erase(const Erase& query) override {
    return write_alone([&](Session& session) { return session.erase(query); });
  }
  std::int64_t execute(std::string_view sql, std::vector<Value> values) override {
    return write_alone([&](Session& session) { return session.execute(sql, values); });
  }
  void ids_were_given(const ModelInfo& model) override {
    write_alone([&](Session& session) { session.ids_were_given(model); });
  }

  std::string change_schema(const SchemaChange& change) override {
    refuse_inside_transaction();
    auto connection = server_->connect(Patience::endless);
    return ServerSession(*server_, *connection).change_schema(change);
  }
  std::vector<std::string> schema_statements(const SchemaChange& change) const override {
    return orm::schema_statements(server_->dialect(), change);
  }
  bool has_transactional_schema() const override { return server_->has_transactional_schema(); }

  void transact_with(const std::function<void(Session&)>& work) override {
    refuse_inside_transaction();
    Lease lease(pool_);
    try {
      (*lease).begin();
    } catch (const ConnectionLost&) {
      lease.renew();
      (*lease).begin();
    }
    Transacting here(*this);
    ServerSession(*server_, *lease).finish_transaction(work);
  }
  void transact_schema(const std::function<void(Session&)>& work) override {
    refuse_inside_transaction();
    auto connection = server_->connect(Patience::endless);
    Transacting here(*this);
    ServerSession(*server_, *connection).transact_with(work);
  }

 private:
  void refuse_inside_transaction() const {
    if (std::ranges::count(transacting(), this) > 0) {
      throw Error(Code::internal, "inside a transaction only its own session can write");
    }
  }

  template <class Work>
  std::invoke_result_t<Work&, Session&> once(Work work) {
    Lease lease(pool_);
    ServerSession session(*server_, *lease);
    return work(session);
  }

  // The rows are taken after all of them have come, so none is taken twice.
  template <class Work>
  std::invoke_result_t<Work&, Session&> read(Work work) {
    Lease lease(pool_);
    try {
      ServerSession session(*server_, *lease);
      return work(session);
    } catch (const ConnectionLost&) {
      lease.renew();
    }
    ServerSession session(*server_, *lease);
    return work(session);
  }

  template <class Work>
  std::invoke_result_t<Work&, Session&> write_alone(Work work) {
    refuse_inside_transaction();
    for (int attempt = 1;; ++attempt) {
      try {
        return once(work);
      } catch (const TransactionConflict&) {
        if (attempt == conflict_attempts_max) throw;
      }
    }
  }

  std::unique_ptr<Server> server_;
  ServerPool pool_;
};

}  // namespace

std::unique_ptr<Database> make_server_database(std::unique_ptr<Server> server,
                                               PoolOptions options) {
  return std::make_unique<ServerDatabase>(std::move(server), options);
}

}  // namespace tt::orm
