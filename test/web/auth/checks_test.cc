#include "web/auth/checks.h"

#include <doctest/doctest.h>

#include "web/auth/models.h"

using namespace tt::web;
using namespace tt::web::auth;

namespace {

const std::string good_secret = "7f!kq0zB_x3mV9@pLrT2wYcE8sHn5uJd-6GaQ1oXiN4bRfMtKv";

std::string ids(const std::vector<CheckMessage>& messages) {
  std::string out;
  for (const auto& each : messages) out += (out.empty() ? "" : " ") + each.id;
  return out;
}

// All that a careful deployment sets.
Settings careful() {
  Settings settings;
  settings.secret_key = good_secret;
  settings.allowed_hosts = {"example.org"};
  settings.secure_ssl_redirect = true;
  settings.secure_hsts_seconds = std::chrono::hours(24 * 365);
  settings.secure_hsts_include_subdomains = true;
  settings.secure_hsts_preload = true;
  settings.session_cookie_secure = true;
  settings.csrf_cookie_secure = true;
  settings.auth_password_validators = {"MinimumLengthValidator"};
  return settings;
}

}  // namespace

TEST_CASE("a careful deployment passes") {
  CHECK(ids(run_checks(careful(), Deploy::yes)) == "");
  CHECK(describe(run_checks(careful(), Deploy::yes)) == "System check identified no issues.\n");
}

TEST_CASE("a new project is warned before it is deployed") {
  Settings settings;
  settings.debug = true;
  settings.secret_key = "django-insecure-" + good_secret;
  settings.auth_password_validators = {"MinimumLengthValidator"};
  CHECK(ids(run_checks(settings, Deploy::yes)) ==
        "security.W004 security.W008 security.W009 security.W012 security.W016 security.W018 "
        "security.W020");
  CHECK(ids(run_checks(settings, Deploy::no)) == "");
}

TEST_CASE("each setting has its id") {
  auto changed = [](auto change) {
    auto settings = careful();
    change(settings);
    return ids(run_checks(settings, Deploy::yes));
  };
  CHECK(changed([](Settings& s) { s.x_frame_options = ""; }) == "security.W002");
  CHECK(changed([](Settings& s) { s.secure_hsts_include_subdomains = false; }) == "security.W005");
  CHECK(changed([](Settings& s) { s.secure_content_type_nosniff = false; }) == "security.W006");
  CHECK(changed([](Settings& s) { s.secret_key = std::string(60, 'x'); }) == "security.W009");
  CHECK(changed([](Settings& s) { s.secret_key.resize(49); }) == "security.W009");
  CHECK(changed([](Settings& s) { s.session_cookie_httponly = false; }) == "security.W015");
  CHECK(changed([](Settings& s) { s.x_frame_options = "SAMEORIGIN"; }) == "security.W019");
  CHECK(changed([](Settings& s) { s.secure_hsts_preload = false; }) == "security.W021");
  CHECK(changed([](Settings& s) { s.secure_referrer_policy = ""; }) == "security.W022");
  CHECK(changed([](Settings& s) { s.secure_referrer_policy = "same-origin, none"; }) ==
        "security.E023");
  CHECK(changed([](Settings& s) { s.secure_referrer_policy = "no-referrer, origin"; }) == "");
  CHECK(changed([](Settings& s) { s.password_iterations = 1000; }) == "auth.W101");
  CHECK(changed([](Settings& s) { s.auth_password_validators = {"Nonsense"}; }) == "auth.E101");
  CHECK(changed([](Settings& s) { s.template_dirs = {"/no/such/folder"}; }) == "templates.W101");
  CHECK(changed([](Settings& s) { s.static_url = "/static"; }) == "urls.E006");
}

TEST_CASE("apps and URLs are looked at") {
  const std::vector<App> apps = {auth_app(), auth_app()};
  auto messages = run_checks(careful(), {.apps = apps}, Deploy::no);
  CHECK(has_errors(messages));
  CHECK(ids(messages).starts_with("apps.E101 models.E028"));
  CHECK(ids(run_checks(careful(), {.apps = std::span(apps).first(1)}, Deploy::no)) == "");
  UrlResolver urls({url("^/home/$", View{}, "home"), url("^good/$", View{}, "good")});
  messages = run_checks(careful(), {.urls = &urls}, Deploy::no);
  CHECK(ids(messages) == "urls.W002");
  CHECK_FALSE(has_errors(messages));
  CHECK(describe(messages) ==
        "WARNING ?: (urls.W002) The URL pattern '^/home/$' begins with a slash.\n"
        "\tHINT: Take it away: paths are matched without their first slash.\n"
        "System check identified 1 issue.\n");
}
