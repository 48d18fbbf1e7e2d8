#include "console/accounts.h"

#include <algorithm>

namespace tt::console {
namespace {

constexpr std::size_t login_bytes_max = 150;  // of a name that nobody may have

web::UserPtr user_of(std::int64_t id, const std::string& login, bool is_admin) {
  auto user = std::make_shared<web::User>();
  user->id = id;
  user->username = login;
  user->is_active = true;
  user->is_staff = user->is_superuser = is_admin;
  return user;
}

web::UserPtr user_of(const identity::CallerPtr& caller) {
  return caller ? user_of(caller->account, caller->name, caller->is_admin) : nullptr;
}

web::Cookie cookie_of(const web::HttpRequest& request, std::string secret) {
  web::Cookie cookie;
  cookie.name = identity::session_cookie;
  cookie.max_age = secret.empty() ? std::chrono::seconds(0) : session_cookie_age;
  cookie.value = std::move(secret);
  cookie.http_only = true;
  cookie.secure = request.is_secure();
  return cookie;
}

}  // namespace

web::UserPtr Accounts::authenticate(std::string_view username, std::string_view password,
                                    std::string_view address) {
  auto make = [&] {
    identity::Origin origin{.address = std::string(address), .referer_host = {}};
    return identity_.authenticate_password(std::string(username), std::string(password),
                                           std::move(origin));
  };
  auto user = user_of(rt::block_on(loop_, make));
  if (!user) {
    web::User unknown;
    unknown.username = std::string(username.substr(0, login_bytes_max));
    record("login.failed", unknown, address);
  }
  return user;
}

void Accounts::record(std::string_view action, const web::User& user, std::string_view address) {
  identity::Caller caller;
  caller.account = user.id;
  caller.name = user.username;
  caller.origin.address = std::string(address);
  audit::Event event{.action = std::string(action),
                     .object = "accounts/" + user.username,
                     .detail = {},
                     .owner = user.id};
  auto make = [&] { return audit_.record(caller, std::move(event)); };
  rt::block_on(loop_, make);
}

web::UserPtr Accounts::find(std::int64_t id) {
  auto make = [&] { return identity_.accounts(); };
  auto accounts = rt::block_on(loop_, make);
  auto found = std::ranges::find(accounts, id, &identity::Account::id);
  if (found == accounts.end()) return nullptr;
  return user_of(found->id, found->login, found->is_admin);
}

web::UserPtr Accounts::session_user(std::string_view secret, std::string_view address) {
  if (secret.empty()) return web::anonymous();
  auto make = [&] {
    identity::Origin origin{.address = std::string(address), .referer_host = {}};
    return identity_.authenticate_session(secret, std::move(origin));
  };
  auto user = user_of(rt::block_on(loop_, make));
  return user ? user : web::anonymous();
}

std::string Accounts::open_session(std::int64_t account) {
  auto make = [&] { return identity_.open_session(account); };
  return rt::block_on(loop_, make);
}

void Accounts::close_session(std::string_view secret) {
  auto make = [&] { return identity_.close_session(secret); };
  rt::block_on(loop_, make);
}

web::HttpResponse Accounts::with_session(web::HttpRequest& request, const web::Next& next) {
  const std::string secret(request.cookie(identity::session_cookie));
  const auto before = session_user(secret, request.remote_address());
  request.set_user(before);
  auto response = next(request);
  response.vary_on("Cookie");
  const auto after = request.user();
  if (after == before) return response;
  request.session().flush();  // identity keeps the session, not the framework
  if (!secret.empty()) close_session(secret);
  auto address = request.remote_address();
  if (after->is_authenticated() && after->id != before->id) record("login", *after, address);
  const bool is_out = before->is_authenticated() && !after->is_authenticated();
  if (is_out) record("logout", *before, address);
  auto opened = after->is_authenticated() ? open_session(after->id) : std::string();
  response.set_cookie(cookie_of(request, std::move(opened)));
  return response;
}

}  // namespace tt::console
