#pragma once

// LoadedSite: a site with its settings read, and its parts made as a command asks for them.

#include <memory>
#include <span>
#include <vector>

#include "base/clock.h"
#include "orm/app.h"
#include "orm/database.h"
#include "web/auth/sessions.h"
#include "web/auth/users.h"
#include "web/core/application.h"
#include "web/manage/manage.h"

namespace tt::web {

class LoadedSite {
 public:
  // Throws invalid if settings and parts do not fit.
  LoadedSite(SiteParts parts, Settings settings);

  const Settings& settings() const { return settings_; }
  // Opened at the first call; throws as open_database does.
  orm::Database& database();
  auth::Users& users();
  auth::DatabaseSessions& sessions();
  // Throws invalid if URLs or admin registrations make no sense.
  Application& application();

  // Accounts first, then those of the site.
  const std::vector<App>& apps() const { return apps_; }
  // The same as migrations and fixtures see them.
  std::span<const orm::App> orm_apps() const { return orm_apps_; }

  // Brings the tables of the framework itself up to date.
  void migrate_accounts();

 private:
  void add_apps();

  SiteParts parts_;
  Settings settings_;
  SystemClock clock_;
  std::vector<App> apps_;
  std::vector<orm::App> orm_apps_;
  std::unique_ptr<orm::Database> database_;
  std::unique_ptr<auth::Users> users_;
  std::unique_ptr<auth::DatabaseSessions> sessions_;
  std::unique_ptr<Application> application_;
};

// Views that run at once, and so connections to the database.
inline constexpr unsigned view_threads = 16;

}  // namespace tt::web
