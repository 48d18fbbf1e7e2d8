#pragma once

// Joins: the tables of one SELECT.

#include <cstddef>
#include <string>
#include <vector>

#include "orm/sql.h"

namespace tt::orm::detail {

// More are refused with invalid; SQLite takes 64.
inline constexpr std::size_t joins_max = 30;

// Which joins over steps to many rows a path may share: those of a call, or any.
struct Share {
  bool any = true;
  unsigned call = 0;

  static Share all() { return {}; }
  static Share of(unsigned call) { return {false, call}; }
};

// Table 0 is that of the query itself, table n the one of join n - 1.
class Joins {
 public:
  Joins(const Dialect& dialect, const ModelInfo& base) : dialect_(dialect), base_(base) {}

  // The table where the steps end; added if need be.
  std::size_t reach(const std::vector<Step>& steps, Share share);
  // The same, so that column() can be asked for the path.
  std::size_t use(const Path& path, Share share);
  // "name", or qualified if there are several tables.
  std::string column(const Path& path, Share share);
  // A column of a table that was reached.
  std::string column(std::size_t table, const FieldInfo& field) const;
  // No row without a row of this table, and of those that lead to it.
  void require(std::size_t table);
  std::vector<std::size_t> way_to(std::size_t table) const;

  bool empty() const { return joins_.empty(); }
  // " INNER JOIN … ON … LEFT OUTER JOIN …"
  void write(std::string& text) const;

 private:
  struct Join {
    std::size_t parent = 0;
    Step step;
    unsigned call = 0;
    bool is_inner = false;
    bool needs_target = false;  // of a many-to-many: not only its id, which the table between has
  };

  bool is_inner(std::size_t table) const;
  std::string name(std::size_t table) const;
  std::string qualified(const std::string& table, const FieldInfo& field) const;
  void write_join(std::string& text, std::size_t table) const;
  void write_many(std::string& text, std::size_t table) const;
  bool is_id_of_link(std::size_t table, const FieldInfo& field) const;

  const Dialect& dialect_;
  const ModelInfo& base_;
  std::vector<Join> joins_;
};

// The two foreign keys of the table between, seen in the direction of the step.
const FieldInfo& near_key(const Step& step);
const FieldInfo& far_key(const Step& step);

}  // namespace tt::orm::detail
