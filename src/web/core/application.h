#pragma once

// Application: a web site: settings, URLs, templates, database and the middleware between them.
//
//   Application application({.settings = load_settings("settings.json"), .database = database,
//                            .urls = urlpatterns, .users = users, .sessions = sessions});
//   HttpResponse response = application.respond(request);     // blocks; from any thread
//
// The way of a request: Host is checked; security headers; static files; session; CSRF; user;
// messages; URL; view.  An Error becomes the page of its status (templates 404.html, 403.html,
// 400.html, 500.html if the application has them), with DEBUG one that explains.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "web/core/apps.h"
#include "web/core/extensions.h"
#include "web/core/request.h"
#include "web/core/response.h"
#include "web/core/settings.h"
#include "web/core/static_files.h"
#include "web/core/urls.h"
#include "web/template/engine.h"

namespace tt::orm {
class Database;
}

namespace tt::web {

using Next = std::function<HttpResponse(HttpRequest&)>;
// Called for each request: do something, `next(request)`, do something.
using Middleware = std::function<HttpResponse(HttpRequest&, const Next& next)>;
// Adds variables to every page that render() makes.
using ContextProcessor = std::function<void(const HttpRequest&, Context&)>;

// Templates and static files that are part of the program (the admin's), behind those of folders.
struct EmbeddedFile {
  std::string_view path;  // "admin/base.html"
  std::string_view content;
};

struct ApplicationParts {
  Settings settings;
  orm::Database* database = nullptr;  // may be null: views then have no current session
  std::vector<App> apps;
  UrlPatterns urls;
  UserStore* users = nullptr;        // may be null: everybody is anonymous
  SessionStore* sessions = nullptr;  // may be null: sessions end with the request
  std::vector<EmbeddedFile> templates;
  std::vector<EmbeddedFile> static_files;
  std::vector<Middleware> middleware;  // inside the framework's own
  std::vector<ContextProcessor> context_processors;
  std::function<void(Engine&)> extend_templates;  // tags and filters of the application
  const Clock* clock = nullptr;                   // the system's if null
};

class Application {
 public:
  explicit Application(ApplicationParts parts);
  ~Application();
  Application(const Application&) = delete;

  // The whole way, never throws.
  HttpResponse respond(RawRequest raw);
  // The page for a request that could not be read, e.g. because its body is too large.
  HttpResponse refuse(RawRequest raw, const Error& error);

  const Settings& settings() const;
  const std::vector<App>& apps() const;
  const UrlResolver& urls() const;
  const Engine& templates() const;
  const StaticFiles& static_files() const;
  orm::Database* database() const;  // may be nullptr, as the two below
  UserStore* users() const;
  SessionStore* sessions() const;
  const Clock& clock() const;
  const std::vector<ContextProcessor>& context_processors() const;
  // Whether there was a template of that name when the application started ("404.html").
  bool has_error_template(std::string_view name) const;
  Extensions& extensions() const { return extensions_; }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  mutable Extensions extensions_;
};

}  // namespace tt::web
