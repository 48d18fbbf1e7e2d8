#pragma once

// ServerSession: the statements of the orm on one connection to a server.

#include "orm/server.h"

namespace tt::orm {

class ServerSession final : public Session {
 public:
  // Outside of transactions.
  ServerSession(Server& server, ServerConnection& connection)
      : ServerSession(server, connection, 0) {}

  void select(const Select& query, const TakeRow& take) override;
  std::int64_t count(const Select& query) override;
  std::vector<std::int64_t> insert(const Insert& query) override;
  std::int64_t update(const Update& query) override;
  std::int64_t erase(const Erase& query) override;
  std::vector<Row> query(std::string_view sql, std::vector<Value> values) override;
  std::int64_t execute(std::string_view sql, std::vector<Value> values) override;
  void transact_with(const std::function<void(Session&)>& work) override;
  bool has_table(std::string_view table) override;
  std::string change_schema(const SchemaChange& change) override;
  std::vector<std::string> schema_statements(const SchemaChange& change) const override;
  bool has_transactional_schema() const override { return server_.has_transactional_schema(); }
  void ids_were_given(const ModelInfo& model) override;

  // The part of transact_with() after the server has begun the transaction.
  void finish_transaction(const std::function<void(Session&)>& work);

 private:
  ServerSession(Server& server, ServerConnection& connection, int depth)
      : server_(server), connection_(connection), depth_(depth) {}

  // Throws unavailable if the server has given the transaction up: what follows would stand alone.
  ServerConnection& connection();
  void insert_some(const Insert& query, std::vector<std::int64_t>& ids);
  void roll_back(const std::string& text);
  void run_nested(const std::function<void(Session&)>& work);

  Server& server_;
  ServerConnection& connection_;
  int depth_;  // of transactions in each other
};

}  // namespace tt::orm
