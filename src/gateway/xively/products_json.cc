#include "gateway/xively/products_json.h"

#include "base/error.h"
#include "gateway/xively/json_input.h"
#include "gateway/xively/scalar.h"
#include "provisioning/feed_template.h"
#include "registry/tags.h"
#include "wire/json.h"
#include "wire/json_writer.h"

namespace tt::gateway::xively {
namespace {

using provisioning::Device;
using provisioning::Product;
using wire::JsonKind;
using wire::JsonValue;

wire::JsonDocument read(std::string_view body, const Limits& limits) {
  auto document = wire::read_json(body, limits.json_depth_max);
  if (!document) throw Error(Code::invalid, document.error().message);
  return std::move(*document);
}

std::string text(JsonValue value, std::string_view what) {
  if (value.is(JsonKind::null)) return {};
  if (value.is(JsonKind::array) || value.is(JsonKind::object)) throw wrong(what, "is invalid");
  return std::string(value.text());
}

provisioning::FeedTemplate read_defaults(JsonValue value) {
  provisioning::FeedTemplate wanted;
  if (value.is(JsonKind::null)) return wanted;
  auto feed = read_feed(value);
  auto& change = feed.change;
  wanted.title = change.title.value_or("");
  wanted.description = change.description.value_or("");
  wanted.tags = registry::clean_tags(change.tags.value_or(std::vector<std::string>()));
  wanted.is_private = change.is_private.value_or(true);
  for (auto& stream : feed.datastreams) {
    wanted.channels.push_back({std::string(stream.id), stream.tags, stream.unit});
  }
  return wanted;
}

std::string read_serial(JsonValue value) {
  if (!value.is(JsonKind::object)) throw wrong("device", "must be an object");
  auto serial = value.find("serial");
  return serial ? text(*serial, "serial") : std::string();
}

void append_time(wire::JsonWriter& json, std::string_view name, std::optional<Time> time) {
  json.key(name);
  if (time) {
    json.value(format_time_seconds(*time));
  } else {
    json.null();
  }
}

void append_product(wire::JsonWriter& json, const Product& product) {
  bool is_deployed = product.state == provisioning::ProductState::deploy;
  json.begin_object().member("description", product.description).member("name", product.name);
  json.member("product_id", product.id).member("secret", product.secret);
  json.member("state", is_deployed ? "deploy" : "develop");
  json.member("devices_count", product.devices);
  json.member("activated_devices_count", product.activated_devices);
  json.key("feed_defaults").raw(provisioning::to_json(product.feed_defaults));
  json.member("user", product.owner_login).end_object();
}

void append_device(wire::JsonWriter& json, const Device& device) {
  json.begin_object().member("serial", device.serial);
  json.member("activation_code", device.activation_code);
  append_time(json, "created_at", device.created);
  append_time(json, "activated_at", device.activated);
  json.key("feed_id");
  if (device.feed == 0) {
    json.null();
  } else {
    json.value(device.feed);
  }
  if (!device.api_key.empty()) json.member("api_key", device.api_key);
  json.end_object();
}

}  // namespace

ProductInput parse_product(std::string_view body, const Limits& limits) {
  auto document = read(body, limits);
  auto product = document.root().find("product");
  if (!product || !product->is(JsonKind::object)) throw wrong("product", "can't be blank");
  ProductInput input;
  for (auto [key, member] : product->members()) {
    if (key == "name") input.change.name = text(member, "name");
    if (key == "description") input.change.description = text(member, "description");
    if (key == "feed_defaults") input.change.feed_defaults = read_defaults(member);
    if (key == "user") input.user = text(member, "user");
  }
  return input;
}

std::vector<std::string> parse_devices(std::string_view body, const Limits& limits) {
  auto document = read(body, limits);
  auto devices = document.root().find("devices");
  if (!devices || !devices->is(JsonKind::array)) throw wrong("devices", "can't be blank");
  std::vector<std::string> serials;
  for (auto device : devices->elements()) serials.push_back(read_serial(device));
  return serials;
}

std::string parse_device(std::string_view body, const Limits& limits) {
  auto document = read(body, limits);
  auto device = document.root().find("device");
  if (!device) throw wrong("device", "can't be blank");
  return read_serial(*device);
}

std::string product_json(const Product& product) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().key("product");
  append_product(json, product);
  json.end_object();
  return out;
}

std::string products_json(std::span<const Product> products) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().member("totalResults", products.size()).key("products").begin_array();
  for (const auto& product : products) append_product(json, product);
  json.end_array().end_object();
  return out;
}

std::string device_json(const Device& device) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().key("device");
  append_device(json, device);
  json.end_object();
  return out;
}

std::string devices_json(const provisioning::DevicePage& page, const Paging& paging) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().member("totalResults", page.total).member("itemsPerPage", paging.per_page);
  json.member("startIndex", paging.offset() + 1).key("devices").begin_array();
  for (const auto& device : page.devices) append_device(json, device);
  json.end_array().end_object();
  return out;
}

std::string activation_json(const provisioning::Activation& activation) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().member("apikey", activation.api_key).member("feed_id", activation.feed);
  json.key("datastreams").begin_array();
  for (const auto& channel : activation.channels) json.value(channel);
  json.end_array().end_object();
  return out;
}

}  // namespace tt::gateway::xively
