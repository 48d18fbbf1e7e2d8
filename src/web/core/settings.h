#pragma once

// Settings: what settings.json says, with the names that Django's settings have.
//
//   {"DEBUG": true, "SECRET_KEY": "…", "ALLOWED_HOSTS": [],
//    "DATABASES": {"default": {"ENGINE": "sqlite3", "NAME": "db.sqlite3"}},
//    "REST_FRAMEWORK": {"PAGE_SIZE": 10}}
//
// The file is read when the program starts, so the database is changed without a build.  A name
// that nobody knows is refused with the nearest one that exists; every value may be overridden by
// the environment, as THINGTANK_DEBUG=false (DATABASES and other objects and lists by their JSON
// text).

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

namespace tt::web {

struct DatabaseSettings {
  std::string engine = "sqlite3";  // or postgresql, mysql, mongodb; a prefix "django.db.backends."
                                   // is ignored, django_mongodb_engine is mongodb
  std::string name = "db.sqlite3";
  std::string user;
  std::string password;
  std::string host;                         // empty: localhost, or the usual socket
  std::string port;                         // empty: the usual one
  unsigned connections_max = 0;             // CONNECTIONS_MAX; 0: as many as views run at once
  std::chrono::milliseconds timeout{5000};  // TIMEOUT, in seconds: of connecting and of a statement
};

enum class SameSite : unsigned char { lax, strict, none };

struct Settings {
  std::filesystem::path base_dir = ".";  // of settings.json; relative paths start there
  bool debug = false;
  std::string secret_key;
  std::vector<std::string> allowed_hosts;
  std::vector<std::string> installed_apps;
  std::map<std::string, DatabaseSettings> databases;

  std::vector<std::filesystem::path> template_dirs;  // TEMPLATES: [{"DIRS": […]}] or TEMPLATE_DIRS
  std::string static_url = "/static/";
  std::vector<std::filesystem::path> staticfiles_dirs;
  std::string time_zone = "UTC";
  std::string language_code = "en-us";
  bool append_slash = true;

  std::string session_cookie_name = "sessionid";
  std::chrono::seconds session_cookie_age{1209600};
  bool session_cookie_secure = false;
  bool session_cookie_httponly = true;
  SameSite session_cookie_samesite = SameSite::lax;
  bool session_expire_at_browser_close = false;
  bool session_save_every_request = false;

  std::string csrf_cookie_name = "csrftoken";
  std::chrono::seconds csrf_cookie_age{31449600};
  bool csrf_cookie_secure = false;
  std::vector<std::string> csrf_trusted_origins;

  bool secure_ssl_redirect = false;
  std::chrono::seconds secure_hsts_seconds{0};
  bool secure_hsts_include_subdomains = false;
  bool secure_hsts_preload = false;
  bool secure_content_type_nosniff = true;
  std::string secure_referrer_policy = "same-origin";
  std::string x_frame_options = "DENY";
  std::string secure_proxy_ssl_header;  // "X-Forwarded-Proto", only behind a proxy that sets it
  // Of the application's pages; "{nonce}" becomes request.csp_nonce().  Absent: only the
  // framework's own pages have one.
  std::optional<std::string> content_security_policy;

  std::size_t data_upload_max_memory_size = 2621440;
  std::size_t data_upload_max_number_fields = 1000;
  std::size_t data_upload_max_number_files = 100;
  std::size_t file_upload_max_memory_size = 2621440;  // of all files of a form together

  std::string login_url = "/accounts/login/";
  std::string login_redirect_url = "/accounts/profile/";
  std::optional<std::string> logout_redirect_url;
  std::vector<std::string> auth_password_validators;  // short names: "MinimumLengthValidator"
  unsigned password_iterations = 600000;              // of PBKDF2-SHA256
  unsigned login_failures_max = 10;  // of one user name or address within login_window
  std::chrono::seconds login_window{900};

  boost::json::object rest_framework;  // REST_FRAMEWORK as it stands; read by web/rest
};

// Throws invalid, naming file, setting and what it expects.  Relative paths are resolved.
Settings load_settings(const std::filesystem::path& file);
// From a JSON text, for tests and for programs that hold their settings themselves; does not look
// at the environment.
Settings parse_settings(std::string_view text, const std::filesystem::path& base_dir);

}  // namespace tt::web
