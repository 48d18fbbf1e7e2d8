#pragma once

// The JSON of products and devices.  Reading throws Error(invalid) for broken syntax,
// Error(unprocessable) for meaning.

#include <span>

#include "gateway/xively/api.h"
#include "gateway/xively/paging.h"

namespace tt::gateway::xively {

// {"product":{"name":…,"description":…,"feed_defaults":{a feed},"user":"LOGIN"}}; all else is
// ignored: clients send back what they have read.
struct ProductInput {
  provisioning::ProductChange change;
  std::optional<std::string> user;
};
ProductInput parse_product(std::string_view body, const Limits& limits);

// {"devices":[{"serial":"abc123"},…]}: the serials.
std::vector<std::string> parse_devices(std::string_view body, const Limits& limits);
// {"device":{"serial":"abc123"}}: the serial.
std::string parse_device(std::string_view body, const Limits& limits);

std::string product_json(const provisioning::Product& product);
std::string products_json(std::span<const provisioning::Product> products);
// With the key, if the device has one.
std::string device_json(const provisioning::Device& device);
std::string devices_json(const provisioning::DevicePage& page, const Paging& paging);
// {"apikey":"…","feed_id":123,"datastreams":["temperature"]}
std::string activation_json(const provisioning::Activation& activation);

}  // namespace tt::gateway::xively
