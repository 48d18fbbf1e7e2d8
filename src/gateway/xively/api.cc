#include "gateway/xively/api.h"

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "gateway/xively/errors.h"
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

// What stands in a path under /v2/feeds or /v2/keys.
struct Address {
  registry::FeedId feed = 0;
  std::string_view stream;  // percent-encoding was taken off by the transport
  std::string_view point;
  std::string_view key;
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
  regeneration
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

// nullopt: no such route.  Throws not_found.
std::optional<Target> locate(std::string_view path) {
  auto collection = take_segment(path);
  if (collection == "feeds") return locate_feed(path);
  if (collection == "keys") return locate_key(path);
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
};

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
  // co_await is not allowed in a handler, so the failure is carried out of it.
  std::optional<Error> failure;
  try {
    co_return co_await dispatch(request);
  } catch (const Error& e) {
    failure = e;
  } catch (const std::exception& e) {
    failure = Error(Code::internal, e.what());
  }
  co_return error_reply(*failure, request.format);
}

Task<ApiReply> Api::dispatch(const ApiRequest& request) {
  if (!request.caller || request.caller->is_revoked()) throw unauthorized();
  if (!services_.identity.take_call(*request.caller)) {
    throw Error(Code::exhausted, "You have used up your calls for now; try again in a minute");
  }
  auto target = locate(request.path);
  if (target) {
    for (const auto& route : routes) {
      if (route.kind != target->kind || route.method != request.method) continue;
      co_return co_await route.operation(services_, request, target->address);
    }
  }
  throw no_route(request.method, request.whole_path);
}

}  // namespace tt::gateway::xively
