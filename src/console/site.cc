#include "console/site.h"

#include "console/admin.h"
#include "console/files.h"
#include "console/pages.h"
#include "identity/rows.h"
#include "registry/rows.h"
#include "web/admin/files.h"
#include "web/auth/access.h"
#include "web/auth/views.h"
#include "web/core/serving.h"
#include "web/widgets/widgets.h"
#include "wire/gzip.h"

namespace tt::console {
namespace {

using web::HttpRequest;
using web::HttpResponse;
using web::url;

web::Settings settings_with(std::string secret_key) {
  web::Settings settings;
  settings.secret_key = std::move(secret_key);
  settings.allowed_hosts = {"*"};  // the cloud is at home wherever it was told to listen
  settings.login_url = "/login/";
  settings.login_redirect_url = "/";
  settings.auth_password_validators = {"UserAttributeSimilarityValidator", "MinimumLengthValidator",
                                       "CommonPasswordValidator", "NumericPasswordValidator"};
  return settings;
}

// --- the way in and out --------------------------------------------------------------------------

web::View login_page() {
  web::auth::LoginPage page;
  page.title = "Sign in";
  page.next_page = "/";
  page.invalid_login = "That name and password do not match. Check both and try again.";
  auto login = web::auth::login_view(std::move(page));
  login.call = [show = std::move(login.call)](const HttpRequest& request,
                                              std::span<const std::string> arguments) {
    const bool is_done = request.is_get() && request.user()->is_authenticated() &&
                         web::auth::safe_next(request).empty();
    return is_done ? web::redirect("/") : show(request, arguments);
  };
  return login;
}

// The admin's own login page would be a second one.
HttpResponse admin_login(const HttpRequest& request) {
  auto next = web::auth::safe_next(request);
  return web::auth::redirect_to_login(request, next.empty() ? "/admin/" : next);
}

// POST only: a link elsewhere must not sign anybody out.
HttpResponse sign_out_page(const HttpRequest& request) {
  if (!request.is_post()) {
    HttpResponse response("Method Not Allowed", 405, "text/plain; charset=utf-8");
    response.set("Allow", "POST");
    return response;
  }
  web::sign_out(request);
  return web::redirect("/login/");
}

// --- the live pages ------------------------------------------------------------------------------

HttpResponse shell(const HttpRequest&) {
  const auto* page = find_asset("index.html");
  TT_ASSERT(page);
  auto html = wire::gunzip(page->gzip);
  TT_ASSERT(html);
  HttpResponse response(std::move(*html));
  response.set("ETag", std::string(page->etag)).set("Cache-Control", "private, no-cache");
  return response;
}

web::UrlPatterns urls_with(const web::admin::Site& admin) {
  return {
      url("^$", web::auth::login_required(shell), "devices"),
      // The live pages; which one it is decides web/src/pages.ts.
      url("^(?:devices|manage|dashboards|alarms|audit)(?:/.*)?$", web::auth::login_required(shell)),
      url("^login/$", login_page(), "login"), url("^logout/$", sign_out_page, "logout"),
      url("^admin/login/$", admin_login), url("^admin/logout/$", sign_out_page),
      url("^admin/", web::include(admin.urls(), "admin"))};
}

// --- the application -----------------------------------------------------------------------------

std::vector<web::App> apps() {
  using namespace identity;
  using namespace registry;
  return {
      {.label = "identity",
       .verbose_name = "Accounts and keys",
       .models = orm::models_of<AccountRow, SessionRow, KeyRow, PermissionRow, ResourceLimitRow>(),
       .folder = {}},
      {.label = "registry",
       .verbose_name = "Devices",
       .models = orm::models_of<FeedRow, ChannelRow, WaypointRow>(),
       .folder = {}}};
}

// The first file of a name is the one that counts.
std::vector<web::EmbeddedFile> templates() {
  auto files = template_files();
  for (const auto& file : web::admin::templates()) files.push_back(file);
  return files;
}

std::vector<web::EmbeddedFile> static_files() {
  auto files = web::admin::static_files();
  for (const auto& file : web::widgets::static_files()) files.push_back(file);
  return files;
}

HttpResponse with_policy(HttpRequest& request, const web::Next& next) {
  auto response = next(request);
  if (!response.has_header("Content-Security-Policy")) {
    response.set("Content-Security-Policy", std::string(content_security_policy));
  }
  return response;
}

web::ApplicationParts parts_of(Services& services, orm::Database& database, Accounts& accounts,
                               std::string secret_key) {
  web::ApplicationParts parts;
  parts.settings = settings_with(std::move(secret_key));
  parts.database = &database;
  parts.apps = apps();
  parts.urls = urls_with(make_admin(services));
  parts.users = &accounts;
  parts.templates = templates();
  parts.static_files = static_files();
  parts.middleware = {with_policy, [&accounts](HttpRequest& request, const web::Next& next) {
                        return accounts.with_session(request, next);
                      }};
  parts.clock = &services.clock;
  return parts;
}

}  // namespace

Site::Site(Services& services, std::string secret_key)
    : database_(services.database),
      accounts_(services.identity, services.audit, services.loops.at(0)),
      application_(parts_of(services, database_, accounts_, std::move(secret_key))),
      handler_(web::handler(application_, pool_)) {}

}  // namespace tt::console
