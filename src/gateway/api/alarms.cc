// GET /alarms?feed=&with_cleared=1&offset=&limit=; POST /alarms/ID/acknowledge and /clear.

#include "base/error.h"
#include "base/text.h"
#include "gateway/api/operations.h"
#include "telemetry/telemetry.h"
#include "wire/json_writer.h"

namespace tt::gateway::api {
namespace {

constexpr std::size_t alarms_per_page_max = 1'000;

void append_time(wire::JsonWriter& json, std::string_view name, const std::optional<Time>& time) {
  json.key(name);
  time ? json.value(format_time(*time)) : json.null();
}

void append_alarm(wire::JsonWriter& json, const triggers::Alarm& alarm) {
  json.begin_object().member("id", alarm.id).key("trigger_id");
  alarm.trigger == 0 ? json.null() : json.value(alarm.trigger);
  json.member("feed_id", alarm.feed).member("channel", alarm.channel);
  json.member("severity", to_text(alarm.severity)).member("state", to_text(alarm.state));
  json.member("text", alarm.text).member("value", alarm.value);
  json.member("raised_at", format_time(alarm.raised_at));
  append_time(json, "acknowledged_at", alarm.acknowledged_at);
  json.member("acknowledged_by", alarm.acknowledged_by);
  append_time(json, "cleared_at", alarm.cleared_at);
  json.member("cleared_by", alarm.cleared_by).end_object();
}

http::Response to_response(const triggers::Alarm& alarm) {
  std::string body;
  wire::JsonWriter json(body);
  append_alarm(json, alarm);
  return http::Response::json(200, std::move(body));
}

// The alarm that the path names, of a feed that the caller owns and may change.
Task<triggers::Alarm> open_alarm(Call& call) {
  auto id = call.request.int_parameter("id");
  auto alarm = co_await call.services.triggers.find_alarm(id);
  auto feed = alarm ? co_await call.services.registry.find(alarm->feed) : nullptr;
  if (!feed || feed->owner != call.caller->account) {
    throw Error(Code::not_found, fmt::format("there is no alarm {}", id));
  }
  auto resource = telemetry::resource_of(*feed, alarm->channel);
  identity::require(*call.caller, identity::Action::update, resource, call.services.clock.now());
  co_return std::move(*alarm);
}

Task<> record(Call& call, std::string_view action, const triggers::Alarm& alarm) {
  audit::Event event{.action = std::string(action),
                     .object = fmt::format("alarms/{}", alarm.id),
                     .detail = alarm.text,
                     .owner = call.caller->account};
  co_await call.services.audit.record(*call.caller, std::move(event));
}

// A number or nothing; throws invalid.
std::size_t offset_parameter(const Call& call) {
  auto text = call.request.query_value("offset");
  auto offset = text ? parse_number<std::size_t>(*text) : std::optional<std::size_t>(0);
  if (!offset) throw Error(Code::invalid, fmt::format("offset must be a number, not '{}'", *text));
  return *offset;
}

// Those of all feeds need a key that is limited to none.
Task<triggers::AlarmQuery> read_query(Call& call) {
  triggers::AlarmQuery query;
  query.owner = call.caller->account;
  query.with_cleared = call.request.query_value("with_cleared") == "1";
  query.offset = offset_parameter(call);
  query.limit = std::min(count_parameter(call, "limit", query.limit), alarms_per_page_max);
  auto text = call.request.query_value("feed");
  if (!text) {
    require_master(call);
    co_return query;
  }
  query.feed = parse_number<registry::FeedId>(*text);
  if (!query.feed)
    throw Error(Code::invalid, fmt::format("feed must be a number, not '{}'", *text));
  auto feed = co_await call.services.registry.find(*query.feed);
  if (!feed) throw Error(Code::not_found, fmt::format("there is no feed {}", *query.feed));
  auto resource = telemetry::resource_of(*feed);
  identity::require(*call.caller, identity::Action::read, resource, call.services.clock.now());
  co_return query;
}

}  // namespace

Task<http::Response> list_alarms(Call& call) {
  auto query = co_await read_query(call);
  auto page = co_await call.services.triggers.alarms(std::move(query));
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("total", page.total).member("active", page.active);
  json.key("alarms").begin_array();
  for (const auto& alarm : page.alarms) append_alarm(json, alarm);
  json.end_array().end_object();
  co_return http::Response::json(200, std::move(body));
}

Task<http::Response> acknowledge_alarm(Call& call) {
  auto alarm = co_await open_alarm(call);
  alarm = co_await call.services.triggers.acknowledge(alarm.id, call.caller->name);
  co_await record(call, "alarm.acknowledge", alarm);
  co_return to_response(alarm);
}

Task<http::Response> clear_alarm(Call& call) {
  auto alarm = co_await open_alarm(call);
  alarm = co_await call.services.triggers.clear(alarm.id, call.caller->name);
  co_await record(call, "alarm.clear", alarm);
  co_return to_response(alarm);
}

}  // namespace tt::gateway::api
