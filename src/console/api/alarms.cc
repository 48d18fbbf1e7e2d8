// GET  /alarms?state=active|all&feed=&offset=&limit=   {"total","active","alarms":[…]}
// POST /alarms/ID/acknowledge {}                       the alarm
// POST /alarms/ID/clear {}                             the alarm
//
// People see the alarms of their own devices, administrators those of all.

#include <fmt/format.h>

#include "base/error.h"
#include "console/api/route.h"
#include "wire/json_writer.h"

namespace tt::console {
namespace {

constexpr std::size_t alarms_per_page = 50, alarms_per_page_max = 200;

// `device` is the title of the alarm's device.
void append(wire::JsonWriter& json, const triggers::Alarm& alarm, std::string_view device) {
  json.begin_object().member("id", alarm.id).member("feed", alarm.feed).member("device", device);
  json.member("channel", alarm.channel).member("trigger", alarm.trigger);
  json.member("severity", triggers::to_text(alarm.severity))
      .member("state", triggers::to_text(alarm.state));
  json.member("text", alarm.text).member("value", alarm.value);
  json.member("raised_at", format_time(alarm.raised_at));
  append_time(json, "acknowledged_at", alarm.acknowledged_at);
  json.member("acknowledged_by", alarm.acknowledged_by);
  append_time(json, "cleared_at", alarm.cleared_at);
  json.member("cleared_by", alarm.cleared_by).end_object();
}

Task<std::string> title_of(Call& call, registry::FeedId id) {
  auto feed = co_await call.services.registry.find(id);
  co_return feed ? feed->title : std::string();
}

triggers::AlarmQuery query_of(Call& call) {
  triggers::AlarmQuery query;
  if (!call.caller->is_admin) query.owner = call.caller->account;
  query.with_cleared = call.request.query_value("state") == "all";
  query.offset = number_parameter(call.request, "offset", 0);
  query.limit =
      std::min(number_parameter(call.request, "limit", alarms_per_page), alarms_per_page_max);
  if (call.request.query_value("feed")) {
    query.feed = static_cast<registry::FeedId>(number_parameter(call.request, "feed", 0));
  }
  return query;
}

Task<http::Response> list(Call& call) {
  auto page = co_await call.services.triggers.alarms(query_of(call));
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("total", page.total).member("active", page.active);
  json.key("alarms").begin_array();
  for (const auto& alarm : page.alarms) {
    auto device = co_await title_of(call, alarm.feed);
    append(json, alarm, device);
  }
  json.end_array().end_object();
  co_return http::Response::json(200, std::move(body));
}

// Throws not_found unless the alarm in the path is one that the caller may handle.
Task<triggers::Alarm> own_alarm(Call& call) {
  auto alarm = co_await call.services.triggers.find_alarm(call.request.int_parameter("id"));
  registry::FeedPtr feed;
  if (alarm) feed = co_await call.services.registry.find(alarm->feed);
  bool is_own = feed && feed->owner == call.caller->account;
  if (!alarm || !(is_own || call.caller->is_admin)) {
    throw Error(Code::not_found, "There is no such alarm.");
  }
  co_return std::move(*alarm);
}

Task<http::Response> answer(Call& call, const triggers::Alarm& alarm, std::string_view action) {
  auto feed = co_await call.services.registry.find(alarm.feed);
  audit::Event event;
  event.action = action;
  event.object = fmt::format("feeds/{}/{}", alarm.feed, alarm.channel);
  event.detail = alarm.text;
  event.owner = feed ? feed->owner : call.caller->account;
  co_await call.services.audit.record(*call.caller, std::move(event));
  std::string body;
  wire::JsonWriter json(body);
  append(json, alarm, feed ? feed->title : std::string_view());
  co_return http::Response::json(200, std::move(body));
}

Task<http::Response> acknowledge(Call& call) {
  auto alarm = co_await own_alarm(call);
  alarm = co_await call.services.triggers.acknowledge(alarm.id, call.caller->name);
  co_return co_await answer(call, alarm, "alarm.acknowledge");
}

Task<http::Response> clear(Call& call) {
  auto alarm = co_await own_alarm(call);
  alarm = co_await call.services.triggers.clear(alarm.id, call.caller->name);
  co_return co_await answer(call, alarm, "alarm.clear");
}

}  // namespace

std::span<const Route> alarm_routes() {
  using enum http::Method;
  static constexpr Route routes[] = {
      {get, "/alarms", list},
      {post, "/alarms/{id:int}/acknowledge", acknowledge},
      {post, "/alarms/{id:int}/clear", clear},
  };
  return routes;
}

}  // namespace tt::console
