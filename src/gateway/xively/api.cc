#include "gateway/xively/api.h"

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "gateway/xively/errors.h"
#include "gateway/xively/exchange.h"
#include "gateway/xively/operations.h"

namespace tt::gateway::xively {
namespace {

std::string_view take_segment(std::string_view& path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  auto slash = path.find('/');
  auto segment = path.substr(0, slash);
  path = slash == path.npos ? std::string_view{} : path.substr(slash);
  return segment;
}

bool is_empty(std::string_view path) { return path.find_first_not_of('/') == path.npos; }

// What stands in a path behind the version.
struct Address {
  registry::FeedId feed = 0;
  std::string_view stream;  // percent-encoding was taken off by the transport
  std::string_view point;
  std::string_view key;
  DeviceAddress device;
  std::string_view code;
  std::string_view login;
  triggers::TriggerId trigger = 0;
};

using Operation = Task<ApiReply> (*)(Services&, const ApiRequest&, const Address&);

// Which resource a path names.
enum class Kind {
  feeds,
  feed,
  datastreams,
  datastream,
  datapoints,
  datapoint,
  keys,
  key,
  regeneration,
  products,
  product,
  devices,
  device,
  activation,
  users,
  user,
  triggers,
  trigger
};

struct Target {
  Kind kind;
  Address address;
};

// `path` is behind /feeds.  Throws not_found for a feed id that cannot be one.
std::optional<Target> locate_feed(std::string_view path) {
  Target target{Kind::feeds, {}};
  if (is_empty(path)) return target;
  auto feed = parse_number<registry::FeedId>(take_segment(path));
  if (!feed || *feed <= 0) throw not_found();
  target.address.feed = *feed;
  target.kind = Kind::feed;
  if (is_empty(path)) return target;
  if (take_segment(path) != "datastreams") return std::nullopt;
  target.kind = Kind::datastreams;
  if (is_empty(path)) return target;
  target.address.stream = take_segment(path);
  target.kind = Kind::datastream;
  if (is_empty(path)) return target;
  if (take_segment(path) != "datapoints") return std::nullopt;
  target.kind = Kind::datapoints;
  if (is_empty(path)) return target;
  target.address.point = take_segment(path);
  target.kind = Kind::datapoint;
  return is_empty(path) ? std::optional(target) : std::nullopt;
}

// `path` is behind /keys.
std::optional<Target> locate_key(std::string_view path) {
  Target target{Kind::keys, {}};
  if (is_empty(path)) return target;
  target.address.key = take_segment(path);
  target.kind = Kind::key;
  if (is_empty(path)) return target;
  if (take_segment(path) != "regenerate") return std::nullopt;
  target.kind = Kind::regeneration;
  return is_empty(path) ? std::optional(target) : std::nullopt;
}

// `path` is behind /products.
std::optional<Target> locate_product(std::string_view path) {
  Target target{Kind::products, {}};
  if (is_empty(path)) return target;
  target.address.device.product = take_segment(path);
  target.kind = Kind::product;
  if (is_empty(path)) return target;
  if (take_segment(path) != "devices") return std::nullopt;
  target.kind = Kind::devices;
  if (is_empty(path)) return target;
  target.address.device.serial = take_segment(path);
  target.kind = Kind::device;
  return is_empty(path) ? std::optional(target) : std::nullopt;
}

// `path` is behind /devices.
std::optional<Target> locate_activation(std::string_view path) {
  Target target{Kind::activation, {}};
  target.address.code = take_segment(path);
  bool is_whole = take_segment(path) == "activate" && is_empty(path);
  return is_whole ? std::optional(target) : std::nullopt;
}

// `path` is behind /users.
std::optional<Target> locate_user(std::string_view path) {
  Target target{Kind::users, {}};
  if (is_empty(path)) return target;
  target.address.login = take_segment(path);
  target.kind = Kind::user;
  return is_empty(path) ? std::optional(target) : std::nullopt;
}

// `path` is behind /triggers.  Throws not_found for an id that cannot be one.
std::optional<Target> locate_trigger(std::string_view path) {
  Target target{Kind::triggers, {}};
  if (is_empty(path)) return target;
  auto id = parse_number<triggers::TriggerId>(take_segment(path));
  if (!id || *id <= 0) throw not_found();
  target.address.trigger = *id;
  target.kind = Kind::trigger;
  return is_empty(path) ? std::optional(target) : std::nullopt;
}

// nullopt: no such route.  Throws not_found.
std::optional<Target> locate(std::string_view path) {
  auto collection = take_segment(path);
  if (collection == "feeds") return locate_feed(path);
  if (collection == "keys") return locate_key(path);
  if (collection == "products") return locate_product(path);
  if (collection == "devices") return locate_activation(path);
  if (collection == "users") return locate_user(path);
  if (collection == "triggers") return locate_trigger(path);
  return std::nullopt;
}

struct Route {
  Kind kind;
  std::string_view method;
  Operation operation;
};

template <auto operation>
Task<ApiReply> on_all(Services& services, const ApiRequest& request, const Address&) {
  return operation(services, request);
}
template <auto operation>
Task<ApiReply> on_feed(Services& services, const ApiRequest& request, const Address& at) {
  return operation(services, request, at.feed);
}
template <auto operation>
Task<ApiReply> on_stream(Services& services, const ApiRequest& request, const Address& at) {
  return operation(services, request, at.feed, at.stream);
}
template <auto operation>
Task<ApiReply> on_point(Services& services, const ApiRequest& request, const Address& at) {
  return operation(services, request, PointAddress{at.feed, at.stream, at.point});
}
template <auto operation>
Task<ApiReply> on_key(Services& services, const ApiRequest& request, const Address& at) {
  return operation(services, request, at.key);
}
template <auto operation>
Task<ApiReply> on_product(Services& services, const ApiRequest& request, const Address& at) {
  return operation(services, request, at.device.product);
}
template <auto operation>
Task<ApiReply> on_device(Services& services, const ApiRequest& request, const Address& at) {
  return operation(services, request, at.device);
}
template <auto operation>
Task<ApiReply> on_code(Services& services, const ApiRequest& request, const Address& at) {
  return operation(services, request, at.code);
}
template <auto operation>
Task<ApiReply> on_user(Services& services, const ApiRequest& request, const Address& at) {
  return operation(services, request, at.login);
}

template <auto operation>
Task<ApiReply> on_trigger(Services& services, const ApiRequest& request, const Address& at) {
  return operation(services, request, at.trigger);
}

constexpr Route routes[] = {
    {Kind::feeds, "GET", on_all<list_feeds>},
    {Kind::feeds, "POST", on_all<create_feed>},
    {Kind::feed, "GET", on_feed<read_feed>},
    {Kind::feed, "PUT", on_feed<update_feed>},
    {Kind::feed, "DELETE", on_feed<delete_feed>},
    {Kind::datastreams, "POST", on_feed<create_datastreams>},
    {Kind::datastream, "GET", on_stream<read_datastream>},
    {Kind::datastream, "PUT", on_stream<update_datastream>},
    {Kind::datastream, "DELETE", on_stream<delete_datastream>},
    {Kind::datapoints, "POST", on_stream<create_datapoints>},
    {Kind::datapoints, "DELETE", on_stream<delete_datapoints>},
    {Kind::datapoint, "GET", on_point<read_datapoint>},
    {Kind::datapoint, "PUT", on_point<update_datapoint>},
    {Kind::datapoint, "DELETE", on_point<delete_datapoint>},
    {Kind::keys, "GET", on_all<list_keys>},
    {Kind::keys, "POST", on_all<create_key>},
    {Kind::key, "GET", on_key<read_key>},
    {Kind::key, "PUT", on_key<update_key>},
    {Kind::key, "DELETE", on_key<delete_key>},
    {Kind::regeneration, "POST", on_key<regenerate_key>},
    {Kind::products, "GET", on_all<list_products>},
    {Kind::products, "POST", on_all<create_product>},
    {Kind::product, "GET", on_product<read_product>},
    {Kind::product, "PUT", on_product<update_product>},
    {Kind::product, "DELETE", on_product<delete_product>},
    {Kind::devices, "GET", on_product<list_devices>},
    {Kind::devices, "POST", on_product<create_devices>},
    {Kind::device, "GET", on_device<read_device>},
    {Kind::device, "PUT", on_device<update_device>},
    {Kind::device, "DELETE", on_device<delete_device>},
    {Kind::activation, "GET", on_code<activate_device>},
    {Kind::users, "GET", on_all<list_users>},
    {Kind::users, "POST", on_all<create_user>},
    {Kind::user, "GET", on_user<read_user>},
    {Kind::user, "PUT", on_user<update_user>},
    {Kind::user, "DELETE", on_user<delete_user>},
    {Kind::triggers, "GET", on_all<list_triggers>},
    {Kind::triggers, "POST", on_all<create_trigger>},
    {Kind::trigger, "GET", on_trigger<read_trigger>},
    {Kind::trigger, "PUT", on_trigger<update_trigger>},
    {Kind::trigger, "DELETE", on_trigger<delete_trigger>},
};

constexpr Route v1_routes[] = {
    {Kind::feed, "GET", on_feed<read_v1_feed>},
    {Kind::datastream, "GET", on_stream<read_v1_datastream>},
};

std::span<const Route> routes_of(Version version) {
  return version == Version::v1 ? std::span<const Route>(v1_routes) : routes;
}

}  // namespace

std::string_view ApiRequest::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return {};
}

bool ApiRequest::has_parameter(std::string_view name) const {
  return std::any_of(parameters.begin(), parameters.end(),
                     [&](const auto& parameter) { return parameter.first == name; });
}

Task<ApiReply> Api::handle(const ApiRequest& request) {
  auto started = services_.clock.now();
  auto reply = co_await answer(request);
  log_exchange(services_, request, reply, started);
  co_return reply;
}

Task<ApiReply> Api::answer(const ApiRequest& request) {
  // co_await is not allowed in a handler, so the failure is carried out of it.
  std::optional<Error> failure;
  try {
    co_return co_await dispatch(request);
  } catch (const Error& e) {
    failure = e;
  } catch (const std::exception& e) {
    failure = Error(Code::internal, e.what());
  }
  // "Over → v2 403, v1 503"
  bool is_over = failure->code() == Code::exhausted && request.version == Version::v1;
  if (is_over) failure = Error(Code::unavailable, failure->what());
  co_return error_reply(*failure, request.format);
}

// "A new device has no key yet": activation is all that can be asked without.
Task<ApiReply> Api::serve_nobody(const ApiRequest& request) {
  bool is_activation = request.method == "GET" && request.path.starts_with("/devices/");
  if (!is_activation) throw unauthorized();
  auto nobody = std::make_shared<identity::Caller>();
  nobody->origin.address = request.arrival.address;
  ApiRequest anonymous = request;
  anonymous.caller = std::move(nobody);
  co_return co_await dispatch(anonymous);
}

Task<ApiReply> Api::dispatch(const ApiRequest& request) {
  if (!request.caller || request.caller->is_revoked()) co_return co_await serve_nobody(request);
  if (!services_.identity.take_call(*request.caller)) {
    throw Error(Code::exhausted, "You have used up your calls for now; try again in a minute");
  }
  auto target = locate(request.path);
  if (target) {
    for (const auto& route : routes_of(request.version)) {
      if (route.kind != target->kind || route.method != request.method) continue;
      auto zone_name = request.parameter("timezone");
      if (zone_name.empty() || request.method != "GET") {
        co_return co_await route.operation(services_, request, target->address);
      }
      ApiRequest zoned = request;
      auto load = [&] { return TimeZone::named(zone_name); };
      zoned.zone = co_await rt::offload(services_.pool, load);
      co_return co_await route.operation(services_, zoned, target->address);
    }
  }
  throw no_route(request.method, request.whole_path);
}

}  // namespace tt::gateway::xively
