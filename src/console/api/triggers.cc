// GET    /devices/ID/triggers             {"triggers":[{"id","channel","condition","threshold",
//                                         "url","mail","topic","body_format","has_secret",
//                                         "severity","notified_at","is_true"}]}
// POST   /devices/ID/triggers {…}         201, the trigger
// PUT    /triggers/ID {…}                 the trigger; without "secret" it keeps its secret
// DELETE /triggers/ID                     {}
// POST   /triggers/ID/test {}             {"deliveries":[…]}
// GET    /triggers/ID/deliveries          {"deliveries":[…]}

#include "console/api/route.h"
#include "console/request_body.h"
#include "wire/json_writer.h"

namespace tt::console {
namespace {

constexpr std::size_t deliveries_shown = 50;

void append_trigger(wire::JsonWriter& json, const triggers::Trigger& trigger) {
  const auto& settings = trigger.settings;
  json.begin_object().member("id", trigger.id).member("channel", settings.channel);
  json.member("condition", triggers::to_text(settings.condition));
  json.member("threshold", settings.threshold).member("url", settings.url);
  json.member("mail", settings.mail).member("topic", settings.topic);
  bool is_form = settings.body_format == triggers::BodyFormat::form;
  json.member("body_format", is_form ? "form" : "json");
  json.member("has_secret", !settings.secret.empty());
  json.member("severity", triggers::to_text(settings.severity));
  append_time(json, "notified_at", trigger.notified_at);
  json.member("is_true", trigger.is_true).end_object();
}

void append_delivery(wire::JsonWriter& json, const triggers::Delivery& delivery) {
  json.begin_object().member("id", delivery.id).member("destination", delivery.destination);
  json.member("value", delivery.value).member("state", triggers::to_text(delivery.state));
  json.member("attempts", delivery.attempts).member("status", delivery.status);
  json.member("message", delivery.message).member("is_test", delivery.is_test);
  json.member("duration_us", delivery.duration.count());
  append_time(json, "fired_at", delivery.fired_at);
  append_time(json, "next_attempt", delivery.next_attempt);
  json.end_object();
}

http::Response trigger_response(int status, const triggers::Trigger& trigger) {
  std::string body;
  wire::JsonWriter json(body);
  append_trigger(json, trigger);
  return http::Response::json(status, std::move(body));
}

http::Response deliveries_response(const std::vector<triggers::Delivery>& deliveries) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("deliveries").begin_array();
  for (const auto& delivery : deliveries) append_delivery(json, delivery);
  json.end_array().end_object();
  return http::Response::json(200, std::move(body));
}

// --- reading -----------------------------------------------------------------------------------

triggers::BodyFormat read_body_format(const RequestBody& wanted) {
  auto text = wanted.find_string("body_format").value_or("form");
  if (text == "form") return triggers::BodyFormat::form;
  if (text == "json") return triggers::BodyFormat::json;
  throw Error(Code::unprocessable, "body_format must be form or json");
}

triggers::Draft read_draft(const RequestBody& wanted) {
  triggers::Draft draft;
  auto condition = triggers::condition_from(wanted.string("condition"));
  if (!condition) throw Error(Code::unprocessable, "condition must be one of the list");
  draft.condition = *condition;
  draft.threshold = wanted.find_string("threshold").value_or("");
  draft.url = wanted.find_string("url").value_or("");
  draft.mail = wanted.find_string("mail").value_or("");
  draft.topic = wanted.find_string("topic").value_or("");
  draft.body_format = read_body_format(wanted);
  auto severity = triggers::severity_from(wanted.find_string("severity").value_or("none"));
  if (!severity) throw Error(Code::unprocessable, "severity must be none, info, warning, critical");
  draft.severity = *severity;
  draft.secret = wanted.find_string("secret").value_or("");
  return draft;
}

// The trigger in the path; throws not_found unless it is the caller's.
Task<triggers::Trigger> own_trigger(Call& call) {
  auto trigger = co_await call.services.triggers.find(call.request.int_parameter("id"));
  if (!trigger || trigger->owner != call.caller->account) {
    throw Error(Code::not_found, "You have no such trigger.");
  }
  co_return std::move(*trigger);
}

std::string object_of(const triggers::Trigger& trigger) {
  return fmt::format("triggers/{}", trigger.id);
}

// "feeds/504/temperature gt 30"
std::string description_of(const triggers::Trigger& trigger) {
  const auto& settings = trigger.settings;
  return fmt::format("feeds/{}/{} {} {}", settings.feed, settings.channel,
                     triggers::to_text(settings.condition), settings.threshold);
}

// --- operations --------------------------------------------------------------------------------

Task<http::Response> list_triggers(Call& call) {
  auto feed = co_await own_device(call);
  triggers::TriggerQuery query{.owner = call.caller->account, .feed = feed->id};
  auto found = co_await call.services.triggers.list(std::move(query));
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("triggers").begin_array();
  for (const auto& trigger : found) append_trigger(json, trigger);
  json.end_array().end_object();
  co_return http::Response::json(200, std::move(body));
}

Task<http::Response> create_trigger(Call& call) {
  auto feed = co_await own_device(call);
  auto text = co_await call.request.body();
  RequestBody wanted(text);
  auto draft = read_draft(wanted);
  draft.feed = feed->id;
  draft.channel = wanted.string("channel");
  auto trigger = co_await call.services.triggers.create(call.caller->account, std::move(draft));
  co_await record(call, "trigger.create", object_of(trigger), description_of(trigger));
  co_return trigger_response(201, trigger);
}

Task<http::Response> change_trigger(Call& call) {
  auto before = co_await own_trigger(call);
  auto text = co_await call.request.body();
  RequestBody wanted(text);
  auto draft = read_draft(wanted);
  draft.feed = before.settings.feed;
  draft.channel = before.settings.channel;
  if (!wanted.has("secret")) draft.secret = before.settings.secret;
  auto trigger = co_await call.services.triggers.update(before.id, std::move(draft));
  co_await record(call, "trigger.update", object_of(trigger), description_of(trigger));
  co_return trigger_response(200, trigger);
}

Task<http::Response> delete_trigger(Call& call) {
  auto trigger = co_await own_trigger(call);
  co_await call.services.triggers.remove(trigger.id);
  co_await record(call, "trigger.delete", object_of(trigger), description_of(trigger));
  co_return http::Response::json(200, "{}");
}

Task<http::Response> test_trigger(Call& call) {
  auto trigger = co_await own_trigger(call);
  auto deliveries = co_await call.services.triggers.test(trigger.id);
  co_return deliveries_response(deliveries);
}

Task<http::Response> list_deliveries(Call& call) {
  auto trigger = co_await own_trigger(call);
  auto deliveries = co_await call.services.triggers.deliveries(trigger.id, deliveries_shown);
  co_return deliveries_response(deliveries);
}

}  // namespace

std::span<const Route> trigger_routes() {
  using enum http::Method;
  static constexpr Route routes[] = {
      {get, "/devices/{id:int}/triggers", list_triggers},
      {post, "/devices/{id:int}/triggers", create_trigger},
      {put, "/triggers/{id:int}", change_trigger},
      {del, "/triggers/{id:int}", delete_trigger},
      {post, "/triggers/{id:int}/test", test_trigger},
      {get, "/triggers/{id:int}/deliveries", list_deliveries},
  };
  return routes;
}

}  // namespace tt::console
