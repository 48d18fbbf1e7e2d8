#include "orm/current.h"

#include "base/error.h"

namespace tt::orm {
namespace {
constinit thread_local Session* session_of_thread = nullptr;
}

UseSession::UseSession(Session& session) : outer_(session_of_thread) {
  session_of_thread = &session;
}
UseSession::~UseSession() { session_of_thread = outer_; }

Session& current_session() {
  if (session_of_thread) return *session_of_thread;
  throw Error(Code::internal, "there is no current session: make a UseSession first");
}

Session* find_current_session() { return session_of_thread; }

void atomic(const std::function<void()>& work) {
  current_session().transact_with([&](Session& session) {
    UseSession use(session);
    work();
  });
}

}  // namespace tt::orm
