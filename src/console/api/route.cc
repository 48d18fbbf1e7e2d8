#include "console/api/route.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace tt::console {

Task<registry::FeedPtr> own_device(Call& call) {
  auto feed = co_await call.services.registry.find(call.request.int_parameter("id"));
  if (!feed || feed->owner != call.caller->account) {
    throw Error(Code::not_found, "You have no such device.");
  }
  co_return feed;
}

std::size_t number_parameter(const http::Request& request, std::string_view name,
                             std::size_t absent) {
  auto text = request.query_value(name);
  if (!text) return absent;
  auto number = parse_number<std::size_t>(*text);
  if (!number) throw Error(Code::invalid, fmt::format("{} must be a number", name));
  return *number;
}

Task<> record(Call& call, std::string_view action, std::string object, std::string detail) {
  audit::Event event;
  event.action = action;
  event.object = std::move(object);
  event.detail = std::move(detail);
  event.owner = call.caller->account;
  co_await call.services.audit.record(*call.caller, std::move(event));
}

std::string object_of(const registry::Feed& feed) { return fmt::format("feeds/{}", feed.id); }

void append_time(wire::JsonWriter& json, std::string_view name, std::optional<Time> time) {
  json.key(name);
  if (time) {
    json.value(format_time(*time));
  } else {
    json.null();
  }
}

void require_own_origin(const http::Request& request) {
  auto origin = request.header("Origin");
  auto scheme_end = origin.find("://");
  bool is_own = scheme_end != origin.npos && origin.substr(scheme_end + 3) == request.host();
  if (!is_own) throw Error(Code::denied, "only pages of this server may listen here");
}

}  // namespace tt::console
