// Users: the accounts of this server.  With a master key one sees one's own; an administrator's
// master key sees and changes all of them.

#include "base/error.h"
#include "gateway/xively/access.h"
#include "gateway/xively/errors.h"
#include "gateway/xively/operations.h"
#include "gateway/xively/users_document.h"
#include "wire/url.h"

namespace tt::gateway::xively {
namespace {

void require_user_access(Services& services, const ApiRequest& request) {
  if (request.format != Format::json && request.format != Format::xml) throw not_acceptable();
  require_master(request, services.clock.now());
}

void require_administrator(Services& services, const ApiRequest& request) {
  require_user_access(services, request);
  if (!request.caller->is_admin) throw Error(Code::denied, "only an administrator may do that");
}

// Throws not_found, also for accounts that the caller may not see.
Task<identity::Account> open_account(Services& services, const ApiRequest& request,
                                     std::string_view login) {
  auto account = co_await services.identity.find_account(std::string(login));
  const auto& caller = *request.caller;
  if (!account || (account->id != caller.account && !caller.is_admin)) throw not_found();
  co_return std::move(*account);
}

Task<> record(Services& services, const ApiRequest& request, std::string_view action,
              const identity::Account& account) {
  audit::Event event{.action = std::string(action),
                     .object = "accounts/" + account.login,
                     .detail = account.is_admin ? "administrator" : "",
                     .owner = account.id};
  co_await services.audit.record(*request.caller, std::move(event));
}

}  // namespace

Task<ApiReply> list_users(Services& services, const ApiRequest& request) {
  require_user_access(services, request);
  auto accounts = co_await services.identity.accounts();
  const auto& caller = *request.caller;
  if (!caller.is_admin) {
    std::erase_if(accounts, [&](const auto& account) { return account.id != caller.account; });
  }
  ApiReply reply;
  reply.body = users_document(accounts, request.format);
  co_return reply;
}

Task<ApiReply> create_user(Services& services, const ApiRequest& request) {
  require_administrator(services, request);
  auto input = parse_user(request.body, request.body_format, services.limits);
  if (!input.login || input.login->empty()) {
    throw Error(Code::unprocessable, "login can't be blank");
  }
  if (!input.password || input.password->empty()) {
    throw Error(Code::unprocessable, "password can't be blank");
  }
  auto role = input.role.value_or(identity::Role::user);
  auto account = co_await services.identity.create_account(std::move(*input.login),
                                                           std::move(*input.password), role);
  co_await record(services, request, "account.create", account);
  ApiReply reply;
  reply.status = 201;
  reply.location =
      fmt::format("{}/v2/users/{}", request.base_url, wire::percent_encode(account.login));
  co_return reply;
}

Task<ApiReply> read_user(Services& services, const ApiRequest& request, std::string_view login) {
  require_user_access(services, request);
  auto account = co_await open_account(services, request, login);
  ApiReply reply;
  reply.body = user_document(account, request.format);
  co_return reply;
}

Task<ApiReply> update_user(Services& services, const ApiRequest& request, std::string_view login) {
  require_administrator(services, request);
  auto account = co_await open_account(services, request, login);
  auto input = parse_user(request.body, request.body_format, services.limits);
  if (input.login && *input.login != account.login) {
    throw Error(Code::unprocessable, "login can't be changed");
  }
  if (input.role) {
    co_await services.identity.set_role(account.id, *input.role);
    account.is_admin = *input.role == identity::Role::administrator;
  }
  if (input.password) {
    co_await services.identity.set_password(account.login, std::move(*input.password));
  }
  co_await record(services, request, "account.update", account);
  co_return ApiReply{};
}

Task<ApiReply> delete_user(Services& services, const ApiRequest& request, std::string_view login) {
  require_administrator(services, request);
  auto account = co_await open_account(services, request, login);
  bool was_there = co_await services.identity.delete_account(account.id);
  if (!was_there) throw not_found();
  co_await record(services, request, "account.delete", account);
  co_return ApiReply{};
}

}  // namespace tt::gateway::xively
