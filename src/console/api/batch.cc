// The devices of a product, and the activation of one.
//
// GET    /products/ID/devices?q=&activated=&offset=&limit=   {"total","devices":[{"serial",
//                                                            "added","activated","feed",
//                                                            "updated"}]}
// POST   /products/ID/devices {"serials":[…]}                201 {"added":N}
// DELETE /products/ID/devices/SERIAL                         {}
// GET    /products/ID/devices/SERIAL/code                    {"activation_code"}
// POST   /products/ID/devices/SERIAL/activation {}           {"feed","key"}
// DELETE /products/ID/devices/SERIAL/activation              {}

#include "console/api/own_product.h"
#include "console/request_body.h"
#include "wire/json_writer.h"

namespace tt::console {
namespace {

constexpr std::size_t devices_per_page_max = 200;
constexpr std::size_t batch_bytes_max = 4 * 1024 * 1024;  // of serial numbers in one request

provisioning::Activated read_filter(const http::Request& request) {
  auto text = request.query_value("activated").value_or("");
  if (text.empty()) return provisioning::Activated::all;
  if (text == "yes") return provisioning::Activated::yes;
  if (text == "no") return provisioning::Activated::no;
  throw Error(Code::invalid, "activated must be yes or no");
}

// When the device's feed was last heard of; nullopt if there is none.
Task<std::optional<Time>> last_heard(Services& services, registry::FeedId id) {
  if (id == 0) co_return std::nullopt;
  auto feed = co_await services.registry.find(id);
  if (!feed) co_return std::nullopt;
  auto values = co_await services.telemetry.current_values(feed);
  co_return telemetry::Telemetry::updated(*feed, values);
}

std::string object_below(const provisioning::Product& product, std::string_view serial) {
  return fmt::format("products/{}/{}", product.id, serial);
}

std::string serial_of(const Call& call) { return std::string(call.request.parameter("serial")); }

Task<provisioning::Device> device_in_path(Call& call, std::string product) {
  auto device =
      co_await call.services.provisioning.find_device(std::move(product), serial_of(call));
  if (!device) throw Error(Code::not_found, "This product has no such serial number.");
  co_return std::move(*device);
}

// --- operations --------------------------------------------------------------------------------

Task<http::Response> list_devices(Call& call) {
  auto product = co_await own_product(call);
  provisioning::DeviceQuery query;
  query.product_id = product.id;
  query.serial = call.request.query_value("q").value_or("");
  query.activated = read_filter(call.request);
  query.offset = number_parameter(call.request, "offset", 0);
  query.limit = std::min(number_parameter(call.request, "limit", 50), devices_per_page_max);
  auto page = co_await call.services.provisioning.devices(std::move(query));

  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("total", page.total).key("devices").begin_array();
  for (const auto& device : page.devices) {
    auto updated = co_await last_heard(call.services, device.feed);
    json.begin_object().member("serial", device.serial).member("feed", device.feed);
    append_time(json, "added", device.created);
    append_time(json, "activated", device.activated);
    append_time(json, "updated", updated);
    json.end_object();
  }
  json.end_array().end_object();
  co_return http::Response::json(200, std::move(body));
}

Task<http::Response> add_devices(Call& call) {
  auto product = co_await own_product(call);
  auto text = co_await call.request.body();
  RequestBody wanted(text, batch_bytes_max);
  auto serials = wanted.find_strings("serials");
  if (!serials || serials->empty()) {
    throw Error(Code::unprocessable, "serials can't be blank: give one serial number a line");
  }
  auto devices = co_await call.services.provisioning.add_devices(product.id, std::move(*serials));
  auto detail = devices.size() == 1 ? devices.front().serial
                                    : fmt::format("{} serial numbers", devices.size());
  co_await record(call, "device.create", object_of(product), std::move(detail));
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("added", devices.size()).end_object();
  co_return http::Response::json(201, std::move(body));
}

Task<http::Response> delete_device(Call& call) {
  auto product = co_await own_product(call);
  auto device = co_await device_in_path(call, product.id);
  co_await call.services.provisioning.remove_device(product.id, device.serial);
  co_await record(call, "device.delete", object_below(product, device.serial));
  co_return http::Response::json(200, "{}");
}

Task<http::Response> show_code(Call& call) {
  auto product = co_await own_product(call);
  auto device = co_await device_in_path(call, product.id);
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("activation_code", device.activation_code).end_object();
  co_return http::Response::json(200, std::move(body));
}

Task<http::Response> activate(Call& call) {
  auto product = co_await own_product(call);
  auto device = co_await device_in_path(call, product.id);
  auto made = co_await call.services.provisioning.activate(device.activation_code, call.caller);
  co_await record(call, "device.activate", object_below(product, device.serial));
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("feed", made.feed).member("key", made.api_key).end_object();
  co_return http::Response::json(200, std::move(body));
}

Task<http::Response> deactivate(Call& call) {
  auto product = co_await own_product(call);
  auto device = co_await device_in_path(call, product.id);
  co_await call.services.provisioning.deactivate(product.id, device.serial);
  co_await record(call, "device.deactivate", object_below(product, device.serial));
  co_return http::Response::json(200, "{}");
}

}  // namespace

std::span<const Route> batch_routes() {
  using enum http::Method;
  static constexpr Route routes[] = {
      {get, "/products/{product}/devices", list_devices},
      {post, "/products/{product}/devices", add_devices},
      {del, "/products/{product}/devices/{serial}", delete_device},
      {get, "/products/{product}/devices/{serial}/code", show_code},
      {post, "/products/{product}/devices/{serial}/activation", activate},
      {del, "/products/{product}/devices/{serial}/activation", deactivate},
  };
  return routes;
}

}  // namespace tt::console
