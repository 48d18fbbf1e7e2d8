#include "web/core/settings.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "base/error.h"
#include "base/log.h"
#include "web/core/nearest.h"
#include "wire/json.h"

namespace tt::web {
namespace {

namespace json = boost::json;

constexpr std::size_t settings_bytes_max = 1024 * 1024;
constexpr std::size_t settings_depth_max = 16;
constexpr std::string_view environment_prefix = "THINGTANK_";

// "DEBUG expects true or false"; the caller puts the name in front.
[[noreturn]] void expects(std::string_view what) {
  throw Error(Code::invalid, fmt::format("expects {}", what));
}

// --- one value -----------------------------------------------------------------------------------

void read(const json::value& value, const Settings&, bool& into) {
  if (!value.is_bool()) expects("true or false");
  into = value.as_bool();
}

void read(const json::value& value, const Settings&, std::string& into) {
  if (!value.is_string()) expects("a text");
  into = value.as_string();
}

void read(const json::value& value, const Settings& settings, std::optional<std::string>& into) {
  if (value.is_null()) return into.reset();
  read(value, settings, into.emplace());
}

template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>)
void read(const json::value& value, const Settings&, T& into) {
  bool fits = value.is_int64() && value.as_int64() >= 0 && std::in_range<T>(value.as_int64());
  if (!fits) expects("a whole number that is not negative");
  into = static_cast<T>(value.as_int64());
}

void read(const json::value& value, const Settings& settings, std::chrono::seconds& into) {
  std::uint32_t seconds = 0;
  read(value, settings, seconds);
  into = std::chrono::seconds(seconds);
}

void read(const json::value& value, const Settings& settings, std::vector<std::string>& into) {
  if (!value.is_array()) expects("a list of texts");
  into.clear();
  for (const auto& element : value.as_array()) {
    if (!element.is_string()) expects("a list of texts");
    read(element, settings, into.emplace_back());
  }
}

std::filesystem::path resolved(const Settings& settings, std::string_view path) {
  return (settings.base_dir / path).lexically_normal();
}

void read(const json::value& value, const Settings& settings,
          std::vector<std::filesystem::path>& into) {
  std::vector<std::string> texts;
  read(value, settings, texts);
  into.clear();
  for (const auto& text : texts) into.push_back(resolved(settings, text));
}

void read(const json::value& value, const Settings&, SameSite& into) {
  constexpr std::pair<std::string_view, SameSite> names[] = {
      {"Lax", SameSite::lax}, {"Strict", SameSite::strict}, {"None", SameSite::none}};
  auto text = value.is_string() ? std::string_view(value.as_string()) : std::string_view();
  for (auto [name, same_site] : names) {
    if (text == name) {
      into = same_site;
      return;
    }
  }
  expects("\"Lax\", \"Strict\" or \"None\"");
}

void read(const json::value& value, const Settings&, json::object& into) {
  if (!value.is_object()) expects("an object");
  into = value.as_object();
}

// --- groups --------------------------------------------------------------------------------------

std::string engine_of(std::string_view text) {
  constexpr std::string_view prefix = "django.db.backends.";
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  if (text == "django_mongodb_engine") text = "mongodb";
  for (std::string_view known : {"sqlite3", "postgresql", "mysql", "mongodb"}) {
    if (text == known) return std::string(known);
  }
  if (text == "postgresql_psycopg2") return "postgresql";
  expects("an ENGINE of sqlite3, postgresql, mysql or mongodb");
}

// A port may be written as a number.
std::string port_of(const json::value& value) {
  if (value.is_int64()) return std::to_string(value.as_int64());
  if (!value.is_string()) expects("a PORT that is a number or a text");
  return std::string(value.as_string());
}

void read_database_entry(const Settings& settings, std::string_view key, const json::value& value,
                         DatabaseSettings& database) {
  std::string text;
  if (key == "PORT") {
    database.port = port_of(value);
  } else if (key == "CONNECTIONS_MAX") {
    read(value, settings, database.connections_max);
  } else if (key == "TIMEOUT") {
    if (!value.is_number() || value.to_number<double>() <= 0) expects("a TIMEOUT in seconds");
    database.timeout =
        std::chrono::milliseconds(static_cast<std::int64_t>(value.to_number<double>() * 1000));
  } else if (key == "ENGINE") {
    read(value, settings, text);
    database.engine = engine_of(text);
  } else if (key == "NAME") {
    read(value, settings, database.name);
  } else if (key == "USER") {
    read(value, settings, database.user);
  } else if (key == "PASSWORD") {
    read(value, settings, database.password);
  } else if (key == "HOST") {
    read(value, settings, database.host);
  } else {
    expects(
        fmt::format("ENGINE, NAME, USER, PASSWORD, HOST, PORT, CONNECTIONS_MAX and TIMEOUT, "
                    "not {}",
                    key));
  }
}

void read_databases(Settings& settings, const json::value& value) {
  if (!value.is_object()) expects("an object of databases");
  settings.databases.clear();
  for (const auto& [name, entry] : value.as_object()) {
    if (!entry.is_object()) expects("an object of databases");
    auto& database = settings.databases[std::string(name)];
    for (const auto& [key, content] : entry.as_object()) {
      read_database_entry(settings, key, content, database);
    }
    bool is_file =
        database.engine == "sqlite3" && database.name != ":memory:" && !database.name.empty();
    if (is_file) database.name = resolved(settings, database.name).string();
  }
}

// [{"DIRS": ["templates"]}], the other entries of Django's are accepted.
void read_templates(Settings& settings, const json::value& value) {
  if (!value.is_array()) expects("a list like [{\"DIRS\": [\"templates\"]}]");
  for (const auto& engine : value.as_array()) {
    if (!engine.is_object()) expects("a list like [{\"DIRS\": [\"templates\"]}]");
    if (auto folders = engine.as_object().if_contains("DIRS")) {
      read(*folders, settings, settings.template_dirs);
    }
  }
}

// "MinimumLengthValidator", or {"NAME": "django.contrib.….MinimumLengthValidator"}.
void read_password_validators(Settings& settings, const json::value& value) {
  if (!value.is_array()) expects("a list of validators");
  settings.auth_password_validators.clear();
  for (const auto& entry : value.as_array()) {
    auto name = &entry;
    if (entry.is_object()) {
      name = entry.as_object().if_contains("NAME");
      if (entry.as_object().contains("OPTIONS")) expects("validators without OPTIONS");
    }
    if (!name || !name->is_string()) expects("a list of validators, by name");
    std::string_view text = name->as_string();
    settings.auth_password_validators.emplace_back(text.substr(text.rfind('.') + 1));
  }
}

// --- the table of names --------------------------------------------------------------------------

using Read = void (*)(Settings& settings, const json::value& value);

template <auto member>
void read_member(Settings& settings, const json::value& value) {
  read(value, settings, settings.*member);
}

// Settings of Django's that have no meaning here; a file that has them may stay as it is.
void ignore(Settings&, const json::value&) {}

using S = Settings;
constexpr std::pair<std::string_view, Read> names[] = {
    {"DEBUG", read_member<&S::debug>},
    {"SECRET_KEY", read_member<&S::secret_key>},
    {"ALLOWED_HOSTS", read_member<&S::allowed_hosts>},
    {"INSTALLED_APPS", read_member<&S::installed_apps>},
    {"DATABASES", read_databases},
    {"TEMPLATES", read_templates},
    {"TEMPLATE_DIRS", read_member<&S::template_dirs>},
    {"STATIC_URL", read_member<&S::static_url>},
    {"STATICFILES_DIRS", read_member<&S::staticfiles_dirs>},
    {"TIME_ZONE", read_member<&S::time_zone>},
    {"LANGUAGE_CODE", read_member<&S::language_code>},
    {"APPEND_SLASH", read_member<&S::append_slash>},
    {"SESSION_COOKIE_NAME", read_member<&S::session_cookie_name>},
    {"SESSION_COOKIE_AGE", read_member<&S::session_cookie_age>},
    {"SESSION_COOKIE_SECURE", read_member<&S::session_cookie_secure>},
    {"SESSION_COOKIE_HTTPONLY", read_member<&S::session_cookie_httponly>},
    {"SESSION_COOKIE_SAMESITE", read_member<&S::session_cookie_samesite>},
    {"SESSION_EXPIRE_AT_BROWSER_CLOSE", read_member<&S::session_expire_at_browser_close>},
    {"SESSION_SAVE_EVERY_REQUEST", read_member<&S::session_save_every_request>},
    {"CSRF_COOKIE_NAME", read_member<&S::csrf_cookie_name>},
    {"CSRF_COOKIE_AGE", read_member<&S::csrf_cookie_age>},
    {"CSRF_COOKIE_SECURE", read_member<&S::csrf_cookie_secure>},
    {"CSRF_TRUSTED_ORIGINS", read_member<&S::csrf_trusted_origins>},
    {"SECURE_SSL_REDIRECT", read_member<&S::secure_ssl_redirect>},
    {"SECURE_HSTS_SECONDS", read_member<&S::secure_hsts_seconds>},
    {"SECURE_HSTS_INCLUDE_SUBDOMAINS", read_member<&S::secure_hsts_include_subdomains>},
    {"SECURE_HSTS_PRELOAD", read_member<&S::secure_hsts_preload>},
    {"SECURE_CONTENT_TYPE_NOSNIFF", read_member<&S::secure_content_type_nosniff>},
    {"SECURE_REFERRER_POLICY", read_member<&S::secure_referrer_policy>},
    {"X_FRAME_OPTIONS", read_member<&S::x_frame_options>},
    {"SECURE_PROXY_SSL_HEADER", read_member<&S::secure_proxy_ssl_header>},
    {"CONTENT_SECURITY_POLICY", read_member<&S::content_security_policy>},
    {"DATA_UPLOAD_MAX_MEMORY_SIZE", read_member<&S::data_upload_max_memory_size>},
    {"DATA_UPLOAD_MAX_NUMBER_FIELDS", read_member<&S::data_upload_max_number_fields>},
    {"DATA_UPLOAD_MAX_NUMBER_FILES", read_member<&S::data_upload_max_number_files>},
    {"FILE_UPLOAD_MAX_MEMORY_SIZE", read_member<&S::file_upload_max_memory_size>},
    {"LOGIN_URL", read_member<&S::login_url>},
    {"LOGIN_REDIRECT_URL", read_member<&S::login_redirect_url>},
    {"LOGOUT_REDIRECT_URL", read_member<&S::logout_redirect_url>},
    {"AUTH_PASSWORD_VALIDATORS", read_password_validators},
    {"PASSWORD_ITERATIONS", read_member<&S::password_iterations>},
    {"LOGIN_FAILURES_MAX", read_member<&S::login_failures_max>},
    {"LOGIN_WINDOW", read_member<&S::login_window>},
    {"REST_FRAMEWORK", read_member<&S::rest_framework>},
    {"ADMINS", ignore},
    {"ASGI_APPLICATION", ignore},
    {"BASE_DIR", ignore},
    {"DEFAULT_AUTO_FIELD", ignore},
    {"MANAGERS", ignore},
    {"ROOT_URLCONF", ignore},
    {"SITE_ID", ignore},
    {"STATIC_ROOT", ignore},
    {"TEMPLATE_DEBUG", ignore},
    {"USE_I18N", ignore},
    {"USE_L10N", ignore},
    {"USE_TZ", ignore},
    {"WSGI_APPLICATION", ignore},
};

void apply(Settings& settings, std::string_view name, const json::value& value) {
  auto known = std::ranges::find(names, name, [](const auto& entry) { return entry.first; });
  if (known == std::end(names)) {
    std::vector<std::string_view> known_names;
    for (const auto& [known_name, reader] : names) known_names.push_back(known_name);
    auto given = name.substr(0, 100);
    throw Error(Code::invalid, fmt::format("there is no setting {}; do you mean {}?", given,
                                           nearest(given, known_names)));
  }
  try {
    known->second(settings, value);
  } catch (const Error& e) {
    throw Error(Code::invalid, fmt::format("{} {}", name, e.what()));
  }
}

std::size_t line_of(std::string_view text, std::size_t offset) {
  auto front = text.substr(0, std::min(offset, text.size()));
  return 1 + static_cast<std::size_t>(std::ranges::count(front, '\n'));
}

void require_consistent(const Settings& settings) {
  bool ends_well = settings.static_url.ends_with('/');
  if (!ends_well) throw Error(Code::invalid, "STATIC_URL expects a URL that ends with a slash");
  if (!settings.session_cookie_secure && settings.session_cookie_samesite == SameSite::none) {
    throw Error(Code::invalid,
                "SESSION_COOKIE_SAMESITE expects SESSION_COOKIE_SECURE to be true for \"None\"");
  }
}

// As JSON if the setting takes it so, else as a text: THINGTANK_SECRET_KEY=123 is a text.
void apply_environment(Settings& settings) {
  for (const auto& [name, read_value] : names) {
    auto variable = std::string(environment_prefix) + std::string(name);
    auto text = std::getenv(variable.c_str());
    if (!text) continue;
    auto parsed = wire::parse_json(text, settings_depth_max);
    try {
      if (parsed) {
        try {
          read_value(settings, *parsed);
          continue;
        } catch (const Error&) {
          if (parsed->is_structured() || parsed->is_string()) throw;
        }
      }
      read_value(settings, json::string(text));
    } catch (const Error& e) {
      throw Error(Code::invalid, fmt::format("the environment's {} {}", variable, e.what()));
    }
  }
}

}  // namespace

Settings parse_settings(std::string_view text, const std::filesystem::path& base_dir) {
  auto tree = wire::parse_json(text, settings_depth_max);
  if (!tree) {
    throw Error(Code::invalid, fmt::format("line {}: {}", line_of(text, tree.error().offset),
                                           tree.error().message));
  }
  if (!tree->is_object()) throw Error(Code::invalid, "settings are one JSON object");
  Settings settings;
  settings.base_dir = base_dir.empty() ? "." : base_dir;
  for (const auto& [name, value] : tree->as_object()) apply(settings, name, value);
  require_consistent(settings);
  return settings;
}

Settings load_settings(const std::filesystem::path& file) {
  std::error_code ignored;  // a size that cannot be told is that of a file that cannot be read
  auto size = std::filesystem::file_size(file, ignored);
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (stream && size <= settings_bytes_max) text << stream.rdbuf();
  if (!stream || text.str().empty()) {
    throw Error(Code::invalid, fmt::format("{} cannot be read, is empty or is larger than {} bytes",
                                           file.string(), settings_bytes_max));
  }
  try {
    auto settings = parse_settings(text.str(), file.parent_path());
    apply_environment(settings);
    require_consistent(settings);
    return settings;
  } catch (const Error& e) {
    throw Error(Code::invalid, fmt::format("{}: {}", file.string(), e.what()));
  }
}

}  // namespace tt::web
