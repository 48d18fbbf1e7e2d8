#pragma once

// Where accounts and sessions are read and written: the current session if there is one, which may
// be a transaction of the view, else the database itself.

#include "orm/current.h"

namespace tt::web::auth {

inline orm::Session& session_for(orm::Database& database) {
  auto current = orm::find_current_session();
  return current ? *current : database;
}

}  // namespace tt::web::auth
