#include "gateway/api/operations.h"

#include "base/error.h"
#include "base/text.h"
#include "wire/header_value.h"

namespace tt::gateway::api {

Task<registry::FeedPtr> open_feed(Call& call, identity::Action action) {
  auto id = call.request.int_parameter("id");
  auto feed = call.services.registry.find_cached(id);
  if (!feed) feed = co_await call.services.registry.find(id);
  if (!feed) throw Error(Code::not_found, fmt::format("there is no feed {}", id));
  auto resource = telemetry::resource_of(*feed);
  identity::require(*call.caller, action, resource, call.services.clock.now());
  co_return feed;
}

void require_master(const Call& call) {
  const auto& caller = *call.caller;
  bool is_expired = caller.expires_at && *caller.expires_at <= call.services.clock.now();
  if (caller.is_master() && !caller.is_revoked() && !is_expired) return;
  throw Error(Code::denied, "this takes a master key: one that is limited to nothing");
}

std::size_t count_parameter(const Call& call, std::string_view name, std::size_t fallback) {
  auto text = call.request.query_value(name);
  if (!text) return fallback;
  auto count = parse_number<std::size_t>(*text);
  if (!count || *count == 0) {
    throw Error(Code::invalid, fmt::format("{} must be a number from 1, not '{}'", name, *text));
  }
  return *count;
}

void require_csv(const Call& call, std::string_view header) {
  auto type = call.request.header("Content-Type");
  auto media_type = wire::trim(type.substr(0, type.find(';')));
  for (auto other : {"application/json", "application/xml", "text/xml"}) {
    if (!wire::equal_ignoring_case(media_type, other)) continue;
    throw Error(Code::unsupported, fmt::format("send rows {} with Content-Type: text/csv", header));
  }
}

}  // namespace tt::gateway::api
