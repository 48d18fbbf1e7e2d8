// Products: list, create, read, update, delete.  JSON only, with a master key only.

#include "base/error.h"
#include "gateway/xively/access.h"
#include "gateway/xively/errors.h"
#include "gateway/xively/operations.h"
#include "gateway/xively/products_json.h"

namespace tt::gateway::xively {
namespace {

void require_product_access(Services& services, const ApiRequest& request) {
  require_json(request);
  require_master(request, services.clock.now());
}

Task<> record(Services& services, const ApiRequest& request, std::string_view action,
              const provisioning::Product& product) {
  audit::Event event{.action = std::string(action),
                     .object = "products/" + product.id,
                     .detail = fmt::format("name: '{}'", product.name),
                     .owner = product.owner};
  co_await services.audit.record(*request.caller, std::move(event));
}

// Whose product it is to be: one's own, or for an administrator anybody's.
Task<identity::AccountId> owner_for(Services& services, const ApiRequest& request,
                                    std::optional<std::string> user) {
  const auto& caller = *request.caller;
  if (!user) co_return caller.account;
  auto account = co_await services.identity.find_account(*user);
  if (account && (account->id == caller.account || caller.is_admin)) co_return account->id;
  throw Error(Code::unprocessable, "user is not the owner of the API key");
}

}  // namespace

Task<provisioning::Product> open_product(Services& services, const ApiRequest& request,
                                         std::string_view id) {
  require_product_access(services, request);
  auto product = co_await services.provisioning.find_product(std::string(id));
  if (!product || product->owner != request.caller->account) throw not_found();
  co_return std::move(*product);
}

Task<ApiReply> list_products(Services& services, const ApiRequest& request) {
  require_product_access(services, request);
  auto products = co_await services.provisioning.products(request.caller->account);
  ApiReply reply;
  reply.body = products_json(products);
  co_return reply;
}

Task<ApiReply> create_product(Services& services, const ApiRequest& request) {
  require_product_access(services, request);
  auto input = parse_product(request.body, services.limits);
  auto owner = co_await owner_for(services, request, input.user);
  provisioning::ProductDraft draft;
  draft.name = input.change.name.value_or("");
  draft.description = input.change.description.value_or("");
  if (input.change.feed_defaults) draft.feed_defaults = std::move(*input.change.feed_defaults);
  auto product = co_await services.provisioning.create_product(owner, std::move(draft));
  co_await record(services, request, "product.create", product);
  ApiReply reply;
  reply.status = 201;
  reply.location = fmt::format("{}/v2/products/{}", request.base_url, product.id);
  co_return reply;
}

Task<ApiReply> read_product(Services& services, const ApiRequest& request, std::string_view id) {
  auto product = co_await open_product(services, request, id);
  ApiReply reply;
  reply.body = product_json(product);
  co_return reply;
}

Task<ApiReply> update_product(Services& services, const ApiRequest& request, std::string_view id) {
  auto product = co_await open_product(services, request, id);
  auto input = parse_product(request.body, services.limits);
  product = co_await services.provisioning.update_product(product.id, std::move(input.change));
  co_await record(services, request, "product.update", product);
  co_return ApiReply{};
}

Task<ApiReply> delete_product(Services& services, const ApiRequest& request, std::string_view id) {
  auto product = co_await open_product(services, request, id);
  bool was_there = co_await services.provisioning.remove_product(product.id);
  if (!was_there) throw not_found();
  co_await record(services, request, "product.delete", product);
  co_return ApiReply{};
}

}  // namespace tt::gateway::xively
