#include "host/authenticate.h"

#include "base/bytes.h"
#include "wire/header_value.h"
#include "wire/url.h"

namespace tt {
namespace {

// The part of an Authorization header behind `scheme`; nullopt for another scheme.
std::optional<std::string_view> of_scheme(std::string_view header, std::string_view scheme) {
  auto space = header.find(' ');
  if (space == header.npos || !wire::equal_ignoring_case(header.substr(0, space), scheme))
    return std::nullopt;
  return wire::trim(header.substr(space));
}

std::string key_of(const http::Request& request) {
  for (auto name : {"X-ApiKey", "X-PachubeApiKey"}) {
    if (auto key = request.header(name); !key.empty()) return std::string(key);
  }
  if (auto bearer = of_scheme(request.header("Authorization"), "Bearer"))
    return std::string(*bearer);
  for (auto name : {"key", "oauth_token", "x-apikey"}) {
    if (auto key = request.query_value(name); key && !key->empty()) {
      // libxively and others put the format behind the last value.
      auto dot = key->find('.');
      return key->substr(0, dot);
    }
  }
  return {};
}

// A page of another site must not read with this browser's session.
bool is_same_site(const http::Request& request) {
  auto origin = request.header("Origin");
  if (origin.empty()) return true;
  auto scheme_end = origin.find("://");
  return scheme_end != origin.npos && origin.substr(scheme_end + 3) == request.host();
}

Task<> record_failure(Services& services, std::string login, std::string address) {
  identity::Caller nobody;
  nobody.name = login;
  nobody.origin.address = std::move(address);
  audit::Event event{
      .action = "login.failed", .object = "accounts/" + login, .detail = {}, .owner = 0};
  co_await services.audit.record(nobody, std::move(event));
}

}  // namespace

identity::Origin origin_of(const http::Request& request) {
  identity::Origin origin;
  origin.address = request.peer().address;
  auto referer = request.header("Referer");
  auto scheme_end = referer.find("://");
  if (scheme_end != referer.npos) {
    auto host = referer.substr(scheme_end + 3);
    origin.referer_host = host.substr(0, host.find_first_of(":/?#"));
  }
  return origin;
}

Task<identity::CallerPtr> authenticate(Services& services, const http::Request& request) {
  auto& identity = services.identity;
  auto key = key_of(request);
  auto origin = origin_of(request);
  if (!key.empty()) co_return co_await identity.authenticate_key(key, std::move(origin));
  if (auto basic = of_scheme(request.header("Authorization"), "Basic")) {
    auto decoded = from_base64(*basic);
    auto colon = decoded ? decoded->find(':') : std::string::npos;
    if (colon == std::string::npos) co_return nullptr;
    auto login = decoded->substr(0, colon);
    auto password = decoded->substr(colon + 1);
    auto address = origin.address;
    auto caller =
        co_await identity.authenticate_password(login, std::move(password), std::move(origin));
    if (!caller) co_await record_failure(services, std::move(login), std::move(address));
    co_return caller;
  }
  auto session = request.cookie(identity::session_cookie);
  bool is_read = request.method() == http::Method::get || request.method() == http::Method::head;
  if (session.empty() || !is_read || !is_same_site(request)) co_return nullptr;
  co_return co_await identity.authenticate_session(session, std::move(origin));
}

}  // namespace tt
