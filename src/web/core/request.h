#pragma once

// HttpRequest: one request as a view sees it.  Valid while the view runs, on the view's thread.
//
//   Django              here                        Django             here
//   request.GET         request.query()             request.session    request.session()
//   request.POST        request.form()              request.user       *request.user()
//   request.FILES       request.files()             request.META       request.header("Accept")
//   request.body        request.body()              request.COOKIES    request.cookie("name")

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "web/core/parameters.h"
#include "web/core/session.h"
#include "web/core/user.h"
#include "web/template/value.h"

namespace tt::web {

class Application;
struct Settings;

// A file that was sent in a multipart form.
struct UploadedFile {
  std::string field;
  std::string name;  // without folders
  std::string content_type;
  std::string content;
};

struct Message {
  int level = 20;  // 10 debug, 20 info, 25 success, 30 warning, 40 error
  std::string text;
  std::string_view tag() const;  // "success"
};

// What arrived, before anybody looked into it.
struct RawRequest {
  std::string method = "GET";
  std::string target = "/";  // path and query as sent
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string remote_address = "127.0.0.1";
  bool is_secure = false;
};

// How the URL was found; see urls.h.
struct ResolverMatch {
  std::string view_name;  // with its namespaces, "admin:index"; empty without name
  std::string route;
  std::vector<std::string> arguments;                      // of unnamed groups, in order
  std::vector<std::pair<std::string, std::string>> named;  // of named groups
};

class HttpRequest {
 public:
  // `application` outlives the request.  Throws invalid for a malformed target.
  HttpRequest(Application& application, RawRequest raw);
  ~HttpRequest();
  HttpRequest(const HttpRequest&) = delete;

  Application& application() const { return application_; }
  const Settings& settings() const;

  const std::string& method() const { return raw_.method; }
  bool is_get() const { return raw_.method == "GET"; }
  bool is_post() const { return raw_.method == "POST"; }
  const std::string& path() const { return path_; }          // decoded
  const std::string& raw_path() const { return raw_path_; }  // as sent
  const std::string& query_string() const { return query_string_; }
  // Path with query, as it can stand in a link.
  std::string full_path() const;
  // "http://host/path" for a path; a full URL stays as it is.
  std::string absolute_url(std::string_view path) const;
  // Empty if absent.
  std::string_view header(std::string_view name) const;
  bool has_header(std::string_view name) const;
  std::string_view cookie(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& headers() const { return raw_.headers; }
  // Whether the Accept header names the type, or has none ("text/html"; "*/*" accepts all).
  bool accepts(std::string_view media_type) const;
  // Name with port, as sent.  Throws invalid (400) unless ALLOWED_HOSTS has it.
  const std::string& host() const;
  bool is_secure() const;  // behind a proxy: what SECURE_PROXY_SSL_HEADER says
  const std::string& remote_address() const { return raw_.remote_address; }

  const Parameters& query() const;
  // Of an urlencoded or multipart body of a POST; empty for others.  Throws too_large or invalid
  // over the DATA_UPLOAD limits.
  const Parameters& form() const;
  const std::vector<UploadedFile>& files() const;
  const std::string& body() const { return raw_.body; }

  const ResolverMatch& resolver_match() const { return match_; }
  void set_resolver_match(ResolverMatch match) { match_ = std::move(match); }
  // The captured text of a named group; empty if there is none.
  std::string_view argument(std::string_view name) const;

  // Loaded when first asked for.
  Session& session() const;
  const UserPtr& user() const;
  // After a login, a logout, or by an API's own authentication.
  void set_user(UserPtr user) const;
  bool has_loaded_session() const { return session_ != nullptr; }

  // The masked token for forms; makes the secret (and its cookie) if there is none.
  std::string csrf_token() const;
  bool csrf_token_was_used() const { return csrf_used_; }
  // The secret of this browser; empty until there is one.
  const std::string& csrf_secret() const { return csrf_secret_; }
  void set_csrf_secret(std::string secret) const;
  // A new secret (when somebody signs in).
  void rotate_csrf() const;

  // The text that inline scripts and styles of this page must carry; see
  // Settings::content_security_policy.
  const std::string& csp_nonce() const;

  // Kept for the next page that shows messages.
  void add_message(int level, std::string text) const;
  // Those of earlier requests and of this one.  They are used up: later requests do not see them.
  const std::vector<Message>& take_messages() const;
  // Whether there are any, which does not use them up.
  bool has_messages() const;

  // State of the messages middleware and of others that belong to one request.
  struct Extra;
  Extra& extra() const { return *extra_; }

 private:
  void parse_body() const;
  void load_earlier_messages() const;

  Application& application_;
  RawRequest raw_;
  std::string path_, raw_path_, query_string_;
  ResolverMatch match_;
  mutable std::optional<Parameters> query_, form_;
  mutable std::vector<UploadedFile> files_;
  mutable std::optional<std::string> host_;
  mutable std::unique_ptr<Session> session_;
  mutable UserPtr user_;
  mutable std::string csrf_secret_;
  mutable bool csrf_used_ = false;
  mutable std::unique_ptr<Extra> extra_;
};

}  // namespace tt::web
