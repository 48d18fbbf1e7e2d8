#include "web/manage/loaded_site.h"

#include <fmt/format.h>

#include "base/error.h"
#include "orm/migrate.h"
#include "orm/record.h"
#include "web/admin/files.h"
#include "web/auth/files.h"
#include "web/auth/models.h"
#include "web/manage/databases.h"
#include "web/rest/files.h"
#include "web/rest/site.h"
#include "web/widgets/widgets.h"

namespace tt::web {
namespace {

template <class T>
void append(std::vector<T>& to, std::vector<T> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

// The label of an app names its models' permissions, tables and pages; the models take it from
// their namespace.
void require_namespace(const SiteApp& app) {
  for (const orm::ModelInfo* model : app.models) {
    if (model->app_label == app.label) continue;
    throw Error(
        Code::invalid,
        fmt::format("app '{}': the model {} is in the namespace '{}'; models of an app must "
                    "be in a namespace of the app's name",
                    app.label, model->name, model->app_label));
  }
}

}  // namespace

LoadedSite::LoadedSite(SiteParts parts, Settings settings)
    : parts_(std::move(parts)), settings_(std::move(settings)) {
  add_apps();
}

void LoadedSite::add_apps() {
  App accounts{.label = "auth",
               .verbose_name = "Authentication and Authorization",
               .models = auth::all_models(),
               .folder = {}};
  apps_.push_back(std::move(accounts));
  for (const SiteApp& app : parts_.apps) {
    require_namespace(app);
    apps_.push_back({app.label, app.verbose_name, app.models,
                     (settings_.base_dir / app.label).lexically_normal()});
  }
  std::vector<const orm::ModelInfo*> models;
  for (const App& app : apps_) {
    orm_apps_.push_back({app.label, app.models, app.folder});
    append(models, app.models);
  }
  orm::describe_all(models);  // so that deleting finds what refers to a row
}

orm::Database& LoadedSite::database() {
  if (database_) return *database_;
  auto found = settings_.databases.find("default");
  if (found == settings_.databases.end()) {
    throw Error(Code::invalid, "settings.json: DATABASES has no entry \"default\"");
  }
  database_ = open_database(found->second, view_threads);
  return *database_;
}

auth::Users& LoadedSite::users() {
  if (!users_) {
    users_ = std::make_unique<auth::Users>(database(), auth::users_settings(settings_), clock_);
  }
  return *users_;
}

auth::DatabaseSessions& LoadedSite::sessions() {
  if (!sessions_) {
    sessions_ = std::make_unique<auth::DatabaseSessions>(database(), settings_.secret_key, clock_);
  }
  return *sessions_;
}

Application& LoadedSite::application() {
  if (application_) return *application_;
  admin::Site site;
  site.add_accounts();
  for (const SiteApp& app : parts_.apps) {
    if (app.admin) app.admin(site);
  }
  ApplicationParts parts;
  parts.settings = settings_;
  parts.database = &database();
  parts.apps = apps_;
  parts.urls = parts_.urls(site);
  parts.users = &users();
  parts.sessions = &sessions();
  parts.middleware = parts_.middleware;
  parts.context_processors = parts_.context_processors;
  parts.extend_templates = parts_.extend_templates;
  parts.clock = &clock_;
  append(parts.templates, admin::templates());
  append(parts.templates, auth::template_files());
  append(parts.templates, rest::template_files());
  append(parts.static_files, admin::static_files());
  append(parts.static_files, auth::static_files());
  append(parts.static_files, rest::static_files());
  append(parts.static_files, widgets::static_files());
  rest::check_settings(settings_);
  application_ = std::make_unique<Application>(std::move(parts));
  return *application_;
}

void LoadedSite::migrate_accounts() {
  orm::Schema schema{.name = "auth", .models = auth::all_models()};
  orm::migrate(database(), schema);
}

}  // namespace tt::web
