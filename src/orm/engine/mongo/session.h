#pragma once

// MongoSession: the statements of the orm on one connection.

#include <set>

#include "orm/engine/mongo/catalog.h"
#include "orm/engine/mongo/filter.h"
#include "orm/engine/mongo/plan.h"
#include "orm/engine/mongo/undo.h"

namespace tt::orm::engine {

// What one transaction knows of itself, with those inside of it.
struct MongoTransaction {
  UndoLog undo;
  Standing standing = Standing::alone;
};

class MongoSession final : public Session {
 public:
  // Outside of transactions.
  explicit MongoSession(Link& link) : MongoSession(link, nullptr, 0) {}

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
  bool has_transactional_schema() const override { return false; }
  bool speaks_sql() const override { return false; }
  bool has_isolation() const override { return link_.standing() == Standing::in_replica_set; }

 private:
  MongoSession(Link& link, MongoTransaction* transaction, int depth)
      : link_(link), transaction_(transaction), depth_(depth) {}

  using Ids = std::set<std::int64_t>;

  // Throws unavailable if the server has given the transaction up: what follows would stand alone.
  Link& link();
  ResolveValues resolve();
  // Whether changes have to be noted so that they can be undone.
  bool keeps_undo() const;
  void run_outermost(const std::function<void(Session&)>& work);
  void run_nested(const std::function<void(Session&)>& work);

  void insert_rows(const Insert& query, const std::vector<std::int64_t>& ids);
  std::vector<std::int64_t> choose_ids(const Insert& query);
  void refuse_duplicates(const ModelInfo& model, const std::vector<Document>& documents);
  // Whether all ids are rows of the table that the field refers to; those of `own` are about to be.
  bool are_there(const FieldInfo& field, const Ids& ids, const Ids& own);
  void check_update(const Update& query, const Bson& filter);

  Ids find_ids(const ModelInfo& model, const Node& where);
  Ids find_ids(const std::string& table, Document filter);
  void keep(const std::string& table, const Bson& filter);
  std::int64_t write_update(const std::string& table, Bson filter, Bson change);
  void delete_rows(const std::string& table, const Bson& filter);

  Link& link_;
  MongoTransaction* transaction_;
  int depth_;  // of transactions in each other

  friend class Deleter;
};

}  // namespace tt::orm::engine
