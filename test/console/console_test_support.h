#pragma once

// The console's pages on a whole cloud in memory, asked by a browser without a network.

#include <doctest/doctest.h>

#include "console/admin.h"
#include "console/pages.h"
#include "console/rows.h"
#include "console/site.h"
#include "support/cloud.h"
#include "web/core/client.h"

namespace tt::console {

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::string_view right_password = "a-right-pony-7";

class Desk {
 public:
  explicit Desk(Services& services)
      : services(services), site(services, std::string(64, 'k')), client(site.application()) {}

  identity::Account add_account(const std::string& login, identity::Role role) {
    return wait_for(services, [&] {
      return services.identity.create_account(login, std::string(right_password), role);
    });
  }
  web::HttpResponse sign_in(const std::string& login, std::string_view password = right_password,
                            const std::string& target = "/login/") {
    client.get("/login/");
    return client.post(
        target, web::Parameters(Pairs{{"username", login}, {"password", std::string(password)}}));
  }
  web::HttpResponse post(std::string_view target, Pairs form) {
    return client.post(target, web::Parameters(std::move(form)));
  }
  // Whom the public interfaces know the browser as.
  identity::CallerPtr caller() {
    auto secret = client.cookie(identity::session_cookie);
    return wait_for(services, [&] { return services.identity.authenticate_session(secret, {}); });
  }
  identity::CallerPtr key_holder(const std::string& secret) {
    return wait_for(services, [&] { return services.identity.authenticate_key(secret, {}); });
  }

  Services& services;
  Site site;
  web::Client client;
};

// Runs `work` as a thread that may block, beside the loop.
inline Task<> run_desk(Services& services, const std::function<void(Desk&)>& work) {
  rt::OffloadPool pool(1);
  auto job = [&] {
    migrate(services.database);
    Desk desk(services);
    work(desk);
  };
  co_await rt::offload(pool, job);
}

inline void at_desk(std::function<void(Desk&)> work) {
  test::Cloud cloud;
  cloud.run([&](Services& services) { return run_desk(services, work); });
}
// With the administrator "admin" signed in.
inline void as_admin(std::function<void(Desk&)> work) {
  at_desk([&](Desk& desk) {
    desk.add_account("admin", identity::Role::administrator);
    REQUIRE(desk.sign_in("admin").status == 302);
    work(desk);
  });
}

inline bool contains(const web::HttpResponse& response, std::string_view text) {
  return response.body.find(text) != std::string::npos;
}
inline std::string location(const web::HttpResponse& response) {
  return std::string(response.header("Location"));
}

}  // namespace tt::console
