// GET    /devices?q=&offset=&limit=                    {"total","devices":[…]}
// POST   /devices {"title","description","private"}    201 {"id","title","key"}
// GET    /devices/ID                                   what is known about it, see append_details()
// PUT    /devices/ID {"title","description","website","email","private","tags","location"}
// DELETE /devices/ID                                   with its readings, its keys and its triggers

#include "console/api/device_keys.h"
#include "console/api/route.h"
#include "console/request_body.h"
#include "wire/json_writer.h"

namespace tt::console {
namespace {

constexpr std::size_t devices_per_page_max = 100;

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

void append_number(wire::JsonWriter& json, std::string_view name, std::optional<double> number) {
  json.key(name);
  if (number) {
    json.value(*number);
  } else {
    json.null();
  }
}

void append_location(wire::JsonWriter& json, const registry::Location& location) {
  json.begin_object().member("name", location.name).member("ele", location.ele);
  json.member("exposure", location.exposure).member("domain", location.domain);
  json.member("disposition", location.disposition);
  append_number(json, "lat", location.lat);
  append_number(json, "lon", location.lon);
  json.key("waypoints").begin_array();
  for (const auto& waypoint : location.waypoints) {
    json.begin_object().member("at", format_time(waypoint.at)).member("lat", waypoint.lat);
    json.member("lon", waypoint.lon).end_object();
  }
  json.end_array().end_object();
}

void append_product(wire::JsonWriter& json, const provisioning::Device& device,
                    const provisioning::Product& product) {
  json.begin_object().member("id", product.id).member("name", product.name);
  json.member("serial", device.serial).member("added", format_time(device.created));
  append_time(json, "activated", device.activated);
  json.end_object();
}

// Without the secrets of product and device, which are shown when somebody asks for them.
void append_details(wire::JsonWriter& json, const registry::Feed& feed) {
  json.begin_object().member("id", feed.id).member("title", feed.title);
  json.member("description", feed.description).member("website", feed.website);
  json.member("email", feed.email).member("private", feed.is_private);
  json.member("creator", feed.owner_login).member("created", format_time(feed.created));
  json.member("updated", format_time(feed.updated)).key("tags").begin_array();
  for (const auto& tag : feed.tags) json.value(tag);
  json.end_array().key("location");
  append_location(json, feed.location);
}

Task<http::Response> details_of(Call& call, registry::FeedPtr feed) {
  auto& provisioning = call.services.provisioning;
  auto device = co_await provisioning.device_of_feed(feed->id);
  std::optional<provisioning::Product> product;
  if (device) product = co_await provisioning.find_product(device->product_id);
  std::string body;
  wire::JsonWriter json(body);
  append_details(json, *feed);
  json.key("product");
  if (product && product->owner == call.caller->account) {
    append_product(json, *device, *product);
  } else {
    json.null();
  }
  json.end_object();
  co_return http::Response::json(200, std::move(body));
}

// --- operations ------------------------------------------------------------------------------

Task<http::Response> list_devices(Call& call) {
  registry::FeedQuery query;
  query.visible_to = call.caller->account;
  query.owner_login = call.caller->name;
  query.text = call.request.query_value("q").value_or("");
  query.offset = number_parameter(call.request, "offset", 0);
  query.limit = std::min(number_parameter(call.request, "limit", 50), devices_per_page_max);
  auto page = co_await call.services.registry.search(std::move(query));

  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("total", page.total).key("devices").begin_array();
  for (const auto& feed : page.feeds) {
    auto values = co_await call.services.telemetry.current_values(feed);
    append_device(json, *feed, values);
  }
  json.end_array().end_object();
  co_return http::Response::json(200, std::move(body));
}

// A device for development: a feed, its product and serial number, and a key for it alone.
Task<http::Response> create_device(Call& call) {
  auto text = co_await call.request.body();
  RequestBody wanted(text);
  registry::FeedChange change;
  change.title = wanted.string("title");
  change.description = wanted.find_string("description");
  change.is_private = wanted.boolean("private");
  auto title = *change.title;
  auto device = co_await call.services.provisioning.add_development_device(call.caller->account,
                                                                           std::move(change));
  auto object = fmt::format("feeds/{}", device.feed);
  co_await record(call, "feed.create", std::move(object), title);

  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("id", device.feed).member("title", title);
  json.member("key", device.api_key).end_object();
  co_return http::Response::json(201, std::move(body));
}

Task<http::Response> show_device(Call& call) {
  auto feed = co_await own_device(call);
  co_return co_await details_of(call, feed);
}

// A place is given as a whole: what is absent or null is cleared.
registry::LocationChange read_location(const Members& place) {
  registry::LocationChange change;
  change.name = place.find_string("name").value_or("");
  change.ele = place.find_string("ele").value_or("");
  change.exposure = place.find_string("exposure").value_or("");
  change.disposition = place.find_string("disposition").value_or("");
  change.lat = place.find_number("lat");
  change.lon = place.find_number("lon");
  if (change.lat->has_value() != change.lon->has_value()) {
    throw Error(Code::unprocessable, "lat and lon go together: give both or none");
  }
  return change;
}

registry::FeedChange read_change(const RequestBody& wanted) {
  registry::FeedChange change;
  change.title = wanted.find_string("title");
  change.description = wanted.find_string("description");
  change.website = wanted.find_string("website");
  change.email = wanted.find_string("email");
  change.is_private = wanted.find_boolean("private");
  change.tags = wanted.find_strings("tags");
  if (auto place = wanted.find_members("location")) change.location = read_location(*place);
  return change;
}

// "title, tags"
std::string names_of_members(const RequestBody& wanted) {
  std::string names;
  for (auto [name, value] : wanted.root().members()) {
    if (!names.empty()) names += ", ";
    names += name;
  }
  return names;
}

Task<http::Response> change_device(Call& call) {
  auto feed = co_await own_device(call);
  auto text = co_await call.request.body();
  RequestBody wanted(text);
  auto change = read_change(wanted);
  std::vector<registry::ChannelChange> no_channels;
  auto now = call.services.clock.now();
  auto changed = co_await call.services.registry.update(feed->id, std::move(change),
                                                        std::move(no_channels), now);
  co_await record(call, "feed.update", object_of(*feed), names_of_members(wanted));
  co_return co_await details_of(call, changed);
}

Task<http::Response> delete_device(Call& call) {
  auto feed = co_await own_device(call);
  co_await call.services.telemetry.remove_feed(feed->id);
  co_await delete_keys_of(call, *feed);
  co_await record(call, "feed.delete", object_of(*feed), feed->title);
  co_return http::Response::json(200, "{}");
}

}  // namespace

std::span<const Route> device_routes() {
  using enum http::Method;
  static constexpr Route routes[] = {
      {get, "/devices", list_devices},           {post, "/devices", create_device},
      {get, "/devices/{id:int}", show_device},   {put, "/devices/{id:int}", change_device},
      {del, "/devices/{id:int}", delete_device},
  };
  return routes;
}

}  // namespace tt::console
