#pragma once

// The Station API as an application: its models, views and URLs, with a database of its own in a
// temporary folder.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "orm/database.h"
#include "web/auth/sessions.h"
#include "web/auth/users.h"
#include "web/core/application.h"

namespace tt::station_site {

// How the same site is set up in different ways.
enum class Variant {
  usual,        // sessions, then basic authentication; DEBUG
  basic_first,  // basic authentication first, so that 401 asks for it
  no_debug,
};

class StationSite {
 public:
  explicit StationSite(Variant variant);
  ~StationSite();
  StationSite(const StationSite&) = delete;

  // Empties the tables and fills them: "box822", "page25", "empty" or "xss".  Throws invalid for
  // another name.
  void load_fixture(std::string_view name);
  web::Application& application() { return *application_; }

 private:
  void add_station(std::string_view name, std::string_view timestamp, std::string_view temperature);

  std::filesystem::path folder_;
  SystemClock clock_;
  web::Settings settings_;
  std::unique_ptr<orm::Database> database_;
  std::unique_ptr<web::auth::Users> users_;
  std::unique_ptr<web::auth::DatabaseSessions> sessions_;
  std::unique_ptr<web::Application> application_;
};

}  // namespace tt::station_site
