// GET    /products                 {"products":[{"id","name","description","state","devices",
//                                  "activated","created"}]}
// POST   /products {"name","description","template"}    201, the product
// GET    /products/ID              the product with its template
// PUT    /products/ID {"name","description","template"} the product
// DELETE /products/ID              {}: its devices go, their feeds stay
// GET    /products/ID/secret       {"secret"}
//
// "template": {"title","description","private","tags","channels":[{"id","tags","label","symbol"}]}

#include "console/api/own_product.h"
#include "console/request_body.h"
#include "wire/json_writer.h"

namespace tt::console {
namespace {

using provisioning::Product;

// --- writing -----------------------------------------------------------------------------------

void append_summary(wire::JsonWriter& json, const Product& product) {
  json.member("id", product.id).member("name", product.name);
  json.member("description", product.description);
  bool is_deployed = product.state == provisioning::ProductState::deploy;
  json.member("state", is_deployed ? "deploy" : "develop");
  json.member("devices", product.devices).member("activated", product.activated_devices);
  json.member("created", format_time(product.created));
}

void append_texts(wire::JsonWriter& json, const std::vector<std::string>& texts) {
  json.begin_array();
  for (const auto& text : texts) json.value(text);
  json.end_array();
}

void append_template(wire::JsonWriter& json, const provisioning::FeedTemplate& feed) {
  json.begin_object().member("title", feed.title).member("description", feed.description);
  json.member("private", feed.is_private).key("tags");
  append_texts(json, feed.tags);
  json.key("channels").begin_array();
  for (const auto& channel : feed.channels) {
    json.begin_object().member("id", channel.name).key("tags");
    append_texts(json, channel.tags.value_or(std::vector<std::string>{}));
    auto unit = channel.unit.value_or(registry::Unit{});
    json.member("label", unit.label).member("symbol", unit.symbol).end_object();
  }
  json.end_array().end_object();
}

http::Response product_response(int status, const Product& product) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object();
  append_summary(json, product);
  json.key("template");
  append_template(json, product.feed_defaults);
  json.end_object();
  return http::Response::json(status, std::move(body));
}

// --- reading -----------------------------------------------------------------------------------

registry::ChannelChange read_channel(const Members& wanted) {
  registry::ChannelChange channel;
  channel.name = wanted.string("id");
  channel.tags = wanted.find_strings("tags");
  registry::Unit unit;
  unit.label = wanted.find_string("label").value_or("");
  unit.symbol = wanted.find_string("symbol").value_or("");
  channel.unit = std::move(unit);
  return channel;
}

provisioning::FeedTemplate read_template(const Members& wanted) {
  provisioning::FeedTemplate feed;
  feed.title = wanted.find_string("title").value_or("");
  feed.description = wanted.find_string("description").value_or("");
  feed.is_private = wanted.find_boolean("private").value_or(true);
  feed.tags = wanted.find_strings("tags").value_or(std::vector<std::string>{});
  for (const auto& channel : wanted.list_of_members("channels")) {
    feed.channels.push_back(read_channel(channel));
  }
  return feed;
}

// --- operations --------------------------------------------------------------------------------

Task<http::Response> list_products(Call& call) {
  auto products = co_await call.services.provisioning.products(call.caller->account);
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("products").begin_array();
  for (const auto& product : products) {
    json.begin_object();
    append_summary(json, product);
    json.end_object();
  }
  json.end_array().end_object();
  co_return http::Response::json(200, std::move(body));
}

Task<http::Response> create_product(Call& call) {
  auto text = co_await call.request.body();
  RequestBody wanted(text);
  provisioning::ProductDraft draft;
  draft.name = wanted.string("name");
  draft.description = wanted.find_string("description").value_or("");
  if (auto feed = wanted.find_members("template")) draft.feed_defaults = read_template(*feed);
  auto product =
      co_await call.services.provisioning.create_product(call.caller->account, std::move(draft));
  co_await record(call, "product.create", object_of(product), product.name);
  co_return product_response(201, product);
}

Task<http::Response> show_product(Call& call) {
  auto product = co_await own_product(call);
  co_return product_response(200, product);
}

Task<http::Response> change_product(Call& call) {
  auto before = co_await own_product(call);
  auto text = co_await call.request.body();
  RequestBody wanted(text);
  provisioning::ProductChange change;
  change.name = wanted.find_string("name");
  change.description = wanted.find_string("description");
  if (auto feed = wanted.find_members("template")) change.feed_defaults = read_template(*feed);
  auto product = co_await call.services.provisioning.update_product(before.id, std::move(change));
  co_await record(call, "product.update", object_of(product), product.name);
  co_return product_response(200, product);
}

Task<http::Response> delete_product(Call& call) {
  auto product = co_await own_product(call);
  co_await call.services.provisioning.remove_product(product.id);
  co_await record(call, "product.delete", object_of(product), product.name);
  co_return http::Response::json(200, "{}");
}

Task<http::Response> show_secret(Call& call) {
  auto product = co_await own_product(call);
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("secret", product.secret).end_object();
  co_return http::Response::json(200, std::move(body));
}

}  // namespace

Task<Product> own_product(Call& call) {
  std::string id(call.request.parameter("product"));
  auto product = co_await call.services.provisioning.find_product(std::move(id));
  if (!product || product->owner != call.caller->account) {
    throw Error(Code::not_found, "You have no such product.");
  }
  co_return std::move(*product);
}

std::string object_of(const Product& product) { return fmt::format("products/{}", product.id); }

std::span<const Route> product_routes() {
  using enum http::Method;
  static constexpr Route routes[] = {
      {get, "/products", list_products},
      {post, "/products", create_product},
      {get, "/products/{product}", show_product},
      {put, "/products/{product}", change_product},
      {del, "/products/{product}", delete_product},
      {get, "/products/{product}/secret", show_secret},
  };
  return routes;
}

}  // namespace tt::console
