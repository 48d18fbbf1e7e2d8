#include "web/auth/checks.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/error.h"
#include "orm/model.h"
#include "web/auth/password_validation.h"
#include "web/template/text.h"

namespace tt::web::auth {
namespace {

constexpr std::size_t secret_length_min = 50;
constexpr std::size_t secret_letters_min = 5;
constexpr std::string_view insecure_prefix = "django-insecure-";
constexpr unsigned iterations_min = 100'000;

bool is_weak_secret(std::string_view secret) {
  std::set<char> letters(secret.begin(), secret.end());
  return secret.size() < secret_length_min || letters.size() < secret_letters_min ||
         secret.starts_with(insecure_prefix) || secret.starts_with("insecure-");
}

bool has_unknown_referrer_policy(std::string_view policies) {
  constexpr std::array<std::string_view, 8> known = {"no-referrer",
                                                     "no-referrer-when-downgrade",
                                                     "origin",
                                                     "origin-when-cross-origin",
                                                     "same-origin",
                                                     "strict-origin",
                                                     "strict-origin-when-cross-origin",
                                                     "unsafe-url"};
  return std::ranges::any_of(split(policies, ','), [&](std::string_view policy) {
    return std::ranges::find(known, trim(policy)) == known.end();
  });
}

// One rule of the deployment checks: what is said if `applies`.
struct DeployRule {
  CheckLevel level;
  std::string_view id;
  bool (*applies)(const Settings& settings);
  std::string_view text;
  std::string_view hint;
};

constexpr auto warning = CheckLevel::warning;

constexpr DeployRule deploy_rules[] = {
    {warning, "security.W002", [](const Settings& s) { return s.x_frame_options.empty(); },
     "Pages of this site may be shown inside frames of other sites, which invites clickjacking.",
     "Set X_FRAME_OPTIONS to \"DENY\"."},
    {warning, "security.W004", [](const Settings& s) { return s.secure_hsts_seconds.count() == 0; },
     "SECURE_HSTS_SECONDS is not set, so browsers go on trying plain HTTP first.",
     "If the whole site is served over HTTPS only, set it; start with a small number, as it cannot "
     "be taken back from browsers that have seen it."},
    {warning, "security.W005",
     [](const Settings& s) {
       return s.secure_hsts_seconds.count() != 0 && !s.secure_hsts_include_subdomains;
     },
     "SECURE_HSTS_INCLUDE_SUBDOMAINS is not true, so a subdomain over plain HTTP can set cookies "
     "for this site.",
     "Set it to true if all subdomains are served over HTTPS only."},
    {warning, "security.W006", [](const Settings& s) { return !s.secure_content_type_nosniff; },
     "SECURE_CONTENT_TYPE_NOSNIFF is not true, so browsers may take a file for a page.",
     "Set it to true."},
    {warning, "security.W008", [](const Settings& s) { return !s.secure_ssl_redirect; },
     "SECURE_SSL_REDIRECT is not true, so the site can be used over plain HTTP.",
     "Set it to true, or let the proxy in front redirect every plain request."},
    {warning, "security.W009", [](const Settings& s) { return is_weak_secret(s.secret_key); },
     "SECRET_KEY has fewer than 50 characters, fewer than 5 different ones, or was made for "
     "development; sessions and signatures can then be forged.",
     "Set a long random one, and keep it out of the repository."},
    {warning, "security.W012", [](const Settings& s) { return !s.session_cookie_secure; },
     "SESSION_COOKIE_SECURE is not true, so the session cookie travels over plain HTTP as well.",
     "Set it to true once the site is served over HTTPS."},
    {warning, "security.W015", [](const Settings& s) { return !s.session_cookie_httponly; },
     "SESSION_COOKIE_HTTPONLY is not true, so scripts in a page can read the session cookie.",
     "Set it to true."},
    {warning, "security.W016", [](const Settings& s) { return !s.csrf_cookie_secure; },
     "CSRF_COOKIE_SECURE is not true, so the CSRF cookie travels over plain HTTP as well.",
     "Set it to true once the site is served over HTTPS."},
    {warning, "security.W018", [](const Settings& s) { return s.debug; },
     "DEBUG is true: errors show the inside of the program to everybody.", "Set it to false."},
    {warning, "security.W019",
     [](const Settings& s) { return !s.x_frame_options.empty() && s.x_frame_options != "DENY"; },
     "X_FRAME_OPTIONS is not \"DENY\".",
     "Keep \"DENY\" unless the site shows its own pages in frames."},
    {warning, "security.W020", [](const Settings& s) { return s.allowed_hosts.empty(); },
     "ALLOWED_HOSTS is empty, so no host is answered once DEBUG is off.",
     "Name the hosts under which the site is reached."},
    {warning, "security.W021",
     [](const Settings& s) { return s.secure_hsts_seconds.count() != 0 && !s.secure_hsts_preload; },
     "SECURE_HSTS_PRELOAD is not true, so the site cannot be put on the browsers' preload list.",
     "Set it to true if the site is to be on that list."},
    {warning, "security.W022", [](const Settings& s) { return s.secure_referrer_policy.empty(); },
     "SECURE_REFERRER_POLICY is not set, so other sites see where their visitors come from.",
     "Set it to \"same-origin\" or another policy."},
    {CheckLevel::error, "security.E023",
     [](const Settings& s) {
       return !s.secure_referrer_policy.empty() &&
              has_unknown_referrer_policy(s.secure_referrer_policy);
     },
     "SECURE_REFERRER_POLICY holds a policy that browsers do not know.",
     "Policies are: no-referrer, no-referrer-when-downgrade, origin, origin-when-cross-origin, "
     "same-origin, strict-origin, strict-origin-when-cross-origin, unsafe-url."},
    {warning, "auth.W101", [](const Settings& s) { return s.password_iterations < iterations_min; },
     "PASSWORD_ITERATIONS is so low that stolen password hashes are quickly tried out.",
     "Leave it at its default, or raise it."},
    {warning, "auth.W102", [](const Settings& s) { return s.auth_password_validators.empty(); },
     "AUTH_PASSWORD_VALIDATORS is empty, so any password is accepted.",
     "Name at least MinimumLengthValidator and CommonPasswordValidator."},
};

using Messages = std::vector<CheckMessage>;

void add_error(Messages& messages, std::string_view id, std::string text, std::string hint) {
  messages.push_back({CheckLevel::error, std::string(id), std::move(text), std::move(hint)});
}

void check_validators(const Settings& settings, Messages& messages) {
  try {
    password_advice(settings.auth_password_validators);
  } catch (const Error& error) {
    add_error(messages, "auth.E101", error.what(),
              "Known are UserAttributeSimilarityValidator, MinimumLengthValidator, "
              "CommonPasswordValidator and NumericPasswordValidator.");
  }
}

void check_folders(const Settings& settings, Messages& messages) {
  auto check = [&](std::string_view id, std::string_view setting,
                   const std::filesystem::path& folder) {
    std::error_code ignored;
    if (std::filesystem::is_directory(folder, ignored)) return;
    messages.push_back(
        {CheckLevel::warning, std::string(id),
         fmt::format("{} names the folder '{}', which does not exist.", setting, folder.string()),
         "Make the folder, or take it out of the settings."});
  };
  for (const auto& each : settings.template_dirs) check("templates.W101", "TEMPLATES", each);
  for (const auto& each : settings.staticfiles_dirs) {
    check("staticfiles.W004", "STATICFILES_DIRS", each);
  }
}

void check_static_url(const Settings& settings, Messages& messages) {
  if (settings.static_url.ends_with('/')) return;
  add_error(messages, "urls.E006", "STATIC_URL does not end with a slash.", "Add one.");
}

void check_apps(std::span<const App> apps, Messages& messages) {
  std::set<std::string> labels;
  std::map<std::string, std::string> tables;
  for (const auto& app : apps) {
    if (!labels.insert(app.label).second) {
      add_error(messages, "apps.E101", fmt::format("Two apps are labelled '{}'.", app.label),
                "Give one of them another label.");
    }
    for (const auto* model : app.models) {
      auto name = app.label + "." + model->name;
      auto [found, is_new] = tables.emplace(model->table, name);
      if (is_new) continue;
      add_error(messages, "models.E028",
                fmt::format("The table '{}' is used by two models: {} and {}.", model->table,
                            found->second, name),
                "Set `table` in the meta of one of them.");
    }
  }
}

void check_routes(const UrlResolver& urls, Messages& messages) {
  for (const auto& route : urls.routes()) {
    if (!route.starts_with('/') && !route.starts_with("^/")) continue;
    messages.push_back({CheckLevel::warning, "urls.W002",
                        fmt::format("The URL pattern '{}' begins with a slash.", route),
                        "Take it away: paths are matched without their first slash."});
  }
}

}  // namespace

std::vector<CheckMessage> run_checks(const Settings& settings, const SiteParts& parts,
                                     Deploy deploy) {
  Messages messages;
  check_validators(settings, messages);
  check_folders(settings, messages);
  check_static_url(settings, messages);
  check_apps(parts.apps, messages);
  if (parts.urls) check_routes(*parts.urls, messages);
  if (deploy == Deploy::no) return messages;
  for (const auto& rule : deploy_rules) {
    if (!rule.applies(settings)) continue;
    messages.push_back(
        {rule.level, std::string(rule.id), std::string(rule.text), std::string(rule.hint)});
  }
  return messages;
}

std::vector<CheckMessage> run_checks(const Settings& settings, Deploy deploy) {
  return run_checks(settings, SiteParts{}, deploy);
}

bool has_errors(std::span<const CheckMessage> messages) {
  return std::ranges::any_of(
      messages, [](const CheckMessage& each) { return each.level == CheckLevel::error; });
}

std::string describe(std::span<const CheckMessage> messages) {
  std::string out;
  for (const auto& message : messages) {
    auto level = message.level == CheckLevel::error ? "ERROR" : "WARNING";
    out += fmt::format("{} ?: ({}) {}\n", level, message.id, message.text);
    if (!message.hint.empty()) out += fmt::format("\tHINT: {}\n", message.hint);
  }
  auto count = messages.size();
  out += count == 0
             ? "System check identified no issues.\n"
             : fmt::format("System check identified {} issue{}.\n", count, count == 1 ? "" : "s");
  return out;
}

}  // namespace tt::web::auth
