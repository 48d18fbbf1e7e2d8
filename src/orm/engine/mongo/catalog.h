#pragma once

// Catalog: what MongoDB itself does not know of tables, kept in collections of this engine.
//
//   tt_columns    {_id: "table.column", table, column, kind, null [, target, on_delete]}
//   tt_counters   {_id: table, last: the greatest id that was given}

#include <string>
#include <vector>

#include "orm/engine/mongo/link.h"

namespace tt::orm::engine {

// A foreign key of another table.
struct Reference {
  std::string table;
  std::string column;
  models::OnDelete on_delete = models::OnDelete::restrict;
};

// None of its functions is part of a transaction.
class Catalog {
 public:
  explicit Catalog(Link& link) : link_(link) {}

  bool has_table(const std::string& table);
  // What refers to the table.
  std::vector<Reference> references_to(const std::string& table);
  std::vector<std::string> nullable_columns(const std::string& table);

  // The first of `count` ids that nobody was given before.
  std::int64_t take_ids(const std::string& table, std::int64_t count);
  // Ids that are chosen from now on are greater than this.
  void id_was_given(const std::string& table, std::int64_t id);

  void add(const std::string& table, const ColumnChange& column);
  void remove(const std::string& table, const std::string& column);
  void remove_table(const std::string& table);
  void rename_table(const std::string& table, const std::string& new_name);
  void rename_column(const RenameColumn& change);

 private:
  struct Entry {
    std::string table, column, kind;
    bool is_null = false;
    std::string target, on_delete;
  };
  std::vector<Entry> find(Document filter);
  void put(const Entry& entry);
  void erase(Document filter);

  Link& link_;
};

}  // namespace tt::orm::engine
