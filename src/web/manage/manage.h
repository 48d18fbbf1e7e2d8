#pragma once

// manage: the command line of a site, and what a site is made of.
//
//   int main(int argc, char** argv) {
//     return tt::web::manage(argc, argv, {.urls = urlpatterns, .apps = {myapp::app()}});
//   }
//
// `manage help` lists the commands: runserver, serve, makemigrations, migrate, createsuperuser, …
// All settings come from settings.json, which is looked for beside the working directory or where
// --settings says.

#include <functional>
#include <string>
#include <vector>

#include "orm/orm.h"
#include "web/admin/site.h"
#include "web/core/application.h"

namespace tt::web {

// One app of a site.  Its folder is found by its label below the folder of settings.json.
struct SiteApp {
  std::string label;  // "myapp"
  std::string verbose_name = {};
  std::vector<const orm::ModelInfo*> models = {};
  std::function<void(admin::Site&)> admin = {};  // registers models with the admin
};

struct SiteParts {
  // Called once, after every app has registered with the admin.
  std::function<UrlPatterns(admin::Site&)> urls;
  std::vector<SiteApp> apps;
  std::vector<Middleware> middleware = {};
  std::vector<ContextProcessor> context_processors = {};
  std::function<void(Engine&)> extend_templates = {};
};

template <class... M>
std::vector<const orm::ModelInfo*> models_of() {
  return {&orm::model_info<M>()...};
}

// Runs the command that the arguments name.  0 if it succeeded, 1 if it failed (the reason is on
// stderr), 2 for arguments that make no sense.
int manage(int argc, char** argv, SiteParts parts);

}  // namespace tt::web
