// GET /triggers/ID/deliveries?limit=: what was sent, newest first.  POST /triggers/ID/test: now.

#include "base/error.h"
#include "gateway/api/operations.h"
#include "wire/json_writer.h"

namespace tt::gateway::api {
namespace {

void append_delivery(wire::JsonWriter& json, const triggers::Delivery& delivery) {
  json.begin_object().member("id", delivery.id).member("trigger_id", delivery.trigger);
  json.member("fired_at", format_time(delivery.fired_at));
  json.member("destination", delivery.destination).member("value", delivery.value);
  json.member("state", to_text(delivery.state)).member("attempts", delivery.attempts);
  json.member("status", delivery.status).member("message", delivery.message);
  json.key("next_attempt");
  delivery.next_attempt ? json.value(format_time(*delivery.next_attempt)) : json.null();
  json.member("duration_us", delivery.duration.count()).member("is_test", delivery.is_test);
  json.end_object();
}

http::Response to_response(const std::vector<triggers::Delivery>& deliveries) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("deliveries").begin_array();
  for (const auto& delivery : deliveries) append_delivery(json, delivery);
  json.end_array().end_object();
  return http::Response::json(200, std::move(body));
}

// The trigger that the path names, if it is the caller's own.  Throws not_found, denied.
Task<triggers::Trigger> open_trigger(Call& call, identity::Action action) {
  auto id = call.request.int_parameter("id");
  auto trigger = co_await call.services.triggers.find(id);
  if (!trigger || trigger->owner != call.caller->account) {
    throw Error(Code::not_found, fmt::format("there is no trigger {}", id));
  }
  identity::Resource resource;
  resource.feed = trigger->settings.feed;
  resource.channel = trigger->settings.channel;
  resource.owner = trigger->owner;
  identity::require(*call.caller, action, resource, call.services.clock.now());
  co_return std::move(*trigger);
}

}  // namespace

Task<http::Response> list_deliveries(Call& call) {
  auto trigger = co_await open_trigger(call, identity::Action::read);
  auto limit = count_parameter(call, "limit", 50);
  auto deliveries = co_await call.services.triggers.deliveries(trigger.id, limit);
  co_return to_response(deliveries);
}

Task<http::Response> test_trigger(Call& call) {
  auto trigger = co_await open_trigger(call, identity::Action::update);
  auto deliveries = co_await call.services.triggers.test(trigger.id);
  co_return to_response(deliveries);
}

}  // namespace tt::gateway::api
