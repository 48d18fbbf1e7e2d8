#pragma once

// What MariaDB reports, as an Error: its number decides the code.  The message names table and
// columns, never a value.

#include <string>
#include <string_view>

#include "base/error.h"

namespace tt::orm::engine::mysql {

struct Failure {
  unsigned number = 0;  // mysqld_error.h, errmsg.h
  std::string message;
  std::string statement;  // the text of it
};

bool is_connection_lost(unsigned number);
// A deadlock, for which the server has undone the whole transaction.
bool is_transaction_conflict(unsigned number);
bool is_duplicate_key(unsigned number);
Code code_of(unsigned number);

// The table that a statement is about: the name after its first INTO, UPDATE or FROM; empty if
// there is none.
std::string table_of(std::string_view statement);
// Of the message about a duplicate; empty if it names none.
std::string key_of(std::string_view message);
// For people, without the values that the server's own message quotes.
std::string describe(const Failure& failure);

}  // namespace tt::orm::engine::mysql
