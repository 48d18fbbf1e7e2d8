#pragma once

// Accounts: identity as the web framework knows it: blocking, for the threads of views.
//
// One session serves everything: the cookie `thingtank_session` that the login page sets is the one
// that the console's API, its WebSocket and the admin know people by.

#include "audit/audit.h"
#include "identity/identity.h"
#include "rt/block_on.h"
#include "web/core/application.h"

namespace tt::console {

class Accounts final : public web::UserStore {
 public:
  // What it calls runs on `loop`.  All of them must outlive this.
  Accounts(identity::Identity& identity, audit::Audit& audit, rt::Loop& loop)
      : identity_(identity), audit_(audit), loop_(loop) {}

  web::UserPtr authenticate(std::string_view username, std::string_view password,
                            std::string_view address) override;
  web::UserPtr find(std::int64_t id) override;
  void signed_in(const web::User&) override {}

  // Whom the session's secret names; anonymous() if nobody.
  web::UserPtr session_user(std::string_view secret, std::string_view address);
  // The middleware: request.user() is whom the cookie names.  When the view has signed somebody in
  // or out (a user was set), the old session ends, a new one is opened and its cookie sent, and
  // the audit says so; also of attempts that failed.
  web::HttpResponse with_session(web::HttpRequest& request, const web::Next& next);

 private:
  std::string open_session(std::int64_t account);
  void close_session(std::string_view secret);
  void record(std::string_view action, const web::User& user, std::string_view address);

  identity::Identity& identity_;
  audit::Audit& audit_;
  rt::Loop& loop_;
};

// How long a browser keeps the cookie; identity says when the session ends.
inline constexpr std::chrono::seconds session_cookie_age = std::chrono::days(14);

}  // namespace tt::console
