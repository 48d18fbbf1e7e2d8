#include "web/core/application.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/random.h"
#include "orm/current.h"
#include "orm/record.h"
#include "web/core/csrf.h"
#include "web/core/detail/request_extra.h"
#include "web/core/error_pages.h"
#include "web/core/http_date.h"
#include "web/core/messages.h"
#include "web/core/template_library.h"
#include "web/template/text.h"
#include "wire/header_value.h"

namespace tt::web {
namespace {

const SystemClock system_clock;

constexpr int statuses_with_templates[] = {400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503};

std::string secret_key_of(const Settings& settings) {
  if (!settings.secret_key.empty()) return settings.secret_key;
  if (!settings.debug) {
    throw Error(Code::invalid,
                "SECRET_KEY is empty: sessions and forms could be forged; set it "
                "to 50 random characters or more");
  }
  log::warn("SECRET_KEY is empty: a random one is used until the program ends", {});
  return random_token(50);
}

std::vector<std::filesystem::path> folders_of(std::vector<std::filesystem::path> folders,
                                              const std::vector<App>& apps,
                                              std::string_view below) {
  for (const App& app : apps) {
    if (!app.folder.empty()) folders.push_back(app.folder / below);
  }
  return folders;
}

// What a handler of exceptions around each layer does: whatever is thrown becomes a response that
// the layers outside of it still see.
template <class Layer>
HttpResponse guarded(HttpRequest& request, Layer layer) {
  try {
    return layer();
  } catch (...) {
    return response_to_failure(request, std::current_exception());
  }
}

bool any_tag_matches(std::string_view list, std::string_view etag) {
  auto weak = [](std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; };
  while (!list.empty()) {
    auto tag = trim(list.substr(0, list.find(',')));
    list.remove_prefix(
        std::min(list.find(',') == list.npos ? list.size() : list.find(',') + 1, list.size()));
    if (tag == "*" || (!tag.empty() && weak(tag) == weak(etag))) return true;
  }
  return false;
}

// "A recipient MUST ignore If-Modified-Since if the request contains an If-None-Match header
//  field"                                                              [RFC 9110 section 13.1.3]
bool is_not_modified(const HttpRequest& request, const HttpResponse& response) {
  auto etag = response.header("ETag");
  if (request.has_header("If-None-Match")) {
    return !etag.empty() && any_tag_matches(request.header("If-None-Match"), etag);
  }
  auto since = request.header("If-Modified-Since");
  if (since.empty() || !response.has_header("Last-Modified")) return false;
  auto asked = parse_http_date(since), changed = parse_http_date(response.header("Last-Modified"));
  return asked && changed && *changed <= *asked;
}

void answer_condition(const HttpRequest& request, HttpResponse& response) {
  bool reads = request.method() == "GET" || request.method() == "HEAD";
  if (!reads || response.status != 200 || !is_not_modified(request, response)) return;
  response.status = 304;
  response.body.clear();
  response.static_body = {};
  response.remove("Content-Type");
}

std::string with_nonce(const std::string& policy, const HttpRequest& request) {
  if (policy.find("{nonce}") == policy.npos) return policy;
  return replace_all(policy, "{nonce}", request.csp_nonce());
}

}  // namespace

struct Application::Impl {
  Application& application;
  ApplicationParts parts;
  const Clock& clock;
  UrlResolver urls;
  StaticFiles static_files;
  Engine templates;
  std::set<std::string, std::less<>> error_templates;

  Impl(Application& application, ApplicationParts given)
      : application(application),
        parts(std::move(given)),
        clock(parts.clock ? *parts.clock : system_clock),
        urls(parts.urls),
        static_files(parts.settings.static_url,
                     folders_of(parts.settings.staticfiles_dirs, parts.apps, "static"),
                     parts.static_files),
        templates(site_loader(folders_of(parts.settings.template_dirs, parts.apps, "templates"),
                              parts.templates),
                  site_template_settings(parts.settings, clock, urls)) {
    parts.settings.secret_key = secret_key_of(parts.settings);
    add_site_tags(templates, static_files);
    if (parts.extend_templates) parts.extend_templates(templates);
    find_error_templates();
    for (const App& app : parts.apps) orm::describe_all(app.models);
  }

  void find_error_templates() {
    auto loader = site_loader(folders_of(parts.settings.template_dirs, parts.apps, "templates"),
                              parts.templates);
    auto note = [&](std::string name) {
      if (loader->version(name)) error_templates.insert(std::move(name));
    };
    for (int status : statuses_with_templates) note(fmt::format("{}.html", status));
    note("403_csrf.html");
  }

  // --- the layers, outermost first; what each does before and after is Django's ------------------

  HttpResponse answer(HttpRequest& request) {
    auto response = guarded(request, [&] { return redirected_to_https(request); });
    add_security_headers(request, response);
    return response;
  }

  HttpResponse redirected_to_https(HttpRequest& request) {
    if (parts.settings.secure_ssl_redirect && !request.is_secure()) {
      return redirect_permanently("https://" + request.host() + request.full_path());
    }
    return with_session(request);
  }

  void add_security_headers(const HttpRequest& request, HttpResponse& response) const {
    const auto& settings = parts.settings;
    auto hsts = settings.secure_hsts_seconds.count();
    if (hsts > 0 && request.is_secure() && !response.has_header("Strict-Transport-Security")) {
      auto value = fmt::format("max-age={}", hsts);
      if (settings.secure_hsts_include_subdomains) value += "; includeSubDomains";
      if (settings.secure_hsts_preload) value += "; preload";
      response.set("Strict-Transport-Security", std::move(value));
    }
    auto set_default = [&](std::string_view name, const std::string& value) {
      if (!value.empty() && !response.has_header(name)) response.set(name, value);
    };
    if (settings.secure_content_type_nosniff) set_default("X-Content-Type-Options", "nosniff");
    set_default("Referrer-Policy", settings.secure_referrer_policy);
    if (settings.content_security_policy && !response.has_header("Content-Security-Policy")) {
      set_default("Content-Security-Policy",
                  with_nonce(*settings.content_security_policy, request));
    }
  }

  HttpResponse with_session(HttpRequest& request) {
    auto response = guarded(request, [&] { return at_known_address(request); });
    const auto& settings = parts.settings;
    bool is_kept_alive = settings.session_save_every_request &&
                         !request.cookie(settings.session_cookie_name).empty();
    if (request.has_loaded_session() || is_kept_alive) {
      auto save = [&] {
        save_session(request, response);
        return std::move(response);
      };
      response = guarded(request, save);
    }
    return response;
  }

  void save_session(const HttpRequest& request, HttpResponse& response) const {
    const auto& settings = parts.settings;
    auto& session = request.session();
    if (settings.session_save_every_request) session.data();
    Cookie cookie;
    cookie.name = settings.session_cookie_name;
    cookie.same_site = settings.session_cookie_samesite;
    if (session.is_empty()) {
      if (request.cookie(settings.session_cookie_name).empty()) {
        if (session.is_touched()) response.vary_on("Cookie");
        return;
      }
      cookie.max_age = std::chrono::seconds(0);
      response.set_cookie(std::move(cookie));
      response.vary_on("Cookie");
      return;
    }
    if (session.is_touched()) response.vary_on("Cookie");
    bool is_due = session.is_modified() || settings.session_save_every_request;
    if (!is_due || response.status == 500) return;
    cookie.value = session.save(clock.now() + settings.session_cookie_age);
    if (!settings.session_expire_at_browser_close) cookie.max_age = settings.session_cookie_age;
    cookie.secure = settings.session_cookie_secure;
    cookie.http_only = settings.session_cookie_httponly;
    response.set_cookie(std::move(cookie));
  }

  // The Host, files, and addresses that only lack their last slash.
  HttpResponse at_known_address(HttpRequest& request) {
    request.host();
    if (auto file = static_files.serve(request)) {
      answer_condition(request, *file);
      return *std::move(file);
    }
    auto& extra = request.extra();
    extra.found = urls.resolve(request.path());
    if (!extra.found && parts.settings.append_slash && !request.path().ends_with('/') &&
        urls.matches(request.path() + "/")) {
      return with_slash(request);
    }
    return guarded(request, [&] { return with_csrf_cookie(request); });
  }

  HttpResponse with_slash(const HttpRequest& request) const {
    auto path = request.full_path();
    auto query = path.find('?');
    path.insert(query == path.npos ? path.size() : query, "/");
    const auto& method = request.method();
    if (parts.settings.debug && (method == "POST" || method == "PUT" || method == "PATCH")) {
      throw Error(Code::internal,
                  fmt::format("{} {} lacks the slash at its end, and a redirect to {} would lose "
                              "what was sent; send it there, or set APPEND_SLASH to false",
                              method, request.path(), path));
    }
    return redirect_permanently(path);
  }

  HttpResponse with_csrf_cookie(HttpRequest& request) {
    read_csrf_cookie(request);
    auto response = guarded(request, [&] { return with_messages(request); });
    write_csrf_cookie(request, response);
    return response;
  }

  HttpResponse with_messages(HttpRequest& request) {
    auto response = guarded(request, [&] { return in_middleware(request, 0); });
    if (!parts.settings.x_frame_options.empty() && !response.has_header("X-Frame-Options")) {
      response.set("X-Frame-Options", parts.settings.x_frame_options);
    }
    store_messages(request, response);
    return response;
  }

  HttpResponse in_middleware(HttpRequest& request, std::size_t index) {
    if (index == parts.middleware.size()) return call_view(request);
    Next next = [this, index](HttpRequest& inner) {
      return guarded(inner, [&] { return in_middleware(inner, index + 1); });
    };
    return parts.middleware[index](request, next);
  }

  HttpResponse call_view(HttpRequest& request) {
    auto found = std::move(request.extra().found);
    if (!found) throw Error(Code::not_found, "no URL pattern matches the path");
    request.set_resolver_match(std::move(found->match));
    if (!found->view->csrf_exempt) {
      if (auto problem = csrf_problem(request)) return csrf_failure(request, *problem);
    }
    auto response = found->view->call(request, found->arguments);
    answer_condition(request, response);
    return response;
  }

  // `fill` makes the response of a request that has been understood.
  template <class Fill>
  HttpResponse begin(RawRequest raw, Fill fill) {
    std::optional<orm::UseSession> use;
    if (parts.database) use.emplace(*parts.database);
    std::optional<HttpRequest> request;
    try {
      request.emplace(application, std::move(raw));
    } catch (const Error& e) {
      return refused(e.what());
    }
    return fill(*request);
  }

  // For a request that not even has a path.
  HttpResponse refused(const std::string& why) {
    HttpRequest nothing(application, RawRequest());
    auto response = error_page(nothing, {400, {}, why, {}});
    add_security_headers(nothing, response);
    return response;
  }
};

Application::Application(ApplicationParts parts)
    : impl_(std::make_unique<Impl>(*this, std::move(parts))) {}

Application::~Application() = default;

HttpResponse Application::respond(RawRequest raw) {
  return impl_->begin(std::move(raw), [&](HttpRequest& request) { return impl_->answer(request); });
}

HttpResponse Application::refuse(RawRequest raw, const Error& error) {
  return impl_->begin(std::move(raw), [&](HttpRequest& request) {
    auto response = response_to_failure(request, std::make_exception_ptr(error));
    impl_->add_security_headers(request, response);
    return response;
  });
}

const Settings& Application::settings() const { return impl_->parts.settings; }
const std::vector<App>& Application::apps() const { return impl_->parts.apps; }
const UrlResolver& Application::urls() const { return impl_->urls; }
const Engine& Application::templates() const { return impl_->templates; }
const StaticFiles& Application::static_files() const { return impl_->static_files; }
orm::Database* Application::database() const { return impl_->parts.database; }
UserStore* Application::users() const { return impl_->parts.users; }
SessionStore* Application::sessions() const { return impl_->parts.sessions; }
const Clock& Application::clock() const { return impl_->clock; }
const std::vector<ContextProcessor>& Application::context_processors() const {
  return impl_->parts.context_processors;
}
bool Application::has_error_template(std::string_view name) const {
  return impl_->error_templates.contains(name);
}

}  // namespace tt::web
