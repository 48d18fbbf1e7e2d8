#pragma once

// From changes of the schema to SQL.
//
// What most engines say alike is written once; what differs are virtual functions of Dialect
// (sql.h).  Their defaults speak PostgreSQL:
//
//   define()         every engine      the definition of a column, also of one that exists
//   literal()        every engine      DDL takes no bound values: defaults, which come from the
//                                      program and its migrations, are written as literals
//   column_type()    PostgreSQL        "varchar(10)", without null and default
//   alter_column()   SQLite            rebuild_table()
//                    MariaDB           DROP FOREIGN KEY, MODIFY COLUMN
//   drop_column()    SQLite            rebuild_table()
//                    MariaDB           DROP FOREIGN KEY before it
//   drop_index()     MariaDB           names the table

#include <string>
#include <string_view>
#include <vector>

#include "orm/sql.h"

namespace tt::orm {

// What makes the change, in order.  Throws unsupported if the engine cannot.
std::vector<std::string> schema_statements(const Dialect& dialect, const SchemaChange& change);

// A table that is to be made anew because ALTER TABLE cannot do the change.
struct Rebuild {
  std::string table;
  const TableShape* after = nullptr;  // its columns are all there before
  // What the new rows get in this column instead of what the old ones have; empty: none.
  std::string converted_column = {};
  std::string conversion = {};
};

// "12. Making other kinds of table schema changes" [sqlite.org/lang_altertable.html]: a new table,
// the rows copied, the old one dropped, the new one renamed, its indexes made again.  Ids that were
// given once are not given again.  Foreign keys must be off (Session::transact_schema), or dropping
// the table would delete what refers to it.
std::vector<std::string> rebuild_table(const Dialect& dialect, const Rebuild& rebuild);

}  // namespace tt::orm
