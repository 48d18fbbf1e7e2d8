#pragma once

// A site with accounts in a database of its own, and a browser in front of it.

#include <doctest/doctest.h>

#include <filesystem>

#include "base/random.h"
#include "orm/engine/sqlite/sqlite.h"
#include "web/auth/access.h"
#include "web/auth/files.h"
#include "web/auth/permissions.h"
#include "web/auth/sessions.h"
#include "web/auth/users.h"
#include "web/auth/views.h"
#include "web/core/client.h"

namespace tt::web::auth {

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("auth-" + random_token(12))) {
    std::filesystem::create_directory(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline Settings test_settings() {
  Settings settings;
  settings.secret_key = "a-key-of-the-tests-0123456789-abcdefghij-KLMNOP";
  settings.allowed_hosts = {"testserver"};
  settings.password_iterations = 3;
  settings.login_failures_max = 3;
  settings.auth_password_validators = {"MinimumLengthValidator", "NumericPasswordValidator"};
  return settings;
}

// The accounts alone.
struct Accounts {
  Accounts() { orm::migrate(*database, {.name = "auth", .models = auth_app().models}); }
  User add(std::string name, std::string password = "right-pony") {
    return users.create_user({.username = std::move(name), .password = std::move(password)});
  }
  User row(std::int64_t id) { return orm::objects<User>(*database).get(orm::f<&User::id> == id); }

  Folder folder;
  VirtualClock clock{*parse_time("2014-03-04T10:30:10Z")};
  std::unique_ptr<orm::Database> database = orm::engine::open_sqlite(folder.file("site.db"));
  Settings settings = test_settings();
  Users users{*database, users_settings(settings), clock};
  DatabaseSessions sessions{*database, settings.secret_key, clock};
};

inline HttpResponse who(const HttpRequest& request) {
  return HttpResponse("[" + request.user()->username + "]");
}
inline HttpResponse secret(const HttpRequest&) { return HttpResponse("secret"); }
inline HttpResponse remember(const HttpRequest& request) {
  request.session().set("colour", boost::json::value("blue"));
  return HttpResponse("ok");
}
inline HttpResponse colour(const HttpRequest& request) {
  auto found = request.session().find("colour");
  return HttpResponse(found ? std::string(found->as_string()) : "none");
}

inline UrlPatterns test_urls() {
  return {
      url("^who/$", who, "who"),
      url("^secret/$", login_required(secret), "secret"),
      url("^staff/$", staff_member_required(secret, {.login_url = "login"}), "staff"),
      url("^export/$", permission_required(secret, "auth.view_user"), "export"),
      url("^closed/$",
          permission_required(secret, "auth.view_user", {.then = Refusal::Then::forbidden}),
          "closed"),
      url("^remember/$", remember),
      url("^colour/$", colour),
      url("^accounts/", include(auth::urls())),
  };
}

struct Site : Accounts {
  Site()
      : application({.settings = settings,
                     .database = database.get(),
                     .apps = {auth_app()},
                     .urls = test_urls(),
                     .users = &users,
                     .sessions = &sessions,
                     .templates = template_files(),
                     .static_files = static_files(),
                     .middleware = {},
                     .context_processors = {},
                     .extend_templates = {},
                     .clock = &clock}) {}

  // What the login page answers.
  static HttpResponse log_in(Client& browser, std::string name, std::string password = "right-pony",
                             std::string next = "") {
    browser.get("/accounts/login/");
    return browser.post("/accounts/login/", Parameters({{"username", std::move(name)},
                                                        {"password", std::move(password)},
                                                        {"next", std::move(next)}}));
  }

  Application application;
  Client browser{application};
};

}  // namespace tt::web::auth
