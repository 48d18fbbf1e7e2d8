#pragma once

// The session that `Station::objects` means: the one of the innermost UseSession of this thread.
// The web framework sets it around every view and command, so that application code reads as
// Django's does; code that is given its session uses objects<Station>(session).

#include "orm/database.h"

namespace tt::orm {

class UseSession {
 public:
  explicit UseSession(Session& session);
  ~UseSession();
  UseSession(const UseSession&) = delete;
  UseSession& operator=(const UseSession&) = delete;

 private:
  Session* outer_;
};

// Throws internal if there is none.
Session& current_session();
// nullptr if there is none.
Session* find_current_session();

// Runs `work` in a transaction of the current session, which is the transaction's inside it.
void atomic(const std::function<void()>& work);

}  // namespace tt::orm
