#include "web/core/settings.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "base/error.h"
#include "base/random.h"

using namespace tt;
using namespace tt::web;

namespace {

std::string problem_of(std::string_view text) {
  try {
    parse_settings(text, "/site");
  } catch (const Error& e) {
    CHECK(e.code() == Code::invalid);
    return e.what();
  }
  return "none";
}

// A folder that goes with the test.
struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("tt-" + random_token(12));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("settings are read under Django's names") {
  auto settings = parse_settings(R"({
    "DEBUG": true, "SECRET_KEY": "s", "ALLOWED_HOSTS": ["a", ".b"],
    "DATABASES": {"default": {"ENGINE": "django.db.backends.mysql", "NAME": "weather",
                              "USER": "u", "PASSWORD": "p", "HOST": "h", "PORT": 3306,
                              "CONNECTIONS_MAX": 4, "TIMEOUT": 1.5},
                  "other": {"ENGINE": "sqlite3", "NAME": "db.sqlite3"},
                  "third": {"ENGINE": "django_mongodb_engine"},
                  "memory": {"NAME": ":memory:"}},
    "TEMPLATES": [{"BACKEND": "x", "DIRS": ["templates", "/etc/t"]}],
    "STATICFILES_DIRS": ["../static"], "SESSION_COOKIE_SAMESITE": "Strict",
    "SECURE_HSTS_SECONDS": 60, "LOGOUT_REDIRECT_URL": null,
    "CONTENT_SECURITY_POLICY": "default-src 'self'",
    "AUTH_PASSWORD_VALIDATORS": ["A", {"NAME": "django.contrib.auth.password_validation.B"}],
    "REST_FRAMEWORK": {"PAGE_SIZE": 10}, "USE_TZ": true})",
                                 "/site");
  CHECK(settings.debug);
  CHECK(settings.secret_key == "s");
  CHECK(settings.allowed_hosts == std::vector<std::string>{"a", ".b"});
  const auto& database = settings.databases.at("default");
  CHECK(database.engine == "mysql");
  CHECK(database.port == "3306");
  CHECK(database.connections_max == 4);
  CHECK(database.timeout == std::chrono::milliseconds(1500));
  CHECK(database.name == "weather");
  CHECK(settings.databases.at("other").name == "/site/db.sqlite3");
  CHECK(settings.databases.at("third").engine == "mongodb");
  CHECK(settings.databases.at("memory").name == ":memory:");
  CHECK(settings.template_dirs == std::vector<std::filesystem::path>{"/site/templates", "/etc/t"});
  CHECK(settings.staticfiles_dirs == std::vector<std::filesystem::path>{"/static"});
  CHECK(settings.session_cookie_samesite == SameSite::strict);
  CHECK(settings.secure_hsts_seconds == std::chrono::seconds(60));
  CHECK_FALSE(settings.logout_redirect_url);
  CHECK(settings.content_security_policy == "default-src 'self'");
  CHECK(settings.auth_password_validators == std::vector<std::string>{"A", "B"});
  CHECK(settings.rest_framework.at("PAGE_SIZE").as_int64() == 10);
}

TEST_CASE("nothing said is safe") {
  auto settings = parse_settings("{}", "/site");
  CHECK_FALSE(settings.debug);
  CHECK(settings.allowed_hosts.empty());
  CHECK(settings.x_frame_options == "DENY");
  CHECK(settings.session_cookie_httponly);
  CHECK(settings.data_upload_max_memory_size == 2621440);
}

TEST_CASE("a wrong setting is named, an unknown one with the nearest") {
  CHECK(problem_of(R"({"DEBGU": true})") == "there is no setting DEBGU; do you mean DEBUG?");
  CHECK(problem_of(R"({"ALOWED_HOST": []})") ==
        "there is no setting ALOWED_HOST; do you mean ALLOWED_HOSTS?");
  CHECK(problem_of(R"({"DEBUG": "true"})") == "DEBUG expects true or false");
  CHECK(problem_of(R"({"ALLOWED_HOSTS": "a"})") == "ALLOWED_HOSTS expects a list of texts");
  CHECK(problem_of(R"({"ALLOWED_HOSTS": [1]})") == "ALLOWED_HOSTS expects a list of texts");
  CHECK(problem_of(R"({"SECURE_HSTS_SECONDS": -1})") ==
        "SECURE_HSTS_SECONDS expects a whole number that is not negative");
  CHECK(problem_of(R"({"SECURE_HSTS_SECONDS": 1.5})") ==
        "SECURE_HSTS_SECONDS expects a whole number that is not negative");
  CHECK(problem_of(R"({"SESSION_COOKIE_SAMESITE": "lax"})") ==
        "SESSION_COOKIE_SAMESITE expects \"Lax\", \"Strict\" or \"None\"");
  CHECK(
      problem_of(R"({"SESSION_COOKIE_SAMESITE": "None"})").starts_with("SESSION_COOKIE_SAMESITE"));
  CHECK(problem_of(R"({"DATABASES": {"default": {"ENGINE": "oracle"}}})") ==
        "DATABASES expects an ENGINE of sqlite3, postgresql, mysql or mongodb");
  CHECK(problem_of(R"({"DATABASES": {"default": {"ENGIN": "mysql"}}})").ends_with("not ENGIN"));
  CHECK(problem_of(R"({"STATIC_URL": "/static"})") ==
        "STATIC_URL expects a URL that ends with a slash");
  CHECK(problem_of("[]") == "settings are one JSON object");
  CHECK(problem_of("{\n\"DEBUG\": tru\n}").starts_with("line 2: "));
}

TEST_CASE("a file is read relative to its folder, the environment overrides it") {
  Folder folder;
  auto file = folder.path / "settings.json";
  std::ofstream(file) << R"({"DEBUG": false, "SECRET_KEY": "file", "TEMPLATE_DIRS": ["t"]})";
  ::setenv("THINGTANK_DEBUG", "true", 1);
  ::setenv("THINGTANK_SECRET_KEY", "12345", 1);
  ::setenv("THINGTANK_ALLOWED_HOSTS", R"(["x"])", 1);
  auto settings = load_settings(file);
  CHECK(settings.debug);
  CHECK(settings.secret_key == "12345");
  CHECK(settings.allowed_hosts == std::vector<std::string>{"x"});
  CHECK(settings.template_dirs == std::vector<std::filesystem::path>{folder.path / "t"});
  ::setenv("THINGTANK_ALLOWED_HOSTS", R"({"a": 1})", 1);
  std::string problem;
  try {
    load_settings(file);
  } catch (const Error& e) {
    problem = e.what();
  }
  CHECK(problem.ends_with("the environment's THINGTANK_ALLOWED_HOSTS expects a list of texts"));
  for (auto name : {"THINGTANK_DEBUG", "THINGTANK_SECRET_KEY", "THINGTANK_ALLOWED_HOSTS"}) {
    ::unsetenv(name);
  }
  CHECK_FALSE(load_settings(file).debug);
}

TEST_CASE("a file that is wrong or not there is named") {
  Folder folder;
  auto file = folder.path / "settings.json";
  CHECK_THROWS_WITH_AS(load_settings(file), doctest::Contains("settings.json"), Error);
  std::ofstream(file) << R"({"DEBUG": 1})";
  CHECK_THROWS_WITH_AS(load_settings(file), doctest::Contains("settings.json: DEBUG expects"),
                       Error);
}
