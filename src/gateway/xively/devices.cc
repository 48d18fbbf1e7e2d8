// The devices of a product: list, add, read, give another serial, delete.  JSON only, with a master
// key only.

#include "base/error.h"
#include "gateway/xively/access.h"
#include "gateway/xively/errors.h"
#include "gateway/xively/operations.h"
#include "gateway/xively/products_json.h"

namespace tt::gateway::xively {
namespace {

constexpr std::size_t devices_per_page = 30;

provisioning::Activated activated_parameter(const ApiRequest& request) {
  auto text = request.parameter("activated");
  if (text.empty() || text == "all") return provisioning::Activated::all;
  if (text == "true") return provisioning::Activated::yes;
  if (text == "false") return provisioning::Activated::no;
  throw Error(Code::invalid, fmt::format("activated must be true, false or all, not '{}'", text));
}

struct Change {
  std::string_view action;
  const provisioning::Product& product;
  std::string_view below = {};  // "/SERIAL"
  std::string detail = {};
};

Task<> record(Services& services, const ApiRequest& request, Change change) {
  audit::Event event{.action = std::string(change.action),
                     .object = fmt::format("products/{}{}", change.product.id, change.below),
                     .detail = std::move(change.detail),
                     .owner = change.product.owner};
  co_await services.audit.record(*request.caller, std::move(event));
}

}  // namespace

Task<ApiReply> list_devices(Services& services, const ApiRequest& request, std::string_view id) {
  auto product = co_await open_product(services, request, id);
  auto paging = paging_of(request, devices_per_page, services.limits.devices_per_page_max);
  provisioning::DeviceQuery query;
  query.product_id = product.id;
  query.serial = request.parameter("serial");
  query.activated = activated_parameter(request);
  query.offset = paging.offset();
  query.limit = paging.per_page;
  auto page = co_await services.provisioning.devices(std::move(query));
  ApiReply reply;
  reply.body = devices_json(page, paging);
  co_return reply;
}

Task<ApiReply> create_devices(Services& services, const ApiRequest& request, std::string_view id) {
  auto product = co_await open_product(services, request, id);
  auto serials = parse_devices(request.body, services.limits);
  auto devices = co_await services.provisioning.add_devices(product.id, std::move(serials));
  Change change{.action = "device.create",
                .product = product,
                .detail = fmt::format("{} from '{}' to '{}'", devices.size(),
                                      devices.front().serial, devices.back().serial)};
  co_await record(services, request, std::move(change));
  ApiReply reply;
  reply.status = 201;
  reply.location = fmt::format("{}/v2/products/{}/devices", request.base_url, product.id);
  co_return reply;
}

Task<ApiReply> read_device(Services& services, const ApiRequest& request, DeviceAddress at) {
  auto product = co_await open_product(services, request, at.product);
  auto device = co_await services.provisioning.find_device(product.id, std::string(at.serial));
  if (!device) throw not_found();
  ApiReply reply;
  reply.body = device_json(*device);
  co_return reply;
}

Task<ApiReply> update_device(Services& services, const ApiRequest& request, DeviceAddress at) {
  auto product = co_await open_product(services, request, at.product);
  std::string serial(at.serial);
  auto device = co_await services.provisioning.find_device(product.id, serial);
  if (!device) throw not_found();
  auto new_serial = parse_device(request.body, services.limits);
  device = co_await services.provisioning.rename_device(product.id, serial, std::move(new_serial));
  auto below = "/" + serial;
  Change change{.action = "device.update",
                .product = product,
                .below = below,
                .detail = fmt::format("serial: '{}' → '{}'", serial, device->serial)};
  co_await record(services, request, std::move(change));
  co_return ApiReply{};
}

Task<ApiReply> delete_device(Services& services, const ApiRequest& request, DeviceAddress at) {
  auto product = co_await open_product(services, request, at.product);
  bool was_there = co_await services.provisioning.remove_device(product.id, std::string(at.serial));
  if (!was_there) throw not_found();
  auto below = fmt::format("/{}", at.serial);
  Change change{.action = "device.delete", .product = product, .below = below};
  co_await record(services, request, std::move(change));
  co_return ApiReply{};
}

}  // namespace tt::gateway::xively
