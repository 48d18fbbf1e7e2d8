#include "web/core/request.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/random.h"
#include "base/text.h"
#include "web/core/application.h"
#include "web/core/cookies.h"
#include "web/core/detail/request_extra.h"
#include "web/core/messages.h"
#include "web/core/multipart.h"
#include "web/core/security.h"
#include "web/core/sign_in.h"
#include "web/core/utf8_text.h"
#include "web/template/text.h"
#include "wire/header_value.h"
#include "wire/url.h"

namespace tt::web {
namespace {

// Sessions of an application without a store end with the request.
class NoSessions final : public SessionStore {
 public:
  std::optional<boost::json::object> load(std::string_view) override { return std::nullopt; }
  void save(std::string_view, const boost::json::object&, Time) override {}
  void erase(std::string_view) override {}
  std::int64_t clear_expired() override { return 0; }
};

SessionStore& store_of(const Application& application) {
  static NoSessions none;
  auto store = application.sessions();
  return store ? *store : none;
}

bool is_local(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1" ||
         host == "[::1]";
}

}  // namespace

std::string_view Message::tag() const {
  if (level >= 40) return "error";
  if (level >= 30) return "warning";
  if (level >= 25) return "success";
  return level >= 20 ? "info" : "debug";
}

HttpRequest::HttpRequest(Application& application, RawRequest raw)
    : application_(application), raw_(std::move(raw)), extra_(std::make_unique<Extra>()) {
  auto target = wire::split_target(raw_.target);
  if (!target) {
    throw Error(Code::invalid, fmt::format("malformed request target: {}", target.error().message));
  }
  raw_path_ = target->path;
  query_string_ = target->query;
  path_ = raw_path_.find('%') == raw_path_.npos ? valid_utf8(raw_path_)
                                                : valid_utf8(percent_decode_leniently(raw_path_));
}

HttpRequest::~HttpRequest() = default;

const Settings& HttpRequest::settings() const { return application_.settings(); }

std::string HttpRequest::full_path() const {
  auto path = percent_quote(path_, "/:@!$&'()*+,;=~");
  // "//host" would be another site.
  if (path.starts_with("//")) path.replace(0, 2, "/%2F");
  if (!query_string_.empty()) path += "?" + query_string_;
  return path;
}

std::string HttpRequest::absolute_url(std::string_view path) const {
  if (path.starts_with("http://") || path.starts_with("https://")) return std::string(path);
  std::string url = is_secure() ? "https://" : "http://";
  url += host();
  if (!path.starts_with('/')) {
    auto folder = raw_path_.substr(0, raw_path_.rfind('/') + 1);
    url += folder;
  }
  url += path;
  return url;
}

std::string_view HttpRequest::header(std::string_view name) const {
  for (const auto& [key, value] : raw_.headers) {
    if (key.size() == name.size() && wire::equal_ignoring_case(key, name)) return value;
  }
  return {};
}

bool HttpRequest::has_header(std::string_view name) const {
  return std::ranges::any_of(raw_.headers, [&](const auto& entry) {
    return wire::equal_ignoring_case(entry.first, name);
  });
}

bool HttpRequest::accepts(std::string_view media_type) const {
  auto accept = header("Accept");
  if (accept.empty()) return true;
  auto wildcard = std::string(media_type.substr(0, media_type.find('/'))) + "/*";
  while (!accept.empty()) {
    auto part = accept.substr(0, accept.find(','));
    accept.remove_prefix(std::min(part.size() + 1, accept.size()));
    auto type = trim(part.substr(0, part.find(';')));
    if (type == "*/*" || type == wildcard || wire::equal_ignoring_case(type, media_type)) {
      return true;
    }
  }
  return false;
}

std::string_view HttpRequest::cookie(std::string_view name) const {
  auto& cookies = extra_->cookies;
  if (!cookies) cookies = parse_cookies(header("Cookie"));
  for (auto at = cookies->rbegin(); at != cookies->rend(); ++at) {
    if (at->first == name) return at->second;
  }
  return {};
}

const std::string& HttpRequest::host() const {
  if (host_) return *host_;
  auto sent = header("Host");
  auto parts = split_host(sent);
  const auto& settings = application_.settings();
  bool is_allowed = host_is_allowed(parts.host, settings.allowed_hosts) ||
                    (settings.debug && settings.allowed_hosts.empty() && is_local(parts.host));
  if (!is_allowed) {
    auto shown = valid_utf8(std::string(sent.substr(0, 200)));
    throw Error(Code::invalid,
                parts.host.empty()
                    ? fmt::format("Invalid HTTP_HOST header: '{}'.", shown)
                    : fmt::format("Invalid HTTP_HOST header: '{}'. You may need to add '{}' to "
                                  "ALLOWED_HOSTS.",
                                  shown, parts.host));
  }
  host_ = std::string(sent);
  return *host_;
}

bool HttpRequest::is_secure() const {
  const auto& proxy_header = application_.settings().secure_proxy_ssl_header;
  if (!proxy_header.empty() && has_header(proxy_header)) {
    // Proxies in a row append theirs; the first is the client's.
    auto said = header(proxy_header);
    return wire::equal_ignoring_case(trim(said.substr(0, said.find(','))), "https");
  }
  return raw_.is_secure;
}

const Parameters& HttpRequest::query() const {
  if (!query_) {
    query_ = parse_urlencoded(query_string_, application_.settings().data_upload_max_number_fields);
  }
  return *query_;
}

void HttpRequest::parse_body() const {
  form_.emplace();
  if (raw_.method != "POST") return;
  const auto& settings = application_.settings();
  auto content_type = header("Content-Type");
  auto essence = to_lower(trim(content_type.substr(0, content_type.find(';'))));
  if (essence == "application/x-www-form-urlencoded") {
    if (raw_.body.size() > settings.data_upload_max_memory_size) {
      throw Error(Code::too_large, fmt::format("the form is larger than {} bytes",
                                               settings.data_upload_max_memory_size));
    }
    form_ = parse_urlencoded(raw_.body, settings.data_upload_max_number_fields);
  } else if (essence == "multipart/form-data") {
    FormLimits limits{.fields_max = settings.data_upload_max_number_fields,
                      .fields_bytes_max = settings.data_upload_max_memory_size,
                      .files_max = settings.data_upload_max_number_files,
                      .files_bytes_max = settings.file_upload_max_memory_size};
    auto parsed = parse_multipart(raw_.body, content_type, limits);
    form_ = std::move(parsed.fields);
    files_ = std::move(parsed.files);
  }
}

const Parameters& HttpRequest::form() const {
  if (!form_) parse_body();
  return *form_;
}

const std::vector<UploadedFile>& HttpRequest::files() const {
  if (!form_) parse_body();
  return files_;
}

std::string_view HttpRequest::argument(std::string_view name) const {
  for (const auto& [key, value] : match_.named) {
    if (key == name) return value;
  }
  return {};
}

Session& HttpRequest::session() const {
  if (!session_) {
    auto key = cookie(application_.settings().session_cookie_name);
    session_ = std::make_unique<Session>(store_of(application_), std::string(key));
  }
  return *session_;
}

const UserPtr& HttpRequest::user() const {
  if (!user_) user_ = session_user(*this);
  return user_;
}

void HttpRequest::set_user(UserPtr user) const {
  TT_ASSERT(user != nullptr);
  user_ = std::move(user);
}

std::string HttpRequest::csrf_token() const {
  if (csrf_secret_.empty()) set_csrf_secret(make_csrf_secret());
  csrf_used_ = true;
  return mask_csrf_secret(csrf_secret_);
}

void HttpRequest::set_csrf_secret(std::string secret) const {
  csrf_secret_ = std::move(secret);
  extra_->csrf_cookie.clear();
}

void HttpRequest::rotate_csrf() const {
  set_csrf_secret(make_csrf_secret());
  csrf_used_ = true;
}

const std::string& HttpRequest::csp_nonce() const {
  if (extra_->csp_nonce.empty()) extra_->csp_nonce = to_base64url(random_bytes(16));
  return extra_->csp_nonce;
}

void HttpRequest::add_message(int level, std::string text) const {
  extra_->messages.push_back({level, std::move(text)});
  extra_->messages_added = true;
}

void HttpRequest::load_earlier_messages() const {
  if (std::exchange(extra_->messages_loaded, true)) return;
  auto earlier = load_messages(*this);
  extra_->messages.insert(extra_->messages.begin(), std::make_move_iterator(earlier.begin()),
                          std::make_move_iterator(earlier.end()));
}

const std::vector<Message>& HttpRequest::take_messages() const {
  load_earlier_messages();
  extra_->messages_taken = true;
  return extra_->messages;
}

bool HttpRequest::has_messages() const {
  load_earlier_messages();
  return !extra_->messages.empty();
}

}  // namespace tt::web
