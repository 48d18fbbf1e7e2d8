#pragma once

// Values on their way to MariaDB and back, in the binary form of its protocol.

#include <memory>
#include <string>
#include <vector>

#include "orm/value.h"

struct st_mysql_bind;
struct st_mysql_field;
struct st_mysql_stmt;

namespace tt::orm::engine {

// The parameters of one execution.  They refer to the texts of `values`, which must live as long.
class MysqlParameters {
 public:
  // Throws invalid for a real number that is not finite and for years that are not 0 to 9999.
  explicit MysqlParameters(const std::vector<Value>& values);
  ~MysqlParameters();
  MysqlParameters(const MysqlParameters&) = delete;
  MysqlParameters& operator=(const MysqlParameters&) = delete;

  st_mysql_bind* data();

 private:
  struct Storage;
  std::unique_ptr<Storage> storage_;
};

// The cells of the rows of a result, one row at a time.
class MysqlRow {
 public:
  MysqlRow(const st_mysql_field* fields, std::size_t columns);
  ~MysqlRow();
  MysqlRow(const MysqlRow&) = delete;
  MysqlRow& operator=(const MysqlRow&) = delete;

  // What the rows are fetched into.
  st_mysql_bind* data();
  std::size_t columns() const;
  // Of the row that was fetched last.
  Value cell(st_mysql_stmt* statement, std::size_t column);

 private:
  struct Storage;
  std::unique_ptr<Storage> storage_;
};

}  // namespace tt::orm::engine
