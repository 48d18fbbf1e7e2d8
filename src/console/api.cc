#include "console/api.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "console/accounts.h"
#include "console/pages.h"
#include "console/request_body.h"
#include "wire/header_value.h"
#include "wire/json_writer.h"

namespace tt::console {
namespace {

constexpr std::string_view own_header = "X-Thingtank-Console";
constexpr std::size_t devices_per_page_max = 100;

http::Response error_response(Code code, std::string_view message) {
  int status = http::status_of(code);
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("title", http::reason_of(status)).member("errors", message);
  json.end_object();
  return http::Response::json(status, std::move(body));
}

// "Referer: http://127.0.0.1:8080/devices/1" → "127.0.0.1"
std::string host_of(std::string_view url) {
  auto start = url.find("://");
  if (start == url.npos) return {};
  url.remove_prefix(start + 3);
  return std::string(url.substr(0, url.find_first_of(":/?#")));
}

identity::Origin origin_of(const http::Request& request) {
  return {.address = request.peer().address, .referer_host = host_of(request.header("Referer"))};
}

bool changes_something(http::Method method) {
  return method != http::Method::get && method != http::Method::head;
}

// Against forged requests: a page of another site can make a browser send a form or an image
// request with our cookie, but neither this header nor this media type.
void require_own_page(const http::Request& request) {
  if (!changes_something(request.method())) return;
  if (request.header(own_header).empty()) {
    throw Error(Code::denied, fmt::format("the header {} is missing", own_header));
  }
  auto type = request.header("Content-Type");
  auto media_type = wire::trim(type.substr(0, type.find(';')));
  bool is_json = wire::equal_ignoring_case(media_type, "application/json");
  if (!is_json && request.method() != http::Method::del) {
    throw Error(Code::unsupported, "the body must be application/json");
  }
}

std::string cookie_text(std::string_view secret, std::chrono::seconds age,
                        const http::Request& request) {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}",
                     identity::session_cookie, secret, age.count(),
                     request.peer().is_encrypted ? "; Secure" : "");
}

std::size_t number_parameter(const http::Request& request, std::string_view name,
                             std::size_t absent) {
  auto text = request.query_value(name);
  if (!text) return absent;
  auto number = parse_number<std::size_t>(*text);
  if (!number) throw Error(Code::invalid, fmt::format("{} must be a number", name));
  return *number;
}

void append_last(wire::JsonWriter& json, const registry::Feed& feed,
                 const telemetry::CurrentValues& values) {
  std::size_t newest = values.size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i]) continue;
    if (newest == values.size() || values[newest]->last.at < values[i]->last.at) newest = i;
  }
  json.key("last");
  if (newest == values.size()) {
    json.null();
    return;
  }
  const auto& channel = feed.channels[newest];
  const auto& sample = values[newest]->last;
  json.begin_object().member("channel", channel.name).member("value", sample.value);
  json.member("symbol", channel.unit.symbol).member("at", format_time(sample.at)).end_object();
}

void append_device(wire::JsonWriter& json, const registry::Feed& feed,
                   const telemetry::CurrentValues& values) {
  json.begin_object().member("id", feed.id).member("title", feed.title);
  json.member("private", feed.is_private).member("channels", feed.channels.size());
  append_last(json, feed, values);
  json.end_object();
}

// Is the key for this feed and nothing else of the account?
bool is_key_of(const identity::Key& key, registry::FeedId feed) {
  const auto& permissions = key.settings.permissions;
  auto is_limited_to_feed = [&](const identity::Permission& permission) {
    const auto& limits = permission.resources;
    return !limits.empty() && std::all_of(limits.begin(), limits.end(), [&](const auto& limit) {
      return limit.feed == feed && limit.channel.empty();
    });
  };
  return !permissions.empty() &&
         std::all_of(permissions.begin(), permissions.end(), is_limited_to_feed);
}

}  // namespace

void Api::add_routes(http::Router& router) {
  using enum http::Method;
  add(router, get, "/session", &Api::show_session);
  add(router, del, "/session", &Api::sign_out);
  add(router, get, "/devices", &Api::list_devices);
  add(router, post, "/devices", &Api::create_device);
  add(router, get, "/devices/{id:int}/keys", &Api::list_keys);
  add(router, post, "/devices/{id:int}/keys", &Api::create_key);
}

void Api::add(http::Router& router, http::Method method, std::string_view path,
              Operation operation) {
  auto handler = [this, operation](http::Request& request) { return answer(request, operation); };
  router.add(method, fmt::format("/console/api{}", path), handler);
}

Task<http::Response> Api::answer(http::Request& request, Operation operation) {
  http::Response response;
  try {
    require_own_page(request);
    response = co_await (this->*operation)(request);
  } catch (const Error& e) {
    if (http::status_of(e.code()) == 500) {
      log::error("console request failed", {{"path", request.path()}, {"error", e.what()}});
      response = error_response(e.code(), "An internal error; the server's log has the details.");
    } else {
      response = error_response(e.code(), e.what());
    }
  }
  add_security_headers(response);
  response.set("Cache-Control", "no-store");
  co_return response;
}

Task<identity::CallerPtr> Api::authenticate(http::Request& request) {
  auto secret = request.cookie(identity::session_cookie);
  identity::CallerPtr caller;
  if (!secret.empty()) {
    auto origin = origin_of(request);
    caller = co_await services_.identity.authenticate_session(secret, std::move(origin));
  }
  if (!caller) throw Error(Code::unauthenticated, "Sign in to go on.");
  co_return caller;
}

Task<registry::FeedPtr> Api::own_device(http::Request& request, identity::CallerPtr caller) {
  auto feed = co_await services_.registry.find(request.int_parameter("id"));
  if (!feed || feed->owner != caller->account) {
    throw Error(Code::not_found, "You have no such device.");
  }
  co_return feed;
}

// --- session --------------------------------------------------------------------------------

http::Response Api::session_response(const identity::Caller& caller) const {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("login", caller.name).member("is_admin", caller.is_admin);
  json.member("now", format_time(services_.clock.now())).key("mqtt_port");
  if (auto mqtt = host_.endpoint("mqtt")) {
    json.value(mqtt->port);
  } else {
    json.null();
  }
  json.end_object();
  return http::Response::json(200, std::move(body));
}

Task<http::Response> Api::show_session(http::Request& request) {
  auto caller = co_await authenticate(request);
  auto response = session_response(*caller);
  // A session lives as long as it is used, so its cookie is renewed with every page.
  auto secret = request.cookie(identity::session_cookie);
  response.set("Set-Cookie", cookie_text(secret, session_cookie_age, request));
  co_return response;
}

Task<http::Response> Api::sign_out(http::Request& request) {
  auto secret = request.cookie(identity::session_cookie);
  if (!secret.empty()) co_await services_.identity.close_session(secret);
  auto response = http::Response::json(200, "{}");
  response.set("Set-Cookie", cookie_text("", std::chrono::seconds(0), request));
  co_return response;
}

// --- devices --------------------------------------------------------------------------------

Task<http::Response> Api::list_devices(http::Request& request) {
  auto caller = co_await authenticate(request);
  registry::FeedQuery query;
  query.visible_to = caller->account;
  query.owner_login = caller->name;
  query.text = request.query_value("q").value_or("");
  query.offset = number_parameter(request, "offset", 0);
  query.limit = std::min(number_parameter(request, "limit", 50), devices_per_page_max);
  auto page = co_await services_.registry.search(std::move(query));

  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("total", page.total).key("devices").begin_array();
  for (const auto& feed : page.feeds) {
    auto values = co_await services_.telemetry.current_values(feed);
    append_device(json, *feed, values);
  }
  json.end_array().end_object();
  co_return http::Response::json(200, std::move(body));
}

Task<std::string> Api::make_key(const registry::Feed& feed, std::string label) {
  identity::KeyDraft draft;
  draft.label = std::move(label);
  draft.private_access = true;
  identity::Permission permission;
  permission.actions = identity::all_actions;
  permission.resources.push_back({.feed = feed.id, .channel = {}});
  draft.permissions.push_back(std::move(permission));
  auto key = co_await services_.identity.create_key(feed.owner, std::move(draft));
  co_return key.secret;
}

Task<http::Response> Api::create_device(http::Request& request) {
  auto caller = co_await authenticate(request);
  auto text = co_await request.body();
  RequestBody wanted(text);
  registry::FeedChange change;
  change.title = wanted.string("title");
  change.is_private = wanted.boolean("private");
  std::vector<registry::ChannelChange> no_channels;
  auto feed = co_await services_.registry.create(caller->account, std::move(change),
                                                 std::move(no_channels));
  auto label = fmt::format("Key of {}", feed->title);
  auto key = co_await make_key(*feed, std::move(label));

  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("id", feed->id).member("title", feed->title).member("key", key);
  json.end_object();
  co_return http::Response::json(201, std::move(body));
}

Task<http::Response> Api::list_keys(http::Request& request) {
  auto caller = co_await authenticate(request);
  auto feed = co_await own_device(request, caller);
  auto keys = co_await services_.identity.keys(caller->account);
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("keys").begin_array();
  for (const auto& key : keys) {
    if (!is_key_of(key, feed->id)) continue;
    json.begin_object().member("label", key.settings.label).member("key", key.secret).end_object();
  }
  json.end_array().end_object();
  co_return http::Response::json(200, std::move(body));
}

Task<http::Response> Api::create_key(http::Request& request) {
  auto caller = co_await authenticate(request);
  auto feed = co_await own_device(request, caller);
  auto label = fmt::format("Key of {}", feed->title);
  auto key = co_await make_key(*feed, label);
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("label", label).member("key", key).end_object();
  co_return http::Response::json(201, std::move(body));
}

}  // namespace tt::console
