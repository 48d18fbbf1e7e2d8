#pragma once

// Site: the console's pages that the web framework makes: /login/, /logout/, /admin/…, and for
// people who are signed in the shell of the live pages (/, /devices/…, /manage/…, …).

#include "console/accounts.h"
#include "console/read_only_database.h"
#include "host/host.h"
#include "http/router.h"
#include "rt/offload.h"
#include "web/core/application.h"

namespace tt::console {

class Site {
 public:
  // `services` must outlive this.  `secret_key` signs what browsers keep.
  Site(Services& services, std::string secret_key);

  Task<http::Response> handle(http::Request& request) { return handler_(request); }
  web::Application& application() { return application_; }

 private:
  // Views block, also on identity, which works on the threads of the shared pool: they have their
  // own.
  static constexpr unsigned threads = 4;

  ReadOnlyDatabase database_;
  Accounts accounts_;
  web::Application application_;
  rt::OffloadPool pool_{threads};
  http::Handler handler_;
};

}  // namespace tt::console
